// What `holdfast export` reads from the API, checked field by field: what does not fit is an error
// and never an empty cell, which would say "not known" of something that is known.

import type { AnalyticsMetric, Grain, VideoCounts } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { COUNTS_VIDEOS_MAX } from '@holdfast/protocol/limits.ts';
import { FEED_PAGE_MAX, REGISTERED_PAGE_MAX } from '../catalog/catalog.ts';
import type { ApiClient } from './api-client.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

export type CountedVideo = Readonly<{ video: string; counts: VideoCounts | 'unknown-video' }>;

export type CountsSource = Readonly<{
  /** Every cell that may contribute, so that all records have the same columns. */
  cells: readonly string[];
  videos: AsyncIterable<CountedVideo>;
}>;

export type SeriesPoint = Readonly<{ at: string; value: number; partial: boolean }>;
export type VideoSeries = Readonly<{
  video: string;
  asOf: string | null;
  series: readonly SeriesPoint[];
}>;

export type AnalyticsAsk = Readonly<{
  videos: readonly VideoId[];
  metric: AnalyticsMetric;
  grain: Grain;
  tz: string;
  from: string | undefined;
  to: string | undefined;
}>;

export type AnalyticsSource = Readonly<{ ask: AnalyticsAsk; videos: AsyncIterable<VideoSeries> }>;

/**
 * Counts of the named videos; or of all that the client's key may list, which are those of its
 * tenant; or, without a key, of all that the server plays.
 */
export async function countsFrom(
  client: ApiClient,
  videos: readonly string[] | undefined,
): Promise<CountsSource> {
  const cells = listIn(await client.get('/v1/cells', []), 'cells').map((cell) =>
    textIn(cell, 'jurisdiction'),
  );
  return {
    cells,
    videos: readCounts(client, videos === undefined ? listed(client) : pages(videos)),
  };
}

/** One series a video. */
export function analyticsFrom(client: ApiClient, ask: AnalyticsAsk): AnalyticsSource {
  return { ask, videos: readSeries(client, ask) };
}

async function* readCounts(
  client: ApiClient,
  batches: AsyncIterable<readonly string[]>,
): AsyncGenerator<CountedVideo> {
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    const query = batch.map((video) => ['video', video] as const);
    const counts = fieldIn(await client.get('/v1/counts', query), 'counts');
    for (const video of batch) yield { video, counts: countsIn(counts, video) };
  }
}

// A generator that the API pages also fit, though these pages are at hand.
async function* pages(videos: readonly string[]): AsyncGenerator<readonly string[]> {
  for (let at = 0; at < videos.length; at += COUNTS_VIDEOS_MAX) {
    yield videos.slice(at, at + COUNTS_VIDEOS_MAX);
  }
}

async function* listed(client: ApiClient): AsyncGenerator<readonly string[]> {
  const [path, items] = client.hasKey
    ? ['/v1/videos', REGISTERED_PAGE_MAX]
    : ['/v1/feed', FEED_PAGE_MAX];
  let cursor: string | undefined;
  do {
    const query = [['limit', String(items)] as const, ['cursor', cursor] as const];
    const page = await client.get(path, query);
    yield listIn(page, 'items').map((item) => textIn(item, 'video'));
    const next = fieldIn(page, 'next');
    cursor = typeof next === 'string' ? next : undefined;
  } while (cursor !== undefined);
}

async function* readSeries(client: ApiClient, ask: AnalyticsAsk): AsyncGenerator<VideoSeries> {
  const { metric, grain, tz, from, to } = ask;
  const query = Object.entries({ metric, grain, from, to, tz });
  for (const video of ask.videos) {
    const body = await client.get(`/v1/videos/${video}/analytics`, query);
    const asOf = fieldIn(body, 'asOf');
    const series = listIn(body, 'series').map((point) => ({
      at: textIn(point, 'at'),
      value: numberIn(point, 'value'),
      partial: fieldIn(point, 'partial') === true,
    }));
    yield { video, asOf: typeof asOf === 'string' ? asOf : null, series };
  }
}

function countsIn(counts: unknown, video: string): VideoCounts | 'unknown-video' {
  const entry = fieldIn(counts, video);
  if (fieldIn(entry, 'error') === 'unknown-video') return 'unknown-video';
  for (const metric of ['likes', 'views'] as const) {
    const count = fieldIn(entry, metric);
    if (fieldIn(count, 'value') !== null) numberIn(count, 'value');
    textIn(count, 'state');
  }
  if (typeof fieldIn(entry, 'cells') !== 'object') throw unfit('cells');
  // The one cast of what came over the wire: every field that is used below was looked at above.
  return entry as VideoCounts;
}

function fieldIn(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw unfit(name);
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = fieldIn(value, name);
  if (!Array.isArray(list)) throw unfit(name);
  return list;
}

function textIn(value: unknown, name: string): string {
  const text = fieldIn(value, name);
  if (typeof text !== 'string') throw unfit(name);
  return text;
}

function numberIn(value: unknown, name: string): number {
  const number = fieldIn(value, name);
  if (typeof number !== 'number') throw unfit(name);
  return number;
}

function unfit(name: string): CliError {
  return new CliError(
    EXIT.failed,
    'unexpected-answer',
    `The server's answer has no usable "${name}". Is this a Holdfast server of the same version?`,
  );
}
