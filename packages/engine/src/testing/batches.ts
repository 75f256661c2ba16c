// Batches and a whole state in memory for tests: the core with the plainest possible adapter.

import type { Epoch, Seq, TimestampMs, VideoId } from '@holdfast/protocol/ids.ts';

import type { Batch, Entry, NumberedOp } from '../counting/entries.ts';
import { addKeysNeeded, noKeys } from '../counting/keys-needed.ts';
import { addDetail, detailsOf, emptyDetail, START_NUMBERS } from '../counting/day-detail.ts';
import type { DayDetail } from '../counting/day-detail.ts';
import { dayOfMinute, dayVideoKey, personOf } from '../counting/numbers.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from '../counting/numbers.ts';
import type { Lines } from '../counting/lines.ts';
import { COMMITTED, ROLLED } from '../counting/lines.ts';
import { emptyMeta, GONE } from '../counting/rows.ts';
import type { CorrectionRow, MetaRow, MinuteRow, PersonRow, Rows } from '../counting/rows.ts';
import type { SessionRow, VideoLookup, VideoRow } from '../counting/rows.ts';
import { textHash } from '../counting/set-hash.ts';
import type { Uniques } from '../counting/uniques.ts';
import { applyEntry, beginBatch, finishBatch } from '../counting/apply-batch.ts';
import type { RowChanges } from '../counting/row-changes.ts';
import { addMinutes } from '../state/minutes.ts';
import { countPacked } from '../counting/tallies.ts';

export const START_MS = Date.UTC(2026, 0, 25, 12) as TimestampMs;
export const EPOCH = 1 as Epoch;

/** A state that is a handful of maps. */
/** Stands for the hash of a batch where there is no journal. */
export function chainAt(seq: number): Uint8Array {
  return new Uint8Array(32).fill(seq);
}

export class PlainState {
  meta: MetaRow = emptyMeta(EPOCH);
  readonly sessions = new Map<string, SessionRow>();
  readonly persons = new Map<PersonNo, PersonRow>();
  readonly videos = new Map<VideoNo, VideoRow>();
  readonly likes = new Map<LikeKey, number>();
  readonly uniques = new Map<VideoDayKey, Uniques>();
  readonly minutes = new Map<number, Map<VideoNo, MinuteRow>>();
  readonly details = new Map<number, DayDetail>();
  readonly corrections: CorrectionRow[] = [];

  rows(): Rows {
    const likesOf = new Map<PersonNo, LikeKey[]>();
    for (const key of [...this.likes.keys()].sort((left, right) => left - right)) {
      const person = personOf(key);
      likesOf.set(person, [...(likesOf.get(person) ?? []), key]);
    }
    const erased = new Map<PersonNo, number>();
    for (const { person, erasedAtMs } of this.persons.values()) {
      if (erasedAtMs > 0) erased.set(person, erasedAtMs);
    }
    const { meta, sessions, persons, likes, uniques } = this;
    const videos = lookupOf(this.videos);
    return { meta, sessions, persons, videos, likes, uniques, erased, likesOf };
  }

  batch(entries: readonly Entry[], atMs: number): Batch {
    const seq = (this.meta.seq + 1) as Seq;
    return { epoch: EPOCH, seq, atMs: atMs as TimestampMs, ruleVersion: 1, entries };
  }

  /** Applies entries as the next batch and keeps what changed; gives the outcome bytes. */
  apply(entries: readonly Entry[], atMs: number = START_MS): number[] {
    const fold = beginBatch(this.rows(), this.batch(entries, atMs));
    for (const entry of entries) applyEntry(fold, entry);
    this.keep(finishBatch(fold, chainAt(fold.seq)));
    return fold.outcomes;
  }

  keep(changes: RowChanges): void {
    for (const [key, row] of changes.sessions) this.sessions.set(key, row);
    for (const [key, row] of changes.persons) this.persons.set(key, row);
    for (const [key, row] of changes.newVideos) this.videos.set(key, row);
    changes.lines.forEach((line) => {
      const before = this.videos.get(changes.lines.video(line));
      if (before === undefined) throw new Error('a line without a video');
      this.videos.set(before.no, withLine(before, changes.lines, line, changes.meta.seq));
    });
    for (const [key, row] of changes.uniques) this.uniques.set(key, row);
    for (const [key, atMs] of changes.likes) {
      if (atMs === GONE) this.likes.delete(key);
      else this.likes.set(key, atMs);
    }
    this.corrections.push(...changes.corrections);
    this.#keepMinutes(changes.minute, changes.lines);
    this.addStarts(dayOfMinute(changes.minute), changes.lines.starts.numbers);
    this.meta = changes.meta;
  }

