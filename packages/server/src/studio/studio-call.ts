// What a creator is told of their videos by one cell, for many videos at once. Numbers only.
//
// Rules: docs/spec/studio.md.

import type { CorrectionReason, Grain, Metric } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { addDetail, DETAIL, emptyDetail } from '@holdfast/engine/counting/day-detail.ts';
import type { DayDetail } from '@holdfast/engine/counting/day-detail.ts';
import { DAY_MS } from '@holdfast/engine/counting/numbers.ts';
import type { VideoNo } from '@holdfast/engine/counting/numbers.ts';
import type { CorrectionRow, MinuteRow } from '@holdfast/engine/counting/rows.ts';
import { unpackTally } from '@holdfast/engine/counting/tallies.ts';
import { countViewers, NO_VIEWERS, returningViewers } from '@holdfast/engine/counting/uniques.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import { readBuckets } from '@holdfast/engine/engine/series.ts';
import { readVideoDays } from '@holdfast/engine/engine/video-days.ts';
import type { ClosedDays, VideoDay } from '@holdfast/engine/engine/video-days.ts';
import { readViewers } from '@holdfast/engine/engine/viewers.ts';
import { addMinutes } from '@holdfast/engine/state/minutes.ts';
import type { RollupWidth, StateStore } from '@holdfast/engine/state/state-store.ts';
import type { TallyChange, TallyHistory } from '../people/tally-history.ts';
import { QUARTER_MS } from '../people/tally-history.ts';
import { commentsTally, followersTally } from '../people/tally-names.ts';
import type { Writings } from '../people/writings.ts';

/** Videos that one question names. */
export const STUDIO_VIDEOS_MAX = 200;
/** Corrections that one answer lists. */
const CORRECTIONS_MAX = 500;

/**
 * What can be asked for: buckets of all videos together, their UTC days with what those were made
 * of, each video by itself, viewers, which of them had been there before, ops by class, corrections,
 * how many comments and followers there were at the end, and when they changed.
 */
export const STUDIO_PARTS = [
  'buckets',
  'days',
  'videos',
  'viewers',
  'returning',
  'books',
  'corrections',
  'comments',
  'followers',
] as const;
export type StudioPart = (typeof STUDIO_PARTS)[number];

export type StudioAsk = Readonly<{
  videos: readonly VideoId[];
  /** Whose followers are asked for. */
  account?: string | undefined;
  parts: readonly StudioPart[];
  grain: Exclude<Grain, 'hour'>;
  fromMs: number;
  toMs: number;
}>;

export type StudioBucket = Readonly<MinuteRow & { atMs: number }>;
/** A UTC day; without `detail` it is not known what some of it was made of (C28). */
export type StudioDay = StudioBucket & Readonly<{ detail: readonly number[] | undefined }>;
export type StudioVideo = Readonly<
  MinuteRow & { video: VideoId; engagedViews: number | undefined }
>;
/** The ops of a video by kind and class, and its counts, all as of one batch. */
export type StudioBooks = Readonly<{
  video: VideoId;
  tally: readonly number[];
  likes: number;
  likesCorrected: number;
  views: number;
  viewsCorrected: number;
  /** What its corrections and erasures add up to, one by one, at the same moment. */
  listedLikes: number;
  listedViews: number;
  epoch: number;
  seq: number;
}>;
export type StudioCorrection = Readonly<{
  video: VideoId;
  metric: Metric;
  delta: number;
  reason: CorrectionReason;
  atMs: number;
}>;

/** How many there were at the end of what was asked for, and what changed from its begin to it. */
export type StudioTotal = Readonly<{
  /** Before this nobody knows what came and went. */
  sinceMs: number;
  atEnd: number;
  /** By the grain of the question, oldest first; quarter-hours where that is minutes. */
  changes: readonly TallyChange[];
}>;

export type StudioReply = Readonly<{
  kind: 'studio';
  asOfMs: number;
  buckets: readonly StudioBucket[];
  days: readonly StudioDay[];
  videos: readonly StudioVideo[];
  viewers: number;
  viewerDays: readonly Readonly<{ atMs: number; viewers: number }>[];
  returning: number;
  /** Standard error of `returning` as a part of `viewers`. */
  errorPart: number;
  books: readonly StudioBooks[];
  corrections: readonly StudioCorrection[];
  comments?: StudioTotal | undefined;
  followers?: StudioTotal | undefined;
}>;

type Cell = Readonly<{
  engine: Engine;
  store: StateStore;
  closedDays: ClosedDays;
  accounts: Readonly<{ writings: Pick<Writings, 'history'> }>;
}>;

const WIDTH: Readonly<Record<StudioAsk['grain'], RollupWidth>> = {
  minute: 1,
  quarter: 15,
  day: 1_440,
};
const NOTHING: MinuteRow = { likes: 0, views: 0, starts: 0, loops: 0, watchMs: 0 };

