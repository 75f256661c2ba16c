// From the bytes of an answer to checked types. What does not have the expected form is no answer:
// a missing number must end as unknown, never as 0 or NaN.

import type { CellCounts, Count, UnknownVideo, VideoCounts } from '@holdfast/protocol/counts.ts';
import type { OpResult, Position } from './outbox.ts';

type Fields = Readonly<Record<string, unknown>>;
/** Checks a parsed JSON value; `undefined` means that it has not the expected form. */
export type Parse<T> = (value: unknown) => T | undefined;

export type OpsReply = Readonly<{ position: Position; results: readonly OpResult[] }>;
export type OpenedSession = Readonly<{ grant: string; lifeMs: number }>;
/** A problem document (RFC 9457). */
export type Problem = Readonly<{ code: string; detail: string; retryable: boolean }>;
/** Counts by video; videos whose entry makes no sense are left out. */
export type CountsReply = ReadonlyMap<string, VideoCounts | UnknownVideo>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function timeOf(value: unknown): number {
  return isText(value) ? Date.parse(value) : Number.NaN;
}

/** A count or a cell's counts: `numbers` are the fields that must be whole when it is known. */
function parseKnown<T extends Count | CellCounts>(
  value: unknown,
  numbers: readonly string[],
): T | undefined {
  const fields = fieldsOf(value);
  const { state, asOf } = fields as { state?: unknown; asOf?: unknown };
  const isUnknown = state === 'unknown';
  if (!isUnknown && state !== 'live' && state !== 'stale') return undefined;
  if (!isUnknown && Number.isNaN(timeOf(asOf))) return undefined;
  const known: Record<string, unknown> = { state, asOf: isUnknown ? null : asOf };
  for (const name of numbers) {
    if (!isUnknown && !isWhole(fields[name])) return undefined;
    known[name] = isUnknown ? null : fields[name];
  }
  // The loop has looked at every field of `T` that the caller names.
  return known as unknown as T;
}

const parseCount: Parse<Count> = (value) => parseKnown(value, ['value']);
const parseCell: Parse<CellCounts> = (value) =>
  parseKnown(value, ['likes', 'views', 'epoch', 'seq']);

/** The checked entries of an object; one bad entry makes it bad. */
function entriesOf<T>(value: unknown, parse: Parse<T>): Readonly<Record<string, T>> | undefined {
  const entries = Object.entries(fieldsOf(value)).map(([name, entry]) => [name, parse(entry)]);
  return entries.some(([, entry]) => entry === undefined)
    ? undefined
    : (Object.fromEntries(entries) as Record<string, T>);
}

export const parseVideoCounts: Parse<VideoCounts> = (value) => {
  const fields = fieldsOf(value);
  const likes = parseCount(fields['likes']);
  const views = parseCount(fields['views']);
  const cells = entriesOf(fields['cells'], parseCell);
  return likes && views && cells && { likes, views, cells };
};

export const parseCounts: Parse<CountsReply> = (value) => {
  const reply = new Map<string, VideoCounts | UnknownVideo>();
  for (const [video, entry] of Object.entries(fieldsOf(fieldsOf(value)['counts']))) {
    const parsed = parseVideoCounts(entry);
    if (parsed !== undefined) reply.set(video, parsed);
    else if (fieldsOf(entry)['error'] !== undefined) reply.set(video, { error: 'unknown-video' });
  }
  return reply;
};

export const parseSession: Parse<OpenedSession> = (value) => {
  const { grant, startedAt, expiresAt } = fieldsOf(value) as Partial<Record<string, unknown>>;
  const lifeMs = timeOf(expiresAt) - timeOf(startedAt);
  return isText(grant) && lifeMs > 0 ? { grant, lifeMs } : undefined;
};

const parseOpResult: Parse<OpResult> = (value) => {
  const { n, outcome, code } = fieldsOf(value) as Partial<Record<string, unknown>>;
  if (!isWhole(n) || !isText(outcome)) return undefined;
  return isText(code) ? { n, outcome, code } : { n, outcome };
};

export const parseOpsReply: Parse<OpsReply> = (value) => {
  const { cell, epoch, seq, results } = fieldsOf(value) as Partial<Record<string, unknown>>;
  if (!isText(cell) || !isWhole(epoch) || !isWhole(seq) || !Array.isArray(results)) {
    return undefined;
  }
  const parsed = results.map(parseOpResult);
  return parsed.includes(undefined)
    ? undefined
    : { position: { cell, epoch, seq }, results: parsed as OpResult[] };
};

/** Likes by video. */
export const parseLikes: Parse<Readonly<Record<string, boolean>>> = (value) =>
  entriesOf(fieldsOf(value)['likes'], (liked) => (typeof liked === 'boolean' ? liked : undefined));

/** The account that is signed in. */
export const parseAccount: Parse<string> = (value) => {
  const { account } = fieldsOf(value) as Partial<Record<string, unknown>>;
  return isText(account) ? account : undefined;
};

/** `undefined` for an error page of something in between. */
export const parseProblem: Parse<Problem> = (value) => {
  const { code, detail, retryable } = fieldsOf(value) as Partial<Record<string, unknown>>;
  if (!isText(code)) return undefined;
  return { code, detail: isText(detail) ? detail : '', retryable: retryable === true };
};
