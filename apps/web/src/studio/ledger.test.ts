import { expect, it } from 'vitest';
import { kindSum, ledgerOf, ledgerSum } from './ledger.ts';
import type { Ledger } from './ledger.ts';

const wire = {
  received: 12,
  classes: { counted: 9, duplicate: 2, unqualified: 1, capped: 0 },
  perKind: {
    view: { counted: 6, duplicate: 2, unqualified: 1 },
    like: { counted: 2 },
    unlike: { counted: 1 },
  },
  corrections: [],
  shown: { likes: 1, views: 6 },
  balanced: true,
  asOf: '2026-11-23T00:00:00.000Z',
  perCell: [],
};

function parsed(value: unknown): Ledger {
  const ledger = ledgerOf(value);
  if (ledger === undefined) throw new Error('the ledger has its form');
  return ledger;
}

it('SP11: what was received is the sum of the classes, and only classes with something are rows', () => {
  const { rows, sum, balanced } = ledgerSum(parsed(wire));
  expect(rows.map(({ name, all }) => [name, all])).toEqual([
    ['counted', 9],
    ['duplicate', 2],
    ['unqualified', 1],
  ]);
  expect([sum, balanced, kindSum(rows, 'view')]).toEqual([12, true, 9]);
});

it('SP11: a class that this page does not know yet is in the sum', () => {
  const classes = { ...wire.classes, duplicate: 0, reviewed: 2 };
  const { rows, sum } = ledgerSum(parsed({ ...wire, classes, perKind: {} }));
  expect(rows.at(-1)?.name).toBe('reviewed');
  expect(sum).toBe(12);
});

it('SP11: the page adds up for itself and does not repeat what it is told', () => {
  expect(ledgerSum(parsed({ ...wire, received: 13 })).balanced).toBe(false);
  expect(ledgerSum(parsed({ ...wire, balanced: false })).balanced).toBe(false);
  const perKind = { ...wire.perKind, like: { counted: 3 } };
  expect(ledgerSum(parsed({ ...wire, perKind })).balanced).toBe(false);
});

it('SP1: a class that is no count makes the answer none', () => {
  expect(ledgerOf({ ...wire, classes: { counted: null } })).toBeUndefined();
});
