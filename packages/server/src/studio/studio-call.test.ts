import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DETAIL, overSources } from '@holdfast/engine/counting/day-detail.ts';
import { TALLY_SLOT } from '@holdfast/engine/counting/tallies.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import type { StateStore } from '@holdfast/engine/state/state-store.ts';
import {
  openRig,
  TestClocks,
  TestJournal,
  TestStore,
} from '@holdfast/engine/testing/engine-rig.ts';
import { START_MS } from '@holdfast/engine/testing/batches.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Op, Source } from '@holdfast/protocol/ops.ts';
import type { TallyHistory } from '../people/tally-history.ts';
import { STUDIO_PARTS, studioOf } from './studio-call.ts';
import type { StudioAsk, StudioReply } from './studio-call.ts';

const DAY_MS = 86_400_000;
const TODAY = Math.floor(START_MS / DAY_MS) * DAY_MS;
const VIDEOS = ['v1', 'v2'] as VideoId[];

let engine: Engine;
let store: StateStore;
let clocks: TestClocks;
let lastN = 0;
let histories: ReadonlyMap<string, TallyHistory> = new Map();

const history = (tally: string): TallyHistory =>
  histories.get(tally) ?? { sinceMs: 0, value: 0, changes: [] };

beforeEach(async () => {
  clocks = new TestClocks();
  store = (await TestStore.after([])).port;
  ({ engine } = await openRig({ clocks, journal: new TestJournal().port, store }));
  for (const video of VIDEOS) {
    await engine.ask({ kind: 'video', video, durationMs: 10_000, creatorKey: 'nobody' });
  }
});
afterEach(async () => engine.close());

async function watch(session: string, video: string, source: Source, watchedMs: number) {
  lastN += 1;
  const ops: Op[] = [{ n: lastN, kind: 'view', video: video as VideoId, watchedMs, source }];
  const who = { kind: 'anonymous' } as const;
  const group = { sessionKey: session, who, startedAtMs: undefined, vouched: true, ops };
  await engine.ask({ kind: 'ops', groups: [group] });
}

async function told(change: Partial<StudioAsk> = {}): Promise<StudioReply> {
  const range = { fromMs: TODAY, toMs: TODAY + 2 * DAY_MS };
  const ask: StudioAsk = { videos: VIDEOS, parts: STUDIO_PARTS, grain: 'quarter', ...range };
  const accounts = { writings: { history } };
  const cell = { engine, store, closedDays: { days: new Map() }, accounts };
  const reply = await studioOf(cell, { ...ask, ...change });
  if (reply === 'busy') throw new Error('nothing was going on');
  return reply;
}

describe('SD2: a cell asked once for all videos', () => {
  it('SD2: tells of them together, by day, and each by itself', async () => {
    await watch('a', 'v1', 'feed', 10_000);
    await watch('b', 'v2', 'search', 3_000);
    await engine.flush();
    clocks.pass(DAY_MS);
    await watch('a', 'v2', 'feed', 6_000);
    const { buckets, days, videos, viewers, viewerDays } = await told();
    expect(buckets.map(({ views, watchMs }) => [views, watchMs])).toEqual([
      [2, 13_000],
      [1, 6_000],
    ]);
    expect(days.map(({ atMs, views }) => [atMs, views])).toEqual([
      [TODAY, 2],
      [TODAY + DAY_MS, 1],
    ]);
    expect(days[0]?.detail?.[DETAIL.engagedViews]).toBe(1);
    expect(overSources(days[0]?.detail ?? [], 'views')).toBe(2);
    expect(videos).toMatchObject([
      { video: 'v1', views: 1, engagedViews: 1 },
      { video: 'v2', views: 2, engagedViews: 1 },
    ]);
    // Somebody who saw both videos is one viewer.
    expect([viewers, viewerDays.length]).toEqual([2, 2]);
  });

  it('V12: tells how many viewers of a period had been there before', async () => {
    await watch('a', 'v1', 'feed', 10_000);
    await watch('b', 'v1', 'feed', 10_000);
    clocks.pass(DAY_MS);
    await watch('b', 'v1', 'feed', 10_000);
    await watch('c', 'v1', 'feed', 10_000);
    const { viewers, returning, errorPart } = await told({ fromMs: TODAY + DAY_MS });
    expect({ viewers, returning, errorPart }).toEqual({ viewers: 2, returning: 1, errorPart: 0 });
  });

  it('SD14: tells ops by class with the counts and corrections of the same moment', async () => {
    await watch('a', 'v1', 'feed', 10_000);
    await watch('b', 'v1', 'feed', 100);
    const what = { metric: 'views', delta: 4, reason: 'bug', note: '' } as const;
    const video = 'v1' as VideoId;
    await engine.ask({ kind: 'correction', video, ...what, sessionKey: undefined });
    await engine.flush();
    await engine.ask({ kind: 'correction', video, ...what, delta: -1, sessionKey: undefined });
    const { books, corrections } = await told();
    expect(books[0]).toMatchObject({ views: 1, viewsCorrected: 3, listedViews: 3, listedLikes: 0 });
    expect(books[0]?.tally[TALLY_SLOT.view.unqualified]).toBe(1);
    expect(corrections.map(({ delta }) => delta)).toEqual([-1, 4]);
  });

  it('SD2: leaves out what it does not know, and gives no part that was not asked for', async () => {
    await watch('a', 'v1', 'feed', 10_000);
    const unknown = await told({ videos: ['none' as VideoId] });
    expect(unknown).toMatchObject({ buckets: [], days: [], videos: [], viewers: 0, books: [] });
    const { buckets, days } = await told({ parts: ['buckets'] });
    expect([buckets.length, days.length]).toEqual([1, 0]);
  });
});

describe('SD27: totals', () => {
  const change = (atMs: number, gained: number, lost: number) => ({ atMs, gained, lost });

  it('SD27: of comments are those of all its videos, at the end of what was asked for', async () => {
    const after = TODAY + 2 * DAY_MS;
    histories = new Map([
      [
        'comments/v1',
        { sinceMs: 5, value: 9, changes: [change(TODAY, 3, 1), change(after, 2, 0)] },
      ],
      ['comments/v2', { sinceMs: 0, value: 4, changes: [change(TODAY + 900_000, 1, 0)] }],
    ]);
    const { comments, followers } = await told({ parts: ['comments'], grain: 'day' });
    expect(comments).toEqual({ sinceMs: 5, atEnd: 11, changes: [change(TODAY, 4, 1)] });
    expect(followers).toBeUndefined();
    const fine = await told({ parts: ['comments'] });
    expect(fine.comments?.changes).toEqual([change(TODAY, 3, 1), change(TODAY + 900_000, 1, 0)]);
  });

  it('SD27: of followers are those of one account, and of nobody when none is named', async () => {
    histories = new Map([['followers/me', { sinceMs: 0, value: 2, changes: [] }]]);
    const { followers } = await told({ parts: ['followers'], account: 'me' });
    expect(followers).toEqual({ sinceMs: 0, atEnd: 2, changes: [] });
    expect((await told({ parts: ['followers'] })).followers).toBeUndefined();
  });
});
