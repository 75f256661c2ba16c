import type { VideoId } from '@holdfast/protocol/ids.ts';
import { expect, test } from 'vitest';
import { SubtotalColumns } from './subtotal-columns.ts';

/** Enough to make the columns grow a few times. */
const MANY = 5_000;

const subtotalOf = (slot: number, cell: number) => ({
  epoch: cell + 1,
  seq: slot + 1,
  likes: slot * 2,
  views: slot * 3 + cell,
});

test('X2: subtotals stay as they are when the columns grow', () => {
  const columns = new SubtotalColumns(2, MANY);
  const slots = Array.from({ length: MANY }, (_, slot) => slot);
  for (const slot of slots) {
    columns.addVideo(`v${slot}` as VideoId);
    for (const cell of [0, 1]) columns.merge(cell, slot, subtotalOf(slot, cell));
  }
  for (const cell of [0, 1]) {
    expect(slots.map((slot) => columns.subtotal(cell, slot))).toEqual(
      slots.map((slot) => subtotalOf(slot, cell)),
    );
  }
});

test('X20: what was not saved before the columns grew is still to be saved', () => {
  const columns = new SubtotalColumns(1, MANY);
  columns.addVideo('first' as VideoId);
  columns.merge(0, 0, subtotalOf(0, 0));
  for (let slot = 1; slot < MANY; slot += 1) columns.addVideo(`v${slot}` as VideoId);
  expect(columns.nextUnsaved(0, 0)).toBe(0);
});

test('X8: a slot outside the columns is a defect, not a 0', () => {
  expect(() => new SubtotalColumns(1, MANY).subtotal(0, 0)).toThrow('outside its column');
});
