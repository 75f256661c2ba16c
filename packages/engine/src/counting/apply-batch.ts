// The counting core: one pure function from (rows, batch) to changed rows. The domain starts here.
//
//   keysNeeded(batch) ─► rows, loaded by a store ─► applyBatch(rows, batch) ─► changes, stored with seq
//
// Why counts stay right: the change of a like count follows from the like row itself (C6), an op's
// name is used up in the same step that gives it its effect (C1), everything that a clock or a
// person could decide was decided before and is written in the batch (C5), and the changes of a
// batch are stored together with its seq, so a batch is either in the state or not.
//
// The rules C1-C26 and V1-V8 are in docs/spec/counting.md and docs/spec/views.md. Stage 1, by
// person, is in judge.ts; stage 2, by video, in lines.ts.

import { outcomeByte } from '@holdfast/protocol/outcome-byte.ts';
import { HOLDFAST_1 } from '@holdfast/protocol/view-rule.ts';
import type { ViewRule } from '@holdfast/protocol/view-rule.ts';
import { assert } from './assert.ts';
import type { Batch, CorrectionEntry, Entry, PersonEntry, VideoEntry } from './entries.ts';
import { NONE } from './flat-table.ts';
import { highestSeen, lineOf, sessionOf, takeNumber, videoRow } from './fold.ts';
import type { Fold } from './fold.ts';
import { applyErase, applyOps } from './judge.ts';
import { LikeMap } from './like-map.ts';
import { correctionRows, giveBack, Lines } from './lines.ts';
import { MINUTE_MS, utcDay, videoDayKey } from './numbers.ts';
import type { VideoDayKey } from './numbers.ts';
import { newVideoRow, shownLikes, shownViews } from './rows.ts';
import type { RowChanges } from './row-changes.ts';
import type { CorrectionRow, Rows } from './rows.ts';
import { isBeyondWindow, markSeen } from './session-window.ts';
import { moveName, textHash } from './set-hash.ts';
import { addViewers, NO_VIEWERS } from './uniques.ts';
import type { Uniques } from './uniques.ts';
import { NO_CAPS } from './viewer-caps.ts';

/** Why a request may not become part of the batch; it has left no trace. */
export type Refusal = Readonly<
  | { kind: 'op-window'; n: number; highest: number }
  | { kind: 'below-zero'; value: number }
  | { kind: 'unknown-video' }
>;

export type BatchHead = Omit<Batch, 'entries'>;

const VIEW_RULES: Readonly<Record<number, ViewRule>> = { [HOLDFAST_1.version]: HOLDFAST_1 };

/**
 * Starts a batch on rows that hold every key it needs. Nothing in `rows` will be changed.
 * `opsExpected` spares a large batch its growing; it is no limit.
 */
export function beginBatch(rows: Rows, head: BatchHead, opsExpected: number = 0): Fold {
  const rule = VIEW_RULES[head.ruleVersion];
  assert(rule !== undefined, `view rule version ${head.ruleVersion} is known`);
  assert(head.seq === rows.meta.seq + 1, `batch ${head.seq} follows state ${rows.meta.seq}`);
  assert(head.epoch >= rows.meta.epoch, 'epochs never go back');
  const { meta } = rows;
  return {
    rows,
    rule,
    seq: head.seq,
    atMs: head.atMs,
    meta: {
      ...meta,
      epoch: head.epoch,
      seq: head.seq,
      books: meta.books.slice(),
      elsewhere: meta.elsewhere.slice(),
      likesHash: meta.likesHash.slice(),
      countsHash: meta.countsHash.slice(),
    },
    sessions: new Map(),
    persons: new Map(),
    newVideos: new Map(),
    likes: new LikeMap(opsExpected),
    lines: new Lines(),
    viewers: new Map(),
    outcomes: [],
  };
}

/**
 * Whether the entries of one request may join the batch (C3, C15). Looks, and changes nothing.
 * Refusals happen here, before the journal; a batch that was written is never refused.
 */
export function admit(fold: Fold, entries: readonly Entry[]): Refusal | undefined {
  const highest = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === 'correction') {
      const refusal = admitCorrection(fold, entry);
      if (refusal !== undefined) return refusal;
    }
    if (entry.kind !== 'ops') continue;
    let top = highest.get(entry.sessionKey) ?? highestSeen(fold, entry);
    for (const { n } of entry.ops) {
      if (isBeyondWindow(top, n)) return { kind: 'op-window', n, highest: top };
      if (n > top) top = n;
    }
    highest.set(entry.sessionKey, top);
  }
  return undefined;
}

function admitCorrection(fold: Fold, entry: CorrectionEntry): Refusal | undefined {
  const row = videoRow(fold, entry.video);
  if (row === undefined) return { kind: 'unknown-video' };
  if (isRepeatedCorrection(fold, entry)) return undefined;
  const waiting = waitingDelta(fold.lines, entry);
  const shown = entry.metric === 'likes' ? shownLikes(row) : shownViews(row);
  // C16: what the batch takes below zero will have been given back when it ends.
  const value = Math.max(0, shown + waiting);
  return value + entry.delta < 0 ? { kind: 'below-zero', value } : undefined;
}

