// The load generator as the bench sees it: a process that does one job and then reads back.

import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromLoad, Job, Measured, Target, ToLoad, Verified } from '../load/job.ts';
import type { Metric } from '../load/oracle.ts';

const LOAD_MAIN: string = fileURLToPath(new URL('../load/main.ts', import.meta.url));
/** The oracle of the largest workload needs more than Node's default. */
const LOAD_HEAP_MB = 4_096;

export type LoadEvents = Readonly<{
  onWindow: (edge: 'open' | 'closed') => void;
  onStage: (text: string) => void;
}>;

export class LoadProcess {
  readonly #child: ChildProcess;
  #waiting: {
    kind: 'measured' | 'verified';
    resolve: (message: FromLoad) => void;
    reject: (error: Error) => void;
  } | null = null;

  constructor(events: LoadEvents) {
    this.#child = fork(LOAD_MAIN, [], { execArgv: [`--max-old-space-size=${LOAD_HEAP_MB}`] });
    this.#child.on('message', (message: FromLoad) => {
      if (message.kind === 'window') events.onWindow(message.edge);
      else if (message.kind === 'stage') events.onStage(message.text);
      else if (message.kind === 'failed') this.#fail(new Error(message.message));
      else if (this.#waiting?.kind === message.kind) {
        this.#waiting.resolve(message);
        this.#waiting = null;
      }
    });
    this.#child.on('exit', (code, signal) => {
      this.#fail(new Error(`the load generator ended with ${String(code ?? signal)}`));
    });
  }

  async run(target: Target, job: Job): Promise<Measured> {
    const answer = await this.#ask({ kind: 'run', target, job }, 'measured');
    if (answer.kind !== 'measured') throw new Error('unreachable: asked for measured');
    return answer.measured;
  }

  /** Compares what the server now shows with what the last job sent. */
  async verify(target: Target, metrics: readonly Metric[]): Promise<Verified> {
    const answer = await this.#ask({ kind: 'verify', target, metrics }, 'verified');
    if (answer.kind !== 'verified') throw new Error('unreachable: asked for verified');
    return answer.verified;
  }

  close(): void {
    this.#child.removeAllListeners('exit');
    this.#child.kill('SIGKILL');
  }

  #ask(message: ToLoad, kind: 'measured' | 'verified'): Promise<FromLoad> {
    return new Promise((resolve, reject) => {
      this.#waiting = { kind, resolve, reject };
      this.#child.send(message);
    });
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
