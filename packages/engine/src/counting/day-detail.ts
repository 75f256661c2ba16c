// What a video's UTC day was made of: for every start where it came from and how far it went.
//
// Rules: docs/spec/views.md (V9 to V12) and docs/spec/counting.md (C27 to C29).
//
// A batch gives its starts as a plain run of numbers, which costs a view a few writes and no look-up;
// they become rows in the thread that stores them, one video behind the other. Nothing here says who
// watched, and starts of one run are in no order that matters: their sum does.

import { SOURCES } from '@holdfast/protocol/ops.ts';
import type { Source } from '@holdfast/protocol/ops.ts';
import type { VideoNo } from './numbers.ts';
import { VIDEOS_MAX } from './numbers.ts';

/** Steps that a video is divided into: retention is told in twentieths, that is 5 % (V9). */
export const PARTS = 20;
/** The step from which a counted view is an engaged one (V10). */
const ENGAGED_PART: number = PARTS / 2;

/** Numbers of one start in a run: its video, its mark, its watch time in ms, its loops. */
export const START_NUMBERS = 4;

const SOURCE_RANGE = 8;
const COUNTED_RANGE = 2;

/** Where in a detail its numbers begin; those by source and by part stand in their order. */
export const DETAIL = {
  starts: 0,
  views: SOURCES.length,
  watchMs: SOURCES.length * 2,
  /** How many starts went just as far as each part; see `watchingAt`. */
  furthest: SOURCES.length * 3,
  engagedViews: SOURCES.length * 3 + PARTS + 1,
  loops: SOURCES.length * 3 + PARTS + 2,
} as const;
export const DETAIL_LENGTH: number = DETAIL.loops + 1;

/** The numbers of one video and UTC day, as `DETAIL` says. */
export type DayDetail = number[];

/** Place of each source, so that a view costs no search. */
const SOURCE_PLACE: Readonly<Record<Source, number>> = Object.fromEntries(
  SOURCES.map((source, place) => [source, place]),
) as Record<Source, number>;

/** V9: the last twentieth of the video that was reached, by watch time; a loop reaches no further. */
export function partReached(watchedMs: number, durationMs: number): number {
  return Math.min(PARTS, Math.floor((watchedMs * PARTS) / durationMs));
}

/** Part, source and class of a start as one small number. */
export function startMark(part: number, source: Source, isCounted: boolean): number {
  const place = part * SOURCE_RANGE + SOURCE_PLACE[source];
  return place * COUNTED_RANGE + (isCounted ? 1 : 0);
}

export function emptyDetail(): DayDetail {
  return new Array<number>(DETAIL_LENGTH).fill(0);
}

/** Adds `source` to `target`, number by number. */
export function addDetail(target: DayDetail, source: readonly number[]): void {
  for (let slot = 0; slot < DETAIL_LENGTH; slot += 1) {
    target[slot] = (target[slot] ?? 0) + (source[slot] ?? 0);
  }
}

/** Adds the start that stands at a position of a run. */
function addStart(detail: DayDetail, run: Uint32Array, at: number): void {
  const mark = run[at + 1] ?? 0;
  const watchedMs = run[at + 2] ?? 0;
  const loops = run[at + 3] ?? 0;
  const isCounted = mark % COUNTED_RANGE === 1;
  const place = Math.floor(mark / COUNTED_RANGE);
  const source = place % SOURCE_RANGE;
  const part = Math.floor(place / SOURCE_RANGE);
  addTo(detail, DETAIL.starts + source, 1);
  addTo(detail, DETAIL.watchMs + source, watchedMs);
  addTo(detail, DETAIL.furthest + part, 1);
  addTo(detail, DETAIL.loops, loops);
  if (!isCounted) return;
  addTo(detail, DETAIL.views + source, 1);
  if (part >= ENGAGED_PART) addTo(detail, DETAIL.engagedViews, 1);
}

function addTo(detail: DayDetail, slot: number, delta: number): void {
  detail[slot] = (detail[slot] ?? 0) + delta;
}

/** Starts of one UTC day, on their way to a store. */
export type DayRun = Readonly<{ day: number; numbers: Uint32Array }>;

/** Places beside a number of a video in 53 bits; a flush has far fewer starts. */
const PLACES: number = 2 ** 53 / VIDEOS_MAX;

/**
 * What runs of one day add up to, video by video in the order of their numbers. The list that comes
 * with each video is used again for the next.
 */
