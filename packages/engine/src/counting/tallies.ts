// Tallies: how many ops of each kind ended in each class (C9, C10), in one flat list of numbers.

import { OP_KINDS, OUTCOMES } from '@holdfast/protocol/ops.ts';
import type { OpKind, Outcome } from '@holdfast/protocol/ops.ts';

/** Numbers in a tally: a class for each kind, kinds in the order of `OP_KINDS`. */
export const TALLY_LENGTH = OP_KINDS.length * OUTCOMES.length;

const indexOf = (kind: OpKind, outcome: Outcome): number =>
  OP_KINDS.indexOf(kind) * OUTCOMES.length + OUTCOMES.indexOf(outcome);

type Slots = Readonly<Record<OpKind, Readonly<Record<Outcome, number>>>>;

/** Where in a tally a kind and class stand. */
export const TALLY_SLOT: Slots = Object.fromEntries(
  OP_KINDS.map((kind) => [
    kind,
    Object.fromEntries(OUTCOMES.map((outcome) => [outcome, indexOf(kind, outcome)])),
  ]),
) as Slots;

export function emptyTally(): number[] {
  return new Array<number>(TALLY_LENGTH).fill(0);
}

/** Adds `source` to `target`, number by number. */
export function addTally(target: number[], source: readonly number[]): void {
  for (let slot = 0; slot < TALLY_LENGTH; slot += 1) {
    target[slot] = (target[slot] ?? 0) + (source[slot] ?? 0);
  }
}

/** All ops in a tally. */
export function tallyTotal(tally: readonly number[]): number {
  return tally.reduce((sum, count) => sum + count, 0);
}

/** A tally by class, the kinds added up. */
export function tallyByClass(tally: readonly number[]): Record<Outcome, number> {
  return Object.fromEntries(
    OUTCOMES.map((outcome) => [
      outcome,
      OP_KINDS.reduce((sum, kind) => sum + (tally[TALLY_SLOT[kind][outcome]] ?? 0), 0),
    ]),
  ) as Record<Outcome, number>;
}

/**
 * A tally of one video: most have few classes, so only those that occur are there, each as one
 * number, `count * 32 + slot`, in no order.
 */
export type PackedTally = number[];

/** Slots that a packed number can tell apart. */
export const SLOT_RANGE = 32;

/** Counts one op in a packed tally. */
export function countPacked(tally: PackedTally, slot: number): void {
  for (let index = 0; index < tally.length; index += 1) {
    const packed = tally[index] ?? 0;
    if (packed % SLOT_RANGE !== slot) continue;
    tally[index] = packed + SLOT_RANGE;
    return;
  }
  tally.push(SLOT_RANGE + slot);
}

/** A packed tally as a flat one. */
export function unpackTally(packed: readonly number[]): number[] {
  const tally = emptyTally();
  for (const value of packed) tally[value % SLOT_RANGE] = Math.floor(value / SLOT_RANGE);
  return tally;
}
