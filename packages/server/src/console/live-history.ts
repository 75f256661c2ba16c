// What charts show of the last ten minutes, also to somebody who opens the console late: one sample
// a second, in memory. After a restart it begins anew, which its id tells.

import { SAMPLES_MAX } from '@holdfast/protocol/console.ts';
import type { ConsoleSample } from '@holdfast/protocol/console.ts';
import type { HandoverStatus } from '../replication/handover-status.ts';

export class LiveHistory {
  readonly id: string;
  #samples: ConsoleSample[] = [];
  #n = 0;

  constructor(id: string) {
    this.id = id;
  }

  note(atMs: number, { state, lag, rates, pause }: HandoverStatus): void {
    this.#n += 1;
    // What this party counts of itself is the follower's rate when it is the follower.
    const isFollower = state.startsWith('follow-');
    this.#samples.push({
      n: this.#n,
      atMs,
      state,
      ownerOpsPerSecond: isFollower ? null : rates.ownerOpsPerSecond,
      followerOpsPerSecond: isFollower ? rates.ownerOpsPerSecond : rates.followerOpsPerSecond,
      lagMs: lag.kind === 'known' ? lag.lagMs : null,
      pauseMs: pause?.pauseMs ?? null,
    });
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
  }

  /** The samples after one that was seen, of this history or of the one before a restart. */
  after(id: string, n: number): readonly ConsoleSample[] {
    if (id !== this.id) return this.#samples;
    return this.#samples.filter((sample) => sample.n > n);
  }
}
