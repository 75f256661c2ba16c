// The keys of one copy of a cell: a random data key of its own, stored only wrapped under the
// operator's key, and what is derived from it.
//
// Rules: docs/spec/at-rest.md (E1 to E9).
//
// Why destroying is enough: the data key is in one small file of this copy and in the memory of the
// process that has the cell open. Two copies of one cell have different data keys, so what one
// operator destroys the other one's key does not open.

import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalHead } from '@holdfast/engine/journal/journal.ts';
import type { RecordSeal } from '@holdfast/engine/journal/sqlite/sqlite-journal.ts';
import { writeWhole } from '../replication/whole-file.ts';
import { AtRestError } from './at-rest-error.ts';
import { KEY_BYTES, seal, unseal } from './box.ts';
import { makeKeyFile, readKeyFile } from './key-file.ts';

export const DATA_KEY_FILE = 'data.key';
const FORMAT = 1;
const KEY_ID_BYTES = 8;
/** Files that a cell has only together with a data key. */
const SEALED_FILES = ['journal.db', 'state.db', 'accounts.db', 'secret.key'];
/** A random nonce may be drawn so often under one key; 2^32 is where it gets too likely to repeat. */
const BATCHES_PER_KEY = 2 ** 20;

/** Seals and opens single values; `place` names what a value is and whose. */
export type ValueSeal = Readonly<{
  seal: (place: string, text: string) => Uint8Array;
  /** `undefined` when it does not open. */
  open: (place: string, sealed: Uint8Array) => string | undefined;
  /** The same for the same text, and useless without the key: for what is looked up. */
  index: (text: string) => Uint8Array;
}>;

export type CopyKeys = Readonly<{
  /** Names the data key; says nothing about it. */
  keyId: string;
  journal: RecordSeal;
  accounts: ValueSeal;
  /** Small files of the cell, by their name. */
  sealFile: (name: string, plain: Uint8Array) => Uint8Array;
  openFile: (name: string, sealed: Uint8Array) => Uint8Array | undefined;
}>;

export type OpenKeys = Readonly<{
  /** The cell's own folder. */
  dir: string;
  /** The operator's key, see `key-file.ts`. */
  keyFile: string;
}>;

/** Opens the keys of a copy, and makes them where the cell is new. Throws `AtRestError`. */
export function openCopyKeys({ dir, keyFile }: OpenKeys): CopyKeys {
  const file = join(dir, DATA_KEY_FILE);
  if (!existsSync(file)) makeDataKey({ dir, keyFile });
  return readCopyKeys({ dir, keyFile });
}

/** Opens the keys of a copy that is there. Throws `AtRestError`. */
export function readCopyKeys({ dir, keyFile }: OpenKeys): CopyKeys {
  const file = join(dir, DATA_KEY_FILE);
  if (!existsSync(file)) throw new AtRestError('at-rest-not-encrypted', dir);
  const { keyId, wrapped } = readWrapped(file);
  const dataKey = unseal(wrappingKey(readKeyFile(keyFile), keyId), placeOf(keyId), wrapped);
  if (dataKey === undefined) throw new AtRestError('at-rest-wrong-key', file);
  return copyKeysOf(keyId, dataKey);
}

/** Throws `AtRestError` when a copy is there and its keys cannot be opened; makes nothing. */
export function checkCopyKeys({ dir, keyFile }: OpenKeys): void {
  if (existsSync(join(dir, DATA_KEY_FILE)) || hasSealedFiles(dir)) readCopyKeys({ dir, keyFile });
}

function hasSealedFiles(dir: string): boolean {
  const isFolder = statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true;
  const held = isFolder ? readdirSync(dir) : [];
  return SEALED_FILES.some((name) => held.includes(name));
}

function makeDataKey({ dir, keyFile }: OpenKeys): void {
  if (hasSealedFiles(dir)) throw new AtRestError('at-rest-not-encrypted', dir);
  makeKeyFile(keyFile);
  const keyId = randomBytes(KEY_ID_BYTES).toString('hex');
  const dataKey = randomBytes(KEY_BYTES);
  const wrapped = seal(wrappingKey(readKeyFile(keyFile), keyId), placeOf(keyId), dataKey);
  const record = { format: FORMAT, keyId, wrapped: wrapped.toString('base64') };
  // Before anything is sealed: a crash here leaves a key that sealed nothing.
  writeWhole(join(dir, DATA_KEY_FILE), `${JSON.stringify(record)}\n`);
}

function readWrapped(file: string): Readonly<{ keyId: string; wrapped: Uint8Array }> {
  let record: unknown;
  try {
    record = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new AtRestError('at-rest-wrong-key', file, cause);
  }
  const { format, keyId, wrapped } = fieldsOf(record);
  if (typeof format === 'number' && format > FORMAT) {
    throw new AtRestError('at-rest-newer-version', file);
  }
  if (typeof keyId !== 'string' || typeof wrapped !== 'string') {
    throw new AtRestError('at-rest-wrong-key', file);
  }
  return { keyId, wrapped: Buffer.from(wrapped, 'base64') };
}

const fieldsOf = (value: unknown): Readonly<Partial<Record<string, unknown>>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const bytesOf = (text: string): Buffer => Buffer.from(text, 'utf8');

const placeOf = (keyId: string): Buffer => bytesOf(`holdfast data key 1\0${keyId}`);

function wrappingKey(operatorKey: Uint8Array, keyId: string): Buffer {
  return derived(operatorKey, `holdfast wrapping 1\0${keyId}`);
}

function derived(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', purpose, KEY_BYTES));
}

/** What is derived from a data key. */
export function copyKeysOf(keyId: string, dataKey: Uint8Array): CopyKeys {
  const [values, index, files] = ['values', 'index', 'files'].map((purpose) =>
    derived(dataKey, `holdfast ${purpose} 1`),
  ) as [Buffer, Buffer, Buffer];
  return {
    keyId,
    journal: journalSeal(dataKey),
    accounts: {
      seal: (place, text) => seal(values, bytesOf(place), bytesOf(text)),
      open: (place, sealed) => unseal(values, bytesOf(place), sealed)?.toString('utf8'),
      index: (text) => derived(index, text),
    },
    sealFile: (name, plain) => seal(files, bytesOf(name), plain),
    openFile: (name, sealed) => unseal(files, bytesOf(name), sealed),
  };
}

/** Each run of batches has a key of its own, so that random nonces never get close to repeating. */
function journalSeal(dataKey: Uint8Array): RecordSeal {
  let held: { run: number; key: Buffer } | undefined;
  const keyOf = (seq: number): Buffer => {
    const run = Math.floor(seq / BATCHES_PER_KEY);
    if (held?.run !== run) held = { run, key: derived(dataKey, `holdfast journal 1\0${run}`) };
    return held.key;
  };
  return {
    seal: (record) => seal(keyOf(record.seq), headBytes(record), record.body),
    open: (head, sealed) => unseal(keyOf(head.seq), headBytes(head), sealed),
  };
}

/** Binds a body to its head; the hash is the chain's, over the body as it is unsealed. */
function headBytes({ epoch, seq, atMs, hash }: JournalHead): Uint8Array {
  const bytes = Buffer.allocUnsafe(24 + hash.length);
  bytes.writeDoubleBE(epoch, 0);
  bytes.writeDoubleBE(seq, 8);
  bytes.writeDoubleBE(atMs, 16);
  bytes.set(hash, 24);
  return bytes;
}
