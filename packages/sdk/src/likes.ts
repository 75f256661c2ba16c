// Whether the person who acts likes a video: what the server last said, and what was pressed since.
//
// A press is shown at once. It is pending until counts are shown that include it, and the number of
// likes is never changed here: it comes from the server alone, so no press can show in it twice.
// Rules SL1-SL5 of docs/spec/sdk.md.

import type { VideoCounts } from '@holdfast/protocol/counts.ts';
import { isIncluded } from './count-model.ts';
import type { OpenOp, Settlement } from './outbox.ts';
import type { Position } from './wire.ts';

export type LikeState = Readonly<{
  liked: boolean;
  /** Whether `liked` is more than a first guess. */
  known: boolean;
  /** `unsent` until it is acknowledged, then `saved` until the counts shown include it. */
  pending: 'no' | 'unsent' | 'saved';
}>;

/** With a `position` it is acknowledged. */
type Press = Readonly<{ op: OpenOp; position?: Position }>;

const NOTHING_SAID: LikeState = { liked: false, known: false, pending: 'no' };
/** Ends of an op after which the server holds what was asked for. */
const HELD_OUTCOMES = ['counted', 'unchanged', 'duplicate'];

export class Likes {
  readonly #onChange: (video: string) => void;
  #confirmed = new Map<string, boolean>();
  #presses: readonly Press[] = [];
  readonly #shown = new Map<string, LikeState>();

  constructor(onChange: (video: string) => void) {
    this.#onChange = onChange;
  }

  /** What may be shown now; the same object until that changes. */
  shown(video: string): LikeState {
    return this.#shown.get(video) ?? NOTHING_SAID;
  }

  /** Whether the server has said what it holds. */
  isRead(video: string): boolean {
    return this.#confirmed.has(video);
  }

  /** Begins afresh for someone. */
  reset(): void {
    this.#confirmed = new Map();
    this.#show([]);
  }

  /** Takes in what the server holds. */
  confirm(video: string, liked: boolean): void {
    this.#confirmed.set(video, liked);
    this.#show(this.#presses);
  }

  /** Takes in everything that is open: what is not in it any more was settled unseen. */
  restore(ops: readonly OpenOp[]): void {
    this.#show([
      ...this.#presses.filter(({ position }) => position !== undefined),
      ...ops.map((op) => ({ op })),
    ]);
  }

  /** Takes in a press, from this tab, another one or before a reload; once however often told. */
  press(op: OpenOp): void {
    if (this.#presses.every((press) => press.op.id !== op.id))
      this.#show([...this.#presses, { op }]);
  }

  /** Takes in what became of an op. */
  settle({ id, intent: { kind, video }, end }: Settlement): void {
    const isHeld = end.kind === 'recorded' && HELD_OUTCOMES.includes(end.outcome);
    if (isHeld && kind !== 'view') this.#confirmed.set(video, kind === 'like');
    this.#show(
      this.#presses.flatMap((press) => {
        if (press.op.id !== id) return [press];
        return isHeld ? [{ op: press.op, position: end.position }] : [];
      }),
    );
  }

  /** Takes in the counts of a video that are shown now. */
  include(video: string, counts: VideoCounts): void {
    this.#show(
      this.#presses.filter(
        ({ op, position }) =>
          op.intent.video !== video || position === undefined || !isIncluded(position, counts),
      ),
    );
  }

  #show(presses: readonly Press[]): void {
    this.#presses = presses.filter(({ op }) => op.intent.kind !== 'view');
    const lasts = new Map(this.#presses.map((press) => [press.op.intent.video, press]));
    for (const video of new Set([
      ...this.#shown.keys(),
      ...this.#confirmed.keys(),
      ...lasts.keys(),
    ])) {
      const last = lasts.get(video);
      const liked =
        last === undefined ? this.#confirmed.get(video) : last.op.intent.kind === 'like';
      let pending: LikeState['pending'] = 'no';
      if (last !== undefined) pending = last.position === undefined ? 'unsent' : 'saved';
      const before = this.shown(video);
      const next = { liked: liked === true, known: liked !== undefined, pending };
      if (JSON.stringify(next) === JSON.stringify(before)) continue;
      this.#shown.set(video, next);
      this.#onChange(video);
    }
  }
}
