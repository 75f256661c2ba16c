// What was acknowledged when and after how long: for the windows of a rehearsal, around each cut,
// and step by step for the plot. Times come in with every call.

import { Histogram, type LatencySummary } from '../load/histogram.ts';
import type { SeriesStep, Watched } from './job.ts';

/** Steps of the plot. */
export const STEP_MS = 250;
/** A load that runs for longer is not plotted to its end. */
const STEPS_MAX = 40_000;

type Step = { ops: number; longestMs: number };
type Watch = {
  readonly sinceMs: number;
  ops: number;
  longestMs: number;
  gapMs: number;
  ownStallMs: number;
};

export class Samples {
  readonly #startedAtMs: number;
  readonly #windows = new Map<string, Histogram>();
  readonly #steps: Step[] = [];
  #window: Histogram | null = null;
  #acknowledgedAtMs: number;
  #ranAtMs: number;
  #watch: Watch;

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
    this.#acknowledgedAtMs = startedAtMs;
    this.#ranAtMs = startedAtMs;
    this.#watch = watchFrom(startedAtMs);
  }

  /** Latencies from here on are those of this window; one that was open before goes on. */
  open(name: string | null): void {
    if (name === null) {
      this.#window = null;
      return;
    }
    this.#window = this.#windows.get(name) ?? new Histogram();
    this.#windows.set(name, this.#window);
  }

  acknowledged(nowMs: number, ops: number, latencyMs: number): void {
    this.#window?.record(latencyMs);
    const watch = this.#watch;
    watch.ops += ops;
    watch.longestMs = Math.max(watch.longestMs, latencyMs);
    watch.gapMs = Math.max(watch.gapMs, this.#gapMs(nowMs));
    this.#acknowledgedAtMs = nowMs;
    const step = this.#stepAt(nowMs);
    if (step === undefined) return;
    step.ops += ops;
    step.longestMs = Math.max(step.longestMs, latencyMs);
  }

  /** The generator got to run; it should every millisecond. */
  ran(nowMs: number): void {
    this.#watch.ownStallMs = Math.max(this.#watch.ownStallMs, nowMs - this.#ranAtMs);
    this.#ranAtMs = nowMs;
  }

  watch(nowMs: number): void {
    this.#watch = watchFrom(nowMs);
  }

  watched(nowMs: number): Omit<Watched, 'clientErrors' | 'countFaults'> {
    const { sinceMs, ops, longestMs, gapMs, ownStallMs } = this.#watch;
    return {
      fromMs: sinceMs - this.#startedAtMs,
      toMs: nowMs - this.#startedAtMs,
      ...{ ops, longestMs, ownStallMs },
      gapMs: Math.max(gapMs, this.#gapMs(nowMs)),
    };
  }

  windows(): Readonly<Record<string, LatencySummary>> {
    const named = [...this.#windows].map(([name, histogram]) => [name, histogram.summary()]);
    return Object.fromEntries(named) as Record<string, LatencySummary>;
  }

  series(): readonly SeriesStep[] {
    return this.#steps;
  }

  /** What was before the watch is not in its gap. */
  #gapMs(nowMs: number): number {
    return nowMs - Math.max(this.#acknowledgedAtMs, this.#watch.sinceMs);
  }

  #stepAt(nowMs: number): Step | undefined {
    const index = Math.floor((nowMs - this.#startedAtMs) / STEP_MS);
    if (index >= STEPS_MAX) return undefined;
    while (this.#steps.length <= index) this.#steps.push({ ops: 0, longestMs: 0 });
    return this.#steps[index];
  }
}

function watchFrom(sinceMs: number): Watch {
  return { sinceMs, ops: 0, longestMs: 0, gapMs: 0, ownStallMs: 0 };
}
