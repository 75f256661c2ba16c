// Whether rows agree with the plain oracle in every number, and with themselves.

import { OP_KINDS, OUTCOMES, SOURCES } from '@holdfast/protocol/ops.ts';
import { COMMITTED } from '../counting/lines.ts';
import { DETAIL, watchingAt } from '../counting/day-detail.ts';
import { dayOf, personOf, videoOf, videoOfDay, VIDEOS_MAX } from '../counting/numbers.ts';
import { isForgotten, shownLikes, shownViews } from '../counting/rows.ts';
import { emptyHash, hashHex, moveCount, moveLike, moveName } from '../counting/set-hash.ts';
import { textHash } from '../counting/set-hash.ts';
import { TALLY_SLOT, tallyTotal, unpackTally } from '../counting/tallies.ts';
import { countViewers } from '../counting/uniques.ts';
import type { PlainState } from './batches.ts';
import type { RulesOracle } from './rules-oracle.ts';

/** Throws when the two sides differ anywhere, or the core with itself. */
export function checkAgainstRules(state: PlainState, oracle: RulesOracle): void {
  for (const row of state.videos.values()) {
    const expected = oracle.videos.get(row.video);
    if (expected === undefined) throw new Error(`${row.video} is not known to the oracle`);
    same(`likes of ${row.video}`, expected.likers.size, row.likes);
    for (const field of COMMITTED) {
      if (field !== 'likes') same(`${field} of ${row.video}`, expected[field], row[field]);
    }
    if (shownLikes(row) < 0 || shownViews(row) < 0) throw new Error(`${row.video} below zero`);
    sameTally(`classes of ${row.video}`, expected.classes, unpackTally(row.tally));
  }
  same('ops accepted', oracle.opsAccepted, state.meta.opsAccepted);
  same('ops in the books', oracle.opsAccepted, tallyTotal(state.meta.books));
  sameTally('classes elsewhere', oracle.elsewhere, state.meta.elsewhere);
  checkBuckets(state, oracle);
  checkDetails(state, oracle);
  checkViewers(state, oracle);
  checkRows(state);
}

/** Throws when rows do not agree with each other: every number is that of what it is made of. */
export function checkRows(state: PlainState): void {
  checkLikes(state);
  checkBooks(state);
  checkRollups(state);
  checkHashes(state);
  checkCorrections(state);
}

const ROLLED = ['likes', 'views', 'starts', 'loops', 'watchMs'] as const;

function checkBuckets(state: PlainState, oracle: RulesOracle): void {
  const found = new Map<string, number>();
  for (const [minute, rows] of state.minutes) {
    for (const [video, row] of rows) {
      for (const field of ROLLED) found.set(`${minute}/v${video}/${field}`, row[field]);
    }
  }
  for (const [key, value] of oracle.minutes) same(`C20: bucket ${key}`, value, found.get(key) ?? 0);
}

/** Every number of every detail, under the names that the oracle gives them. */
function checkDetails(state: PlainState, oracle: RulesOracle): void {
  const found = new Map<string, number>();
  const note = (what: string, value: number | undefined): void => {
    if (value !== undefined && value > 0) found.set(what, value);
  };
  for (const [key, detail] of state.details) {
    const name = `${Math.floor(key / VIDEOS_MAX)}/v${key % VIDEOS_MAX}`;
    SOURCES.forEach((source, place) => {
      for (const field of ['starts', 'views', 'watchMs'] as const) {
        note(`${name}/${field}/${source}`, detail[DETAIL[field] + place]);
      }
    });
    watchingAt(detail).forEach((watching, part) => note(`${name}/watching/${part}`, watching));
    note(`${name}/engagedViews`, detail[DETAIL.engagedViews]);
    note(`${name}/loops`, detail[DETAIL.loops]);
  }
  for (const what of new Set([...oracle.details.keys(), ...found.keys()])) {
    same(`C27: ${what}`, oracle.details.get(what) ?? 0, found.get(what) ?? 0);
  }
}

