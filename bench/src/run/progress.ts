// What a person sees while the bench runs: where it is, what came out, how long it still takes.

import { formatSeconds } from '../results/format.ts';

export type Step = Readonly<{ label: string; estimateSeconds: number }>;

export type ProgressOutput = Readonly<{ isTTY: boolean; write: (text: string) => void }>;

/**
 * Time left: the estimates of the steps not yet done, corrected by how long the done ones took
 * against their own estimates.
 */
export class Progress {
  readonly #steps: readonly Step[];
  readonly #output: ProgressOutput;
  readonly #nowMs: () => number;
  #done = 0;
  #estimatedSeconds = 0;
  #takenSeconds = 0;
  #stepStartedAtMs = 0;

  constructor(steps: readonly Step[], output: ProgressOutput, nowMs: () => number) {
    this.#steps = steps;
    this.#output = output;
    this.#nowMs = nowMs;
    this.#stepStartedAtMs = nowMs();
  }

  /** Seconds until all steps are done, as far as can be told. */
  secondsLeft(): number {
    const left = this.#steps.slice(this.#done);
    const estimate = left.reduce((total, step) => total + step.estimateSeconds, 0);
    const pace = this.#estimatedSeconds === 0 ? 1 : this.#takenSeconds / this.#estimatedSeconds;
    return estimate * pace;
  }

  start(): void {
    this.#stepStartedAtMs = this.#nowMs();
    this.say('starting');
  }

  /** Shows what the current step is doing; replaced by the next line on a terminal. */
  say(text: string): void {
    if (!this.#output.isTTY) return;
    this.#output.write(`\r\u001b[2K${this.#prefix(this.#done)}: ${text}`);
  }

  finish(result: string): void {
    const prefix = this.#prefix(this.#done);
    const step = this.#steps[this.#done];
    this.#estimatedSeconds += step?.estimateSeconds ?? 0;
    const nowMs = this.#nowMs();
    this.#takenSeconds += (nowMs - this.#stepStartedAtMs) / 1000;
    // The next step begins where this one ended, unless it says otherwise.
    this.#stepStartedAtMs = nowMs;
    this.#done += 1;
    const clear = this.#output.isTTY ? '\r\u001b[2K' : '';
    const left = this.secondsLeft();
    const rest = this.#done < this.#steps.length ? `; about ${formatSeconds(left)} left` : '';
    this.#output.write(`${clear}${prefix}: ${result}${rest}\n`);
  }

  #prefix(index: number): string {
    const width = String(this.#steps.length).length;
    const number = String(index + 1).padStart(width);
    return `[${number}/${this.#steps.length}] ${this.#steps[index]?.label ?? ''}`;
  }
}
