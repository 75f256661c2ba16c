// Stage 1, by person: how one op ends (C9, V1-V8). All that is personal is read and changed here.

import { SESSION_LIFE_MS } from '@holdfast/protocol/limits.ts';
import { outcomeByte } from '@holdfast/protocol/outcome-byte.ts';
import type { InvalidCode, Outcome } from '@holdfast/protocol/ops.ts';
import { INVALID_CODES, OUTCOMES } from '@holdfast/protocol/ops.ts';
import { loopsOf, qualifies } from '@holdfast/protocol/view-rule.ts';
import { assert } from './assert.ts';
import { partReached, startMark } from './day-detail.ts';
import type { NumberedOp, OpsEntry } from './entries.ts';
import { NONE } from './flat-table.ts';
import { lineOf, ownPerson, personRow, sessionOf, videoFacts } from './fold.ts';
import type { Fold } from './fold.ts';
import { likeKey, NOBODY, utcDay, videoOf } from './numbers.ts';
import type { PersonNo, VideoNo } from './numbers.ts';
import { GONE, isForgotten } from './rows.ts';
import type { SessionRow } from './rows.ts';
import { isRepeat, markSeen } from './session-window.ts';
import { emptyHash, moveLike, moveName } from './set-hash.ts';
import { TALLY_SLOT } from './tallies.ts';
import { personViewerHash, sessionViewerHash } from './uniques.ts';
import { NO_CAPS, takeView } from './viewer-caps.ts';
import type { ViewerCaps } from './viewer-caps.ts';

type ViewOp = Extract<NumberedOp, { kind: 'view' }>;

/** How an op can end: a class, or for `invalid` the reason. */
type End = Exclude<Outcome, 'invalid'> | InvalidCode;

const ENDS: readonly End[] = [
  ...OUTCOMES.filter((outcome) => outcome !== 'invalid'),
  ...INVALID_CODES,
];

function isInvalid(end: End): end is InvalidCode {
  return (INVALID_CODES as readonly string[]).includes(end);
}

/** The class and the byte of every end, looked up once an op. */
const END: Readonly<Record<End, Readonly<{ outcome: Outcome; byte: number }>>> = Object.fromEntries(
  ENDS.map((end) => [
    end,
    isInvalid(end)
      ? { outcome: 'invalid', byte: outcomeByte('invalid', end) }
      : { outcome: end, byte: outcomeByte(end, undefined) },
  ]),
) as Record<End, { outcome: Outcome; byte: number }>;

/** Applies the ops of one session; adds an outcome byte for each to the fold, in their order. */
export function applyOps(fold: Fold, entry: OpsEntry): void {
  const session = sessionOf(fold, entry);
  const isLate = fold.atMs - session.startedAtMs > SESSION_LIFE_MS;
  const isErased = isErasedPerson(fold, entry.person);
  for (const op of entry.ops) {
    const line = lineOf(fold, op.video);
    const end = END[endOf(fold, entry, session, op, line, isLate, isErased)];
    const slot = TALLY_SLOT[op.kind][end.outcome];
    fold.meta.books[slot] = (fold.meta.books[slot] ?? 0) + 1;
    if (line === NONE) fold.meta.elsewhere[slot] = (fold.meta.elsewhere[slot] ?? 0) + 1;
    else fold.lines.end(line, slot);
    fold.outcomes.push(end.byte);
  }
  fold.meta.opsAccepted += entry.ops.length;
}

/** The order of the questions is the rule (docs/spec/views.md, last lines). */
function endOf(
  fold: Fold,
  entry: OpsEntry,
  session: SessionRow,
  op: NumberedOp,
  line: number,
  isLate: boolean,
  isErased: boolean,
): End {
  if (isRepeat(session, op.n)) return 'duplicate';
  markSeen(session, op.n);
  if (isLate) return 'late';
  if (line === NONE) return 'unknown-video';
  if (isErased) return 'erased-person';
  if (op.kind === 'view') return judgeView(fold, entry, session, op, line);
  if (entry.person === NOBODY) return 'sign-in-required';
  return setLike(fold, entry.person, op.video, line, op.kind === 'like');
}

/** C18; a number that was never given is as good as erased. */
function isErasedPerson(fold: Fold, person: PersonNo): boolean {
  return fold.rows.erased.get(person) !== undefined || person > fold.meta.personsNumbered;
}

