// What a gateway notes of the pause in which a cell changes hands: from the first answer that it is
// sealed until the winner has acknowledged. Pure; time comes in with every call.
//
// Rules: docs/spec/wire.md (W123).

import type { CharterBody } from '@holdfast/engine/handover/charter-rules.ts';
import { HOLD_BUCKETS_MS } from '../../cell/remote/pause-wire.ts';
import type { PauseReport } from '../../cell/remote/pause-wire.ts';

type Pause = {
  /** The epoch under which nothing was taken any more. */
  readonly epoch: number;
  readonly sinceMs: number;
  /** When the first op was acknowledged under a later epoch, and under which. */
  ended: Readonly<{ atMs: number; epoch: number }> | undefined;
  given: number;
  retried: number;
  refused: number;
  clientErrors: number;
  readonly holds: number[];
};

/** A request as far as the pause is concerned. */
type Waited = Readonly<{ ops: number; arrivedAtMs: number; wasTurnedAway: boolean }>;

export class PauseBook {
  #pause: Pause | undefined;

  /** A party has answered that it takes nothing under an epoch any more. */
  turnedAway(epoch: number, nowMs: number): void {
    const pause = this.#pause;
    const isKnown = pause !== undefined && (pause.ended === undefined || epoch < pause.ended.epoch);
    if (isKnown) return;
    this.#pause = {
      epoch,
      sinceMs: nowMs,
      ended: undefined,
      given: 0,
      retried: 0,
      refused: 0,
      clientErrors: 0,
      holds: [...HOLD_BUCKETS_MS.map(() => 0), 0],
    };
  }

  /** Ops that were not taken are sent again. */
  sentAgain(ops: number): void {
    if (this.#pause !== undefined) this.#pause.retried += ops;
  }

  /** Ops were acknowledged under an epoch. */
  acknowledged(request: Waited, epoch: number, nowMs: number): void {
    const pause = this.#pause;
    if (pause === undefined || epoch <= pause.epoch) return;
    pause.ended ??= { atMs: nowMs, epoch };
    if (!hasWaited(pause, request)) return;
    const waitedMs = nowMs - request.arrivedAtMs;
    const found = HOLD_BUCKETS_MS.findIndex((upToMs) => waitedMs <= upToMs);
    const bucket = found === -1 ? HOLD_BUCKETS_MS.length : found;
    pause.holds[bucket] = (pause.holds[bucket] ?? 0) + request.ops;
  }

  /** A request was answered as unavailable; one that came to a full house has not waited. */
  refused(request: Waited, hadWaited: boolean): void {
    const pause = this.#pause;
    if (pause === undefined || !hasWaited(pause, request)) return;
    pause.refused += request.ops;
    pause.clientErrors += 1;
    if (hadWaited) pause.given += request.ops;
  }

  /** A call of a client ended as unavailable. */
  callRefused(): void {
    if (this.#pause !== undefined && this.#pause.ended === undefined) this.#pause.clientErrors += 1;
  }

  /** Whether ops of a pause before this entry may still be on their way. */
  isOpen(before: Pick<CharterBody, 'epoch'>): boolean {
    const pause = this.#pause;
    return pause !== undefined && pause.epoch < before.epoch && pause.ended === undefined;
  }

  /** What there is to tell of the pause that an entry ended; nothing met it when nothing is known. */
  report({ epoch }: Pick<CharterBody, 'epoch'>, handover: string): PauseReport {
    const pause = this.#pause;
    const isOfThis =
      pause !== undefined && pause.epoch < epoch && (pause.ended?.epoch ?? epoch) >= epoch;
    if (!isOfThis) {
      const holds = [...HOLD_BUCKETS_MS.map(() => 0), 0];
      return { handover, held: 0, retried: 0, refused: 0, clientErrors: 0, holds };
    }
    const { given, retried, refused, clientErrors, holds } = pause;
    const held = given + holds.reduce((all, ops) => all + ops, 0);
    return { handover, held, retried, refused, clientErrors, holds: [...holds] };
  }
}

/** What was turned away, or came while nothing was taken. */
function hasWaited({ sinceMs, ended }: Pause, { arrivedAtMs, wasTurnedAway }: Waited): boolean {
  if (ended !== undefined && arrivedAtMs > ended.atMs) return false;
  return wasTurnedAway || arrivedAtMs >= sinceMs;
}
