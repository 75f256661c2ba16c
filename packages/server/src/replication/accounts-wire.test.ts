import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter, FormatError } from '@holdfast/engine/codec/bytes.ts';
import { CHANGED_ROWS_MAX } from '../accounts/replicated-rows.ts';
import type { AccountChanges, RowChange } from '../accounts/replicated-rows.ts';
import { ACCOUNTS_BYTES_MAX, readAccounts, writeAccounts } from './accounts-wire.ts';

const bytes = (changes: AccountChanges): Uint8Array => {
  const writer = new ByteWriter();
  writeAccounts(writer, changes);
  return writer.take();
};
const read = (written: Uint8Array): AccountChanges => readAccounts(new ByteReader(written));

const ID = `acc_${'x'.repeat(22)}`;
const HASH = 'ab'.repeat(32);
const row = (changeNo: number): RowChange => ({
  kind: 'row',
  changeNo,
  table: 0,
  key: ID,
  values: ['ann', '$argon2id$x', 1_790_000_000_000],
});
const session = (changeNo: number, token: Uint8Array): RowChange => ({
  kind: 'row',
  changeNo,
  table: 1,
  key: 7,
  values: [ID, token, 1, 2],
});
const changesOf = (...rows: readonly RowChange[]): AccountChanges => ({
  from: 2,
  through: 9,
  head: { changeNo: 9, rowsHash: HASH },
  rows,
});

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const anyRow = fc.oneof(
  bytesOf(32).map((token) => session(0, token)),
  bytesOf(16).map((name): RowChange => ({ kind: 'gone', changeNo: 0, name })),
  fc.constant(row(0)),
);
const anyChanges = fc.array(anyRow, { maxLength: 20 }).map((rows): AccountChanges => {
  const numbered = rows.map((one, index) => ({ ...one, changeNo: index + 3 }));
  const through = rows.length + 2;
  return { from: 2, through, head: { changeNo: through + 4, rowsHash: HASH }, rows: numbered };
});

describe('changes of accounts on the wire', () => {
  test('AC47: are read as they were written', () => {
    const isKept = (changes: AccountChanges): void => {
      expect(read(bytes(changes))).toEqual(changes);
    };
    fc.assert(fc.property(anyChanges, isKept));
  });

  test('AC47: fit into what a delivery may have', () => {
    const long = { ...row(0), values: ['h'.repeat(30), 'p'.repeat(256), Number.MAX_SAFE_INTEGER] };
    const rows = Array.from({ length: CHANGED_ROWS_MAX }, (_, n) => ({ ...long, changeNo: n + 3 }));
    const through = CHANGED_ROWS_MAX + 2;
    const head = { changeNo: through, rowsHash: HASH };
    const written = bytes({ from: 2, through, head, rows: rows as RowChange[] });
    expect(read(written).rows.length).toBe(CHANGED_ROWS_MAX);
    expect(written.length).toBeLessThan(ACCOUNTS_BYTES_MAX);
  });

  test.each<[string, AccountChanges]>([
    ['numbers that do not rise', changesOf(row(4), row(4))],
    ['a number before what they follow', changesOf(row(2))],
    ['a number behind their end', changesOf(row(10))],
    ['an end behind the newest change', { ...changesOf(row(4)), through: 10 }],
    ['an end before their beginning', { ...changesOf(), through: 1 }],
    [
      'a handle that nobody can have',
      changesOf({ ...row(4), values: ['Ann', 'x', 1] } as RowChange),
    ],
    ['a key of another form', changesOf({ ...row(4), key: 'acc_short' } as RowChange)],
    [
      'a password hash too long',
      changesOf({ ...row(4), values: ['ann', 'x'.repeat(257), 1] } as RowChange),
    ],
  ])('AC47: with %s are refused', (_what, changes) => {
    expect(() => read(bytes(changes))).toThrow(FormatError);
  });

  test('AC47: that were cut off or are of an unknown table are refused', () => {
    const written = bytes(changesOf(session(4, new Uint8Array(32))));
    for (let length = 0; length < written.length; length += 1) {
      expect(() => read(written.subarray(0, length))).toThrow(FormatError);
    }
    expect(() => read(bytes(changesOf({ ...row(4), table: 9 } as RowChange)))).toThrow(FormatError);
  });
});
