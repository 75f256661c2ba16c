import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StateNames } from './state-names.ts';

const NAMES = new StateNames(new Uint8Array(32).fill(1));
const OTHERS = new StateNames(new Uint8Array(32).fill(2));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-names-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('E4: a session is stored under the same name each time, and under another with another key', () => {
  expect(NAMES.session('web/anna')).toBe(NAMES.session('web/anna'));
  expect(NAMES.session('web/anna')).not.toBe(NAMES.session('web/anne'));
  expect(NAMES.session('web/anna')).not.toBe(OTHERS.session('web/anna'));
  expect(NAMES.session('web/anna')).toHaveLength(16);
});

test('E4: the names of grants stay apart from all others, as their memory is another', () => {
  expect(NAMES.session('~anna')[0]).toBe('~');
  for (const key of ['web/anna', '!web/fix', 'zz/1']) expect(NAMES.session(key)[0]).toBe('!');
});

test('E4: a creator key is found again with the key alone', () => {
  for (const key of ['', 'c', 'a-hash-of-22-chars-_-1', 'x'.repeat(64)]) {
    expect(NAMES.open(NAMES.seal(key))).toBe(key);
  }
  const sealed = NAMES.seal('a-hash-of-22-chars-_-1');
  expect(Buffer.from(sealed).includes('hash')).toBe(false);
  expect(OTHERS.open(sealed)).not.toBe('a-hash-of-22-chars-_-1');
});

test('E4: in a database a name is found by its bytes, and cannot be read there', () => {
  const db = new DatabaseSync(join(folder, 'names.db'));
  db.exec('CREATE TABLE sessions (key BLOB PRIMARY KEY) WITHOUT ROWID');
  const stored = Buffer.from(NAMES.session('web/anna'), 'latin1');
  db.prepare('INSERT INTO sessions VALUES (?)').run(stored);
  expect(db.prepare('SELECT count(*) AS n FROM sessions WHERE key = ?').get(stored)).toEqual({
    n: 1,
  });
  db.close();
  const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  expect(bytes.some((file) => file.includes('anna'))).toBe(false);
});