export function* detailsOf(runs: readonly Uint32Array[]): Iterable<[VideoNo, DayDetail]> {
  const all = joined(runs);
  const order = new Float64Array(all.length / START_NUMBERS);
  for (let place = 0; place < order.length; place += 1) {
    order[place] = (all[place * START_NUMBERS] ?? 0) * PLACES + place;
  }
  order.sort();
  const detail = emptyDetail();
  let video = 0;
  for (const keyAndPlace of order) {
    const next = Math.floor(keyAndPlace / PLACES);
    if (next !== video && video !== 0) {
      yield [video as VideoNo, detail];
      detail.fill(0);
    }
    video = next;
    addStart(detail, all, (keyAndPlace - next * PLACES) * START_NUMBERS);
  }
  if (video !== 0) yield [video as VideoNo, detail];
}

function joined(runs: readonly Uint32Array[]): Uint32Array {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined) return only;
  const all = new Uint32Array(runs.reduce((length, run) => length + run.length, 0));
  let at = 0;
  for (const run of runs) {
    all.set(run, at);
    at += run.length;
  }
  return all;
}

/** What a run adds for some videos, by video; for readers beside the hot path. */
export function addRunFor(run: Uint32Array, details: ReadonlyMap<VideoNo, DayDetail>): void {
  for (let at = 0; at < run.length; at += START_NUMBERS) {
    const detail = details.get((run[at] ?? 0) as VideoNo);
    if (detail !== undefined) addStart(detail, run, at);
  }
}

/** Starts that a run has room for at first; most batches are small. */
const RUN_STARTS_MIN = 64;

/** Starts behind each other, all of one UTC day, in numbers that no collector looks at. */
export class StartRun {
  #numbers = new Uint32Array(RUN_STARTS_MIN * START_NUMBERS);
  #length = 0;

  /** Starts in it. */
  get size(): number {
    return this.#length / START_NUMBERS;
  }

  add(video: VideoNo, mark: number, watchedMs: number, loops: number): void {
    const at = this.#length;
    if (at === this.#numbers.length) this.#roomFor(START_NUMBERS);
    const numbers = this.#numbers;
    numbers[at] = video;
    numbers[at + 1] = mark;
    numbers[at + 2] = watchedMs;
    numbers[at + 3] = loops;
    this.#length = at + START_NUMBERS;
  }

  /** Adds all starts of another run. */
  addRun(run: StartRun): void {
    this.#roomFor(run.#length);
    this.#numbers.set(run.numbers, this.#length);
    this.#length += run.#length;
  }

  #roomFor(more: number): void {
    let room = this.#numbers.length;
    if (this.#length + more <= room) return;
    while (room < this.#length + more) room *= 2;
    const grown = new Uint32Array(room);
    grown.set(this.numbers);
    this.#numbers = grown;
  }

  /** `START_NUMBERS` numbers for each start. */
  get numbers(): Uint32Array {
    return this.#numbers.subarray(0, this.#length);
  }
}

/** Runs of starts by UTC day. */
export class StartLog {
  readonly #runs = new Map<number, StartRun>();
  #size = 0;

  /** Starts in it. */
  get size(): number {
    return this.#size;
  }

  /** Adds the starts of one batch. */
  add(day: number, starts: StartRun): void {
    if (starts.size === 0) return;
    const held = this.#runs.get(day);
    // The first run of a day is taken as it is: the batch that made it is done.
    if (held === undefined) this.#runs.set(day, starts);
    else held.addRun(starts);
    this.#size += starts.size;
  }

  /** All there is, by day. */
  runs(): DayRun[] {
    return [...this.#runs].map(([day, run]) => ({ day, numbers: run.numbers }));
  }
}

/** All numbers of a detail that stand by source, added up. */
export function overSources(
  detail: readonly number[],
  field: 'starts' | 'views' | 'watchMs',
): number {
  let sum = 0;
  for (let place = 0; place < SOURCES.length; place += 1) sum += detail[DETAIL[field] + place] ?? 0;
  return sum;
}

/** V9: how many starts reached at least each part, from 0 (all of them) to the whole video. */
export function watchingAt(detail: readonly number[]): number[] {
  const watching = new Array<number>(PARTS + 1).fill(0);
  let sum = 0;
  for (let part = PARTS; part >= 0; part -= 1) {
    sum += detail[DETAIL.furthest + part] ?? 0;
    watching[part] = sum;
  }
  return watching;
}
