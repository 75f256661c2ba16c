import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Op } from '@holdfast/protocol/ops.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Engine } from '../../engine/engine.ts';
import { openMemoryJournal } from '../../journal/memory/memory-journal.ts';
import { START_MS } from '../../testing/batches.ts';
import { openRig, TestClocks } from '../../testing/engine-rig.ts';
import { openSqliteStateStore } from './sqlite-state-store.ts';
import type { SqliteStateStore } from './sqlite-state-store.ts';

const VIDEOS = ['v1', 'v2', 'v3'] as VideoId[];
const PERSONS = 9_000;
const PER_REQUEST = 3_000;

let dir: string;
let file: string;
let store: SqliteStateStore;
let engine: Engine;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-recount-'));
  file = join(dir, 'state.db');
  store = await openSqliteStateStore(file);
  const ports = { clocks: new TestClocks(), journal: openMemoryJournal(), store };
  ({ engine } = await openRig(ports));
});
afterEach(async () => {
  await engine.close();
  await store.close();
  rmSync(dir, { recursive: true });
});

/** Everybody likes all but the third video, and some take one like back. */
async function manyLikes(): Promise<void> {
  for (const video of VIDEOS) {
    await engine.ask({ kind: 'video', video, durationMs: 10_000, creatorKey: 'nobody' });
  }
  for (let from = 0; from < PERSONS; from += PER_REQUEST) {
    const groups = Array.from({ length: PER_REQUEST }, (_, index) => {
      const person = from + index;
      const list: Op[] = VIDEOS.slice(0, 2).map((video, n) => ({ n: n + 1, kind: 'like', video }));
      if (person % 3 === 0) list.push({ n: 3, kind: 'unlike', video: VIDEOS[0] as VideoId });
      const who = { kind: 'subject', subjectKey: `p${person}` } as const;
      const sessionKey = `~${person}`;
      return { sessionKey, who, startedAtMs: START_MS, vouched: false, ops: list };
    });
    await engine.ask({ kind: 'ops', groups });
  }
  await engine.flush();
}

function change(sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

test('ST47: a state that nobody touched has as many rows as it counts, at its own position', async () => {
  await manyLikes();
  expect(await store.recountLikes()).toEqual({
    epoch: engine.meta.epoch,
    seq: engine.meta.seq,
    rows: engine.meta.likeRows,
    videos: VIDEOS.length,
    offVideos: 0,
    off: [],
  });
  expect(engine.meta.likeRows).toBeGreaterThan(10_000);
});

test('ST47: one like row that is gone is found, with the video and both numbers', async () => {
  await manyLikes();
  change('DELETE FROM likes WHERE key = (SELECT key FROM likes ORDER BY key DESC LIMIT 1)');
  const recount = await store.recountLikes();
  expect(recount?.offVideos).toBe(1);
  expect(recount?.off).toEqual([{ video: 'v2', rows: PERSONS - 1, counted: PERSONS }]);
});

test('ST47: a count that lies about its rows is found', async () => {
  await manyLikes();
  change(`UPDATE counts SET likes = likes + 3 WHERE id = 'v3'`);
  expect((await store.recountLikes())?.off).toEqual([{ video: 'v3', rows: 0, counted: 3 }]);
});

test('ST47: batches that are stored meanwhile change no recount, and are in the next', async () => {
  await manyLikes();
  const first = store.recountLikes();
  const who = { kind: 'subject', subjectKey: 'late' } as const;
  const like: Op = { n: 1, kind: 'like', video: VIDEOS[2] as VideoId };
  const group = { sessionKey: '~late', who, startedAtMs: START_MS, vouched: false, ops: [like] };
  await engine.ask({ kind: 'ops', groups: [group] });
  await engine.flush();
  expect((await first)?.offVideos).toBe(0);
  const second = await store.recountLikes();
  expect([second?.rows, second?.offVideos]).toEqual([engine.meta.likeRows, 0]);
});

test('a state that is closed meanwhile ends its recount', async () => {
  await manyLikes();
  const recount = store.recountLikes().then(
    () => 'ended',
    () => 'ended',
  );
  await engine.close();
  await store.close();
  expect(await recount).toBe('ended');
  store = await openSqliteStateStore(file);
});

test('an empty state has nothing to recount', async () => {
  expect(await store.recountLikes()).toBeUndefined();
});