function checkLikes({ likes, videos }: PlainState): void {
  const found = new Map<number, number>();
  for (const key of likes.keys()) found.set(videoOf(key), (found.get(videoOf(key)) ?? 0) + 1);
  for (const row of videos.values()) {
    same(`C7: like rows of ${row.video}`, found.get(row.no) ?? 0, row.likes);
  }
}

function checkBooks(state: PlainState): void {
  const { meta, videos } = state;
  meta.books.forEach((count, slot) => {
    let sum = meta.elsewhere[slot] ?? 0;
    for (const row of videos.values()) sum += unpackTally(row.tally)[slot] ?? 0;
    same(`C10: books at ${slot}`, sum, count);
  });
}

function checkRollups(state: PlainState): void {
  const sums = new Map<string, number>();
  for (const rows of state.minutes.values()) {
    for (const [video, row] of rows) {
      for (const field of ROLLED) {
        sums.set(`${video}/${field}`, (sums.get(`${video}/${field}`) ?? 0) + row[field]);
      }
    }
  }
  for (const row of state.videos.values()) {
    for (const field of ROLLED) {
      const sum = sums.get(`${row.no}/${field}`) ?? 0;
      same(`C20: sum of ${field} of ${row.video}`, row[field], sum);
    }
  }
}

function checkHashes(state: PlainState): void {
  const { meta, likes, persons, videos } = state;
  const likesHash = emptyHash();
  for (const row of persons.values()) {
    if (!isForgotten(row)) moveName(likesHash, row.person, row.pseudonym, 1);
  }
  for (const key of likes.keys()) moveLike(likesHash, personOf(key), videoOf(key), 1);
  const countsHash = emptyHash();
  for (const row of videos.values()) {
    moveName(countsHash, row.no, textHash(row.video), 1);
    COMMITTED.forEach((field, slot) => moveCount(countsHash, row.no, slot, row[field]));
  }
  same('C23: likes hash', hashHex(likesHash), hashHex(meta.likesHash));
  same('C23: counts hash', hashHex(countsHash), hashHex(meta.countsHash));
  same('like rows', likes.size, meta.likeRows);
}

function checkViewers(state: PlainState, oracle: RulesOracle): void {
  const found = new Map<string, number>();
  for (const [key, uniques] of state.uniques) {
    found.set(`${dayOf(key)}/v${videoOfDay(key)}`, countViewers(uniques));
  }
  same('days with viewers', oracle.viewersByDay.size, found.size);
  for (const [key, viewers] of oracle.viewersByDay) {
    same(`C22: viewers of ${key}`, viewers.size, found.get(key));
  }
}

function checkCorrections(state: PlainState): void {
  for (const row of state.videos.values()) {
    const own = state.corrections.filter((one) => one.video === row.no && !one.fromRows);
    const sum = (metric: string): number =>
      own.filter((one) => one.metric === metric).reduce((total, { delta }) => total + delta, 0);
    same(`C14: corrections of likes of ${row.video}`, row.likesCorrected, sum('likes'));
    same(`C14: corrections of views of ${row.video}`, row.viewsCorrected, sum('views'));
  }
}

/** Cheaper than `expect` by far, and it is called millions of times. */
export function same(what: string, expected: unknown, found: unknown): void {
  if (expected === found) return;
  throw new Error(`${what}: the rules say ${String(expected)}, the core ${String(found)}`);
}

function sameTally(
  what: string,
  expected: ReadonlyMap<string, number>,
  tally: readonly number[],
): void {
  for (const kind of OP_KINDS) {
    for (const outcome of OUTCOMES) {
      const count = expected.get(`${kind}/${outcome}`) ?? 0;
      same(`${what}: ${kind} ${outcome}`, count, tally[TALLY_SLOT[kind][outcome]]);
    }
  }
}
