// GET /v1/me/studio/videos: each video with its numbers over a period. Rule SD24.

import type { CountState } from '@holdfast/protocol/counts.ts';
import type { Video } from '../../../catalog/catalog.ts';
import { timeText } from '../../answers.ts';
import { refusal } from '../../refusal.ts';
import type { Refusal } from '../../refusal.ts';
import type { StudioVideo } from '../../../studio/studio-call.ts';
import type { FromCells } from './ask-studio.ts';
import { periodOf } from './periods.ts';
import type { OwnVideos, StudioParts } from './studio-parts.ts';
import { DAY_MS } from './studio-range.ts';

/** Rows of one page. */
const PAGE_ROWS = 50;
const SORTS = ['publishedAt', 'views', 'engagedViews', 'likes', 'comments', 'watchMs'] as const;
type Sort = (typeof SORTS)[number];

const SORT_FORM = refusal('invalid-request', `sort is one of ${SORTS.join(', ')}.`);
const CURSOR_FORM = refusal('invalid-request', 'cursor must be the next of the page before.');

export type VideoRow = Readonly<{
  video: string;
  title: string;
  poster: string | null;
  durationMs: number;
  publishedAt: string;
  metrics: Readonly<Record<Exclude<Sort, 'publishedAt'>, number | null>>;
}>;

export type VideosBody = Readonly<{
  from: string;
  to: string;
  items: readonly VideoRow[];
  next?: string;
  state: CountState;
  asOf: string | null;
  isCut: boolean;
}>;

/** All rows of a table, in the order asked for. */
export async function videosBodyOf(
  parts: StudioParts,
  { entries, isCut, query }: OwnVideos,
  rowsMax: number = PAGE_ROWS,
): Promise<Readonly<{ kind: 'body'; body: VideosBody }> | Refusal> {
  const text = query.one('sort') ?? 'publishedAt';
  const sort = SORTS.find((one) => one === text);
  if (sort === undefined) return SORT_FORM;
  const cursor = query.one('cursor') ?? '0';
  if (!/^\d{1,4}$/.test(cursor)) return CURSOR_FORM;
  const period = periodOf(query, parts.nowMs());
  if (period.kind === 'refusal') return period;
  // The table is by UTC day in every zone: each video by quarter-hours would be too much to read.
  const fromMs = Math.floor(period.fromMs / DAY_MS) * DAY_MS;
  const toMs = Math.ceil(Math.min(period.toMs, parts.nowMs()) / DAY_MS) * DAY_MS;
  const videos = entries.map(({ video }) => video);
  const from = await parts.ask({ videos, parts: ['videos'], grain: 'day', fromMs, toMs });
  const rows = entries.map((entry) => rowOf(parts, entry, from));
  rows.sort((left, right) => orderOf(right, sort) - orderOf(left, sort));
  const start = Number(cursor);
  const items = rows.slice(start, start + rowsMax);
  const body: VideosBody = {
    from: timeText(fromMs),
    to: timeText(toMs),
    items,
    ...(start + rowsMax < rows.length && { next: `${start + rowsMax}` }),
    state: from.state,
    asOf: from.state === 'unknown' ? null : timeText(from.asOfMs),
    isCut,
  };
  return { kind: 'body', body };
}

function rowOf({ publicCatalog }: StudioParts, entry: Video, from: FromCells): VideoRow {
  const told = from.cells.map(({ reply }) => reply.videos.find((one) => one.video === entry.video));
  const sum = (field: 'views' | 'likes' | 'watchMs'): number | null => {
    if (from.state === 'unknown') return null;
    return told.reduce((total, one) => total + (one === undefined ? 0 : one[field]), 0);
  };
  const { video, title, posterUrl, durationMs, createdAtMs } = entry;
  const metrics = {
    views: sum('views'),
    engagedViews: from.state === 'unknown' ? null : engagedIn(told),
    likes: sum('likes'),
    comments: publicCatalog.tally(`comments/${video}`).value,
    watchMs: sum('watchMs'),
  };
  const publishedAt = timeText(createdAtMs);
  return { video, title, poster: posterUrl ?? null, durationMs, publishedAt, metrics };
}

function engagedIn(told: readonly (StudioVideo | undefined)[]): number | null {
  let sum = 0;
  for (const one of told) {
    if (one === undefined) continue;
    if (one.engagedViews === undefined) return null;
    sum += one.engagedViews;
  }
  return sum;
}

/** What a row is sorted by; what is not known goes last. */
function orderOf(row: VideoRow, sort: Sort): number {
  return sort === 'publishedAt' ? Date.parse(row.publishedAt) : (row.metrics[sort] ?? -Infinity);
}
