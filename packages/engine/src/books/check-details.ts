// What days were made of (C27 to C29): every detail against itself, and all of them together with
// what was counted before there were any against the books of their video.

import type { DatabaseSync } from 'node:sqlite';
import { SOURCES } from '@holdfast/protocol/ops.ts';
import { FormatError } from '../codec/bytes.ts';
import { DETAIL, DETAIL_LENGTH, overSources, watchingAt } from '../counting/day-detail.ts';
import { PARTS } from '../counting/day-detail.ts';
import { VIDEOS_MAX } from '../counting/numbers.ts';
import type { MetaRow } from '../counting/rows.ts';
import { numbersFromBytes } from '../state/sqlite/row-bytes.ts';
import { hasTable } from '../state/sqlite/schema.ts';
import type { Differences } from './differences.ts';

const FIELDS = ['starts', 'views', 'loops', 'watch_ms'] as const;
type Field = (typeof FIELDS)[number];
type Sums = Readonly<Record<Field, Float64Array>>;

/** Gives how many details there are. A state that no program with details has opened has none. */
export function checkDetails(
  db: DatabaseSync,
  meta: MetaRow,
  differences: Differences,
  step: () => void,
): number {
  if (!hasTable(db, 'details')) return 0;
  const sums = Object.fromEntries(
    FIELDS.map((field) => [field, new Float64Array(meta.videosNumbered + 1)]),
  ) as Sums;
  for (const row of db.prepare('SELECT * FROM before_details').iterate()) {
    const video = row['video'] as number;
    for (const field of FIELDS) add(sums, field, video, row[field] as number);
  }
  let details = 0;
  for (const row of db.prepare('SELECT key, data FROM details').iterate()) {
    details += 1;
    step();
    const key = row['key'] as number;
    const video = key % VIDEOS_MAX;
    const name = `day ${Math.floor(key / VIDEOS_MAX)} of video ${video}`;
    if (sums.starts[video] === undefined) differences.expect(`${name}: a known video`, 1, 0);
    const detail = detailOf(row['data'] as Uint8Array);
    const fault = typeof detail === 'string' ? detail : faultOf(detail);
    if (fault !== undefined) differences.expect(name, 'in order', fault);
    if (typeof detail !== 'string') addDetail(sums, video, detail);
  }
  compare(db, sums, differences);
  return details;
}

function add(sums: Sums, field: Field, video: number, value: number): void {
  sums[field][video] = (sums[field][video] ?? 0) + value;
}

function addDetail(sums: Sums, video: number, detail: readonly number[]): void {
  add(sums, 'starts', video, overSources(detail, 'starts'));
  add(sums, 'views', video, overSources(detail, 'views'));
  add(sums, 'watch_ms', video, overSources(detail, 'watchMs'));
  add(sums, 'loops', video, detail[DETAIL.loops] ?? 0);
}

/** The numbers of a detail, or why no store has written these bytes. */
function detailOf(bytes: Uint8Array): readonly number[] | string {
  let numbers: readonly number[];
  try {
    numbers = numbersFromBytes(bytes);
  } catch (error) {
    if (error instanceof FormatError) return 'it cannot be read';
    throw error;
  }
  const detail = new Array<number>(DETAIL_LENGTH).fill(0);
  let before = -1;
  for (let at = 0; at < numbers.length; at += 2) {
    const [slot = 0, value = 0] = [numbers[at], numbers[at + 1]];
    if (slot <= before || slot >= DETAIL_LENGTH || value === 0)
      return 'its numbers are out of order';
    detail[slot] = value;
    before = slot;
  }
  return detail;
}

/** Why no starts add up to a detail. */
function faultOf(detail: readonly number[]): string | undefined {
  const watching = watchingAt(detail);
  const starts = overSources(detail, 'starts');
  if (starts === 0) return 'no start';
  if (watching[0] !== starts) return `${watching[0] ?? 0} starts by part, ${starts} by source`;
  for (const [place, source] of SOURCES.entries()) {
    const views = detail[DETAIL.views + place] ?? 0;
    const started = detail[DETAIL.starts + place] ?? 0;
    if (views > started) return `${views} views of ${started} starts from ${source}`;
  }
  const engagedMax = Math.min(overSources(detail, 'views'), watching[PARTS / 2] ?? 0);
  const engaged = detail[DETAIL.engagedViews] ?? 0;
  return engaged > engagedMax ? `${engaged} engaged views, at most ${engagedMax}` : undefined;
}

function compare(db: DatabaseSync, sums: Sums, differences: Differences): void {
  const rows = db.prepare('SELECT no, id, starts, views, loops, watch_ms FROM counts ORDER BY no');
  for (const row of rows.iterate()) {
    const no = row['no'] as number;
    for (const field of FIELDS) {
      const what = `days: ${field} of ${String(row['id'])}`;
      differences.expect(what, row[field] as number, sums[field][no] ?? 0);
    }
  }
}
