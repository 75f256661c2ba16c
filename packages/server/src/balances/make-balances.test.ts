import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BalanceTree } from '@holdfast/engine/charter/balances.ts';
import { hashHex } from '@holdfast/engine/counting/set-hash.ts';
import { TALLY_SLOT } from '@holdfast/engine/counting/tallies.ts';
import { Engine } from '@holdfast/engine/engine/engine.ts';
import { openLedger } from '@holdfast/engine/engine/ledger.ts';
import type { Ledger } from '@holdfast/engine/engine/ledger.ts';
import type { EngineRequest } from '@holdfast/engine/engine/requests.ts';
import type { RowView } from '@holdfast/engine/engine/row-view.ts';
import { viewAt } from '@holdfast/engine/engine/view-at.ts';
import type { Journal } from '@holdfast/engine/journal/journal.ts';
import { openSqliteStateStore } from '@holdfast/engine/state/sqlite/sqlite-state-store.ts';
import type { SqliteStateStore } from '@holdfast/engine/state/sqlite/sqlite-state-store.ts';
import { EPOCH } from '@holdfast/engine/testing/batches.ts';
import {
  CALM_LIMITS,
  identify,
  TestClocks,
  TestJournal,
} from '@holdfast/engine/testing/engine-rig.ts';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { US } from '../registrar/charter.fixture.ts';
import { findBalance } from './balance-file.ts';
import { makeInThread } from './balance-maker.ts';
import { BalancesGoneError } from './make-balances.ts';
import type { BalanceJob } from './make-balances.ts';

const VIDEOS = ['b', 'a', 'c', 'A-1'] as const;
const source = { epoch: EPOCH as Epoch, clocks: new TestClocks() };

let dir: string;
let journal: Journal;
let store: SqliteStateStore;
let ledger: Ledger;
let engine: Engine;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-balances-'));
  journal = new TestJournal().port;
  store = await openSqliteStateStore(join(dir, 'state.db'));
  ledger = await openLedger({
    ...{ ...source, journal, store, limits: CALM_LIMITS },
    onApplied: () => undefined,
    onProblem: ({ message }) => {
      throw new Error(message);
    },
    onReplay: () => undefined,
  });
  engine = new Engine(ledger, { epoch: EPOCH as Epoch, identify, limits: CALM_LIMITS });
});
afterEach(async () => {
  await engine.close();
  await store.close();
  rmSync(dir, { recursive: true });
});

let people = 0;

/** A person who likes videos and views them. */
async function comes(...videos: readonly string[]): Promise<void> {
  people += 1;
  const ops = videos.flatMap((name, at) => {
    const video = name as VideoId;
    const viewed = { kind: 'view', video, watchedMs: 9_000, source: 'feed' } as const;
    return [{ n: 2 * at + 1, kind: 'like', video } as const, { n: 2 * at + 2, ...viewed }];
  });
  const who = { kind: 'subject', subjectKey: `person-${people}` } as const;
  const group = { sessionKey: `~${people}`, who, startedAtMs: undefined, vouched: true, ops };
  await asked({ kind: 'ops', groups: [group] });
}

async function asked(request: EngineRequest): Promise<void> {
  expect(await engine.ask(request)).toMatchObject({ kind: 'durable' });
}

async function registered(name: string): Promise<void> {
  await asked({ kind: 'video', video: name as VideoId, durationMs: 10_000, creatorKey: 'c' });
}

/** Registered and counted, some of it stored and some of it not. */
async function counted(): Promise<void> {
  for (const name of VIDEOS) await registered(name);
  await comes('a', 'b');
  await ledger.flusher.flushAll();
  await comes('a', 'c');
  await registered('late');
  await comes('late');
  await asked({
    ...{ kind: 'correction', video: 'a' as VideoId, metric: 'likes', delta: -1 },
    ...{ reason: 'fraud', note: '', sessionKey: undefined },
  });
}

