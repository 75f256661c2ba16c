import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import type { Seq } from '@holdfast/protocol/ids.ts';
import type { Journal, JournalRecord } from '../journal/journal.ts';
import { openSqliteJournal } from '../journal/sqlite/sqlite-journal.ts';
import { EngineRun } from '../testing/engine-run.ts';
import { checkJournal } from './check-journal.ts';
import type { JournalCheck } from './check-journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-check-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BATCHES = 6;
const OPS_A_BATCH = 2;
/** Batches that registered videos and people before the ops. */
const BEFORE = 5;

/** The records of a short life: each batch but the first few holds two ops. */
async function records(): Promise<readonly JournalRecord[]> {
  const run = await EngineRun.open();
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const op = { kind: 'like', video: 1 + (batch % 4), watchedMs: 0 } as const;
    await run.step({ kind: 'send', session: 0, op, skip: 0 });
    await run.step({ kind: 'resend', session: 0, back: 0 });
    await run.step({ kind: 'tick', ms: 1_000 });
  }
  return run.journal.all();
}

let files = 0;
/** A journal on disk, changed by hand behind its own back. */
async function journalAfter(change: (db: DatabaseSync) => void): Promise<Journal> {
  files += 1;
  const file = join(folder, `${files}.db`);
  const writer = openSqliteJournal({ file });
  for (const record of await records()) await writer.append(record);
  await writer.close();
  const db = new DatabaseSync(file);
  change(db);
  db.close();
  return openSqliteJournal({ file });
}

async function checked(journal: Journal, stateSeq = 1_000): Promise<JournalCheck> {
  const check = await checkJournal(journal, stateSeq, {
    onProgress: () => undefined,
    monotonicMs: () => 0,
  });
  await journal.close();
  return check;
}

const unchanged = (): void => undefined;
const LAST = BEFORE + BATCHES;

describe('C24: a journal that was left alone', () => {
  test('has no differences, and its ops are counted', async () => {
    expect(await checked(await journalAfter(unchanged))).toEqual({
      differences: [],
      batches: LAST,
      opsInState: BATCHES * OPS_A_BATCH,
      baseSeq: 0,
      headSeq: LAST,
    });
  });

  test('gives the ops up to the batch that the state includes', async () => {
    const check = await checked(await journalAfter(unchanged), LAST - 2);
    expect(check.opsInState).toBe((BATCHES - 2) * OPS_A_BATCH);
  });

  test('has no differences after trimming either, and then cannot tell the ops', async () => {
    const journal = await journalAfter(unchanged);
    await journal.trim(3 as Seq);
    const check = await checked(journal);
    expect(check).toMatchObject({ differences: [], baseSeq: 3, headSeq: LAST });
    expect(check.opsInState).toBeUndefined();
  });
});

/** Flips one bit of a column of one batch. */
function flip(column: 'hash' | 'body', seq: number, bit = 0): (db: DatabaseSync) => void {
  return (db) => {
    const row = db.prepare(`SELECT ${column} AS bytes FROM batches WHERE seq = ?`).get(seq);
    const bytes = Uint8Array.from(row?.['bytes'] as Uint8Array);
    const at = Math.floor(bit / 8) % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
    db.prepare(`UPDATE batches SET ${column} = ? WHERE seq = ?`).run(bytes, seq);
  };
}

describe('C24: one change is found:', () => {
  test('any single bit of a batch', async () => {
    const [, body] = [0, (await records())[LAST - 3]?.body ?? new Uint8Array()];
    for (let bit = 0; bit < body.length * 8; bit += 7) {
      const check = await checked(await journalAfter(flip('body', LAST - 2, bit)));
      expect(check.differences, `bit ${bit}`).not.toEqual([]);
      expect(check.differences[0]?.what).toBe(`batch ${LAST - 2}`);
    }
  });

  test.each<[string, (db: DatabaseSync) => void]>([
    ['a bit of a hash', flip('hash', 4)],
    ['a bit of the first batch', flip('body', 1, 9)],
    ['a bit of the last batch', flip('body', LAST, 9)],
    ['a batch that is gone', (db) => db.exec('DELETE FROM batches WHERE seq = 7')],
    ['the first batch gone', (db) => db.exec('DELETE FROM batches WHERE seq = 1')],
    [
      'two batches that changed places',
      (db) => {
        const set = 'UPDATE batches SET seq = ? WHERE seq = ?';
        for (const [to, from] of [
          [-1, 7],
          [7, 8],
          [8, -1],
        ])
          db.prepare(set).run(to ?? 0, from ?? 0);
      },
    ],
    [
      'two bodies that changed places',
      (db) =>
        db.exec(`UPDATE batches SET body = (SELECT other.body FROM batches other
          WHERE other.seq = CASE batches.seq WHEN 7 THEN 8 ELSE 7 END) WHERE seq IN (7, 8)`),
    ],
    ['another time', (db) => db.exec('UPDATE batches SET at = at + 1 WHERE seq = 7')],
    ['another epoch', (db) => db.exec('UPDATE batches SET epoch = 2 WHERE seq = 7')],
    ['a base that is another one', (db) => db.exec("INSERT INTO base VALUES (1, 0, x'11')")],
  ])('%s', async (_, change) => {
    expect((await checked(await journalAfter(change))).differences).not.toEqual([]);
  });
});
