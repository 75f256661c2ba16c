// What a workload is: one or more cases, each measured some times for each contender.

import type { Contender, ContenderName } from '../contenders/contender.ts';
import type { HoldfastInstance, LaunchEnv } from '../contenders/holdfast.ts';
import type { Job } from '../load/job.ts';
import type { Metric } from '../load/oracle.ts';
import type { LoadProcess } from '../run/load-process.ts';

export type MetricName =
  | 'opsPerSecond'
  | 'requestsPerSecond'
  | 'p50Ms'
  | 'p99Ms'
  | 'p999Ms'
  | 'maxMs'
  | 'visibleP50Ms'
  | 'visibleP99Ms'
  | 'visibleMaxMs'
  | 'readyMs'
  | 'residentBytes'
  | 'peakBytes'
  /** Shares of one core in the window. */
  | 'loadCpuShare'
  | 'serverCpuShare'
  | 'resends'
  /** What the oracle compared at the end of the run, with no difference. */
  | 'opsAcknowledged'
  | 'videosCompared';

export type RunMetrics = Readonly<Partial<Record<MetricName, number>>>;

/** A run that failed (an answer or a count was wrong) throws instead. */
export type CaseResult =
  | Readonly<{ kind: 'measured'; metrics: RunMetrics }>
  | Readonly<{ kind: 'not-measured'; why: string }>;

export type Scale = Readonly<{ seconds: number; warmUpSeconds: number; quick: boolean }>;

/** The one number that a case is about, as tables and plots show it. */
export type Headline = Readonly<{
  metric: MetricName;
  unit: 'ops/s' | 'requests/s' | 'ms' | 's' | 'MB';
  better: 'higher' | 'lower';
}>;

export type BenchCase = Readonly<{
  id: string;
  title: string;
  contenders: readonly ContenderName[];
  headline: Headline;
  /** Long cases are run fewer times than asked for. */
  runsMax: number;
  /** How long one run takes, roughly, for the time left. */
  estimateSeconds: number;
  measure: (tools: CaseTools, contender: Contender) => Promise<CaseResult>;
}>;

export type Workload = Readonly<{
  name: string;
  cases: (scale: Scale) => readonly BenchCase[];
}>;

export type CaseTools = Readonly<{
  /** Launches on empty data, runs the job, compares with the oracle, stops. */
  measureLoad: (contender: Contender, job: Job, metrics: readonly Metric[]) => Promise<CaseResult>;
  launchHoldfast: (env: LaunchEnv) => Promise<HoldfastInstance>;
  openLoad: () => LoadProcess;
  /** For what a case keeps on disk while it runs. */
  scratchFolder: string;
  /** Compares with the oracle; throws on any difference. */
  verify: (
    load: LoadProcess,
    instance: HoldfastInstance,
    metrics: readonly Metric[],
  ) => Promise<RunMetrics>;
  say: (text: string) => void;
}>;

export const ALL_CONTENDERS: readonly ContenderName[] = ['holdfast', 'redis', 'postgres'];
/** With the ceiling beside them, where what a request costs is most of the result. */
export const ALL_AND_FRONT: readonly ContenderName[] = [...ALL_CONTENDERS, 'front'];
export const HOLDFAST_ONLY: readonly ContenderName[] = ['holdfast'];
export const RUNS_UNLIMITED: number = Number.POSITIVE_INFINITY;

export function windowOf(scale: Scale): { warmUpMs: number; measureMs: number } {
  return { warmUpMs: scale.warmUpSeconds * 1000, measureMs: scale.seconds * 1000 };
}
