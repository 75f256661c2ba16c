import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NONE } from '../counting/flat-table.ts';
import { hashText, TEXT_FIELDS, TextTable } from './text-table.ts';
import type { HashText } from './text-table.ts';

/** Hashes that texts share more often than not; each salt gives another, as the table relies on. */
const WEAK: HashText = (text, salt) => (text.length % 3) + salt * 3;

const text = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '~', '~0', 'default/web', 'ünïcode', '\u0000', 'a'.repeat(300)),
);

describe.each([
  ['its own hash', hashText],
  ['a hash that most texts share', WEAK],
])('a table of texts with %s', (_, hash) => {
  test('gives each text a row of its own and finds it again', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), fc.array(text), (texts, others) => {
        const table = new TextTable(TEXT_FIELDS + 1, 0, hash);
        const plain = new Map<string, number>();
        texts.forEach((one, value) => {
          expect(table.find(one) === NONE).toBe(!plain.has(one));
          table.rows.put(table.own(one) + TEXT_FIELDS, value);
          plain.set(one, value);
        });
        expect(table.rows.size).toBe(plain.size);
        for (const [held, value] of plain) {
          const at = table.find(held);
          expect([table.textAt(at), table.rows.at(at + TEXT_FIELDS)]).toEqual([held, value]);
        }
        for (const other of others) {
          expect(table.find(other) === NONE, other).toBe(!plain.has(other));
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('hashes are whole numbers that a key may be, and change with the salt', () => {
  fc.assert(
    fc.property(text, fc.nat(5), (one, salt) => {
      const hash = hashText(one, salt);
      expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true);
      expect(hashText(one, salt + 1)).not.toBe(hash);
    }),
  );
});