/** C6: the change follows from the row, never from what the op hopes for. */
function setLike(
  fold: Fold,
  person: PersonNo,
  video: VideoNo,
  line: number,
  liked: boolean,
): 'counted' | 'unchanged' {
  const key = likeKey(person, video);
  const likedAtMs = fold.likes.get(key) ?? fold.rows.likes.get(key) ?? GONE;
  if ((likedAtMs !== GONE) === liked) return 'unchanged';
  fold.likes.set(key, liked ? fold.atMs : GONE);
  moveLike(fold.meta.likesHash, person, video, liked ? 1 : -1);
  fold.meta.likeRows += liked ? 1 : -1;
  fold.lines.add(line, 'likes', liked ? 1 : -1);
  return 'counted';
}

function judgeView(
  fold: Fold,
  entry: OpsEntry,
  session: SessionRow,
  op: ViewOp,
  line: number,
): 'own' | 'held' | 'unqualified' | 'capped' | 'counted' {
  const { watchedMs } = op;
  const video = videoFacts(fold, op.video);
  assert(video !== undefined, 'a line has a video');
  const person = entry.person === NOBODY ? undefined : personRow(fold, entry.person);
  assert(person !== undefined || entry.person === NOBODY, 'a person who views was loaded');
  if (person !== undefined && person.creatorKey === video.creatorKey) return 'own';
  if (!entry.vouched) {
    const allowedMs = fold.atMs - session.startedAtMs + fold.rule.claimSlackMs;
    if (session.claimedMs + watchedMs > allowedMs) return 'held';
    session.claimedMs += watchedMs;
  }
  const { no, durationMs } = video;
  const loops = loopsOf(watchedMs, durationMs);
  fold.lines.add(line, 'starts', 1);
  fold.lines.add(line, 'watchMs', watchedMs);
  fold.lines.add(line, 'loops', loops);
  const end = qualifies(fold.rule, watchedMs, durationMs)
    ? takeQualified(fold, person === undefined ? session : ownPerson(fold, person), no)
    : 'unqualified';
  const mark = startMark(partReached(watchedMs, durationMs), op.source, end === 'counted');
  fold.lines.starts.add(no, mark, watchedMs, loops);
  if (end !== 'counted') return end;
  fold.lines.add(line, 'views', 1);
  const hash =
    person === undefined ? sessionViewerHash(entry.sessionKey) : personViewerHash(person.person);
  const seen = fold.viewers.get(no);
  if (seen === undefined) fold.viewers.set(no, [hash]);
  else seen.push(hash);
  return 'counted';
}

/** V3: whether a view that qualifies is within what one viewer may add in a day. */
function takeQualified(fold: Fold, viewer: ViewerCaps, video: VideoNo): 'counted' | 'capped' {
  const { countedPerViewerDayMax } = fold.rule;
  return takeView(viewer, video, utcDay(fold.atMs), countedPerViewerDayMax) ? 'counted' : 'capped';
}

/** Like rows that one erasure entry takes away; the engine writes entries until none is left. */
export const ERASE_LIKES_MAX = 10_000;

/**
 * C17: takes away like rows of a person, and with the last of them all that is known of the person.
 * An erasure has a batch to itself, so that `likesOf` is the whole truth about the rows.
 */
export function applyErase(fold: Fold, person: PersonNo): void {
  assert(fold.likes.size === 0, 'an erasure has a batch to itself');
  const row = personRow(fold, person);
  if (row === undefined || isForgotten(row)) return;
  const own = ownPerson(fold, row);
  own.erasedAtMs = fold.atMs;
  own.creatorKey = '';
  own.caps = NO_CAPS;
  const keys = fold.rows.likesOf.get(person) ?? [];
  for (const key of keys.slice(0, ERASE_LIKES_MAX)) {
    const video = videoOf(key);
    const line = lineOf(fold, video);
    assert(line !== NONE, 'a like row has a video');
    fold.likes.set(key, GONE);
    moveLike(fold.meta.likesHash, person, video, -1);
    fold.meta.likeRows -= 1;
    fold.lines.add(line, 'likes', -1);
    fold.lines.add(line, 'erasedLikes', 1);
  }
  if (keys.length > ERASE_LIKES_MAX) return;
  moveName(fold.meta.likesHash, person, row.pseudonym, -1);
  own.pseudonym = emptyHash();
}
