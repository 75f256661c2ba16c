// The working set of one batch: rows are copied at their first change and kept here until the
// batch is done, so that the rows that were loaded stay as they are and a batch can be dropped.

import type { Seq } from '@holdfast/protocol/ids.ts';
import type { ViewRule } from '@holdfast/protocol/view-rule.ts';
import { assert } from './assert.ts';
import type { OpsEntry } from './entries.ts';
import { NONE } from './flat-table.ts';
import type { LikeMap } from './like-map.ts';
import type { Lines } from './lines.ts';
import type { PersonNo, VideoNo } from './numbers.ts';
import type { MetaRow, PersonRow, Rows, SessionRow, VideoFacts, VideoRow } from './rows.ts';
import { NO_CAPS, ownCaps } from './viewer-caps.ts';

/** How long an integrator's session name is remembered (C13). */
export const BULK_SESSION_MEMORY_MS = 400 * 86_400_000;

export type Fold = {
  readonly rows: Rows;
  readonly rule: ViewRule;
  readonly seq: Seq;
  readonly atMs: number;
  readonly meta: MetaRow;
  readonly sessions: Map<string, SessionRow>;
  readonly persons: Map<PersonNo, PersonRow>;
  readonly newVideos: Map<VideoNo, VideoRow>;
  readonly likes: LikeMap;
  readonly lines: Lines;
  /** Hashes of viewers whose view counted, by video; all on the day of the batch. */
  readonly viewers: Map<VideoNo, number[]>;
  /** An outcome byte for each op so far, in order. */
  readonly outcomes: number[];
};

/** Whose session it is: of a grant when that says when it began, else of a name (C13). */
export type SessionRef = Pick<OpsEntry, 'sessionKey' | 'startedAtMs'>;

/** The session of an entry, ready to be changed; begun now if it is new (C13). */
export function sessionOf(fold: Fold, entry: SessionRef): SessionRow {
  const worked = fold.sessions.get(entry.sessionKey);
  if (worked !== undefined) return worked;
  const stored = currentSession(fold.rows.sessions.get(entry.sessionKey), entry, fold.atMs);
  const session: SessionRow =
    stored === undefined
      ? {
          startedAtMs: entry.startedAtMs ?? fold.atMs,
          highest: 0,
          seenLow: 0,
          seenHigh: 0,
          claimedMs: 0,
          capsDay: 0,
          caps: NO_CAPS,
        }
      : copyOf(stored);
  fold.sessions.set(entry.sessionKey, session);
  return session;
}

/** A plain copy of the fields costs a third of a spread, and this one is made for every session. */
function copyOf(row: Readonly<SessionRow>): SessionRow {
  const { startedAtMs, highest, seenLow, seenHigh, claimedMs, capsDay } = row;
  const caps = ownCaps(row.caps);
  return { startedAtMs, highest, seenLow, seenHigh, claimedMs, capsDay, caps };
}

/** C13: a name that an integrator used long ago is as good as new, stored row or not. */
function currentSession(
  stored: Readonly<SessionRow> | undefined,
  entry: SessionRef,
  atMs: number,
): Readonly<SessionRow> | undefined {
  if (stored === undefined || entry.startedAtMs !== undefined) return stored;
  return atMs - stored.startedAtMs > BULK_SESSION_MEMORY_MS ? undefined : stored;
}

/** Highest number that a session has seen, without opening it for change. */
export function highestSeen(fold: Fold, entry: SessionRef): number {
  const worked = fold.sessions.get(entry.sessionKey);
  if (worked !== undefined) return worked.highest;
  const stored = fold.rows.sessions.get(entry.sessionKey);
  return currentSession(stored, entry, fold.atMs)?.highest ?? 0;
}

export function personRow(fold: Fold, person: PersonNo): Readonly<PersonRow> | undefined {
  return fold.persons.get(person) ?? fold.rows.persons.get(person);
}

/** A person's row, ready to be changed. */
export function ownPerson(fold: Fold, row: Readonly<PersonRow>): PersonRow {
  const worked = fold.persons.get(row.person);
  if (worked !== undefined) return worked;
  const own = { ...row, caps: ownCaps(row.caps) };
  fold.persons.set(row.person, own);
  return own;
}

export function videoRow(fold: Fold, video: VideoNo): Readonly<VideoRow> | undefined {
  return fold.rows.videos.get(video) ?? fold.newVideos.get(video);
}

export function videoFacts(fold: Fold, video: VideoNo): VideoFacts | undefined {
  return fold.rows.videos.facts(video) ?? fold.newVideos.get(video);
}

/** The line of a video in this batch; `NONE` when the cell does not know the video. */
export function lineOf(fold: Fold, video: VideoNo): number {
  const held = fold.lines.find(video);
  if (held !== NONE) return held;
  const isKnown = fold.rows.videos.has(video) || fold.newVideos.has(video);
  return isKnown ? fold.lines.begin(video) : NONE;
}

/** Takes the next number of a kind; a gap would mean that two histories were mixed. */
export function takeNumber(given: number, numbered: number, what: string): number {
  assert(given === numbered + 1, `the next ${what} is number ${numbered + 1}, not ${given}`);
  return given;
}