function jobAt({ meta }: Readonly<{ meta: RowView['meta'] }>): BalanceJob {
  return {
    stateFile: join(dir, 'state.db'),
    balanceFile: join(dir, 'cut.bin'),
    place: { cell: US, epoch: meta.epoch, seq: meta.seq },
    countsHash: hashHex(meta.countsHash),
    totals: {
      videos: meta.videosNumbered,
      likes: meta.likeRows,
      views: meta.books[TALLY_SLOT.view.counted] ?? 0,
    },
  };
}

const numbersOf = (job: BalanceJob, { videos }: BalanceTree, name: string): number[] => {
  const found = findBalance(job.balanceFile, job.place, videos, name)?.balance;
  return found === undefined
    ? []
    : [found.likes, found.likesCorrected, found.views, found.viewsCorrected];
};

describe('BL4: the balances of a cut', () => {
  test('are the counts as they were then, whatever is counted and stored meanwhile', async () => {
    await counted();
    const job = jobAt(ledger.view);
    const release = ledger.flusher.hold();
    const copies = ledger.view.copyUnstoredVideos();
    await comes('a', 'b', 'c', 'late');
    const tree = await makeInThread(job, copies);
    release();
    expect(tree).toMatchObject({
      videos: 5,
      likesTotal: 4,
      likesCorrectedTotal: -1,
      viewsTotal: 5,
    });
    expect(numbersOf(job, tree, 'a')).toEqual([1, -1, 2, 0]);
    expect(numbersOf(job, tree, 'late')).toEqual([1, 0, 1, 0]);
    expect(numbersOf(job, tree, 'A-1')).toEqual([0, 0, 0, 0]);
  });

  test('are the same wherever the rows lie', async () => {
    await counted();
    const job = jobAt(ledger.view);
    const unstored = await makeInThread(job, ledger.view.copyUnstoredVideos());
    const flushing = ledger.flusher.flushAll();
    const stored = await makeInThread(job, ledger.view.copyUnstoredVideos());
    await flushing;
    expect(stored).toEqual(unstored);
    expect(await makeInThread(job, ledger.view.copyUnstoredVideos())).toEqual(unstored);
  });

  test('BL5: are not made of rows of another moment', async () => {
    await counted();
    const job = jobAt(ledger.view);
    const early = ledger.view.copyUnstoredVideos();
    await comes('b');
    const late = ledger.view.copyUnstoredVideos();
    await expect(makeInThread(job, late)).rejects.toThrow(BalancesGoneError);
    await expect(makeInThread(jobAt(ledger.view), early)).rejects.toThrow('counts hash');
    await ledger.flusher.flushAll();
    await expect(makeInThread(job, early)).rejects.toThrow('already');
    expect(existsSync(job.balanceFile)).toBe(false);
  });

  test('BL4: are not made when they do not add up to what was noted', async () => {
    await counted();
    const job = jobAt(ledger.view);
    const totals = { ...job.totals, views: job.totals.views + 1 };
    const copies = ledger.view.copyUnstoredVideos();
    await expect(makeInThread({ ...job, totals }, copies)).rejects.toThrow('add up');
  });

  test('a disk that fails is no reason to give up', async () => {
    await counted();
    const job = { ...jobAt(ledger.view), balanceFile: join(dir, 'missing', 'cut.bin') };
    const made = makeInThread(job, ledger.view.copyUnstoredVideos());
    await expect(made).rejects.toMatchObject({ code: 'balances-failed' });
  });
});

describe('BL7: after a crash', () => {
  test('the same are made out of the stored state and the journal', async () => {
    await counted();
    const job = jobAt(ledger.view);
    const before = await makeInThread(job, ledger.view.copyUnstoredVideos());
    await comes('a', 'b', 'c');
    const view = await viewAt({ ...source, journal, store }, job.place.seq as Seq);
    expect(jobAt({ meta: view?.meta ?? ledger.view.meta })).toEqual(job);
    expect(await makeInThread(job, view?.copyUnstoredVideos() ?? [])).toEqual(before);
  });

  test('there is no such view once the state was stored beyond it', async () => {
    await counted();
    const { seq } = ledger.view.meta;
    await comes('a');
    await ledger.flusher.flushAll();
    expect(await viewAt({ ...source, journal, store }, seq)).toBeUndefined();
    expect(await viewAt({ ...source, journal, store }, 999 as Seq)).toBeUndefined();
  });
});
