import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cut } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Seq, SubjectId, VideoId } from '@holdfast/protocol/ids.ts';
import type { OpGroup } from '../cell/cell-client.ts';
import { US } from '../registrar/charter.fixture.ts';
import { PartyCell } from './party-cell.ts';

const { privateKey } = generateKeyPairSync('ed25519');
let dir: string;
let cell: PartyCell;
let told: string[];

async function opened(): Promise<PartyCell> {
  return PartyCell.open({
    cell: {
      dir,
      keyFile: join(dir, 'at-rest.key'),
      jurisdiction: US,
      operator: 'north',
      epoch: 1 as Epoch,
      operatorKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      limits: { flushRowsMin: 100_000, flushAgeMsMax: 1_000_000 },
    },
    clocks: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    onNotice: ({ event, message }) => told.push(`${event}: ${message}`),
  });
}

/** Two batches; after the cell was closed the rows on disk have both. */
async function written(): Promise<void> {
  const register = async (name: string): Promise<void> => {
    const video = name as VideoId;
    await cell.line.call('registerVideo', { video, durationMs: 9_000, creatorKey: 'c' });
  };
  await cell.roles.serve(1 as Epoch, async () => 'acknowledged');
  await register('v1');
  await register('v2');
}

const cutAt = (seq: number): Cut => ({
  seq: seq as Seq,
  chain: '',
  likesHash: '',
  countsHash: '',
});

async function journalEnd(): Promise<number> {
  const journal = cell.roles.journal();
  return ((await journal.head()) ?? (await journal.base())).seq;
}

/** The seqs in the files of what was set aside. */
function aside(): number[] {
  const folder = join(dir, 'set-aside');
  const lines = readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8').trim().split('\n'),
  );
  return lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
}

beforeEach(async () => {
  told = [];
  dir = mkdtempSync(join(tmpdir(), 'holdfast-party-cell-'));
  cell = await opened();
});
afterEach(async () => {
  await cell.close();
  rmSync(dir, { recursive: true });
});

test('H20: after a restart a copy whose stored rows lie behind the cut is fetched anew', async () => {
  await written();
  await cell.close();
  cell = await opened();
  expect(await cell.setAside(cutAt(1))).toBe(false);
  expect(await journalEnd()).toBe(2);
});

test('H19: what lies behind the cut is kept in a file, also when the copy is fetched anew', async () => {
  await written();
  expect(await cell.setAside(cutAt(1))).toBe(false);
  expect(await cell.setAside(cutAt(1))).toBe(false);
  expect(aside()).toEqual([2]);
});

test('H19: what nobody counts is forgotten here, and setting aside twice is once', async () => {
  await written();
  const record = (await cell.roles.journal().read(1 as Seq, 1_000))[0];
  await cell.close();
  cell = await opened();
  if (record === undefined) throw new Error('the second batch is in the journal');
  const journal = cell.roles.journal();
  await journal.append({ ...record, seq: 3 as Seq, hash: record.hash.map((byte) => byte ^ 1) });
  expect(await cell.setAside(cutAt(2))).toBe(true);
  expect(await cell.setAside(cutAt(2))).toBe(true);
  expect(await journalEnd()).toBe(2);
  expect(aside()).toEqual([3]);
});

test('H19: whoever runs the site is told what was set aside, by what people did, and once', async () => {
  await written();
  const op = (n: number, kind: 'like' | 'unlike') => ({ n, kind, video: 'v1' as VideoId }) as const;
  const view = { n: 3, kind: 'view', video: 'v1' as VideoId, watchedMs: 5_000, source: 'feed' };
  const ops = [op(1, 'like'), op(2, 'unlike'), view] as const as OpGroup['ops'];
  const who = { kind: 'subject', tenant: 't', subject: 'anna' as SubjectId } as const;
  const group: OpGroup = { sessionKey: 't/s', who, startedAtMs: undefined, ops };
  await new Promise((resolve) => cell.line.submit([group], resolve));
  expect(await cell.setAside(cutAt(2))).toBe(false);
  const [message = ''] = told.filter((one) => one.startsWith('set-aside'));
  expect(message).toContain(
    'after batch 2 (batches: 1, likes: 1, likes taken back: 1, views: 1, as',
  );
  expect(message).toContain(join(dir, 'set-aside'));
  told = [];
  expect(await cell.setAside(cutAt(3))).toBe(true);
  expect(told).toEqual([]);
});
