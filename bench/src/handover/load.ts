// The load as the rehearsal sees it: a process that is asked one thing at a time.

import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  FromHandoverLoad,
  LoadAnswers,
  LoadAsk,
  ToHandoverLoad,
} from '../handover-load/job.ts';

const LOAD_MAIN: string = fileURLToPath(new URL('../handover-load/main.ts', import.meta.url));
const LOAD_HEAP_MB = 4_096;

type Waiting = { resolve: (answer: never) => void; reject: (error: Error) => void };

export class HandoverLoad {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #failed: Error | undefined;

  constructor(onStage: (text: string) => void) {
    this.#child = fork(LOAD_MAIN, [], { execArgv: [`--max-old-space-size=${LOAD_HEAP_MB}`] });
    this.#child.on('message', (message: FromHandoverLoad) => {
      if (message.kind === 'stage') onStage(message.text);
      else if (message.kind === 'answer') this.#take(message.id)?.resolve(message.answer as never);
      else if (message.id === null) this.#fail(new Error(message.message));
      else this.#take(message.id)?.reject(new Error(message.message));
    });
    this.#child.on('exit', (code, signal) => {
      this.#fail(new Error(`the load generator ended with ${String(code ?? signal)}`));
    });
  }

  /** Rejects when the load has failed meanwhile: with an answer that no server may give. */
  ask<Ask extends LoadAsk>(ask: Ask): Promise<LoadAnswers[Ask['kind']]> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    this.#asked += 1;
    const message: ToHandoverLoad = { id: this.#asked, ask };
    return new Promise((resolve, reject) => {
      this.#waiting.set(message.id, { resolve, reject });
      this.#child.send(message);
    });
  }

  close(): void {
    this.#child.removeAllListeners('exit');
    this.#child.kill('SIGKILL');
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
