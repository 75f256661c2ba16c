import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { openDatabase } from '../accounts/database.ts';
import { openCopyKeys } from '../at-rest/copy-keys.ts';
import type { CallName, CallReply, CellCalls } from './cell-client.ts';
import { CellLine } from './cell-line.ts';
import { openCell } from './cell-host.ts';
import type { CellHost } from './cell-host.ts';

const US = 'us' as Jurisdiction;

let dir: string;
let host: CellHost;
let line: CellLine;

async function open(): Promise<void> {
  const at: { host?: CellHost } = {};
  line = new CellLine(
    US,
    (request) => at.host?.receive(request),
    () => undefined,
  );
  const { privateKey } = generateKeyPairSync('ed25519');
  at.host = await openCell(
    {
      dir,
      keyFile: join(dir, 'at-rest.key'),
      jurisdiction: US,
      operator: 'north',
      epoch: 1 as Epoch,
      operatorKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      limits: { flushRowsMin: 1_000, flushAgeMsMax: 1_000 },
    },
    { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    (record) => line.take(record),
  );
  ({ host } = at);
  line.open();
}

const call = <Name extends CallName>(
  name: Name,
  ask: CellCalls[Name]['ask'],
): Promise<CallReply<Name>> => line.call(name, ask);

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-deletions-'));
  await open();
});
afterEach(async () => {
  await host.close();
  rmSync(dir, { recursive: true });
});

test('AC36, AC51: a cell that starts with a mark deletes the account and erases its ops', async () => {
  const person = { handle: 'anna', password: 'a long enough phrase', remote: '127.0.0.1' };
  const entered = await call('signUp', person);
  if (entered.kind !== 'signed-in') throw new Error(`the sign-up ended as ${entered.kind}`);
  await host.close();
  const db = openStore();
  db.prepare('INSERT INTO deletions (account_id) VALUES (?)').run(entered.account);
  db.close();

  await open();
  await until(() => marks().length === 0);
  expect(await call('whoIs', { token: entered.token })).toEqual({ kind: 'nobody' });
  expect(await call('signUp', person)).toMatchObject({ kind: 'signed-in' });
});

function openStore(): DatabaseSync {
  const { accounts } = openCopyKeys({ dir, keyFile: join(dir, 'at-rest.key') });
  return openDatabase(join(dir, 'accounts.db'), accounts);
}

function marks(): readonly unknown[] {
  const db = openStore();
  try {
    return db.prepare('SELECT * FROM deletions').all();
  } finally {
    db.close();
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !holds(); turn += 1) await sleep(10);
}
