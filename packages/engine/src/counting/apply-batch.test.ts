import { describe, expect, test } from 'vitest';
import { invalidCodeOf, outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import { SESSION_LIFE_MS } from '@holdfast/protocol/limits.ts';
import { chainAt, EPOCH, like, opsEntry, personEntry, PlainState } from '../testing/batches.ts';
import { START_MS, unlike, videoEntry, view } from '../testing/batches.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import { admit, applyBatch, applyEntry, beginBatch } from './apply-batch.ts';
import type { Entry } from './entries.ts';
import { BULK_SESSION_MEMORY_MS } from './fold.ts';
import { likeKey, utcDay, videoDayKey } from './numbers.ts';
import type { PersonNo, VideoNo } from './numbers.ts';
import { shownLikes, shownViews } from './rows.ts';
import type { VideoRow } from './rows.ts';
import { tallyByClass, tallyTotal, unpackTally } from './tallies.ts';
import { countViewers } from './uniques.ts';

/** A state that knows videos 1 and 2 and persons 1 and 2. */
function begun(): PlainState {
  const state = new PlainState();
  state.apply([videoEntry(1), videoEntry(2), personEntry(1), personEntry(2)]);
  return state;
}

const byNumber = (left: number, right: number): number => left - right;

function outcomes(bytes: readonly number[]): string[] {
  return bytes.map((byte) => invalidCodeOf(byte) ?? outcomeOf(byte));
}

function video(state: PlainState, no = 1): VideoRow {
  const row = state.videos.get(no as VideoNo);
  if (row === undefined) throw new Error(`no video ${no}`);
  return row;
}

function correction(
  delta: number,
  metric: 'likes' | 'views' = 'likes',
  sessionKey?: string,
): Entry {
  const why = { reason: 'fraud', note: 'bots' } as const;
  return { kind: 'correction', video: 1 as VideoNo, metric, delta, ...why, sessionKey };
}

describe('names and order', () => {
  test('C1: an op that is sent again is a duplicate and counts once', () => {
    const state = begun();
    expect(outcomes(state.apply([opsEntry([like(1), like(1)])]))).toEqual(['counted', 'duplicate']);
    expect(outcomes(state.apply([opsEntry([like(1), unlike(1)])]))).toEqual([
      'duplicate',
      'duplicate',
    ]);
    expect(video(state).likes).toBe(1);
  });

  test('C2: a number below the window of 64 is a duplicate, one within it counts in any order', () => {
    const state = begun();
    const ops = [view(60), view(3), view(124), view(61), view(60), view(59)];
    expect(outcomes(state.apply([opsEntry(ops, { vouched: true })]))).toEqual([
      'counted',
      'counted',
      'counted',
      'counted',
      'duplicate',
      'duplicate',
    ]);
  });

  test('C3: a number more than 64 ahead refuses the request and leaves no trace', () => {
    const state = begun();
    state.apply([opsEntry([like(1)])]);
    const fold = beginBatch(state.rows(), state.batch([], START_MS));
    expect(admit(fold, [opsEntry([like(65), like(129)])])).toBeUndefined();
    expect(admit(fold, [opsEntry([like(66)])])).toEqual({ kind: 'op-window', n: 66, highest: 1 });
    expect(fold.sessions.size).toBe(0);
  });

  test('C3: the window moves along when a session changes its person within a request', () => {
    const state = begun();
    const fold = beginBatch(state.rows(), state.batch([], START_MS));
    const first = opsEntry([like(60)]);
    expect(admit(fold, [first, opsEntry([like(124)], { person: 2 })])).toBeUndefined();
    expect(admit(fold, [first, opsEntry([like(125)], { person: 2 })])).toEqual({
      kind: 'op-window',
      n: 125,
      highest: 60,
    });
  });

  test('C5: a batch of an epoch before that of the state is none', () => {
    const state = begun();
    state.meta = { ...state.meta, epoch: (EPOCH + 1) as Epoch };
    expect(() => beginBatch(state.rows(), state.batch([], START_MS))).toThrow(
      'epochs never go back',
    );
  });

  test('C4: like, unlike and a late retry of the like end unliked', () => {
    const state = begun();
    state.apply([opsEntry([like(1), unlike(2)])]);
    state.apply([opsEntry([like(1)])]);
    expect(video(state).likes).toBe(0);
  });

  test('C5: the same batch on the same rows gives the same changes, and changes no row', () => {
    const state = begun();
    state.apply([opsEntry([like(1), view(2)])]);
    const rows = state.rows();
    const before = structuredClone(Object.entries(state));
    const batch = state.batch([opsEntry([unlike(3), view(4), view(4)])], START_MS + 5_000);
    const chain = chainAt(batch.seq);
    expect(applyBatch(rows, batch, chain)).toEqual(applyBatch(rows, batch, chain));
    expect(structuredClone(Object.entries(state))).toEqual(before);
  });

  test('C5: a batch that does not follow the state is a broken invariant', () => {
    const state = begun();
    const batch = state.batch([], START_MS);
    state.apply([opsEntry([like(1)])]);
    expect(() => applyBatch(state.rows(), batch, chainAt(1))).toThrow('follows state');
  });
});

describe('likes', () => {
  test('C6: only a change of the row counts', () => {
    const state = begun();
    const ops = [unlike(1), like(2), like(3), unlike(4), unlike(5), like(6)];
    expect(outcomes(state.apply([opsEntry(ops)]))).toEqual([
      'unchanged',
      'counted',
      'unchanged',
      'counted',
      'unchanged',
      'counted',
    ]);
    expect(video(state).likes).toBe(1);
  });

  test('C7: the like count is the number of rows plus corrections', () => {
    const state = begun();
    state.apply([opsEntry([like(1)]), opsEntry([like(1)], { session: '~t', person: 2 })]);
    state.apply([correction(5)]);
    expect(state.likes.size).toBe(2);
    expect(shownLikes(video(state))).toBe(7);
  });

  test('C8: an anonymous session may view and not like', () => {
    const state = begun();
    const entry = opsEntry([like(1), view(2)], { person: 0 });
    expect(outcomes(state.apply([entry]))).toEqual(['sign-in-required', 'counted']);
  });
});

describe('classes and books', () => {
  test('C9, C10: every op is in one class, and the classes add up by cell and by video', () => {
    const state = begun();
    const ops = [like(1), like(1), like(2), view(3, 100), view(4), view(5, 3_000, 0)];
    state.apply([opsEntry(ops), opsEntry([view(1), like(2)], { session: '~a', person: 0 })]);
    const { books, opsAccepted, elsewhere } = state.meta;
    expect(opsAccepted).toBe(8);
    expect(tallyTotal(books)).toBe(8);
    const byVideo = [...state.videos.values()].reduce(
      (sum, row) => sum + tallyTotal(unpackTally(row.tally)),
      0,
    );
    expect(byVideo + tallyTotal(elsewhere)).toBe(8);
    expect(tallyByClass(books)).toMatchObject({
      counted: 3,
      duplicate: 1,
      unchanged: 1,
      unqualified: 1,
      invalid: 2,
    });
  });

  test('C11: an op on an unknown video is invalid and uses up its number', () => {
    const state = begun();
    expect(outcomes(state.apply([opsEntry([like(1, 0)])]))).toEqual(['unknown-video']);
    expect(outcomes(state.apply([opsEntry([like(1)])]))).toEqual(['duplicate']);
    expect(state.videos.get(1 as VideoNo)?.likes).toBe(0);
  });

  test('C12: ops of a session that began more than 7 days ago are late', () => {
    const state = begun();
    const at = START_MS + SESSION_LIFE_MS;
    expect(outcomes(state.apply([opsEntry([like(1)])], at))).toEqual(['counted']);
    expect(outcomes(state.apply([opsEntry([unlike(2)])], at + 1))).toEqual(['late']);
    expect(video(state).likes).toBe(1);
  });

  test('C13: an integrator’s session name is new again after 400 days, a grant’s never', () => {
    const state = begun();
    const bulk = { session: 'default/web', startedAtMs: undefined, vouched: true };
    state.apply([opsEntry([view(1)], bulk), opsEntry([view(1)], { session: '~g' })]);
    const soon = START_MS + BULK_SESSION_MEMORY_MS;
    expect(outcomes(state.apply([opsEntry([view(1), view(2)], bulk)], soon))).toEqual([
      'duplicate',
      'late',
    ]);
    const later = outcomes(
      state.apply([opsEntry([view(1)], bulk), opsEntry([view(1)], { session: '~g' })], soon + 1),
    );
    expect(later).toEqual(['counted', 'duplicate']);
  });
});

describe('corrections and erasure', () => {
  test('C14: a correction moves the count and is listed with its reason', () => {
    const state = begun();
    state.apply([correction(3, 'views')]);
    expect(shownViews(video(state))).toBe(3);
    expect(state.corrections).toMatchObject([{ metric: 'views', delta: 3, reason: 'fraud' }]);
  });

  test('C15: a correction below zero is refused, and leaves no trace', () => {
    const state = begun();
    const fold = beginBatch(state.rows(), state.batch([], START_MS));
    expect(admit(fold, [correction(-1)])).toEqual({ kind: 'below-zero', value: 0 });
    expect(fold.lines.size).toBe(0);
  });

  test('C15: what the same batch counted and corrected before is part of the count', () => {
    const state = begun();
    const fold = beginBatch(state.rows(), state.batch([], START_MS));
    applyEntry(fold, opsEntry([like(1), view(2)]));
    applyEntry(fold, opsEntry([like(1)], { session: '~t', person: 2 }));
    applyEntry(fold, correction(-1));
    expect(admit(fold, [correction(-1)])).toBeUndefined();
    expect(admit(fold, [correction(-2)])).toEqual({ kind: 'below-zero', value: 1 });
    expect(admit(fold, [correction(-2, 'views')])).toEqual({ kind: 'below-zero', value: 1 });
  });

  test('C25: a named correction has an effect once, in one batch or in many', () => {
    const state = begun();
    const named = correction(3, 'likes', '!op/refund-1');
    expect(outcomes(state.apply([named, named]))).toEqual(['counted', 'duplicate']);
    expect(outcomes(state.apply([correction(5, 'views', '!op/refund-1')]))).toEqual(['duplicate']);
    expect([shownLikes(video(state)), shownViews(video(state))]).toEqual([3, 0]);
    expect(state.corrections).toHaveLength(1);
  });

  test('C25: a repeat is not refused for what it would do if it counted again', () => {
    const state = begun();
    state.apply([correction(2)]);
    const named = correction(-2, 'likes', '!op/refund-1');
    state.apply([named]);
    const fold = beginBatch(state.rows(), state.batch([named], START_MS));
    expect(admit(fold, [named])).toBeUndefined();
    expect(admit(fold, [correction(-2)])?.kind).toBe('below-zero');
  });

  test('C25: a refused correction has not used up its name', () => {
    const state = begun();
    const named = correction(-1, 'likes', '!op/refund-1');
    const fold = beginBatch(state.rows(), state.batch([named], START_MS));
    expect(admit(fold, [named])?.kind).toBe('below-zero');
    state.apply([correction(1)]);
    expect(outcomes(state.apply([named]))).toEqual(['counted']);
  });

  test('C13, C25: a name of a correction is new again after 400 days', () => {
    const state = begun();
    const named = correction(1, 'likes', '!op/refund-1');
    state.apply([named]);
    expect(outcomes(state.apply([named], START_MS + BULK_SESSION_MEMORY_MS))).toEqual([
      'duplicate',
    ]);
    expect(outcomes(state.apply([named], START_MS + BULK_SESSION_MEMORY_MS + 1))).toEqual([
      'counted',
    ]);
  });

  test('C16: unlikes after a correction give back, so the count never goes below zero', () => {
    const state = begun();
    state.apply([opsEntry([like(1)]), opsEntry([like(1)], { session: '~t', person: 2 })]);
    state.apply([correction(-2)]);
    state.apply([opsEntry([unlike(2)])]);
    expect(shownLikes(video(state))).toBe(0);
    expect(video(state)).toMatchObject({ likes: 1, likesCorrected: -1 });
    expect(state.corrections.at(-1)).toMatchObject({ delta: 1, reason: 'rule' });
    state.apply([opsEntry([like(3)])]);
    expect(shownLikes(video(state))).toBe(1);
  });

  test('C17: erasing removes the like rows, lists each loss and forgets the person', () => {
    const state = begun();
    state.apply([opsEntry([like(1), like(2, 2), view(3)])]);
    state.apply([{ kind: 'erase', person: 1 as PersonNo }], START_MS + 1_000);
    expect(state.likes.size).toBe(0);
    expect([video(state).likes, video(state, 2).likes]).toEqual([0, 0]);
    expect(state.corrections).toMatchObject([
      { delta: -1, reason: 'erasure', fromRows: true },
      { delta: -1, reason: 'erasure', fromRows: true },
    ]);
    expect(state.persons.get(1 as PersonNo)).toMatchObject({
      erasedAtMs: START_MS + 1_000,
      creatorKey: '',
      caps: [],
    });
    expect(state.persons.get(1 as PersonNo)?.pseudonym.every((lane) => lane === 0)).toBe(true);
  });

  test('C18: a grant of an erased person counts nothing any more', () => {
    const state = begun();
    state.apply([{ kind: 'erase', person: 1 as PersonNo }]);
    expect(outcomes(state.apply([opsEntry([like(1), view(2)])]))).toEqual([
      'erased-person',
      'erased-person',
    ]);
  });

  test('C18: a person whose number was never given here is as good as erased', () => {
    const state = begun();
    const ops = opsEntry([like(1), view(2)], { person: 3 });
    expect(outcomes(state.apply([ops]))).toEqual(['erased-person', 'erased-person']);
    expect(state.likes.size).toBe(0);
  });

  test('C19: views of an erased person stay', () => {
    const state = begun();
    state.apply([opsEntry([view(1)])]);
    state.apply([{ kind: 'erase', person: 1 as PersonNo }]);
    expect(video(state).views).toBe(1);
  });
});

describe('rollups', () => {
  test('C20: the buckets of a video add up to its raw counts', () => {
    const state = begun();
    state.apply([opsEntry([like(1), view(2, 25_000)])]);
    state.apply([opsEntry([unlike(3), view(4, 900)])], START_MS + 120_000);
    const rows = [...state.minutes.values()].map((minute) => minute.get(1 as VideoNo));
    expect(rows).toEqual([
      { likes: 1, views: 1, starts: 1, loops: 2, watchMs: 25_000 },
      { likes: -1, views: 0, starts: 1, loops: 0, watchMs: 900 },
    ]);
    expect(video(state)).toMatchObject({
      likes: 0,
      views: 1,
      starts: 2,
      loops: 2,
      watchMs: 25_900,
    });
  });

  test('C22: unique viewers of a day count each viewer once', () => {
    const state = begun();
    state.apply([opsEntry([view(1), view(2)]), opsEntry([view(1)], { session: '~a', person: 0 })]);
    const uniques = state.uniques.get(videoDayKey(1 as VideoNo, utcDay(START_MS)));
    expect(uniques === undefined ? undefined : countViewers(uniques)).toBe(2);
  });
});

describe('views', () => {
  const judged = (watchedMs: number, durationMs: number): string[] => {
    const state = new PlainState();
    state.apply([videoEntry(1, durationMs), personEntry(1)]);
    return outcomes(state.apply([opsEntry([view(1, watchedMs)])]));
  };

  test('V1: a view qualifies from 2,000 ms or half of the video', () => {
    expect(judged(1_999, 10_000)).toEqual(['unqualified']);
    expect(judged(2_000, 10_000)).toEqual(['counted']);
    expect(judged(499, 1_000)).toEqual(['unqualified']);
    expect(judged(500, 1_000)).toEqual(['counted']);
  });

  test('V3, V8: the eleventh view of a day is capped and still adds watch time', () => {
    const state = begun();
    const ops = Array.from({ length: 11 }, (_, index) => view(index + 1, 2_000));
    const ends = outcomes(state.apply([opsEntry(ops)]));
    expect(ends.slice(9)).toEqual(['counted', 'capped']);
    expect(video(state)).toMatchObject({ views: 10, starts: 11, watchMs: 22_000 });
    const tomorrow = START_MS + 86_400_000;
    expect(outcomes(state.apply([opsEntry([view(12)])], tomorrow))).toEqual(['counted']);
  });

  test('V2, V8: an unqualified view adds a start and watch time, and no view', () => {
    const state = begun();
    state.apply([opsEntry([view(1, 100)])]);
    expect(video(state)).toMatchObject({ views: 0, starts: 1, watchMs: 100 });
  });

  test('V4: the creator’s own view adds to the books alone', () => {
    const state = new PlainState();
    state.apply([videoEntry(1, 10_000, 'me'), personEntry(1, 'me')]);
    expect(outcomes(state.apply([opsEntry([view(1), like(2)])]))).toEqual(['own', 'counted']);
    expect(video(state)).toMatchObject({ views: 0, starts: 0, watchMs: 0, likes: 1 });
  });

  test('V5: watch time beyond the clock and 30 s is held, and the session can go on', () => {
    const state = begun();
    const at = START_MS + 10_000;
    const ops = [view(1, 40_000), view(2, 1), view(3, 2_000)];
    expect(outcomes(state.apply([opsEntry(ops)], at))).toEqual(['counted', 'held', 'held']);
    expect(video(state)).toMatchObject({ views: 1, starts: 1, watchMs: 40_000 });
    expect(outcomes(state.apply([opsEntry([view(4, 2_000)])], at + 2_000))).toEqual(['counted']);
  });

  test('V6: what a service key vouches for is not compared with the clock', () => {
    const state = begun();
    const entry = opsEntry([view(1, 86_400_000)], { vouched: true });
    expect(outcomes(state.apply([entry]))).toEqual(['counted']);
  });

  test('V7: two sessions of one person share the cap, two anonymous sessions do not', () => {
    const state = begun();
    const ops = Array.from({ length: 10 }, (_, index) => view(index + 1, 2_000));
    state.apply([opsEntry(ops, { session: '~a' }), opsEntry(ops, { session: '~x', person: 0 })]);
    const ends = outcomes(
      state.apply([
        opsEntry([view(1)], { session: '~b' }),
        opsEntry([view(1)], { session: '~y', person: 0 }),
      ]),
    );
    expect(ends).toEqual(['capped', 'counted']);
  });
});

test('C23: equal states have equal hashes whatever way they were reached', () => {
  const straight = begun();
  straight.apply([opsEntry([like(1), like(2, 2)]), opsEntry([view(1)], { session: '~b' })]);
  const winding = begun();
  winding.apply([opsEntry([like(1, 2), like(2), unlike(3), like(4)])]);
  winding.apply([opsEntry([view(1)], { session: '~b' })]);
  expect(winding.meta.likesHash).toEqual(straight.meta.likesHash);
  expect(winding.meta.countsHash).toEqual(straight.meta.countsHash);
  expect([...winding.likes.keys()].sort(byNumber)).toEqual(
    [likeKey(1 as PersonNo, 1 as VideoNo), likeKey(1 as PersonNo, 2 as VideoNo)].sort(byNumber),
  );
  winding.apply([opsEntry([unlike(5)])]);
  expect(winding.meta.likesHash).not.toEqual(straight.meta.likesHash);
});
