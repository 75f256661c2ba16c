// The query of an address, parsed once and only by the routes that have one.

import { isVideoId } from '@holdfast/protocol/ids.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { COUNTS_VIDEOS_MAX } from '@holdfast/protocol/limits.ts';
import { QUERY_CHARS_MAX } from './gateway-limits.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export type Query = Readonly<{
  kind: 'query';
  /** Every value of a name, in order. */
  all: (name: string) => readonly string[];
  /** The value of a name that may stand once; the last one when it stands more often. */
  one: (name: string) => string | undefined;
}>;

const TOO_LONG = refusal(
  'uri-too-long',
  `The query is longer than ${QUERY_CHARS_MAX} characters. Ask for fewer videos at a time.`,
);
const UNDECODABLE = refusal(
  'invalid-request',
  'The query has a percent sign that stands for no character.',
);
const NONE: readonly string[] = [];

/** Parses the query of an address. */
export function queryOf(url: string): Query | Refusal {
  const start = url.indexOf('?') + 1;
  if (start > 0 && url.length - start > QUERY_CHARS_MAX) return TOO_LONG;
  const values = new Map<string, string[]>();
  for (let at = start; start > 0 && at < url.length;) {
    const next = url.indexOf('&', at);
    const end = next === -1 ? url.length : next;
    const equals = url.indexOf('=', at);
    const nameEnd = equals === -1 || equals > end ? end : equals;
    const name = decoded(url.slice(at, nameEnd));
    const value = decoded(url.slice(Math.min(nameEnd + 1, end), end));
    if (name === undefined || value === undefined) return UNDECODABLE;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
    at = end + 1;
  }
  return {
    kind: 'query',
    all: (name) => values.get(name) ?? NONE,
    one: (name) => values.get(name)?.at(-1),
  };
}

function decoded(text: string): string | undefined {
  // Ids need no decoding, and a page of counts has a hundred of them.
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const NOT_A_VIDEO = refusal(
  'invalid-request',
  'video must be 1 to 64 characters of A-Z a-z 0-9 _ -, and may stand several times.',
);
const TOO_MANY_VIDEOS = refusal(
  'too-many-videos',
  `At most ${COUNTS_VIDEOS_MAX} videos can be asked for in one request.`,
);

export type Videos = Readonly<{ kind: 'videos'; videos: ReadonlySet<VideoId> }>;

/** The videos that a query names, each once (A49). */
export function videosOf(query: Query): Videos | Refusal {
  const videos = new Set<VideoId>();
  for (const video of query.all('video')) {
    if (!isVideoId(video)) return NOT_A_VIDEO;
    videos.add(video);
  }
  return videos.size > COUNTS_VIDEOS_MAX ? TOO_MANY_VIDEOS : { kind: 'videos', videos };
}

/** A number of items that a query may ask for, from 1 to `itemsMax`. */
export function itemsOf(
  text: string | undefined,
  itemsDefault: number,
  itemsMax: number,
): number | Refusal {
  if (text === undefined) return itemsDefault;
  const items = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (items >= 1 && items <= itemsMax) return items;
  return refusal('invalid-request', `limit must be a whole number from 1 to ${itemsMax}.`);
}
