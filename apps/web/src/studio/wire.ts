// What the API tells the studio, checked at the edge. A number that is missing ends as `null`, which
// is drawn as a dash; an answer whose form does not fit is no answer.

import { fieldsOf, listOf, listPageOf, textOf, timeOf, wholeOf } from '../app/parse.ts';
import type { ListPage, Parse } from '../app/parse.ts';
import type { SeriesPoint } from './charts/buckets.ts';
import type { MarkKind } from './charts/line-geometry.ts';
import type { RetentionPoint } from './charts/retention.ts';

export const METRICS = [
  'views',
  'engagedViews',
  'likes',
  'comments',
  'watchMs',
  'uniqueViewers',
  'followers',
] as const;
export type Metric = (typeof METRICS)[number];

/** Of these a value is how many there are at its time, and of the others what came in it. */
export const TOTALS: ReadonlySet<Metric> = new Set(['comments', 'followers']);

export type CountState = 'live' | 'stale' | 'unknown';

export type Card = Readonly<{
  metric: Metric;
  value: number | null;
  previous: number | null;
  state: CountState;
  asOf: string | null;
  spark: readonly SeriesPoint[];
  /** Of totals: what came and what went in the period. */
  gained: number | null;
  lost: number | null;
}>;

export type Overview = Readonly<{
  from: string;
  to: string;
  previous: Readonly<{ from: string; to: string }> | undefined;
  /** Only the newest videos are in the numbers, because there are too many. */
  isCut: boolean;
  cards: readonly Card[];
  definitions: Readonly<Record<string, string>>;
  /** Which definition each is, so that it can be said in another language. */
  definitionCodes: Readonly<Record<string, string>>;
}>;

export type Mark = Readonly<{
  at: string;
  until?: string;
  kind: MarkKind;
  text: string;
  /** Which sentence `text` is, and the names and numbers in it. */
  code: string;
  params: Readonly<Record<string, unknown>>;
  link?: string;
  closing?: number;
  opening?: number;
  operators?: Readonly<{ source: string; target: string }>;
}>;

export type Series = Readonly<{
  series: readonly SeriesPoint[];
  asOf: string | null;
  marks: readonly Mark[];
}>;

export type VideoRow = Readonly<{
  video: string;
  title: string;
  poster: string | null;
  publishedAt: string | null;
  metrics: Readonly<Partial<Record<Metric, number | null>>>;
}>;

const KINDS: readonly MarkKind[] = ['incident', 'correction', 'handover', 'definition'];
const STATES: readonly CountState[] = ['live', 'stale', 'unknown'];

