import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlatTable, NONE } from './flat-table.ts';

const key = fc.oneof(
  fc.nat(40),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  // Keys that differ in their high halves alone.
  fc.nat(40).map((high) => high * 2 ** 32 + 7),
);
const WIDTH = 3;

test('a table says what a map of lists would, through growth, and no row ever moves', () => {
  const change = fc.tuple(key, fc.integer({ min: 1, max: WIDTH - 1 }), fc.maxSafeInteger());
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 2_000, size: 'max' }),
      fc.nat(60),
      (changes, rowsExpected) => {
        const table = new FlatTable(WIDTH, rowsExpected);
        const plain = new Map<number, number[]>();
        const places = new Map<number, number>();
        for (const [changed, field, value] of changes) {
          const row = plain.get(changed) ?? [changed, 0, 0];
          expect(table.find(changed) === NONE).toBe(!plain.has(changed));
          const at = table.own(changed);
          expect(places.get(changed) ?? at).toBe(at);
          table.put(at + field, value);
          row[field] = value;
          plain.set(changed, row);
          places.set(changed, at);
        }
        expect(table.size).toBe(plain.size);
        const rows = [];
        for (let at = 0; at < table.end; at += WIDTH) {
          rows.push([table.at(at), table.at(at + 1), table.at(at + 2)]);
        }
        expect(rows).toEqual([...plain.values()]);
        for (const [held, at] of places) expect(table.find(held)).toBe(at);
      },
    ),
    { numRuns: 50 },
  );
});

test('numbers add up where they stand', () => {
  const table = new FlatTable(2);
  const [first, second] = [table.add(5), table.add(6)];
  table.addTo(first + 1, 2 ** 40);
  table.addTo(second + 1, -1);
  table.addTo(first + 1, 3);
  expect([table.at(first + 1), table.at(second + 1)]).toEqual([2 ** 40 + 3, -1]);
});

test('a second row for a key is a defect of the caller', () => {
  const table = new FlatTable(1);
  table.add(9);
  expect(() => table.add(9)).toThrow('a key has one row');
});

test('hundreds of thousands of keys are each found, and others are not', () => {
  const table = new FlatTable(1);
  for (let no = 1; no <= 300_000; no += 1) table.add(no * 67_108_865);
  let found = 0;
  for (let no = 1; no <= 300_000; no += 1) {
    if (table.at(table.find(no * 67_108_865)) === no * 67_108_865) found += 1;
    if (table.find(no * 67_108_865 + 1) !== NONE) found += 1;
  }
  expect(found).toBe(300_000);
});
