import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Seq } from '@holdfast/protocol/ids.ts';
import { bodyOf, recordAfter } from '../../testing/records.ts';
import { tinyDisk } from '../../testing/tiny-disk.ts';
import { CHAIN_START } from '../../counting/rows.ts';
import { chainHash } from '../batch-codec.ts';
import { JournalError } from '../journal.ts';
import type { Journal, JournalHead, JournalRecord } from '../journal.ts';
import { openSqliteJournal } from './sqlite-journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function allRecords(journal: Journal): Promise<readonly JournalRecord[]> {
  return journal.read(0 as Seq, 2 ** 31);
}

/** Throws where a record is not what was appended, or does not follow the one before. */
function expectChain(records: readonly JournalRecord[]): void {
  let previous: Uint8Array = CHAIN_START;
  records.forEach((record, index) => {
    const { epoch, seq, atMs, body, hash } = record;
    if (seq !== index + 1) throw new Error(`record ${index + 1} has seq ${seq}`);
    if (!Buffer.from(chainHash(previous, epoch, seq, atMs, body)).equals(hash)) {
      throw new Error(`record ${seq} does not follow the one before it`);
    }
    previous = hash;
  });
}

test('a reader beside the writer sees what was appended before it looked', async () => {
  const file = join(folder, 'beside.db');
  const writer = openSqliteJournal({ file });
  const reader = openSqliteJournal({ file, readOnly: true });
  let head: JournalHead | undefined;
  for (let seq = 1; seq <= 5; seq += 1) {
    const record = recordAfter(head, bodyOf(seq, 50));
    await writer.append(record);
    head = record;
    expect((await reader.head())?.seq).toBe(seq);
  }
  expect(await failure(reader.append(recordAfter(head, bodyOf(6, 5))))).toBeInstanceOf(
    JournalError,
  );
  expect((await writer.head())?.seq).toBe(5);
  await reader.close();
  await writer.close();
});

test('P1: every commit of the journal waits for the disk', async () => {
  // A kill of the process cannot show this, only a power cut could.
  const said = vi.spyOn(DatabaseSync.prototype, 'exec');
  const journal = openSqliteJournal({ file: join(folder, 'pragmas.db') });
  const levels = said.mock.calls.map(([sql]) => sql).filter((sql) => sql.includes('synchronous'));
  said.mockRestore();
  expect(levels).toEqual(['PRAGMA synchronous = FULL']);
  await journal.close();
});

type Killed = Readonly<{ file: string; wal: Uint8Array; acked: readonly (readonly number[])[] }>;

/** A process that appended until it was killed, without a chance to tidy up. */
async function killedWriter(name: string, appends: number): Promise<Killed> {
  const home = join(folder, name);
  mkdirSync(home);
  const file = join(home, 'journal.db');
  const program = fileURLToPath(new URL('./append-forever.test-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.split('\n').length > appends) child.kill('SIGKILL');
  }
  const lines = said.split('\n').slice(0, -1);
  const acked = lines.map((line) => line.split(' ').map(Number));
  return { file, wal: readFileSync(`${file}-wal`), acked };
}

/** Opens a copy whose WAL a fault has changed, and gives what it holds. */
async function afterFault(
  { file }: Killed,
  name: string,
  wal: Uint8Array,
): Promise<readonly JournalRecord[]> {
  const copy = join(folder, `${name}.db`);
  copyFileSync(file, copy);
  writeFileSync(`${copy}-wal`, wal);
  const journal = openSqliteJournal({ file: copy });
  const records = await allRecords(journal);
  // It also goes on from there.
  await journal.append(recordAfter(records.at(-1), bodyOf(records.length + 1, 100)));
  expectChain(await allRecords(journal));
  await journal.close();
  return records;
}

describe('P1, C24: after kill -9', () => {
  test('every acknowledged record is there, and a cut of the WAL costs only what lay behind it', async () => {
    const killed = await killedWriter('cut', 60);
    expect(killed.acked.length).toBeGreaterThanOrEqual(60);
    for (let turn = 0; turn <= 30; turn += 1) {
      // The first cut is at the very end: nothing is lost.
      const share = turn === 0 ? 1 : ((turn * 7_919) % 31) / 31;
      const cut = Math.floor(killed.wal.length * share);
      const records = await afterFault(killed, `cut-${turn}`, killed.wal.subarray(0, cut));
      expectChain(records);
      const promised = killed.acked.filter(([, walBytes = 0]) => walBytes <= cut).length;
      expect(records.length, `cut at ${cut}`).toBeGreaterThanOrEqual(promised);
    }
  });

  test('a damaged byte in the WAL costs only what lay behind it', async () => {
    const killed = await killedWriter('flip', 40);
    for (let turn = 1; turn <= 20; turn += 1) {
      const at = Math.floor(killed.wal.length * (((turn * 7_919) % 23) / 23));
      const wal = Uint8Array.from(killed.wal);
      wal[at] = (wal[at] ?? 0) ^ 0x40;
      const records = await afterFault(killed, `flip-${turn}`, wal);
      expectChain(records);
      const promised = killed.acked.filter(([, walBytes = 0]) => walBytes <= at).length;
      expect(records.length, `flip at ${at}`).toBeGreaterThanOrEqual(promised);
    }
  });
});

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
}

const tiny = tinyDisk(join(folder, 'tiny'), 2);
afterAll(() => tiny?.release());

describe.skipIf(tiny === undefined)('on a full disk (needs the right to mount a tmpfs)', () => {
  test('P1: an append says so, keeps what was there, and goes on when space returns', async () => {
    const disk = tiny?.path ?? '';
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, new Uint8Array(512 * 1_024));
    const file = join(disk, 'journal.db');
    const journal = openSqliteJournal({ file });
    const acked: JournalRecord[] = [];
    let error: unknown;
    while (error === undefined && acked.length < 1_000) {
      const record = recordAfter(acked.at(-1), bodyOf(acked.length + 1, 20_000));
      error = await journal.append(record).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) acked.push(record);
    }
    expect(error).toBeInstanceOf(JournalError);
    expect(error).toMatchObject({ code: 'full', isRetryable: true });
    expect((await journal.head())?.seq).toBe(acked.length);
    expectChain(await allRecords(journal));

    truncateSync(ballast);
    const next = recordAfter(acked.at(-1), bodyOf(acked.length + 1, 20_000));
    await journal.append(next);
    await journal.close();
    const reopened = openSqliteJournal({ file });
    const records = await allRecords(reopened);
    expect(records).toHaveLength(acked.length + 1);
    expectChain(records);
    await reopened.close();
  });
});