/** A whole number of any sign, or `null`; `undefined` when it is neither. */
function numberOf(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return null;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function stateOf(value: unknown, number: number | null): CountState {
  const state = STATES.find((each) => each === value);
  // A value without its state is not vouched for; a state without a value has none to show.
  return number === null || state === undefined ? 'unknown' : state;
}

const pointOf: Parse<SeriesPoint> = (value) => {
  const fields = fieldsOf(value);
  const at = timeOf(fields['at']);
  const number = numberOf(fields['value']);
  if (at === undefined || number === undefined) return undefined;
  return {
    at,
    value: number,
    partial: fields['partial'] === true,
    ...(fields['gap'] === true && { gap: true }),
    ...(fields['reason'] === 'not-kept' && { reason: 'not-kept' as const }),
  };
};

function cardOf(value: unknown): Card | 'other' | undefined {
  const fields = fieldsOf(value);
  const metric = METRICS.find((each) => each === fields['metric']);
  // A metric of a newer server is not an error of this one.
  if (metric === undefined) return 'other';
  const [number, previous] = [numberOf(fields['value']), numberOf(fields['previous'])];
  const spark = listOf(fields['spark'] ?? [], pointOf);
  if (number === undefined || previous === undefined || spark === undefined) return undefined;
  const state = stateOf(fields['state'], number);
  const asOf = timeOf(fields['asOf']) ?? null;
  const shown = state === 'unknown' ? null : number;
  const [gained, lost] = [wholeOf(fields['gained']) ?? null, wholeOf(fields['lost']) ?? null];
  return { metric, value: shown, previous, state, asOf, spark, gained, lost };
}

export const overviewOf: Parse<Overview> = (value) => {
  const fields = fieldsOf(value);
  const [from, to] = [timeOf(fields['from']), timeOf(fields['to'])];
  const cards = listOf(fields['cards'], cardOf)?.filter((card) => card !== 'other');
  if (from === undefined || to === undefined || cards === undefined) return undefined;
  const before = fieldsOf(fields['previous']);
  const [fromBefore, toBefore] = [timeOf(before['from']), timeOf(before['to'])];
  const known = fromBefore !== undefined && toBefore !== undefined;
  return {
    from,
    to,
    previous: known ? { from: fromBefore, to: toBefore } : undefined,
    isCut: fields['isCut'] === true,
    cards,
    definitions: textsOf(fields['definitions']),
    definitionCodes: textsOf(fields['definitionCodes']),
  };
};

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsOf(value));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function markOf(value: unknown): Mark | undefined {
  const fields = fieldsOf(value);
  const at = timeOf(fields['at']);
  const kind = KINDS.find((each) => each === fields['kind']);
  if (at === undefined || kind === undefined) return undefined;
  const [until, text, link] = [
    timeOf(fields['until']),
    textOf(fields['text']),
    textOf(fields['link']),
  ];
  const [closing, opening] = [numberOf(fields['closing']), numberOf(fields['opening'])];
  const operators = operatorsOf(fields['operators']);
  return {
    at,
    kind,
    text: text ?? '',
    code: textOf(fields['code']) ?? '',
    params: fieldsOf(fields['params']),
    ...(until !== undefined && { until }),
    ...(link !== undefined && isPath(link) && { link }),
    ...(typeof closing === 'number' && { closing }),
    ...(typeof opening === 'number' && { opening }),
    ...(operators !== undefined && { operators }),
  };
}

/** The two parties of a hand-over, as a pair or by their parts in it. */
function operatorsOf(value: unknown): Mark['operators'] | undefined {
  const fields = fieldsOf(value);
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const source = textOf(list[0] ?? fields['source']);
  const target = textOf(list[1] ?? fields['target']);
  return source === undefined || target === undefined ? undefined : { source, target };
}

/** Only addresses of this origin are followed. */
function isPath(link: string): boolean {
  return link.startsWith('/') && !link.startsWith('//');
}

export const seriesOf: Parse<Series> = (value) => {
  const fields = fieldsOf(value);
  const series = listOf(fields['series'], pointOf);
  if (series === undefined) return undefined;
  // A mark of a newer server is left out; the numbers stay.
  const marks = Array.isArray(fields['marks']) ? fields['marks'].map(markOf) : [];
  return {
    series,
    asOf: timeOf(fields['asOf']) ?? null,
    marks: marks.filter((mark) => mark !== undefined),
  };
};

const rowOf: Parse<VideoRow> = (value) => {
  const fields = fieldsOf(value);
  const video = textOf(fields['video']) ?? textOf(fields['id']);
  if (video === undefined) return undefined;
  const nested = { ...fields, ...fieldsOf(fields['metrics']) } as Readonly<Record<string, unknown>>;
  const metrics = METRICS.map((metric) => [metric, rowNumber(nested[metric])] as const);
  return {
    video,
    title: textOf(fields['title']) ?? '',
    poster: textOf(fields['poster']) ?? null,
    publishedAt: timeOf(fields['publishedAt']) ?? null,
    metrics: Object.fromEntries(metrics),
  };
};

/** A number of a row, alone or as a count with its state. */
function rowNumber(value: unknown): number | null {
  return numberOf(typeof value === 'object' ? fieldsOf(value)['value'] : value) ?? null;
}

export const videosOf: Parse<ListPage<VideoRow>> = listPageOf(rowOf);

export type RetentionAnswer = Readonly<{
  starts: number | null;
  points: readonly RetentionPoint[];
  loops: number | null;
  averageWatchMs: number | null;
  /** Days of which nobody knows what they were made of; they are in none of the numbers. */
  unknownDays: number;
  asOf: string | null;
  state: CountState;
}>;

