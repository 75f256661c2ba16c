import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Epoch, Seq, TimestampMs } from '@holdfast/protocol/ids.ts';
import { AtRestError } from './at-rest-error.ts';
import { checkCopyKeys, copyKeysOf, openCopyKeys, readCopyKeys } from './copy-keys.ts';

let folder: string;
let dir: string;
let keyFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-keys-'));
  dir = join(folder, 'cells', 'us');
  keyFile = join(folder, 'at-rest.key');
  mkdirSync(dir, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AtRestError) return error.code;
    throw error;
  }
  return 'nothing';
}

const RECORD = {
  epoch: 1 as Epoch,
  seq: 7 as Seq,
  atMs: 1_000 as TimestampMs,
  hash: new Uint8Array(32).fill(3),
  body: Buffer.from('what people did'),
};
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

describe('the keys of a copy', () => {
  test('E1: are made once, for their owner alone, and open what they sealed', () => {
    const made = openCopyKeys({ dir, keyFile });
    const sealed = made.journal.seal(RECORD);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'data.key')).mode & 0o777).toBe(0o600);
    const again = openCopyKeys({ dir, keyFile });
    expect(again.keyId).toBe(made.keyId);
    expect(text(again.journal.open(RECORD, sealed))).toBe('what people did');
  });

  test('E2: differ from copy to copy, also under one key of the operator', () => {
    const other = join(folder, 'cells', 'eu');
    mkdirSync(other);
    const sealed = openCopyKeys({ dir, keyFile }).journal.seal(RECORD);
    expect(openCopyKeys({ dir: other, keyFile }).journal.open(RECORD, sealed)).toBeUndefined();
  });

  test('E1: the data key lies in no file as it is', () => {
    openCopyKeys({ dir, keyFile });
    const { wrapped } = JSON.parse(readFileSync(join(dir, 'data.key'), 'utf8')) as {
      wrapped: string;
    };
    const operatorKey = readFileSync(keyFile, 'utf8').trim();
    expect(wrapped).not.toContain(operatorKey);
    expect(Buffer.from(wrapped, 'base64').length).toBe(12 + 32 + 16);
  });

  test('E8: without the operator’s key nothing opens, and no other key is made in its place', () => {
    openCopyKeys({ dir, keyFile });
    rmSync(keyFile);
    expect(codeOf(() => openCopyKeys({ dir, keyFile }))).toBe('at-rest-key-missing');
    expect(codeOf(() => checkCopyKeys({ dir, keyFile }))).toBe('at-rest-key-missing');
  });

  test('E8: another key, a changed data key and a key that others can read are told apart', () => {
    openCopyKeys({ dir, keyFile });
    const other = join(folder, 'other.key');
    writeFileSync(other, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    expect(codeOf(() => readCopyKeys({ dir, keyFile: other }))).toBe('at-rest-wrong-key');
    chmodSync(keyFile, 0o644);
    expect(codeOf(() => readCopyKeys({ dir, keyFile }))).toBe('at-rest-key-exposed');
    chmodSync(keyFile, 0o600);
    writeFileSync(join(dir, 'data.key'), '{"format":1,"keyId":"00","wrapped":"AAAA"}');
    expect(codeOf(() => readCopyKeys({ dir, keyFile }))).toBe('at-rest-wrong-key');
    writeFileSync(join(dir, 'data.key'), '{"format":9}');
    expect(codeOf(() => readCopyKeys({ dir, keyFile }))).toBe('at-rest-newer-version');
    writeFileSync(keyFile, 'a passphrase');
    writeFileSync(join(dir, 'data.key'), '{"format":1,"keyId":"00","wrapped":"AAAA"}');
    expect(codeOf(() => readCopyKeys({ dir, keyFile }))).toBe('at-rest-key-unreadable');
  });

  test('E8: files without a data key are refused and left as they are', () => {
    writeFileSync(join(dir, 'journal.db'), 'older');
    expect(codeOf(() => openCopyKeys({ dir, keyFile }))).toBe('at-rest-not-encrypted');
    expect(codeOf(() => checkCopyKeys({ dir, keyFile }))).toBe('at-rest-not-encrypted');
    expect(readFileSync(join(dir, 'journal.db'), 'utf8')).toBe('older');
  });
});

describe('what is sealed', () => {
  const keys = copyKeysOf('a', new Uint8Array(32).fill(1));

  test('E3: opens in its place alone, and not when a byte was changed', () => {
    const sealed = keys.journal.seal(RECORD);
    expect(text(sealed)).not.toContain('people');
    expect(keys.journal.open({ ...RECORD, seq: 8 as Seq }, sealed)).toBeUndefined();
    expect(keys.journal.open({ ...RECORD, epoch: 2 as Epoch }, sealed)).toBeUndefined();
    for (const at of [0, 12, sealed.length - 1]) {
      const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(keys.journal.open(RECORD, changed)).toBeUndefined();
    }
    expect(keys.journal.open(RECORD, sealed.subarray(0, 20))).toBeUndefined();
  });

  test('E3: is another one each time, so that equal batches do not look alike', () => {
    expect(keys.journal.seal(RECORD)).not.toEqual(keys.journal.seal(RECORD));
  });

  test('E5: a value opens for its own row and column alone', () => {
    const sealed = keys.accounts.seal('handle\0acc_1', 'anna');
    expect(keys.accounts.open('handle\0acc_1', sealed)).toBe('anna');
    expect(keys.accounts.open('handle\0acc_2', sealed)).toBeUndefined();
    expect(keys.accounts.open('password_hash\0acc_1', sealed)).toBeUndefined();
  });

  test('E6: what is looked up is found by a hash that needs the key', () => {
    const other = copyKeysOf('b', new Uint8Array(32).fill(2));
    expect(keys.accounts.index('anna')).toEqual(keys.accounts.index('anna'));
    expect(keys.accounts.index('anna')).not.toEqual(keys.accounts.index('anne'));
    expect(keys.accounts.index('anna')).not.toEqual(other.accounts.index('anna'));
  });
});
