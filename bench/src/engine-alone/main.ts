// The engine by itself: journal and state on disk, likes in batches, every one flushed to disk
// before the next is asked for, and every count compared with an oracle at the end.
//
// People are taken evenly from a million, videos evenly from a hundred thousand: harder than real
// life, where a few videos take most likes.

import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { shownLikes } from '@holdfast/engine/counting/rows.ts';
import type { PersonNo, VideoNo } from '@holdfast/engine/counting/numbers.ts';
import { ENGINE_LIMITS } from '@holdfast/engine/engine/engine-options.ts';
import { openEngine, type Engine } from '@holdfast/engine/engine/engine.ts';
import type { EngineReply, OpsGroup } from '@holdfast/engine/engine/requests.ts';
import { lanesOfBytes } from '@holdfast/engine/journal/batch-codec.ts';
import { openSqliteJournal } from '@holdfast/engine/journal/sqlite/sqlite-journal.ts';
import { openSqliteStateStore } from '@holdfast/engine/state/sqlite/sqlite-state-store.ts';
import type { Epoch, VideoId } from '@holdfast/protocol/ids.ts';
import { below, seededRandom } from '../load/random.ts';
import type { EngineAnswer, EngineJob } from './job.ts';

const PERSONS = 1_000_000;
const VIDEOS = 100_000;
/** Coprime to `VIDEOS`, so that a person's likes are all different videos. */
const STRIDE = 7_919;
const REGISTER_AT_A_TIME = 10_000;
const SEED = 20_260_125;

type World = Readonly<{
  engine: Engine;
  /** Likes made so far by each person; the j-th goes to a video they have not liked. */
  made: Uint16Array;
  /** The oracle: likes of each video. */
  expected: Uint32Array;
}>;

const videoId = (index: number): VideoId => `v${index}` as VideoId;

/** One more like of a person, in the session that they keep. */
function nextLikes(world: World, person: number, count: number): OpsGroup {
  const ops = [];
  for (let left = count; left > 0; left -= 1) {
    const j = world.made[person] ?? 0;
    const video = (person * 31 + j * STRIDE) % VIDEOS;
    world.made[person] = j + 1;
    world.expected[video] = (world.expected[video] ?? 0) + 1;
    ops.push({ n: j + 1, kind: 'like' as const, video: videoId(video) });
  }
  const who = { kind: 'person', person: (person + 1) as PersonNo } as const;
  return { sessionKey: `~${person}`, who, startedAtMs: START_MS, vouched: false, ops };
}

const START_MS = Date.now();

async function commit(engine: Engine, groups: readonly OpsGroup[]): Promise<void> {
  const reply: EngineReply = await engine.ask({ kind: 'ops', groups });
  if (reply.kind !== 'durable') throw new Error(`the engine answered ${reply.kind}`);
  if (reply.outcomes.some((byte) => byte !== 0)) throw new Error('a like did not count');
}

async function fill(world: World, likeRows: number): Promise<void> {
  const each = Math.ceil(likeRows / PERSONS);
  const persons = Math.ceil(likeRows / each);
  const perBatch = Math.max(1, Math.floor(10_000 / each));
  for (let person = 0; person < persons; person += perBatch) {
    const groups: OpsGroup[] = [];
    for (let next = person; next < Math.min(persons, person + perBatch); next += 1) {
      groups.push(nextLikes(world, next, each));
    }
    await commit(world.engine, groups);
    if (person % 100_000 < perBatch) console.error(`filled ${person * each} of ${likeRows} likes`);
  }
  await world.engine.flush();
}

async function register(engine: Engine): Promise<void> {
  const many = async (total: number, ask: (index: number) => Promise<unknown>): Promise<void> => {
    for (let from = 0; from < total; from += REGISTER_AT_A_TIME) {
      const size = Math.min(REGISTER_AT_A_TIME, total - from);
      await Promise.all(Array.from({ length: size }, (_, index) => ask(from + index)));
    }
  };
  await many(VIDEOS, (index) =>
    engine.ask({ kind: 'video', video: videoId(index), durationMs: 10_000, creatorKey: 'bench' }),
  );
  await many(PERSONS, (index) => engine.ask({ kind: 'person', subjectKey: `bench ${index}` }));
}

async function compare(world: World): Promise<number> {
  let after = 0 as VideoNo;
  let compared = 0;
  for (;;) {
    const rows = await world.engine.view.videosAfter(after, 10_000);
    const last = rows.at(-1);
    if (last === undefined) return compared;
    for (const row of rows) {
      const expected = world.expected[Number(row.video.slice(1))];
      if (shownLikes(row) !== expected) {
        throw new Error(`${row.video} shows ${shownLikes(row)} likes, the oracle ${expected}`);
      }
      compared += 1;
    }
    after = last.no;
  }
}

async function measure(job: EngineJob): Promise<EngineAnswer> {
  const journal = openSqliteJournal({ file: join(job.folder, 'journal.db') });
  const store = await openSqliteStateStore(join(job.folder, 'state.db'));
  const engine = await openEngine({
    epoch: 1 as Epoch,
    journal,
    store,
    clocks: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    identify: (subjectKey) => ({
      pseudonym: lanesOfBytes(createHmac('sha256', 'bench').update(subjectKey).digest()),
      creatorKey: subjectKey,
    }),
    limits: ENGINE_LIMITS,
    onApplied: () => undefined,
    onProblem: ({ message, error }) => {
      throw new Error(message, { cause: error });
    },
    onReplay: () => undefined,
  });
  // The storing thread also keeps the journal's WAL small, as it does in a cell.
  const upkeep = setInterval(() => {
    void store.checkpointJournal(join(job.folder, 'journal.db'));
  }, 2_000);
  const made = new Uint16Array(PERSONS);
  const world: World = { engine, made, expected: new Uint32Array(VIDEOS) };
  await register(engine);
  await fill(world, job.likeRows);
  const random = seededRandom(SEED);
  const startedAt = performance.now();
  const endsAt = startedAt + job.seconds * 1_000;
  let ops = 0;
  while (performance.now() < endsAt) {
    const people = new Set<number>();
    while (people.size < job.batchOps / job.sessionOps) people.add(below(random, PERSONS));
    const groups = [...people].map((person) => nextLikes(world, person, job.sessionOps));
    await commit(engine, groups);
    ops += job.batchOps;
  }
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  const videosCompared = await compare(world);
  clearInterval(upkeep);
  await engine.close();
  await store.close();
  await journal.close();
  const peakBytes = process.resourceUsage().maxRSS * 1_024;
  const opsPerSecond = ops / elapsedSeconds;
  return { kind: 'measured', opsPerSecond, opsAcknowledged: ops, videosCompared, peakBytes };
}

const job = JSON.parse(process.argv[2] ?? '') as EngineJob;
console.log(JSON.stringify(await measure(job)));