const retentionPointOf: Parse<RetentionPoint> = (value) => {
  const { part, watching } = fieldsOf(value) as Readonly<{ part?: unknown; watching?: unknown }>;
  const count = wholeOf(watching);
  const isPart = typeof part === 'number' && part >= 0 && part <= 1;
  return isPart && count !== undefined ? { part, watching: count } : undefined;
};

export const retentionAnswerOf: Parse<RetentionAnswer> = (value) => {
  const fields = fieldsOf(value);
  const starts = numberOf(fields['starts']);
  const points = listOf(fields['points'], retentionPointOf);
  if (starts === undefined || points === undefined) return undefined;
  return {
    starts,
    points,
    loops: wholeOf(fields['loops']) ?? null,
    averageWatchMs: numberOf(fields['averageWatchMs']) ?? null,
    unknownDays: Array.isArray(fields['unknownDays']) ? fields['unknownDays'].length : 0,
    asOf: timeOf(fields['asOf']) ?? null,
    state: stateOf(fields['state'], starts),
  };
};

export type SourceRow = Readonly<{
  source: string;
  views: number | null;
  watchMs: number | null;
}>;
export type CountryRow = Readonly<{
  jurisdiction: string;
  views: number | null;
  likes: number | null;
}>;
export type Rows<T> = Readonly<{ items: readonly T[]; asOf: string | null }>;

function rowsOf<T>(parse: Parse<T>): Parse<Rows<T>> {
  return (value) => {
    const fields = fieldsOf(value);
    const items = listOf(fields['items'], parse);
    return items === undefined ? undefined : { items, asOf: timeOf(fields['asOf']) ?? null };
  };
}

export const sourcesOf: Parse<Rows<SourceRow>> = rowsOf((value) => {
  const fields = fieldsOf(value);
  const [source, views] = [textOf(fields['source']), numberOf(fields['views'])];
  if (source === undefined || views === undefined) return undefined;
  return { source, views, watchMs: wholeOf(fields['watchMs']) ?? null };
});

export const countriesOf: Parse<Rows<CountryRow>> = rowsOf((value) => {
  const fields = fieldsOf(value);
  const [jurisdiction, views] = [textOf(fields['jurisdiction']), numberOf(fields['views'])];
  if (jurisdiction === undefined || views === undefined) return undefined;
  return { jurisdiction, views, likes: numberOf(fields['likes']) ?? null };
});

export type Returning = Readonly<{
  uniqueViewers: number | null;
  returning: number | null;
  errorPart: number | null;
}>;

export const returningOf: Parse<Returning> = (value) => {
  const fields = fieldsOf(value);
  if (!('returning' in fields)) return undefined;
  return {
    uniqueViewers: wholeOf(fields['uniqueViewers']) ?? null,
    returning: wholeOf(fields['returning']) ?? null,
    errorPart: numberOf(fields['errorPart']) ?? null,
  };
};

/** What was reported in the last minutes; `null` while a country is silent. */
export type JustNow = Readonly<{
  from: string | null;
  views: number | null;
  starts: number | null;
  /** How many were watching at once, on average. */
  watching: number | null;
}>;

export type Realtime = Readonly<{
  justNow: JustNow;
  minutes: readonly SeriesPoint[];
  hours: readonly SeriesPoint[];
  state: CountState;
  asOf: string | null;
}>;

export const realtimeOf: Parse<Realtime> = (value) => {
  const fields = fieldsOf(value);
  const [minutes, hours] = [listOf(fields['minutes'], pointOf), listOf(fields['hours'], pointOf)];
  if (minutes === undefined || hours === undefined) return undefined;
  const now = fieldsOf(fields['justNow']);
  const watching = now['watching'];
  return {
    justNow: {
      from: timeOf(now['from']) ?? null,
      views: wholeOf(now['views']) ?? null,
      starts: wholeOf(now['starts']) ?? null,
      watching: typeof watching === 'number' && watching >= 0 ? watching : null,
    },
    minutes,
    hours,
    state: STATES.find((each) => each === fields['state']) ?? 'unknown',
    asOf: timeOf(fields['asOf']) ?? null,
  };
};