  #keepMinutes(minute: number, lines: Lines): void {
    lines.forEach((line) => {
      if (!lines.movesMinute(line)) return;
      const added = ROLLED.map((field) => [field, lines.number(line, field)]);
      const row = Object.fromEntries(added) as MinuteRow;
      this.addMinute(minute, lines.video(line), row);
    });
  }

  /** One start after the other, with nothing but the core's own sum of one. */
  addStarts(day: number, starts: ArrayLike<number>): void {
    for (let at = 0; at < starts.length; at += START_NUMBERS) {
      const one = Uint32Array.from(Array.from(starts).slice(at, at + START_NUMBERS));
      for (const [video, detail] of detailsOf([one])) {
        const key = dayVideoKey(day, video);
        const held = this.details.get(key) ?? emptyDetail();
        addDetail(held, detail);
        this.details.set(key, held);
      }
    }
  }

  addMinute(minute: number, video: VideoNo, row: Readonly<MinuteRow>): void {
    const rows = this.minutes.get(minute) ?? new Map<VideoNo, MinuteRow>();
    this.minutes.set(minute, rows);
    const before = rows.get(video);
    rows.set(video, before === undefined ? { ...row } : addMinutes(before, row));
  }
}

/** A map of whole rows as the core asks for videos. */
export function lookupOf(videos: ReadonlyMap<VideoNo, VideoRow>): VideoLookup {
  const get = (no: VideoNo): VideoRow | undefined => videos.get(no);
  return { get, has: (no) => videos.has(no), facts: get };
}

/** A row with a line of its video added: what every adapter does in its own way. */
export function withLine(row: Readonly<VideoRow>, lines: Lines, line: number, seq: Seq): VideoRow {
  const next = { ...row, seq };
  for (const field of COMMITTED) next[field] += lines.number(line, field);
  const tally = row.tally.slice();
  lines.forEachEnd((of, slot) => {
    if (of === line) countPacked(tally, slot);
  });
  return { ...next, tally };
}

/** An entry that registers video `no` as `v{no}`. */
export function videoEntry(no: number, durationMs = 10_000, creatorKey = 'nobody'): Entry {
  const video = `v${no}` as VideoId;
  return { kind: 'video', no: no as VideoNo, video, durationMs, creatorKey };
}

/** An entry that registers person `no`. */
export function personEntry(no: number, creatorKey = `creator-${no}`): Entry {
  return {
    kind: 'person',
    person: no as PersonNo,
    pseudonym: textHash(`person ${no}`),
    creatorKey,
  };
}

export type OpsOptions = Readonly<{
  session?: string;
  person?: number;
  startedAtMs?: number | undefined;
  vouched?: boolean;
}>;

/** Ops of one session, by default of person 1 in a session that began at `START_MS`. */
export function opsEntry(ops: readonly NumberedOp[], options: OpsOptions = {}): Entry {
  const { session = '~s', person = 1, vouched = false } = options;
  const startedAtMs = 'startedAtMs' in options ? options.startedAtMs : START_MS;
  return {
    kind: 'ops',
    sessionKey: session,
    person: person as PersonNo,
    startedAtMs,
    vouched,
    ops,
  };
}

export function like(n: number, video = 1): NumberedOp {
  return { n, kind: 'like', video: video as VideoNo };
}

export function unlike(n: number, video = 1): NumberedOp {
  return { n, kind: 'unlike', video: video as VideoNo };
}

export function view(n: number, watchedMs = 3_000, video = 1): NumberedOp {
  return { n, kind: 'view', video: video as VideoNo, watchedMs, source: 'feed' };
}

/** The keys that a batch needs from a store that holds nothing in memory. */
export function keysOf(batch: Batch): ReturnType<typeof noKeys> {
  const keys = noKeys();
  const none = { has: () => false };
  const held = { sessions: none, persons: none, videos: none, likes: none, uniques: none };
  addKeysNeeded(keys, batch.entries, batch.atMs, held);
  return keys;
}
