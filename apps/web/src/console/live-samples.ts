// The last ten minutes as this page knows them: what it got with each answer, put together.

import { SAMPLES_MAX } from '@holdfast/protocol/console.ts';
import type { ConsoleLive, ConsoleSample } from '@holdfast/protocol/console.ts';

export class LiveSamples {
  #id = '';
  #samples: readonly ConsoleSample[] = [];

  /** The place after which new samples are asked for. */
  get after(): string {
    return this.#id === '' ? '' : `${this.#id}.${this.#samples.at(-1)?.n ?? 0}`;
  }

  /** Takes what came, and returns all there is; a cell that was started again begins anew. */
  take({ id, samples }: ConsoleLive['history']): readonly ConsoleSample[] {
    const newestN = this.#samples.at(-1)?.n ?? 0;
    const kept = id === this.#id ? this.#samples : [];
    const fresh = id === this.#id ? samples.filter(({ n }) => n > newestN) : samples;
    this.#id = id;
    this.#samples = [...kept, ...fresh].slice(-SAMPLES_MAX);
    return this.#samples;
  }
}