/** C25: whether a correction of this name was made before, in this batch or an earlier one. */
function isRepeatedCorrection(fold: Fold, { sessionKey }: CorrectionEntry): boolean {
  if (sessionKey === undefined) return false;
  return highestSeen(fold, { sessionKey, startedAtMs: undefined }) > 0;
}

/** What a batch has already added to a metric before the correction at hand. */
function waitingDelta(lines: Lines, { video, metric }: CorrectionEntry): number {
  const line = lines.find(video);
  if (line === NONE) return 0;
  return metric === 'likes'
    ? lines.number(line, 'likes') + lines.number(line, 'likesCorrected')
    : lines.number(line, 'views') + lines.number(line, 'viewsCorrected');
}

/** Applies one admitted entry; for ops and corrections `fold.outcomes` grows by a byte each. */
export function applyEntry(fold: Fold, entry: Entry): void {
  switch (entry.kind) {
    case 'ops':
      applyOps(fold, entry);
      return;
    case 'person':
      addPerson(fold, entry);
      return;
    case 'video':
      addVideo(fold, entry);
      return;
    case 'correction':
      correct(fold, entry);
      return;
    case 'erase':
      applyErase(fold, entry.person);
      return;
    case 'seal':
      return;
  }
}

function correct(fold: Fold, entry: CorrectionEntry): void {
  if (isRepeatedCorrection(fold, entry)) {
    fold.outcomes.push(outcomeByte('duplicate', undefined));
    return;
  }
  const { sessionKey, metric, delta, reason, note } = entry;
  if (sessionKey !== undefined) {
    // C25: a name is a session with one number, so it is remembered as long as any other (C13).
    markSeen(sessionOf(fold, { sessionKey, startedAtMs: undefined }), 1);
  }
  const line = lineOf(fold, entry.video);
  assert(line !== NONE, 'a correction has a video');
  fold.lines.correct(line, { metric, delta, reason, note });
  fold.outcomes.push(outcomeByte('counted', undefined));
}

function addPerson(fold: Fold, entry: PersonEntry): void {
  fold.meta.personsNumbered = takeNumber(entry.person, fold.meta.personsNumbered, 'person');
  const { person, pseudonym, creatorKey } = entry;
  moveName(fold.meta.likesHash, person, pseudonym, 1);
  const row = { person, pseudonym, creatorKey, erasedAtMs: 0, capsDay: 0, caps: NO_CAPS };
  fold.persons.set(person, row);
}

function addVideo(fold: Fold, entry: VideoEntry): void {
  fold.meta.videosNumbered = takeNumber(entry.no, fold.meta.videosNumbered, 'video');
  const { no, video, durationMs, creatorKey } = entry;
  moveName(fold.meta.countsHash, no, textHash(video), 1);
  fold.newVideos.set(no, newVideoRow(no, video, durationMs, creatorKey, fold.seq));
}

/**
 * Ends a batch: folds its lines into the counts and gives everything that changed. `chain` is the
 * hash of the batch in the journal, by which a state knows its own history (C26).
 */
export function finishBatch(fold: Fold, chain: Uint8Array): RowChanges {
  const { lines, seq, atMs } = fold;
  const corrections: CorrectionRow[] = [];
  lines.forEach((line) => {
    const givenBack = giveBack(lines, line, () => {
      const row = videoRow(fold, lines.video(line));
      assert(row !== undefined, 'a line has a video');
      return shownLikes(row);
    });
    lines.moveHash(line, fold.meta.countsHash);
    corrections.push(...correctionRows(lines, line, givenBack, seq, atMs));
  });
  return {
    meta: { ...fold.meta, chain },
    sessions: fold.sessions,
    persons: fold.persons,
    newVideos: fold.newVideos,
    lines,
    likes: fold.likes,
    uniques: uniquesOf(fold),
    minute: Math.floor(fold.atMs / MINUTE_MS),
    corrections,
  };
}

function uniquesOf(fold: Fold): Map<VideoDayKey, Uniques> {
  const changed = new Map<VideoDayKey, Uniques>();
  const day = utcDay(fold.atMs);
  for (const [video, hashes] of fold.viewers) {
    const key = videoDayKey(video, day);
    const before = fold.rows.uniques.get(key) ?? NO_VIEWERS;
    const after = addViewers(before, hashes);
    if (after !== before) changed.set(key, after);
  }
  return changed;
}

function opsIn(entries: readonly Entry[]): number {
  return entries.reduce((ops, entry) => ops + (entry.kind === 'ops' ? entry.ops.length : 0), 0);
}

/** The whole of it, for replay, followers and recounts: the batch was admitted when written. */
export function applyBatch(rows: Rows, batch: Batch, chain: Uint8Array): RowChanges {
  const fold = beginBatch(rows, batch, opsIn(batch.entries));
  for (const entry of batch.entries) applyEntry(fold, entry);
  return finishBatch(fold, chain);
}
