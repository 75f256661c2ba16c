// Whether somebody likes a video: what the server last said, and what they have pressed since.
//
// A press is shown at once. It is pending until counts are shown that include it, and the number of
// likes is never changed here: it comes from the server alone, so no press can show in it twice.

import type { VideoCounts } from '@holdfast/protocol/counts.ts';
import type { Position } from './outbox.ts';

/** A press; `id` is the outbox's name for it. With a `position` it is acknowledged. */
export type Press = Readonly<{ id: string; liked: boolean; position?: Position }>;

export type LikeModel = Readonly<{
  /** `undefined` until the server has said. */
  confirmed: boolean | undefined;
  presses: readonly Press[];
}>;

export type LikeState = Readonly<{
  liked: boolean;
  /** Whether `liked` is more than a first guess. */
  known: boolean;
  /** `unsent` until it is acknowledged, then `saved` until the counts shown include it. */
  pending: 'no' | 'unsent' | 'saved';
}>;

export const NO_LIKE: LikeModel = { confirmed: undefined, presses: [] };

export function shownLike({ confirmed, presses }: LikeModel): LikeState {
  const last = presses.at(-1);
  if (last === undefined) {
    return { liked: confirmed ?? false, known: confirmed !== undefined, pending: 'no' };
  }
  const pending = last.position === undefined ? 'unsent' : 'saved';
  return { liked: last.liked, known: true, pending };
}

/** Takes in a press, once however often it is reported. */
export function pressed(model: LikeModel, press: Press): LikeModel {
  if (model.presses.some(({ id }) => id === press.id)) return model;
  return { ...model, presses: [...model.presses, press] };
}

/** Notes that the server holds what a press asked for, in reads from `position` on. */
export function recorded(model: LikeModel, id: string, position: Position): LikeModel {
  const press = model.presses.find((candidate) => candidate.id === id);
  if (press === undefined || press.position !== undefined) return model;
  return {
    confirmed: press.liked,
    presses: model.presses.map((other) => (other === press ? { ...press, position } : other)),
  };
}

/** Forgets a press: it was refused, or another one stands for it. */
export function withdrawn(model: LikeModel, id: string): LikeModel {
  const presses = model.presses.filter((press) => press.id !== id);
  return presses.length === model.presses.length ? model : { ...model, presses };
}

/** Ends the presses that are in the counts now shown. */
export function included(model: LikeModel, counts: VideoCounts): LikeModel {
  const presses = model.presses.filter(
    ({ position }) => position === undefined || !isIncluded(position, counts),
  );
  return presses.length === model.presses.length ? model : { ...model, presses };
}

/** Whether counts include a position. */
export function isIncluded({ cell, epoch, seq }: Position, { cells }: VideoCounts): boolean {
  const shown = cells[cell];
  if (shown === undefined || shown.state === 'unknown') return false;
  return shown.epoch > epoch || (shown.epoch === epoch && shown.seq >= seq);
}
