// From the bytes of an answer to checked types. What does not have the expected form is no answer:
// a missing number must end as unknown, never as 0 or NaN.

import type { CellCounts, Count, UnknownVideo, VideoCounts } from '@holdfast/protocol/counts.ts';
import type { OpResult } from './outbox.ts';

/** One clip of the feed. */
export type Clip = Readonly<{
  id: string;
  title: string;
  caption: string;
  tags: readonly string[];
  durationMs: number;
  creator: string;
  media: Readonly<{ src: string; poster: string; type: string }>;
}>;

export type FeedPage = Readonly<{ items: readonly Clip[]; next: string | null }>;
export type OpenedSession = Readonly<{
  session: string;
  jurisdiction: string;
  grant: string;
  lifeMs: number;
}>;
export type OpsReply = Readonly<{ cell: string; seq: number; results: readonly OpResult[] }>;
export type Me = Readonly<{ account: string; handle: string; jurisdiction: string }>;
export type Cell = Readonly<{ jurisdiction: string; operator: string }>;
export type Problem = Readonly<{
  status: number;
  code: string;
  title: string;
  detail: string;
  retryable: boolean;
}>;

type Fields = Readonly<Record<string, unknown>>;
/** Checks a parsed JSON value; `undefined` means that it has not the expected form. */
export type Parse<T> = (value: unknown) => T | undefined;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function wholeOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

function timeOf(value: unknown): string | undefined {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** The checked elements of a list; one bad element makes the list bad. */
function listOf<T>(value: unknown, parse: Parse<T>): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const parsed = value.map(parse);
  return parsed.includes(undefined) ? undefined : (parsed as T[]);
}

function parseCount(value: unknown): Count | undefined {
  const fields = fieldsOf(value);
  const state = fields['state'];
  if (state === 'unknown') return { value: null, state, asOf: null };
  const known = wholeOf(fields['value']);
  const asOf = timeOf(fields['asOf']);
  if (known === undefined || asOf === undefined) return undefined;
  return state === 'live' || state === 'stale' ? { value: known, state, asOf } : undefined;
}

function parseCell(value: unknown): CellCounts | undefined {
  const fields = fieldsOf(value);
  const state = fields['state'];
  if (state === 'unknown') {
    return { likes: null, views: null, state, asOf: null, epoch: null, seq: null };
  }
  const likes = wholeOf(fields['likes']);
  const views = wholeOf(fields['views']);
  const epoch = wholeOf(fields['epoch']);
  const seq = wholeOf(fields['seq']);
  const asOf = timeOf(fields['asOf']);
  if (likes === undefined || views === undefined || asOf === undefined) return undefined;
  if (epoch === undefined || seq === undefined) return undefined;
  return state === 'live' || state === 'stale'
    ? { likes, views, state, asOf, epoch, seq }
    : undefined;
}

export function parseVideoCounts(value: unknown): VideoCounts | undefined {
  const fields = fieldsOf(value);
  const likes = parseCount(fields['likes']);
  const views = parseCount(fields['views']);
  const cells: Record<string, CellCounts> = {};
  for (const [name, entry] of Object.entries(fieldsOf(fields['cells']))) {
    const cell = parseCell(entry);
    if (cell === undefined) return undefined;
    cells[name] = cell;
  }
  return likes === undefined || views === undefined ? undefined : { likes, views, cells };
}

/** Counts by video; videos whose entry makes no sense are left out. */
export type CountsReply = ReadonlyMap<string, VideoCounts | UnknownVideo>;

export function parseCounts(value: unknown): CountsReply | undefined {
  const counts = fieldsOf(value)['counts'];
  if (typeof counts !== 'object' || counts === null) return undefined;
  const reply = new Map<string, VideoCounts | UnknownVideo>();
  for (const [video, entry] of Object.entries(counts)) {
    const parsed = parseVideoCounts(entry);
    if (parsed !== undefined) reply.set(video, parsed);
    else if (fieldsOf(entry)['error'] !== undefined) reply.set(video, { error: 'unknown-video' });
  }
  return reply;
}

