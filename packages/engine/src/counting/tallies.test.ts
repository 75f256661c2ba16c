import { expect, test } from 'vitest';
import { OP_KINDS, OUTCOMES } from '@holdfast/protocol/ops.ts';
import { addTally, emptyTally, TALLY_LENGTH, TALLY_SLOT } from './tallies.ts';
import { tallyByClass, tallyTotal } from './tallies.ts';

test('C9: every kind and class has a place of its own', () => {
  const slots = OP_KINDS.flatMap((kind) => OUTCOMES.map((outcome) => TALLY_SLOT[kind][outcome]));
  expect(slots.toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: TALLY_LENGTH }, (_, slot) => slot),
  );
});

test('C9: the places are what stored books have: kinds, then classes, in their written order', () => {
  expect(TALLY_SLOT.view.counted).toBe(0);
  expect(TALLY_SLOT.view.invalid).toBe(8);
  expect(TALLY_SLOT.like.counted).toBe(9);
  expect(TALLY_SLOT.unlike.invalid).toBe(26);
});

test('C10: by class and in total a tally adds up to the same', () => {
  const tally = emptyTally().map((_, slot) => slot * slot);
  const byClass = Object.values(tallyByClass(tally)).reduce((sum, count) => sum + count, 0);
  expect(byClass).toBe(tallyTotal(tally));
  expect(tallyByClass(tally).unchanged).toBe(1 + 10 ** 2 + 19 ** 2);
});

test('adding a tally adds number by number and leaves the other as it was', () => {
  const target = emptyTally().map((_, slot) => slot);
  const source = emptyTally().map((_, slot) => 2 ** 33 + slot);
  const before = source.slice();
  addTally(target, source);
  expect(target).toEqual(source.map((count, slot) => count + slot));
  expect(source).toEqual(before);
});
