import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashHex } from '@holdfast/engine/counting/set-hash.ts';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { Attestor } from '../certificate/attestor.ts';
import { totalsOf } from '../certificate/certificate.ts';
import { newParty, US } from '../registrar/charter.fixture.ts';
import { like, V1 } from '../replication/control.fixture.ts';
import { PartyCell } from '../replication/party-cell.ts';
import type { CutCopy, TakenCut } from './balance-book.ts';
import { makeInThread } from './balance-maker.ts';
import { remakeCopies } from './remake-copies.ts';

const { key } = newParty('north');
const clocks = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const HANDOVER = 'us-1-test';

let dir: string;
const opened: PartyCell[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-remake-'));
});
afterEach(async () => {
  for (const cell of opened.splice(0)) await cell.close();
  rmSync(dir, { recursive: true });
});

async function openedAt(folder: string): Promise<PartyCell> {
  const cell = await PartyCell.open({
    cell: {
      dir: join(dir, folder),
      keyFile: join(dir, 'key.pem'),
      jurisdiction: US,
      operator: 'north',
      epoch: 1 as Epoch,
      operatorKeyPem: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      limits: { flushRowsMin: 100_000, flushAgeMsMax: 1_000_000 },
    },
    clocks,
    onNotice: () => undefined,
  });
  opened.push(cell);
  return cell;
}

/** As the rows of a cell are now, and what is needed to make its balances. */
function cutOf({ roles }: PartyCell): TakenCut {
  const meta = roles.view()?.meta;
  const totals = meta && totalsOf(meta);
  if (meta === undefined || totals === undefined) throw new Error('the cell has rows');
  const place = { cell: US, epoch: meta.epoch, seq: meta.seq };
  return { handover: HANDOVER, place, countsHash: hashHex(meta.countsHash), totals };
}

type Taken = Readonly<{ epoch: number; copy: CutCopy | undefined }>;

/** Stands for the certificates' side, which noted one cut. */
function noted({ place: { seq } }: TakenCut): Readonly<{ attestor: Attestor; taken: Taken[] }> {
  const taken: Taken[] = [];
  const attestor = {
    cutsWithoutBalances: () => [{ handover: HANDOVER, seq: seq as Seq }],
    takeBalances: (_handover: string, epoch: number, copyNow: () => CutCopy | undefined) =>
      taken.push({ epoch, copy: copyNow() }),
  };
  return { attestor: attestor as unknown as Attestor, taken };
}

const jobIn = (folder: string, cut: TakenCut): Parameters<typeof makeInThread>[0] => {
  return {
    ...cut,
    stateFile: join(dir, folder, 'state.db'),
    balanceFile: join(dir, `${folder}.bin`),
  };
};

async function counted(): Promise<Readonly<{ cell: PartyCell; cut: TakenCut }>> {
  const cell = await openedAt('cell');
  await cell.roles.serve(1 as Epoch, async () => 'acknowledged');
  await cell.line.call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  for (const person of ['a', 'b', 'c']) await like(cell.line, person);
  await cell.flush();
  await like(cell.line, 'd');
  return { cell, cut: cutOf(cell) };
}

test('BL7: a process that was killed right after the cut has the same balances later', async () => {
  const { cell, cut } = await counted();
  const release = cell.roles.copyCounts();
  const before = await makeInThread(jobIn('cell', cut), release?.copies ?? []);
  await like(cell.line, 'e');
  await cell.line.call('registerVideo', {
    video: 'late' as VideoId,
    durationMs: 9_000,
    creatorKey: 'c',
  });
  // What a crash leaves is what is in the files at that moment.
  cpSync(join(dir, 'cell'), join(dir, 'after'), { recursive: true });
  const after = await openedAt('after');
  const { attestor, taken } = noted(cut);
  await remakeCopies(attestor, after, clocks);
  expect(taken).toMatchObject([{ epoch: 1 }]);
  await after.roles.serve(1 as Epoch, async () => 'acknowledged');
  await like(after.line, 'f');
  expect(await makeInThread(jobIn('after', cut), taken[0]?.copy?.copies ?? [])).toEqual(before);
});

test('BL7: without a hold on the stored state there would be none', async () => {
  const { cell, cut } = await counted();
  await like(cell.line, 'e');
  await cell.flush();
  cpSync(join(dir, 'cell'), join(dir, 'after'), { recursive: true });
  const after = await openedAt('after');
  const { attestor, taken } = noted(cut);
  await remakeCopies(attestor, after, clocks);
  expect(taken).toEqual([]);
});
