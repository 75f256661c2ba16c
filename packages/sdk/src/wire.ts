// From the JSON of an answer to checked types. What does not have the expected form throws, and so
// ends as no answer: a missing number must end as unknown, never as 0 or NaN.

import type { UnknownVideo, VideoCounts } from '@holdfast/protocol/counts.ts';

type Fields = Readonly<Record<string, unknown>>;
/** Checks a parsed JSON value. Throws when it has not the expected form. */
export type Parse<T> = (value: Fields) => T;

export type OpResult = Readonly<{ n: number; outcome: string; code?: string }>;
/** A place in a cell's journal; reads that include it include the op. */
export type Position = Readonly<{ cell: string; epoch: number; seq: number }>;
export type OpsReply = Position & Readonly<{ results: readonly OpResult[] }>;
export type CountsReply = Readonly<Record<string, VideoCounts | UnknownVideo>>;
/** Likes by video. */
export type LikesReply = Readonly<Record<string, boolean>>;

function expect(isSo: boolean): void {
  if (!isSo) throw new TypeError();
}

function expectWhole(value: unknown): void {
  expect(Number.isSafeInteger(value) && (value as number) >= 0);
}

/** A count or what a cell contributes: `numbers` are whole when it is known, else `null`. */
function expectCount(value: unknown, numbers: readonly string[]): void {
  const fields = value as Fields;
  const isUnknown = fields['state'] === 'unknown';
  expect(isUnknown || Date.parse(fields['asOf'] as string) > 0);
  for (const name of numbers) {
    if (isUnknown) expect(fields[name] === null);
    else expectWhole(fields[name]);
  }
}

// Each cast below follows the checks that make it true.

export function parseVideoCounts(value: Fields): VideoCounts {
  const { likes, views, cells } = value as VideoCounts;
  expectCount(likes, ['value']);
  expectCount(views, ['value']);
  for (const cell of Object.values(cells)) expectCount(cell, ['likes', 'views', 'epoch', 'seq']);
  return { likes, views, cells };
}

export const parseCounts: Parse<CountsReply> = (value) => {
  const counts = value['counts'] as CountsReply;
  for (const entry of Object.values(counts)) if (!('error' in entry)) parseVideoCounts(entry);
  return counts;
};

/** The grant of a new session. */
export const parseGrant: Parse<string> = (value) => {
  expect(typeof value['grant'] === 'string');
  return value['grant'] as string;
};

export const parseOpsReply: Parse<OpsReply> = (value) => {
  const reply = value as OpsReply;
  expectWhole(reply.epoch);
  expectWhole(reply.seq);
  for (const { n } of reply.results) expectWhole(n);
  return reply;
};

export const parseLikes: Parse<LikesReply> = (value) => {
  const likes = value['likes'] as LikesReply;
  for (const liked of Object.values(likes)) expect(typeof liked === 'boolean');
  return likes;
};
