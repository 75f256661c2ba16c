import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chainAt, keysOf, lookupOf, PlainState } from '../testing/batches.ts';
import {
  like,
  opsEntry,
  personEntry,
  START_MS,
  unlike,
  videoEntry,
  view,
} from '../testing/batches.ts';
import { ModelRun } from '../testing/model-run.ts';
import { script } from '../testing/model-steps.ts';
import { applyBatch } from './apply-batch.ts';
import type { Entry } from './entries.ts';
import type { VideoNo } from './numbers.ts';

test('C1-C23, V1-V8: after every batch the core says what sets and dictionaries say', () => {
  let opsApplied = 0;
  const classes = new Set<string>();
  fc.assert(
    fc.property(script, (steps) => {
      const run = new ModelRun();
      for (const step of steps) if (run.step(step)) run.check();
      run.cut();
      run.check();
      opsApplied += run.opsApplied;
      for (const video of run.oracle.videos.values()) {
        for (const kindAndClass of video.classes.keys()) classes.add(kindAndClass);
      }
    }),
    { numRuns: 400 },
  );
  expect(opsApplied).toBeGreaterThan(100_000);
  // A generator that never reached a class would prove nothing about it.
  const views = ['counted', 'duplicate', 'unqualified', 'capped', 'own', 'held', 'late', 'invalid'];
  const likes = ['counted', 'unchanged', 'duplicate', 'late', 'invalid'];
  expect([...classes].sort()).toEqual(
    [
      ...views.map((end) => `view/${end}`),
      ...likes.map((end) => `like/${end}`),
      ...likes.map((end) => `unlike/${end}`),
    ].sort(),
  );
}, 120_000);

const numberedOp = fc.oneof(
  fc.record({ kind: fc.constantFrom(like, unlike), video: fc.integer({ min: 0, max: 3 }) }).map(
    ({ kind, video }) =>
      (n: number) =>
        kind(n, video),
  ),
  fc.record({ watchedMs: fc.nat(9_000), video: fc.integer({ min: 0, max: 3 }) }).map(
    ({ watchedMs, video }) =>
      (n: number) =>
        view(n, watchedMs, video),
  ),
);

/** Entries that may stand together in one batch: everything but erasures. */
const entries: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.tuple(fc.nat(3), fc.array(numberedOp, { minLength: 1, maxLength: 8 })),
      },
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 })),
    ),
    { maxLength: 25 },
  )
  .map((wishes) => {
    const next = [1, 1, 1, 1];
    return wishes.map(([who, what]): Entry => {
      if (typeof what === 'number') {
        const name = what === 1 ? '!op/gain' : undefined;
        const gain = { metric: 'likes', delta: what, reason: 'bug', note: '' } as const;
        return { kind: 'correction', video: who as VideoNo, ...gain, sessionKey: name };
      }
      // Two ops in a row have one number, so that repeats are among them.
      const ops = what.map((op, index) => op((next[who] ?? 1) + Math.floor(index / 2)));
      next[who] = (next[who] ?? 1) + Math.ceil(what.length / 2);
      return opsEntry(ops, { session: `~s${who}`, person: who });
    });
  });

function begun(): PlainState {
  const state = new PlainState();
  state.apply([1, 2, 3].flatMap((no) => [videoEntry(no, 4_000, 'creator-3'), personEntry(no)]));
  return state;
}

/** All rows but the numbers of batches, which a split changes by its nature. */
function withoutSeqs(state: PlainState): unknown {
  const unnumbered = <Row extends { seq: unknown }>(row: Row): unknown => ({ ...row, seq: 0 });
  const { sessions, persons, likes, uniques } = state;
  return {
    sessions,
    persons,
    likes,
    uniques,
    meta: { ...state.meta, seq: 0, chain: undefined },
    videos: new Map([...state.videos].map(([no, row]) => [no, unnumbered(row)])),
    // A like and an unlike in one batch leave no bucket, in two they leave one that is all zeros.
    minutes: [...state.minutes].flatMap(([minute, rows]) =>
      [...rows]
        .filter(([, row]) => Object.values(row).some((value) => value !== 0))
        .map(([video, row]) => ({ minute, video, ...row }))
        .sort((left, right) => left.video - right.video),
    ),
    // Corrections are kept in order for each video, not between videos.
    corrections: state.corrections
      .toSorted((left, right) => left.video - right.video)
      .map(unnumbered),
  };
}

const AT_MS = START_MS + 60_000;

test('C4, C5: the same entries at the same time give equal rows, in one batch or in many', () => {
  fc.assert(
    fc.property(entries, fc.array(fc.nat(4), { minLength: 1 }), (all, sizes) => {
      const whole = begun();
      const bytes = whole.apply(all, AT_MS);
      const split = begun();
      const splitBytes: number[] = [];
      let from = 0;
      for (let turn = 0; from < all.length; turn += 1) {
        const to = from + 1 + (sizes[turn % sizes.length] ?? 0);
        splitBytes.push(...split.apply(all.slice(from, to), AT_MS));
        from = to;
      }
      expect(splitBytes).toEqual(bytes);
      expect(withoutSeqs(split)).toEqual(withoutSeqs(whole));
    }),
    { numRuns: 300 },
  );
});

test('C5: the rows that a batch names as needed are all that it reads', () => {
  const only = <Key, Row>(table: ReadonlyMap<Key, Row>, keys: ReadonlySet<Key>): Map<Key, Row> =>
    new Map([...table].filter(([key]) => keys.has(key)));
  fc.assert(
    fc.property(entries, entries, (before, all) => {
      const state = begun();
      state.apply(before, AT_MS);
      const batch = state.batch(all, AT_MS + 5_000);
      const keys = keysOf(batch);
      const rows = state.rows();
      const loaded = {
        meta: rows.meta,
        sessions: only(state.sessions, keys.sessions),
        persons: only(state.persons, keys.persons),
        videos: lookupOf(only(state.videos, keys.videos)),
        likes: only(state.likes, new Set(keys.likes)),
        uniques: only(state.uniques, keys.uniques),
        erased: rows.erased,
        likesOf: new Map(),
      };
      const chain = chainAt(batch.seq);
      expect(applyBatch(loaded, batch, chain)).toEqual(applyBatch(rows, batch, chain));
    }),
    { numRuns: 300 },
  );
});
