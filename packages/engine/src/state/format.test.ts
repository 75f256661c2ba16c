import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { checkState } from '../books/check-state.ts';
import { overSources } from '../counting/day-detail.ts';
import { utcDay } from '../counting/numbers.ts';
import type { VideoNo } from '../counting/numbers.ts';
import { START_MS } from '../testing/batches.ts';
import { EngineRun } from '../testing/engine-run.ts';
import { openStateReader } from './sqlite/schema.ts';
import { openSqliteStateStore } from './sqlite/sqlite-state-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-format-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A state as it was written before days had details, and the changes that come after it. */
async function olderState(): Promise<{ file: string; run: EngineRun; kept: number }> {
  const file = join(folder, 'state.db');
  const run = await EngineRun.open();
  const view = (session: number): Promise<void> =>
    run.step({ kind: 'send', session, op: { kind: 'view', video: 2, watchedMs: 2_500 }, skip: 0 });
  await view(6);
  await run.check();
  const kept = run.store.flushes.length;
  await view(7);
  await view(8);
  await run.check();
  const store = await openSqliteStateStore(file);
  for (const changes of run.store.flushes.slice(0, kept)) await store.store(changes);
  await store.close();
  const db = new DatabaseSync(file);
  db.exec('DROP TABLE details; DROP TABLE before_details; UPDATE meta SET format = 3');
  db.close();
  return { file, run, kept };
}

function differences(file: string): readonly unknown[] {
  const reader = openStateReader(file);
  const check = checkState(reader, { onProgress: () => undefined, monotonicMs: () => 0 });
  reader.close();
  return check.differences;
}

describe('C29: a state of the format before', () => {
  test('is sound as it is, is taken over when opened, and adds up for ever after', async () => {
    const { file, run, kept } = await olderState();
    expect(differences(file)).toEqual([]);
    const store = await openSqliteStateStore(file);
    expect(differences(file)).toEqual([]);
    for (const changes of run.store.flushes.slice(kept)) await store.store(changes);
    const day = utcDay(START_MS);
    const [row] = await store.detailsOf([2 as VideoNo], day, day + 1);
    expect(overSources(row?.detail ?? [], 'starts')).toBe(2);
    await store.close();
    expect(differences(file)).toEqual([]);
    const again = await openSqliteStateStore(file);
    await again.close();
    expect(differences(file)).toEqual([]);
  });

  test('is refused by an older program once it was taken over', async () => {
    const file = join(folder, 'state.db');
    const db = new DatabaseSync(file, { readOnly: true });
    expect(db.prepare('SELECT format FROM meta').get()).toEqual({ format: 4 });
    db.close();
  });
});
