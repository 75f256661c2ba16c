// What workloads are measured with: a server on empty data, the load generator, the oracle.

import type { Instance } from '../contenders/contender.ts';
import { launchHoldfast, type HoldfastOptions } from '../contenders/holdfast.ts';
import { cpuMs } from '../contenders/processes.ts';
import type { Job, Measured } from '../load/job.ts';
import { describeDifferences, type Metric } from '../load/oracle.ts';
import type { CaseResult, CaseTools, RunMetrics } from '../workloads/workload.ts';
import { LoadProcess } from './load-process.ts';

export function caseTools(holdfast: HoldfastOptions, say: (text: string) => void): CaseTools {
  const openLoad = (): LoadProcess => new LoadProcess({ onWindow: () => undefined, onStage: say });
  return {
    say,
    openLoad,
    verify,
    launchHoldfast: (env) => launchHoldfast(holdfast, env),
    scratchFolder: holdfast.scratchFolder,
    measureLoad: async (contender, job, metrics) => {
      const instance = await contender.launch();
      try {
        return await measureOn(instance, job, metrics, say);
      } finally {
        await instance.stop();
      }
    },
  };
}

async function measureOn(
  instance: Instance,
  job: Job,
  metrics: readonly Metric[],
  say: (text: string) => void,
): Promise<CaseResult> {
  const cpuAt: { open: Promise<number | null>; closed: Promise<number | null> } = {
    open: Promise.resolve(null),
    closed: Promise.resolve(null),
  };
  const load = new LoadProcess({
    onWindow: (edge) => {
      cpuAt[edge] = cpuMs(instance.pids);
    },
    onStage: say,
  });
  try {
    const measured = await load.run(instance.target, job);
    say('comparing every count with the oracle');
    const verified = await verify(load, instance, metrics);
    const [open, closed] = [await cpuAt.open, await cpuAt.closed];
    const serverCpuMs = open === null || closed === null ? null : closed - open;
    return { kind: 'measured', metrics: { ...metricsOf(measured, serverCpuMs), ...verified } };
  } finally {
    load.close();
  }
}

async function verify(
  load: LoadProcess,
  instance: Instance,
  metrics: readonly Metric[],
): Promise<RunMetrics> {
  const { opsAcknowledged, videosCompared, differences, differenceCount, booksProblem } =
    await load.verify(instance.target, metrics);
  if (differenceCount > 0) throw new Error(describeDifferences(differences, differenceCount));
  if (booksProblem !== undefined) throw new Error(booksProblem);
  return { opsAcknowledged, videosCompared };
}

function metricsOf(measured: Measured, serverCpuMs: number | null): RunMetrics {
  const { ops, requests, elapsedMs, resends, latency, visible, loadCpuShare } = measured;
  return {
    opsPerSecond: (ops * 1000) / elapsedMs,
    requestsPerSecond: (requests * 1000) / elapsedMs,
    p50Ms: latency.p50Ms,
    p99Ms: latency.p99Ms,
    p999Ms: latency.p999Ms,
    maxMs: latency.maxMs,
    resends,
    loadCpuShare,
    ...(serverCpuMs === null ? {} : { serverCpuShare: serverCpuMs / elapsedMs }),
    ...(visible === undefined
      ? {}
      : {
          visibleP50Ms: visible.p50Ms,
          visibleP99Ms: visible.p99Ms,
          visibleMaxMs: visible.maxMs,
        }),
  };
}
