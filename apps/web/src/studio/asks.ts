// What the studio asks, and how often again.

import { keepPreviousData } from '@tanstack/react-query';
import type { UseQueryOptions } from '@tanstack/react-query';
import { ask, valueOf } from '../app/ask.ts';
import type { ListPage, Parse } from '../app/parse.ts';
import { ledgerOf } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { ownVideoOf } from './own-video.ts';
import type { OwnVideo } from './own-video.ts';
import type { Range } from './period.ts';
import type {
  CountryRow,
  Metric,
  Overview,
  Realtime,
  RetentionAnswer,
  Returning,
  Rows,
  Series,
  SourceRow,
  VideoRow,
} from './wire.ts';
import {
  countriesOf,
  overviewOf,
  realtimeOf,
  retentionAnswerOf,
  returningOf,
  seriesOf,
  sourcesOf,
  videosOf,
} from './wire.ts';
import type { Sort } from './search.ts';

/** Settled numbers move slowly; the newest bucket is asked for again so often. */
const AGAIN_MS = 30_000;
/** The card of what happens now, while it is answered. */
const NOW_AGAIN_MS = 5_000;
const NOW_AGAIN_MS_MAX = 120_000;

type Params = Readonly<Record<string, string | undefined>>;

/** A path with those parameters that have a value. */
export function pathOf(path: string, params: Params): string {
  const given = Object.entries(params).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

export function rangeParams({ fromMs, toMs }: Range): Readonly<{ from: string; to: string }> {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

/** What `useQuery` takes. */
type Asked<T> = UseQueryOptions<T>;

function asked<T>(path: string, parse: Parse<T>): Asked<T> {
  return {
    queryKey: ['studio', path],
    queryFn: ({ signal }) => valueOf(ask(path, parse, { signal })),
    refetchInterval: AGAIN_MS,
    staleTime: AGAIN_MS / 2,
  };
}

type InZone = Readonly<{ range: Range; tz: string; video?: string }>;

export function askOverview({ range, tz, video }: InZone): Asked<Overview> {
  const params = { ...rangeParams(range), tz, video };
  return {
    ...asked(pathOf('/v1/me/studio/overview', params), overviewOf),
    placeholderData: keepPreviousData,
  };
}

export type SeriesAsk = InZone & Readonly<{ metric: Metric; grain: 'hour' | 'day' }>;

export function seriesParams({ range, tz, video, metric, grain }: SeriesAsk): Params {
  return { metric, grain, ...rangeParams(range), tz, video };
}

export function askSeries(series: SeriesAsk): Asked<Series> {
  return asked(pathOf('/v1/me/studio/series', seriesParams(series)), seriesOf);
}

export function askVideos(
  { range, tz }: InZone,
  sort: Sort,
  cursor: string | undefined,
): Asked<ListPage<VideoRow>> {
  const params = { ...rangeParams(range), tz, sort, cursor };
  return asked(pathOf('/v1/me/studio/videos', params), videosOf);
}

const ofVideo = (video: string, what: string): string =>
  `/v1/videos/${encodeURIComponent(video)}/${what}`;

export function askOwnVideo(video: string): Asked<OwnVideo> {
  return asked(`/v1/videos/${encodeURIComponent(video)}`, ownVideoOf(video));
}

export function askRetention(video: string, range: Range): Asked<RetentionAnswer> {
  return asked(pathOf(ofVideo(video, 'retention'), rangeParams(range)), retentionAnswerOf);
}

export function askSources(video: string, range: Range): Asked<Rows<SourceRow>> {
  return asked(pathOf(ofVideo(video, 'sources'), rangeParams(range)), sourcesOf);
}

export function askCountries(video: string, range: Range): Asked<Rows<CountryRow>> {
  return asked(pathOf(ofVideo(video, 'jurisdictions'), rangeParams(range)), countriesOf);
}

export function askReturning(video: string, range: Range): Asked<Returning> {
  return asked(pathOf(ofVideo(video, 'returning'), rangeParams(range)), returningOf);
}

export function askLedger(video: string): Asked<Ledger> {
  return asked(ofVideo(video, 'ledger'), ledgerOf);
}

/** What happens now with one video or all of them: asked often, and less and less often while no answer comes. */
export function askRealtime(video: string | undefined): Asked<Realtime> {
  const path = video === undefined ? '/v1/me/studio/realtime' : ofVideo(video, 'realtime');
  return {
    ...asked(path, realtimeOf),
    staleTime: 0,
    retry: false,
    refetchInterval: ({ state }) => nextAskMs(state.fetchFailureCount),
  };
}

/** The pause before the next question: twice as long after each that was not answered. */
export function nextAskMs(failures: number): number {
  return Math.min(NOW_AGAIN_MS_MAX, NOW_AGAIN_MS * 2 ** failures);
}

export type ExportAsk = Readonly<{
  what: 'overview' | 'series' | 'video';
  format: 'csv' | 'json';
  params: Params;
}>;

export function exportPath({ what, format, params }: ExportAsk): string {
  return pathOf('/v1/me/studio/export', { what, format, ...params });
}