function parseClip(value: unknown): Clip | undefined {
  const fields = fieldsOf(value);
  const media = fieldsOf(fields['media']);
  const id = textOf(fields['id']);
  const durationMs = wholeOf(fields['durationMs']);
  const src = textOf(media['src']);
  if (id === undefined || durationMs === undefined || src === undefined) return undefined;
  return {
    id,
    durationMs,
    title: textOf(fields['title']) ?? 'Untitled',
    caption: textOf(fields['caption']) ?? '',
    tags: listOf(fields['tags'], textOf) ?? [],
    creator: textOf(fields['creator']) ?? '',
    media: {
      src,
      poster: textOf(media['poster']) ?? '',
      type: textOf(media['type']) ?? 'video/mp4',
    },
  };
}

export function parseFeedPage(value: unknown): FeedPage | undefined {
  const fields = fieldsOf(value);
  const items = listOf(fields['items'], parseClip);
  return items === undefined ? undefined : { items, next: textOf(fields['next']) ?? null };
}

export function parseSession(value: unknown): OpenedSession | undefined {
  const fields = fieldsOf(value);
  const session = textOf(fields['session']);
  const jurisdiction = textOf(fields['jurisdiction']);
  const grant = textOf(fields['grant']);
  const startedAt = timeOf(fields['startedAt']);
  const expiresAt = timeOf(fields['expiresAt']);
  if (session === undefined || grant === undefined || jurisdiction === undefined) return undefined;
  if (startedAt === undefined || expiresAt === undefined) return undefined;
  const lifeMs = Date.parse(expiresAt) - Date.parse(startedAt);
  return { session, jurisdiction, grant, lifeMs };
}

function parseOpResult(value: unknown): OpResult | undefined {
  const fields = fieldsOf(value);
  const n = wholeOf(fields['n']);
  const outcome = textOf(fields['outcome']);
  const code = textOf(fields['code']);
  if (n === undefined || outcome === undefined) return undefined;
  return code === undefined ? { n, outcome } : { n, outcome, code };
}

export function parseOpsReply(value: unknown): OpsReply | undefined {
  const fields = fieldsOf(value);
  const cell = textOf(fields['cell']);
  const seq = wholeOf(fields['seq']);
  const results = listOf(fields['results'], parseOpResult);
  if (cell === undefined || seq === undefined || results === undefined) return undefined;
  return { cell, seq, results };
}

export function parseMe(value: unknown): Me | undefined {
  const fields = fieldsOf(value);
  const account = textOf(fields['account']);
  const handle = textOf(fields['handle']);
  if (account === undefined || handle === undefined) return undefined;
  return { account, handle, jurisdiction: textOf(fields['jurisdiction']) ?? '' };
}

/** Likes by video. */
export function parseLikes(value: unknown): ReadonlyMap<string, boolean> | undefined {
  const entries = Object.entries(fieldsOf(fieldsOf(value)['likes']));
  return entries.every(([, liked]) => typeof liked === 'boolean')
    ? new Map(entries as [string, boolean][])
    : undefined;
}

export function parseCells(value: unknown): readonly Cell[] | undefined {
  return listOf(fieldsOf(value)['cells'] ?? value, (entry) => {
    const jurisdiction = textOf(fieldsOf(entry)['jurisdiction']);
    const operator = textOf(fieldsOf(entry)['operator']) ?? '';
    return jurisdiction === undefined ? undefined : { jurisdiction, operator };
  });
}

/** A problem document (RFC 9457); `undefined` for an error page of something in between. */
export function parseProblem(value: unknown): Problem | undefined {
  const fields = fieldsOf(value);
  const code = textOf(fields['code']);
  const status = wholeOf(fields['status']);
  const title = textOf(fields['title']);
  if (code === undefined || status === undefined || title === undefined) return undefined;
  const retryable = fields['retryable'] === true;
  return { code, status, title, retryable, detail: textOf(fields['detail']) ?? '' };
}