/** Answers for the videos that this cell knows; `busy` when its state was never still enough. */
export async function studioOf(cell: Cell, ask: StudioAsk): Promise<StudioReply | 'busy'> {
  const asOfMs = cell.engine.clock.nowMs();
  const parts = new Set(ask.parts);
  const found = await cell.engine.view.findVideos(ask.videos.slice(0, STUDIO_VIDEOS_MAX));
  const names = new Map([...found].map(([video, no]) => [no, video]));
  const nos = [...names.keys()];
  const byDay = parts.has('days') || parts.has('videos');
  const days = byDay ? await daysOf(cell, nos, ask, asOfMs) : [];
  if (days === undefined) return 'busy';
  const buckets = parts.has('buckets') ? await bucketsOf(cell, nos, ask) : [];
  const viewers = await viewersOf(cell, nos, ask, parts);
  const books = parts.has('books') ? await booksOf(cell, names) : [];
  if (books === undefined) return 'busy';
  return {
    kind: 'studio',
    asOfMs,
    buckets,
    days: parts.has('days') ? sumByDay(days) : [],
    videos: parts.has('videos') ? sumByVideo(days, names) : [],
    ...viewers,
    books,
    corrections: parts.has('corrections') ? await correctionsOf(cell, names, ask) : [],
    ...totalsOf(cell, ask, parts),
  };
}

function totalsOf(
  { accounts: { writings } }: Cell,
  ask: StudioAsk,
  parts: ReadonlySet<StudioPart>,
): Pick<StudioReply, 'comments' | 'followers'> {
  const told = (tallies: readonly string[]): StudioTotal =>
    totalOf(
      tallies.map((tally) => writings.history(tally, ask.fromMs)),
      ask,
    );
  const { account } = ask;
  const videos = ask.videos.slice(0, STUDIO_VIDEOS_MAX);
  return {
    ...(parts.has('comments') && { comments: told(videos.map(commentsTally)) }),
    ...(parts.has('followers') &&
      account !== undefined && {
        followers: told([followersTally(account)]),
      }),
  };
}

/** Tallies as one: what they were at the end is what they are now, less what changed after it. */
function totalOf(histories: readonly TallyHistory[], { grain, toMs }: StudioAsk): StudioTotal {
  const unitMs = grain === 'day' ? DAY_MS : QUARTER_MS;
  const byTime = new Map<number, { gained: number; lost: number }>();
  let [atEnd, sinceMs] = [0, 0];
  for (const history of histories) {
    atEnd += history.value;
    sinceMs = Math.max(sinceMs, history.sinceMs);
    for (const { atMs, gained, lost } of history.changes) {
      if (atMs >= toMs) {
        atEnd -= gained - lost;
        continue;
      }
      const start = Math.floor(atMs / unitMs) * unitMs;
      const sum = byTime.get(start) ?? { gained: 0, lost: 0 };
      sum.gained += gained;
      sum.lost += lost;
      byTime.set(start, sum);
    }
  }
  const changes = [...byTime]
    .sort(([left], [right]) => left - right)
    .map(([atMs, sum]) => ({ atMs, ...sum }));
  return { sinceMs, atEnd, changes };
}

const dayRange = ({ fromMs, toMs }: StudioAsk): { fromDay: number; toDay: number } => ({
  fromDay: Math.floor(fromMs / DAY_MS),
  toDay: Math.ceil(toMs / DAY_MS),
});

async function daysOf(
  { engine, store, closedDays: closed }: Cell,
  videos: readonly VideoNo[],
  ask: StudioAsk,
  nowMs: number,
): Promise<readonly VideoDay[] | undefined> {
  return readVideoDays(engine.view, store, { videos, ...dayRange(ask), closed, nowMs });
}

async function bucketsOf(
  { engine, store }: Cell,
  videos: readonly VideoNo[],
  { grain, fromMs, toMs }: StudioAsk,
): Promise<readonly StudioBucket[]> {
  const ask = { videos, width: WIDTH[grain], fromMs, toMs };
  const buckets = await readBuckets(engine.view, store, ask);
  return buckets.map(({ atMs, row }) => ({ atMs, ...plain(row) }));
}

/** The numbers of a bucket and nothing else that a row may carry. */
function plain({ likes, views, starts, loops, watchMs }: Readonly<MinuteRow>): MinuteRow {
  return { likes, views, starts, loops, watchMs };
}

/** The days of all videos together, without those on which nothing happened. */
function sumByDay(days: readonly VideoDay[]): readonly StudioDay[] {
  const sums = new Map<number, { counted: MinuteRow; detail: DayDetail | undefined }>();
  for (const { day, counted, detail } of days) {
    const sum = sums.get(day) ?? { counted: NOTHING, detail: emptyDetail() };
    sum.counted = addMinutes(sum.counted, counted);
    if (detail === undefined || sum.detail === undefined) sum.detail = undefined;
    else addDetail(sum.detail, detail);
    sums.set(day, sum);
  }
  return [...sums]
    .filter(([, { counted }]) => Object.values(counted).some((value) => value !== 0))
    .sort(([left], [right]) => left - right)
    .map(([day, { counted, detail }]) => ({ atMs: day * DAY_MS, ...plain(counted), detail }));
}

