import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { COMMITTED } from '../counting/lines.ts';
import type { VideoNo } from '../counting/numbers.ts';
import { seededRandom } from '../testing/random.ts';
import { ChangesMaker } from '../testing/state-changes.ts';
import { openSqliteStateStore } from './sqlite/sqlite-state-store.ts';
import { openVideoSnapshot } from './sqlite/video-snapshot.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-snapshot-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a snapshot has every video by id, as it was when it was opened', async () => {
  const file = join(folder, 'state.db');
  const store = await openSqliteStateStore(file);
  const maker = new ChangesMaker(seededRandom(7));
  for (let times = 0; times < 3; times += 1) await store.store(maker.next());
  const before = await store.videosAfter(0 as VideoNo, 10_000);
  const snapshot = openVideoSnapshot(file);
  for (let times = 0; times < 3; times += 1) await store.store(maker.next());
  const seen = [...snapshot.videos()];
  snapshot.close();
  expect(before.length).toBeGreaterThan(1);
  const expected = before.toSorted((a, b) => (a.video < b.video ? -1 : 1));
  expect(seen).toEqual(
    expected.map((row) => ({
      no: row.no,
      video: row.video,
      counts: COMMITTED.map((field) => row[field]),
    })),
  );
  expect(await store.videosAfter(0 as VideoNo, 10_000)).not.toEqual(before);
  await store.close();
});

test('a state that was never stored has no video and is at no batch', async () => {
  const file = join(folder, 'empty.db');
  const store = await openSqliteStateStore(file);
  const snapshot = openVideoSnapshot(file);
  expect([snapshot.seq, [...snapshot.videos()]]).toEqual([0, []]);
  snapshot.close();
  await store.close();
});
