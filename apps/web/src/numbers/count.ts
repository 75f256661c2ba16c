// A count as the pages hold it: known with its age, or unknown with a reason. Rules NU1-NU4.
//
// The value is behind a symbol that only this folder has. So a count cannot be put into the page,
// added, or given a stand-in with `?? 0`: none of these compiles. What is drawn is `<Count>`, which
// takes the whole of it.

import type { Count as WireCount } from '@holdfast/protocol/counts.ts';
import { fieldsOf, timeOf, wholeOf } from '../app/parse.ts';

const inside: unique symbol = Symbol('value');

/** Why there is no value, as far as this page can tell. */
export type UnknownReason = 'reading' | 'no-answer' | 'cell-unknown' | 'unknown-video';

export type KnownCount = Readonly<{
  state: 'live' | 'stale';
  asOf: string;
  [inside]: number;
}>;
export type UnknownCount = Readonly<{ state: 'unknown'; reason: UnknownReason }>;
export type Count = KnownCount | UnknownCount;

/** Not read yet. */
export const READING: UnknownCount = { state: 'unknown', reason: 'reading' };

/** A count of the API. `reason` is used when it has no value. */
export function countOf(count: WireCount, reason: UnknownReason = 'cell-unknown'): Count {
  return count.state === 'unknown'
    ? { state: 'unknown', reason }
    : { state: count.state, asOf: count.asOf, [inside]: count.value };
}

/** From a parsed JSON value. Whatever is not a count is unknown, and never a number. */
export function parseCount(value: unknown, reason: UnknownReason = 'cell-unknown'): Count {
  const fields = fieldsOf(value);
  const { state } = fields;
  const known = wholeOf(fields['value']);
  const asOf = timeOf(fields['asOf']);
  if (known === undefined || asOf === undefined) return { state: 'unknown', reason };
  return state === 'live' || state === 'stale'
    ? { state, asOf, [inside]: known }
    : { state: 'unknown', reason };
}

/** The bare number, for the formatter of this folder and for sorting. Draw counts with `<Count>`. */
export function exactValue(count: KnownCount): number {
  const value: number | undefined = count[inside];
  // Better no page than a number that nobody counted.
  if (value === undefined) throw new TypeError('a count was copied without its value');
  return value;
}

/**
 * The sum of counts, as old as the oldest of them. One that is unknown makes the sum unknown: a part
 * would look like the whole.
 */
export function sumCounts(counts: readonly Count[]): Count {
  let sum = 0;
  let state: KnownCount['state'] = 'live';
  let asOf: string | undefined = undefined;
  for (const count of counts) {
    if (count.state === 'unknown') return count;
    sum += count[inside];
    if (count.state === 'stale') state = 'stale';
    if (asOf === undefined || count.asOf < asOf) asOf = count.asOf;
  }
  return asOf === undefined ? READING : { state, asOf, [inside]: sum };
}
