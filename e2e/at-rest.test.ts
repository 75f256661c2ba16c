// What somebody reads who has the data folder and not the key: searched for in the raw files, while
// the server runs and after it was killed.

import { DatabaseSync } from 'node:sqlite';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteJournal } from '@holdfast/engine/journal/sqlite/sqlite-journal.ts';
import type { Seq } from '@holdfast/protocol/ids.ts';
import { readCopyKeys } from '@holdfast/server/at-rest/copy-keys.ts';
import { apiOf, bodyOf, WATCHED_MS } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { Installation, RunningServer } from './harness/installation.ts';

const TEST_MS_MAX = 120_000;
const HANDLE = 'marker_handle';
const SUBJECT = 'marker-subject';
const SESSION = 'marker-session';
const VIDEO = 'marker-video';
/** Public: it has to be found, or the search finds nothing. */
const PUBLIC = [VIDEO];
const PERSONAL = [HANDLE, SUBJECT, SESSION, '$argon2id$'];

let place: Installation;
let server: RunningServer;

beforeEach(async () => {
  place = openInstallation();
  server = await place.start();
  const api = apiOf(server.url);
  await api.video(VIDEO);
  const body = { handle: HANDLE, password: 'four unlikely words here', jurisdiction: 'us' };
  const headers = { 'sec-fetch-site': 'same-origin' };
  bodyOf(await api.send('POST', '/v1/accounts', { body, headers }), 201);
  const op = { video: VIDEO, jurisdiction: 'us', session: SESSION, subject: SUBJECT };
  const lines = [
    { ...op, n: 1, kind: 'like' },
    { ...op, n: 2, kind: 'view', watchedMs: WATCHED_MS },
  ];
  bodyOf(await api.bulk(lines));
}, TEST_MS_MAX);
afterEach(() => place.close());

const cellDir = (): string => join(place.dataDir, 'cells', 'us');
const keyFile = (): string => join(place.dataDir, 'at-rest.key');

/** Which of the words stand in any file of the cell, also in what SQLite keeps beside its files. */
function found(words: readonly string[]): readonly string[] {
  const files = readdirSync(cellDir(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  return words.filter((word) => files.some((bytes) => bytes.includes(word)));
}

it(
  'E3, E4, E5: no name of a person is in the files of a cell, and each is where it was sealed',
  async () => {
    expect(found(PERSONAL)).toEqual([]);
    await server.kill();
    expect(found(PERSONAL)).toEqual([]);
    const again = await place.start();
    await again.stop();
    expect(found([...PERSONAL, ...PUBLIC])).toEqual(PUBLIC);
    // The same bytes without the seal: the search would have found the names.
    const keys = readCopyKeys({ dir: cellDir(), keyFile: keyFile() });
    const sealed = openSqliteJournal({ file: join(cellDir(), 'journal.db'), seal: keys.journal });
    const open = openSqliteJournal({ file: join(cellDir(), 'unsealed.db') });
    for (const record of await sealed.read(0 as Seq, 2 ** 24)) await open.append(record);
    await sealed.close();
    await open.close();
    expect(found(PERSONAL)).toEqual([SESSION]);
  },
  TEST_MS_MAX,
);

it(
  'E8: without the right key it is not started, and the reason says what to do',
  async () => {
    await server.stop();
    renameSync(keyFile(), `${keyFile()}.away`);
    const missing = await place.holdfast('start', '--port', '0');
    expect(missing.code).not.toBe(0);
    expect(missing.err).toContain('at-rest.key is missing');
    expect(missing.err).toContain('--key-file');
    expect(existsSync(keyFile())).toBe(false);
    writeFileSync(keyFile(), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    const wrong = await place.holdfast('fsck');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('does not open')]);
    const named = await place.holdfast('fsck', '--key-file', `${keyFile()}.away`);
    expect([named.code, named.out]).toEqual([0, expect.stringContaining('0 differences')]);
  },
  TEST_MS_MAX,
);

it(
  'E9: a changed byte is found by fsck, and a batch that is needed is not applied',
  async () => {
    await server.stop();
    const flip = (file: string, table: string, column: string): void => {
      const db = new DatabaseSync(join(cellDir(), file));
      const [row] = db.prepare(`SELECT ${column} AS bytes FROM ${table} LIMIT 1`).all();
      const bytes = Buffer.from(row?.['bytes'] as Uint8Array);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      for (const { name } of db
        .prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`)
        .all())
        db.exec(`DROP TRIGGER ${String(name)}`);
      db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`).run(
        bytes,
        row?.['bytes'] as Uint8Array,
      );
      db.close();
    };
    flip('accounts.db', 'accounts', 'handle');
    const accounts = await place.holdfast('fsck');
    expect([accounts.code, accounts.out]).toEqual([1, expect.stringContaining('do not open')]);
    flip('journal.db', 'batches', 'body');
    const journal = await place.holdfast('fsck');
    expect([journal.code, journal.out]).toEqual([1, expect.stringContaining('does not open')]);
  },
  TEST_MS_MAX,
);

it(
  'E7: the key may lie elsewhere, and a backup with it can be run',
  async () => {
    await server.stop();
    const elsewhere = join(place.scratchDir, 'elsewhere.key');
    renameSync(keyFile(), elsewhere);
    const again = await place.start({ args: ['--key-file', elsewhere] });
    await again.stop();
    expect(existsSync(keyFile())).toBe(false);
    const backup = join(place.scratchDir, 'backup');
    expect((await place.holdfast('backup', '--to', backup)).code).toBe(0);
    const checked = await place.holdfast('fsck', '--data', backup, '--key-file', elsewhere);
    expect([checked.code, checked.out]).toEqual([0, expect.stringContaining('0 differences')]);
  },
  TEST_MS_MAX,
);
