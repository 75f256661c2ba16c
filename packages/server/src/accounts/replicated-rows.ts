// The rows of `accounts.db` that two parties of a cell hold alike, as plain values. Failures of
// handles are not among them: they are about limits, and each owner counts its own.
//
// Rules: docs/spec/accounts.md (AC44, AC45).

import { parseHandle } from './handle.ts';

export type RowValue = string | number | Uint8Array;

export type ReplicatedColumn = Readonly<{
  name: string;
  type: 'text' | 'uint' | 'hash';
  /** Whether a value that came from another party may stand in it. */
  fits: (value: RowValue) => boolean;
  /** Stored sealed: see `sealed-columns.ts`. */
  isSealed?: true;
  /** The column that has a keyed hash of the value, to find it by. */
  index?: string;
}>;

export type ReplicatedTable = Readonly<{
  name: string;
  /** Names a row for ever, and says nothing about a person. */
  key: ReplicatedColumn;
  others: readonly ReplicatedColumn[];
}>;

export const HASH_BYTES = 32;
export const ROW_NAME_BYTES = 16;
/** A password in the form of argon2id has 97. */
const PASSWORD_HASH_CHARS_MAX = 256;
const ACCOUNT_ID_PATTERN = /^acc_[A-Za-z0-9_-]{22}$/;

const accountId = (name: string): ReplicatedColumn => ({
  name,
  type: 'text',
  fits: (value) => typeof value === 'string' && ACCOUNT_ID_PATTERN.test(value),
});
const uint = (name: string): ReplicatedColumn => ({
  name,
  type: 'uint',
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
});
const handle: ReplicatedColumn = {
  name: 'handle',
  type: 'text',
  isSealed: true,
  index: 'handle_index',
  fits: (value) => {
    if (typeof value !== 'string') return false;
    const parsed = parseHandle(value);
    return parsed.kind === 'handle' && parsed.handle === value;
  },
};
const passwordHash: ReplicatedColumn = {
  name: 'password_hash',
  type: 'text',
  isSealed: true,
  fits: (value) => typeof value === 'string' && value.length <= PASSWORD_HASH_CHARS_MAX,
};
const tokenHash: ReplicatedColumn = {
  name: 'token_hash',
  type: 'hash',
  fits: (value) => value instanceof Uint8Array && value.length === HASH_BYTES,
};

const TEXT_BYTES_MAX = 256;
const plainText = (name: string, pattern: RegExp): ReplicatedColumn => ({
  name,
  type: 'text',
  fits: (value) => typeof value === 'string' && pattern.test(value),
});
/** Whose a writing is: an account's, or the cell's own (a case that nobody here is the subject of). */
const writer: ReplicatedColumn = {
  ...accountId('account_id'),
  fits: (value) => value === THE_CELL || accountId('account_id').fits(value),
};
const target: ReplicatedColumn = {
  name: 'target',
  type: 'text',
  isSealed: true,
  index: 'target_index',
  fits: (value) => typeof value === 'string' && Buffer.byteLength(value) <= TEXT_BYTES_MAX,
};
const body: ReplicatedColumn = {
  name: 'body',
  type: 'text',
  isSealed: true,
  fits: (value) => typeof value === 'string' && Buffer.byteLength(value) <= WRITING_BYTES_MAX,
};

/** Stands where an account would for what is the cell's own. */
export const THE_CELL = 'cell';
/** What somebody wrote, as JSON. */
export const WRITING_BYTES_MAX: number = 16 * 1024;
export const WRITING_ID_PATTERN: RegExp = /^[A-Za-z0-9_-]{1,64}$/;
export const TALLY_NAME_PATTERN: RegExp = /^[A-Za-z0-9_/-]{1,128}$/;

/** In an order in which each row may follow those that it names. New ones come last. */
export const REPLICATED_TABLES: readonly ReplicatedTable[] = [
  { name: 'accounts', key: accountId('id'), others: [handle, passwordHash, uint('created_at_ms')] },
  {
    name: 'sessions',
    key: uint('n'),
    others: [accountId('account_id'), tokenHash, uint('created_at_ms'), uint('renewed_at_ms')],
  },
  { name: 'deletions', key: accountId('account_id'), others: [] },
  {
    name: 'writings',
    key: plainText('id', WRITING_ID_PATTERN),
    others: [
      plainText('kind', /^[a-z-]{1,32}$/),
      writer,
      target,
      body,
      uint('created_at_ms'),
      uint('updated_at_ms'),
    ],
  },
  { name: 'tallies', key: plainText('name', TALLY_NAME_PATTERN), others: [uint('value')] },
];

const tableNo = (name: string): number => REPLICATED_TABLES.findIndex((one) => one.name === name);
export const WRITINGS_TABLE: number = tableNo('writings');
export const TALLIES_TABLE: number = tableNo('tallies');

/** A row as it is now, or that it is no more; `changeNo` is that of its last change. */
export type RowChange = Readonly<
  | {
      kind: 'row';
      changeNo: number;
      /** Place in `REPLICATED_TABLES`. */
      table: number;
      key: RowValue;
      /** The values beside the key. */
      values: readonly RowValue[];
    }
  /** Named by a hash, so that nothing is left of the key. */
  | { kind: 'gone'; changeNo: number; name: Uint8Array }
>;

/** The newest change, and the sum of the hashes of all rows as 64 hexadecimal digits. */
export type AccountsHead = Readonly<{ changeNo: number; rowsHash: string }>;

/** What has changed after one number and up to another, as of `head`. */
export type AccountChanges = Readonly<{
  /** The rows below are those that changed after this one … */
  from: number;
  /** … and up to this one, or they are all when it is that of `head`. */
  through: number;
  head: AccountsHead;
  /** In the order of their numbers. */
  rows: readonly RowChange[];
}>;

/** Rows in one `AccountChanges`. */
export const CHANGED_ROWS_MAX = 500;
/** Bytes of one row on the wire, with room to spare. */
export const CHANGED_ROW_BYTES_MAX: number = 20 * 1024;
/** After a row that reaches this many bytes, no further one is put into one `AccountChanges`. */
export const CHANGED_BYTES_MAX: number = 512 * 1024;
/** Numbers and lengths of one row on the wire, at most. */
const ROW_FRAME_BYTES = 128;

/** At least what a row takes on the wire. */
export function rowBytes(row: RowChange): number {
  if (row.kind === 'gone') return ROW_FRAME_BYTES;
  const bytes = [row.key, ...row.values].map((value) =>
    typeof value === 'string' ? Buffer.byteLength(value) : HASH_BYTES,
  );
  return bytes.reduce((sum, one) => sum + one, ROW_FRAME_BYTES);
}

/** Whether changes that came from another party are of the form that this file makes. */
export function areFitting({ from, through, head, rows }: AccountChanges): boolean {
  let last = from;
  for (const row of rows) {
    if (row.changeNo <= last || row.changeNo > through || !isFitting(row)) return false;
    last = row.changeNo;
  }
  if (rows.length > CHANGED_ROWS_MAX || through < from) return false;
  // A follower that is ahead of its owner is told so by `head`, and gets nothing.
  return through <= head.changeNo || rows.length === 0;
}

function isFitting(row: RowChange): boolean {
  if (row.kind === 'gone') return row.name.length === ROW_NAME_BYTES;
  const { key, values } = row;
  const table = REPLICATED_TABLES[row.table];
  if (table?.key.fits(key) !== true || values.length !== table.others.length) return false;
  return table.others.every((column, index) => {
    const value = values[index];
    return value !== undefined && column.fits(value);
  });
}
