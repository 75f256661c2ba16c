// Changes of accounts as bytes, a part of each delivery; read in every field, for they are written
// to this disk.
//
// Rules: docs/spec/handover.md (H52), docs/spec/accounts.md (AC47).

import { FormatError } from '@holdfast/engine/codec/bytes.ts';
import type { ByteReader, ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import {
  areFitting,
  CHANGED_BYTES_MAX,
  CHANGED_ROW_BYTES_MAX,
  CHANGED_ROWS_MAX,
  HASH_BYTES,
  REPLICATED_TABLES,
  ROW_NAME_BYTES,
} from '../accounts/replicated-rows.ts';
import type {
  AccountChanges,
  ReplicatedColumn,
  RowChange,
  RowValue,
} from '../accounts/replicated-rows.ts';

export const ACCOUNTS_BYTES_MAX: number = 256 + CHANGED_BYTES_MAX + CHANGED_ROW_BYTES_MAX;

/** Stands where the number of a table would; it stays when tables are added. */
const GONE = 0xff;

export function writeAccounts(
  writer: ByteWriter,
  { from, through, head, rows }: AccountChanges,
): void {
  writer.uint(from);
  writer.uint(through);
  writer.uint(head.changeNo);
  writer.bytes(Buffer.from(head.rowsHash, 'hex'));
  writer.uint(rows.length);
  for (const row of rows) {
    writer.uint(row.changeNo);
    writer.byte(row.kind === 'gone' ? GONE : row.table);
    if (row.kind === 'gone') writer.bytes(row.name);
    else for (const value of [row.key, ...row.values]) writeValue(writer, value);
  }
}

/** Throws `FormatError` for anything that `writeAccounts` would not write. */
export function readAccounts(reader: ByteReader): AccountChanges {
  const from = reader.uint();
  const through = reader.uint();
  const changeNo = reader.uint();
  const rowsHash = Buffer.from(reader.bytes(HASH_BYTES)).toString('hex');
  const length = reader.uint();
  if (length > CHANGED_ROWS_MAX) throw new FormatError(`${length} changed rows are too many`);
  const rows = Array.from({ length }, () => readRow(reader));
  const changes = { from, through, head: { changeNo, rowsHash }, rows };
  if (!areFitting(changes)) throw new FormatError('the changed accounts are of another form');
  return changes;
}

function readRow(reader: ByteReader): RowChange {
  const changeNo = reader.uint();
  const table = reader.byte();
  if (table === GONE) {
    // A copy: the message's own memory is used again.
    return { kind: 'gone', changeNo, name: Uint8Array.from(reader.bytes(ROW_NAME_BYTES)) };
  }
  const columns = REPLICATED_TABLES[table];
  if (columns === undefined) throw new FormatError(`there is no table ${table} of accounts`);
  const key = readValue(reader, columns.key);
  const values = columns.others.map((column) => readValue(reader, column));
  return { kind: 'row', changeNo, table, key, values };
}

function writeValue(writer: ByteWriter, value: RowValue): void {
  if (typeof value === 'string') writer.text(value);
  else if (typeof value === 'number') writer.uint(value);
  else writer.bytes(value);
}

function readValue(reader: ByteReader, { type }: ReplicatedColumn): RowValue {
  switch (type) {
    case 'text':
      return reader.text();
    case 'uint':
      return reader.uint();
    case 'hash':
      return Uint8Array.from(reader.bytes(HASH_BYTES));
  }
}
