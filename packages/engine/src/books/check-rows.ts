// Rows that nothing else adds up to: sessions and sketches of unique viewers. They cannot be made
// again from other rows, so this looks for what no sequence of batches could have left behind.

import type { DatabaseSync } from 'node:sqlite';
import { VIEWER_DAY_VIDEOS_MAX } from '../counting/viewer-caps.ts';
import { dayOf, videoOfDay } from '../counting/numbers.ts';
import type { VideoDayKey } from '../counting/numbers.ts';
import { EXACT_VIEWERS_MAX, RANK_MAX, REGISTERS } from '../counting/uniques.ts';
import type { Uniques } from '../counting/uniques.ts';
import { FormatError } from '../codec/bytes.ts';
import { numbersFromBytes, uniquesFromBytes } from '../state/sqlite/row-bytes.ts';
import type { Differences } from './differences.ts';

const HASH_END = 2 ** 53;

/** C2: the numbers that a session says it has seen. `step` is called for each row. */
export function checkSessions(
  db: DatabaseSync,
  differences: Differences,
  step: () => void,
): number {
  let sessions = 0;
  const statement = db.prepare('SELECT highest, seen_low, seen_high, caps FROM sessions');
  for (const row of statement.iterate()) {
    sessions += 1;
    step();
    const fault =
      windowFault(
        row['highest'] as number,
        row['seen_low'] as number,
        row['seen_high'] as number,
      ) ?? capsFault(row['caps'] as Uint8Array);
    // A session's name is a person's, so it is told by its place.
    if (fault !== undefined) differences.expect(`session ${sessions}`, 'in order', fault);
  }
  return sessions;
}

/** Why no session can have this window: bit i of it stands for the number `highest - i`. */
function windowFault(highest: number, seenLow: number, seenHigh: number): string | undefined {
  if (highest < 1 || (seenLow & 1) === 0) return 'its highest number was not seen';
  if (highest >= 64) return undefined;
  const beyond =
    highest >= 32
      ? seenHigh >>> (highest - 32)
      : seenHigh + (highest < 32 ? seenLow >>> highest : 0);
  return beyond === 0 ? undefined : 'it saw a number below 1';
}

function capsFault(bytes: Uint8Array): string | undefined {
  try {
    const caps = numbersFromBytes(bytes);
    return caps.length <= VIEWER_DAY_VIDEOS_MAX ? undefined : 'its list of views is too long';
  } catch (error) {
    if (error instanceof FormatError) return 'its list of views cannot be read';
    throw error;
  }
}

/**
 * C22: the viewers of a video are never more than its counted views, which `viewsOf` gives by
 * number. `step` is called for each row.
 */
export function checkSketches(
  db: DatabaseSync,
  viewsOf: Float64Array,
  differences: Differences,
  step: () => void,
): number {
  let sketches = 0;
  const viewers = new Float64Array(viewsOf.length);
  for (const row of db.prepare('SELECT key, kind, data FROM uniques').iterate()) {
    sketches += 1;
    step();
    const key = row['key'] as VideoDayKey;
    const video = videoOfDay(key);
    const name = `unique viewers of video ${video} on day ${dayOf(key)}`;
    if (viewsOf[video] === undefined) differences.expect(`${name}: a known video`, 1, 0);
    const data = row['data'] as Uint8Array;
    const fault = sketchFault(row['kind'] as number, data);
    if (fault !== undefined) {
      differences.expect(name, 'in order', fault);
      continue;
    }
    viewers[video] =
      (viewers[video] ?? 0) + leastViewers(uniquesFromBytes(row['kind'] as number, data));
  }
  viewers.forEach((least, video) => {
    const views = viewsOf[video] ?? 0;
    if (least > views) differences.expect(`viewers of video ${video}, at most`, views, least);
  });
  return sketches;
}

function sketchFault(kind: number, data: Uint8Array): string | undefined {
  if (kind !== 0 && kind !== 1) return `a sketch of kind ${kind}`;
  if (kind === 0 && data.length % 8 !== 0) return `${data.length} bytes`;
  const uniques = uniquesFromBytes(kind, data);
  if (uniques.kind === 'registers') {
    if (data.length !== REGISTERS) return `${data.length} registers`;
    return uniques.registers.every((rank) => rank <= RANK_MAX) ? undefined : 'a rank too high';
  }
  const { hashes } = uniques;
  if (hashes.length > EXACT_VIEWERS_MAX) return `${hashes.length} viewers one by one`;
  const isSorted = hashes.every((hash, place) => place === 0 || (hashes[place - 1] ?? 0) < hash);
  const areHashes = hashes.every((hash) => Number.isInteger(hash) && hash >= 0 && hash < HASH_END);
  return isSorted && areHashes ? undefined : 'viewers out of order';
}

/** Each register that is not empty was set by a viewer of its own. */
function leastViewers(uniques: Uniques): number {
  if (uniques.kind === 'exact') return uniques.hashes.length;
  return uniques.registers.reduce((set, rank) => set + (rank > 0 ? 1 : 0), 0);
}
