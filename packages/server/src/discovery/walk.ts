// One walk through the feed "for you": which videos it had, in a cursor that holds all of it, so
// that a walk goes on after a restart and at any gateway.
//
// Rules: docs/spec/discovery.md (DI9, DI10).
//
// A video is in it as 24 bits that depend on its id, as steps between sorted numbers: some two
// bytes a video. Two videos share their bits once in 16 million; then a walk leaves one out, and
// shows none twice. Nothing is signed: who changes a cursor changes what they see themselves.

import type { Candidate } from './rank.ts';

/** Videos in one walk; its cursor is then some 6,000 characters of the 8,192 of a query. */
export const WALK_VIDEOS_MAX = 2_000;
const CURSOR_CHARS_MAX = 8_000;
const VERSION = 1;
const MARK_BITS = 24;
const MARK_BYTES = 3;
const HEADER_BYTES = 1 + 4 + MARK_BYTES;
const CURSOR_PATTERN = /^[A-Za-z0-9_-]+$/;

export type Walk = Readonly<{
  /** 32 random bits, drawn when the walk began. */
  seed: number;
  /** The marks of the videos it had. */
  seen: ReadonlySet<number>;
  /** The mark of who made the last of them. */
  lastCreator: number | undefined;
}>;

/** 32 bits that depend on a text alone (FNV-1a). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

export function newWalk(seed: number): Walk {
  return { seed: seed >>> 0, seen: new Set(), lastCreator: undefined };
}

const markOf = (hash: number): number => (hash ^ (hash >>> MARK_BITS)) & (2 ** MARK_BITS - 1);

export function isSeen({ seen }: Walk, { hash }: Candidate): boolean {
  return seen.has(markOf(hash));
}

export function isLastCreator({ lastCreator }: Walk, creator: string): boolean {
  return lastCreator !== undefined && markOf(hashOf(creator)) === lastCreator;
}

/** The walk after some more videos, in order. */
export function walked(walk: Walk, shown: readonly Candidate[]): Walk {
  const last = shown.at(-1);
  if (last === undefined) return walk;
  const seen = new Set(walk.seen);
  for (const { hash } of shown) seen.add(markOf(hash));
  return { seed: walk.seed, seen, lastCreator: markOf(hashOf(last.creator)) };
}

/** The cursor of a walk that has begun. */
export function cursorOf({ seed, seen, lastCreator }: Walk): string {
  const bytes: number[] = [VERSION, ...bigEndian(seed, 4), ...bigEndian(lastCreator ?? 0, 3)];
  let before = -1;
  for (const mark of Uint32Array.from(seen).sort()) {
    let step = mark - before - 1;
    before = mark;
    for (; step > 127; step >>>= 7) bytes.push((step & 127) | 128);
    bytes.push(step);
  }
  return Buffer.from(bytes).toString('base64url');
}

function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => (value >>> (8 * (bytes - 1 - at))) & 255);
}

/** The walk of a cursor, or nothing when it is not one that `cursorOf` gives. */
export function walkOf(cursor: string): Walk | undefined {
  if (cursor.length > CURSOR_CHARS_MAX || !CURSOR_PATTERN.test(cursor)) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length <= HEADER_BYTES || bytes[0] !== VERSION) return undefined;
  const seen = marksIn(bytes.subarray(HEADER_BYTES));
  if (seen === undefined) return undefined;
  return { seed: bytes.readUInt32BE(1), seen, lastCreator: bytes.readUIntBE(5, MARK_BYTES) };
}

function marksIn(bytes: Uint8Array): ReadonlySet<number> | undefined {
  const marks = new Set<number>();
  let before = -1;
  let step = 0;
  let shift = 0;
  for (const byte of bytes) {
    step += (byte & 127) * 2 ** shift;
    shift += 7;
    if (shift > 28) return undefined;
    if (byte > 127) continue;
    before += step + 1;
    step = 0;
    shift = 0;
    if (before >= 2 ** MARK_BITS || marks.size === WALK_VIDEOS_MAX) return undefined;
    marks.add(before);
  }
  return shift === 0 ? marks : undefined;
}