function sumByVideo(
  days: readonly VideoDay[],
  names: ReadonlyMap<VideoNo, VideoId>,
): readonly StudioVideo[] {
  const sums = new Map<VideoNo, { counted: MinuteRow; engagedViews: number | undefined }>();
  for (const { video, counted, detail } of days) {
    const sum = sums.get(video) ?? { counted: NOTHING, engagedViews: 0 };
    sum.counted = addMinutes(sum.counted, counted);
    const engaged = detail?.[DETAIL.engagedViews];
    const isKnown = engaged !== undefined && sum.engagedViews !== undefined;
    sum.engagedViews = isKnown ? (sum.engagedViews ?? 0) + engaged : undefined;
    sums.set(video, sum);
  }
  return [...sums].flatMap(([no, { counted, engagedViews }]) => {
    const video = names.get(no);
    return video === undefined ? [] : [{ video, ...plain(counted), engagedViews }];
  });
}

type ViewerNumbers = Pick<StudioReply, 'viewers' | 'viewerDays' | 'returning' | 'errorPart'>;

async function viewersOf(
  { engine, store }: Cell,
  videos: readonly VideoNo[],
  ask: StudioAsk,
  parts: ReadonlySet<StudioPart>,
): Promise<ViewerNumbers> {
  const isAsked = parts.has('viewers') || parts.has('returning');
  if (!isAsked) return { viewers: 0, viewerDays: [], returning: 0, errorPart: 0 };
  const range = dayRange(ask);
  const { period, days } = await readViewers(engine.view, store, { videos, ...range });
  const past = { videos, fromDay: 0, toDay: range.fromDay };
  const before = parts.has('returning')
    ? (await readViewers(engine.view, store, past)).period
    : NO_VIEWERS;
  const viewerDays = days.map(({ day, viewers }) => ({
    atMs: day * DAY_MS,
    viewers: countViewers(viewers),
  }));
  return { viewerDays, ...returningViewers(before, period) };
}

async function booksOf(
  cell: Cell,
  names: ReadonlyMap<VideoNo, VideoId>,
): Promise<readonly StudioBooks[] | undefined> {
  const books: StudioBooks[] = [];
  for (const [no, video] of names) {
    const own = await bookOf(cell, no, video);
    if (own === undefined) return undefined;
    books.push(own);
  }
  return books;
}

/** Corrections that may come between before a reader gives up; they are made by hand. */
const TRIES_MAX = 5;

/** A row with the corrections that belong to it: none came while both were read. */
async function bookOf(cell: Cell, no: VideoNo, video: VideoId): Promise<StudioBooks | undefined> {
  const { view } = cell.engine;
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const before = await listedOf(cell, no);
    const row = await view.video(no);
    const { epoch, seq } = cell.engine.meta;
    const after = await listedOf(cell, no);
    const isStill = before.likes === after.likes && before.views === after.views;
    if (row === undefined || !isStill) continue;
    const { likes, likesCorrected, views, viewsCorrected } = row;
    const counts = { likes, likesCorrected, views, viewsCorrected };
    const listed = { listedLikes: after.likes, listedViews: after.views };
    return { video, tally: unpackTally(row.tally), ...counts, ...listed, epoch, seq };
  }
  return undefined;
}

/** All corrections of a video, newest first; those not stored yet come first. */
async function allCorrections(
  { engine, store }: Cell,
  no: VideoNo,
  rowsMax: number,
): Promise<readonly CorrectionRow[]> {
  const unstored = engine.view.unstoredCorrections(no);
  const firstUnstored = unstored[0]?.seq ?? Infinity;
  const stored = await store.correctionsOf(no, rowsMax);
  return [...unstored.toReversed(), ...stored.filter(({ seq }) => seq < firstUnstored)];
}

async function listedOf(cell: Cell, no: VideoNo): Promise<Readonly<Record<Metric, number>>> {
  const sums = { likes: 0, views: 0 };
  const rows = await allCorrections(cell, no, Number.MAX_SAFE_INTEGER);
  for (const { metric, delta } of rows) sums[metric] += delta;
  return sums;
}

async function correctionsOf(
  cell: Cell,
  names: ReadonlyMap<VideoNo, VideoId>,
  { fromMs, toMs }: StudioAsk,
): Promise<readonly StudioCorrection[]> {
  const found: StudioCorrection[] = [];
  for (const [no, video] of names) {
    for (const row of await allCorrections(cell, no, CORRECTIONS_MAX)) {
      const { metric, delta, reason, atMs } = row;
      if (atMs >= fromMs && atMs < toMs) found.push({ video, metric, delta, reason, atMs });
    }
  }
  return found.sort((left, right) => right.atMs - left.atMs).slice(0, CORRECTIONS_MAX);
}
