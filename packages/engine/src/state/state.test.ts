import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { START_MS } from '../testing/batches.ts';
import { seededRandom } from '../testing/random.ts';
import { ChangesMaker, everythingIn } from '../testing/state-changes.ts';
import { tinyDisk } from '../testing/tiny-disk.ts';
import { openMemoryStateStore } from './memory/memory-state-store.ts';
import { stateConformance } from './state-conformance.ts';
import type { StateChanges, StateStore } from './state-store.ts';
import { StateError } from './state-store.ts';
import { openSqliteStateStore } from './sqlite/sqlite-state-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-state-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `${files}`, 'state.db');
}

stateConformance('memory', async () => ({ store: openMemoryStateStore(), reopen: undefined }));

stateConformance('sqlite', async () => {
  const file = newFile();
  return {
    store: await openSqliteStateStore(file),
    reopen: async () => openSqliteStateStore(file),
  };
});

test('sqlite and memory give the same answers after the same changes, whatever they are', async () => {
  const doings = fc.array(fc.constantFrom('store', 'store', 'store', 'maintain', 'reopen'), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(), doings, async (seed, steps) => {
      const random = seededRandom(seed);
      const maker = new ChangesMaker(random);
      const file = newFile();
      const memory = openMemoryStateStore();
      let sqlite: StateStore = await openSqliteStateStore(file);
      for (const step of steps) {
        if (step === 'store') {
          const changes = maker.next();
          await Promise.all([memory.store(changes), sqlite.store(changes)]);
        } else if (step === 'maintain') {
          const nowMs = START_MS + random.below(200) * 86_400_000;
          await Promise.all([memory.maintain(nowMs), sqlite.maintain(nowMs)]);
        } else {
          await sqlite.close();
          sqlite = await openSqliteStateStore(file);
        }
      }
      const { personNos, videoNos } = maker;
      expect(await everythingIn(sqlite, personNos, videoNos)).toEqual(
        await everythingIn(memory, personNos, videoNos),
      );
      await sqlite.close();
    }),
    { numRuns: 10 },
  );
});

describe('a store that fails', () => {
  test('has changed nothing, and what is stored next is all there', async () => {
    const maker = new ChangesMaker(seededRandom(3));
    const sqlite = await openSqliteStateStore(newFile());
    const memory = openMemoryStateStore();
    for (let flush = 0; flush < 3; flush += 1) {
      const changes = maker.next();
      await Promise.all([memory.store(changes), sqlite.store(changes)]);
    }
    const { personNos, videoNos } = maker;
    const before = await everythingIn(sqlite, personNos, videoNos);
    const good = maker.next();
    const [no, row] = good.videos[0] ?? [];
    expect(row).toBeDefined();
    // A shown count below zero is what the tables themselves refuse, after most rows were written.
    const broken = { ...row, likes: 1, likesCorrected: -2 } as typeof row;
    const bad = { ...good, videos: [...good.videos.slice(1), [no, broken]] } as StateChanges;
    await expect(sqlite.store(bad)).rejects.toBeInstanceOf(StateError);
    expect(await everythingIn(sqlite, personNos, videoNos)).toEqual(before);
    await Promise.all([memory.store(good), sqlite.store(good)]);
    expect(await everythingIn(sqlite, maker.personNos, maker.videoNos)).toEqual(
      await everythingIn(memory, maker.personNos, maker.videoNos),
    );
    await sqlite.close();
  });

  test('a closed store refuses, and says so', async () => {
    const sqlite = await openSqliteStateStore(newFile());
    await sqlite.close();
    const changes = new ChangesMaker(seededRandom(1)).next();
    await expect(sqlite.store(changes)).rejects.toBeInstanceOf(StateError);
  });
});

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function manySessions(flush: number): StateChanges['sessions'] {
  const row = { startedAtMs: 1, highest: 1, seenLow: 1, seenHigh: 0, claimedMs: 0, capsDay: 0 };
  return Array.from({ length: 4_000 }, (_, index) => [`~${flush}/${index}`, { ...row, caps: [] }]);
}

const tiny = tinyDisk(join(folder, 'tiny'), 3);
afterAll(() => tiny?.release());

describe.skipIf(tiny === undefined)('on a full disk (needs the right to mount a tmpfs)', () => {
  test('a store says so, has changed nothing, and works again when there is space', async () => {
    const ballast = join(tiny?.path ?? '', 'ballast');
    writeFileSync(ballast, new Uint8Array(1_500 * 1_024));
    const maker = new ChangesMaker(seededRandom(6));
    const sqlite = await openSqliteStateStore(join(tiny?.path ?? '', 'state.db'));
    let failed: StateChanges | undefined;
    let error: unknown;
    let [before, after]: unknown[] = [];
    for (let flush = 0; failed === undefined; flush += 1) {
      const { personNos, videoNos } = maker;
      before = await everythingIn(sqlite, personNos, videoNos);
      const changes = { ...maker.next(), sessions: manySessions(flush) };
      error = await failure(sqlite.store(changes));
      if (error === undefined) continue;
      failed = changes;
      after = await everythingIn(sqlite, personNos, videoNos);
    }
    expect(error).toBeInstanceOf(StateError);
    expect(error).toMatchObject({ code: 'full' });
    expect(after).toEqual(before);
    truncateSync(ballast);
    await sqlite.store(failed);
    expect(await sqlite.meta()).toEqual(failed.meta);
    await sqlite.close();
  });
});
