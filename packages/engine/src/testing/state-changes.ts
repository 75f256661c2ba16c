// Random changes of a state, as flushes bring them, and everything that a state store can be asked
// about them. Two stores that answer alike hold the same state.

import { CORRECTION_REASONS, METRICS } from '@holdfast/protocol/counts.ts';
import { SOURCES } from '@holdfast/protocol/ops.ts';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { likeKey, utcDay, videoDayKey } from '../counting/numbers.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from '../counting/numbers.ts';
import { PARTS, startMark } from '../counting/day-detail.ts';
import type { DayRun } from '../counting/day-detail.ts';
import { emptyMeta, GONE } from '../counting/rows.ts';
import type { CorrectionRow, MetaRow, MinuteRow, PersonRow } from '../counting/rows.ts';
import type { SessionRow, VideoRow } from '../counting/rows.ts';
import { emptyHash, textHash } from '../counting/set-hash.ts';
import { addViewers, NO_VIEWERS, sessionViewerHash } from '../counting/uniques.ts';
import type { Uniques } from '../counting/uniques.ts';
import type { StoredChanges } from '../state/memory/memory-state-store.ts';
import type { RollupRow, StateStore } from '../state/state-store.ts';
import { START_MS } from './batches.ts';
import type { Random } from './random.ts';

/** As large as a count may reasonably get, and beyond what 32 bits hold. */
const BIG = 2 ** 45;
const VIDEOS_MAX_HERE = 8;
const NAMES = ['~anna', '~zoë', 'default/web', 'default/ünïcode', 'a', '~', '}', ''];

/** Makes one flush after the other; numbers and names stay consistent with those before. */
export class ChangesMaker {
  readonly #random: Random;
  #meta: MetaRow = emptyMeta(1 as Epoch);
  readonly #persons = new Map<PersonNo, PersonRow>();
  readonly #videos = new Map<VideoNo, VideoRow>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Keys that may have rows, and some that have none. */
  get personNos(): PersonNo[] {
    return Array.from({ length: this.#meta.personsNumbered + 2 }, (_, no) => (no + 1) as PersonNo);
  }

  get videoNos(): VideoNo[] {
    return Array.from({ length: this.#meta.videosNumbered + 2 }, (_, no) => (no + 1) as VideoNo);
  }

  next(): StoredChanges {
    const seq = (this.#meta.seq + 1 + this.#random.below(50)) as Seq;
    const persons = this.#somePersons();
    const videos = this.#someVideos(seq);
    this.#meta = {
      ...this.#meta,
      seq,
      chain: new Uint8Array(32).fill(seq),
      epoch: (this.#meta.epoch + this.#random.below(2)) as Epoch,
      personsNumbered: this.#persons.size,
      videosNumbered: this.#videos.size,
      opsAccepted: this.#count(),
      likeRows: this.#count(),
      books: this.#meta.books.map(() => this.#count()),
      elsewhere: this.#meta.elsewhere.map(() => this.#count()),
      likesHash: textHash(`likes ${seq}`),
      countsHash: textHash(`counts ${seq}`),
    };
    return {
      meta: this.#meta,
      sessions: this.#someSessions(),
      persons,
      videos,
      likes: this.#someLikes(),
      uniques: this.#someUniques(),
      minutes: this.#someMinutes(),
      starts: this.#someStarts(),
      corrections: this.#someCorrections(seq),
    };
  }

  #count(): number {
    return this.#random.chance(0.2) ? this.#random.below(BIG) : this.#random.below(300);
  }

  #times(max: number): number[] {
    return Array.from({ length: this.#random.below(max + 1) }, (_, index) => index);
  }

  #caps(): number[] {
    return this.#times(4).map(() => this.#random.below(2 ** 30));
  }

  /** Some time in the last hundred days, often near the ends of what is kept in detail (C21). */
  #atMs(): number {
    const days = this.#random.pick([0, 1, 2, 3, 40, 89, 90, 91, 99]);
    return START_MS - days * 86_400_000 - this.#random.below(86_400_000);
  }

  #someSessions(): [string, SessionRow][] {
    const names = new Set(this.#times(12).map(() => this.#random.pick(NAMES)));
    return [...names].map((name) => [
      name,
      {
        startedAtMs: START_MS - this.#random.below(450) * 86_400_000,
        highest: this.#count(),
        seenLow: this.#random.below(2 ** 32),
        seenHigh: this.#random.below(2 ** 32),
        claimedMs: this.#count(),
        capsDay: this.#random.below(30_000),
        caps: this.#caps(),
      },
    ]);
  }

  #somePersons(): [PersonNo, PersonRow][] {
    const changed = new Map<PersonNo, PersonRow>();
    for (const _ of this.#times(5)) {
      const person = (this.#persons.size + 1) as PersonNo;
      const pseudonym = textHash(`person ${person}`);
      const row = { person, pseudonym, creatorKey: `creator ${person}`, erasedAtMs: 0 };
      this.#persons.set(person, { ...row, capsDay: 0, caps: [] });
      changed.set(person, { ...row, capsDay: this.#random.below(30_000), caps: this.#caps() });
    }
    for (const row of this.#persons.values()) {
      if (!this.#random.chance(0.2)) continue;
      const next = { ...row, capsDay: this.#random.below(30_000), caps: this.#caps() };
      if (this.#random.chance(0.2)) next.erasedAtMs = this.#atMs();
      // An erasure that is complete leaves no name; one under way still has it.
      const isForgotten = next.erasedAtMs > 0 && this.#random.chance(0.5);
      if (isForgotten) Object.assign(next, { pseudonym: emptyHash(), creatorKey: '', caps: [] });
      changed.set(row.person, next);
    }
    for (const [person, row] of changed) this.#persons.set(person, row);
    return [...changed];
  }

  #someVideos(seq: Seq): [VideoNo, VideoRow][] {
    const numbers = new Set<VideoNo>();
    for (const _ of this.#times(5)) {
      const no = (this.#videos.size + numbers.size + 1) as VideoNo;
      if (no <= VIDEOS_MAX_HERE) numbers.add(no);
    }
    for (const no of this.#videos.keys()) if (this.#random.chance(0.3)) numbers.add(no);
    const changed = [...numbers].map((no): [VideoNo, VideoRow] => {
      const likes = this.#count();
      const views = this.#count();
      return [
        no,
        {
          no,
          video: `video-${no * 7_919}` as VideoId,
          durationMs: 1 + (no % 86_400_000),
          creatorKey: `creator ${no}`,
          likes,
          likesCorrected: this.#random.below(likes + 2) * (this.#random.chance(0.5) ? 1 : -1) || 0,
          views,
          viewsCorrected: -this.#random.below(views + 1) || 0,
          starts: this.#count(),
          loops: this.#count(),
          watchMs: this.#count(),
          tally: this.#times(5).map((slot) => this.#count() * 32 + slot),
          seq,
        },
      ];
    });
    // Likes and their corrections may never be below zero together.
    for (const [, row] of changed) row.likesCorrected = Math.max(row.likesCorrected, -row.likes);
    for (const [no, row] of changed) this.#videos.set(no, row);
    return changed;
  }

  #someLikes(): [LikeKey, number][] {
    const likes = new Map<LikeKey, number>();
    for (const _ of this.#times(40)) {
      const key = likeKey(this.#random.pick(this.personNos), this.#random.pick(this.videoNos));
      likes.set(key, this.#random.chance(0.35) ? GONE : this.#atMs());
    }
    return [...likes];
  }

  #someUniques(): [VideoDayKey, Uniques][] {
    const uniques = new Map<VideoDayKey, Uniques>();
    for (const _ of this.#times(6)) {
      const day = utcDay(START_MS) - this.#random.below(4);
      const viewers = this.#random.chance(0.1) ? 1_100 : this.#random.below(20);
      const from = this.#random.below(10_000);
      const hashes = Array.from({ length: viewers }, (_none, index) =>
        sessionViewerHash(`~${from + index}`),
      );
      uniques.set(
        videoDayKey(this.#random.pick(this.videoNos), day),
        addViewers(NO_VIEWERS, hashes),
      );
    }
    return [...uniques];
  }

  #someMinutes(): Map<number, Map<VideoNo, MinuteRow>> {
    const minutes = new Map<number, Map<VideoNo, MinuteRow>>();
    for (const _ of this.#times(12)) {
      const minute = Math.floor(this.#atMs() / 60_000);
      // Minutes that lie close together, so that they meet in one bucket later.
      const near = minute - (minute % 1_440) + this.#random.below(40);
      const rows = new Map<VideoNo, MinuteRow>();
      for (const video of this.videoNos) {
        if (!this.#random.chance(0.2)) continue;
        const likes = this.#count() * (this.#random.chance(0.3) ? -1 : 1) || 0;
        const [views, starts, loops, watchMs] = [0, 0, 0, 0].map(() => this.#count());
        rows.set(video, { likes, views, starts, loops, watchMs } as MinuteRow);
      }
      if (rows.size > 0) minutes.set(near, rows);
    }
    return minutes;
  }

  #someStarts(): DayRun[] {
    return this.#times(4).map(() => {
      const starts = this.#times(30).flatMap(() => {
        const mark = startMark(
          this.#random.below(PARTS + 1),
          this.#random.pick(SOURCES),
          this.#random.chance(0.5),
        );
        const watchedMs = this.#random.below(86_400_000);
        return [this.#random.pick(this.videoNos), mark, watchedMs, this.#random.below(9)];
      });
      const day = utcDay(START_MS) - this.#random.below(4);
      return { day, numbers: Uint32Array.from(starts) };
    });
  }

  #someCorrections(seq: Seq): CorrectionRow[] {
    return this.#times(4).map((part) => ({
      seq,
      video: this.#random.pick(this.videoNos),
      metric: this.#random.pick(METRICS),
      delta: this.#count() * (this.#random.chance(0.5) ? -1 : 1) || 0,
      reason: this.#random.pick(CORRECTION_REASONS),
      note: `note ${part} – “${seq}”`,
      atMs: this.#atMs(),
      fromRows: this.#random.chance(0.3),
    }));
  }
}

const byText = (left: unknown, right: unknown): number =>
  JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;

/** Everything that a store says about these numbers and names, in a form that compares. */
export async function everythingIn(
  store: StateStore,
  personNos: readonly PersonNo[],
  videoNos: readonly VideoNo[],
): Promise<unknown> {
  const day = utcDay(START_MS);
  const rows = await store.load({
    sessions: new Set([...NAMES, 'nobody']),
    persons: new Set(personNos),
    videos: new Set(videoNos),
    likes: new Set(personNos.flatMap((person) => videoNos.map((video) => likeKey(person, video)))),
    uniques: new Set(
      videoNos.flatMap((video) => [0, 1, 2, 3].map((back) => videoDayKey(video, day - back))),
    ),
  });
  const names = personNos.map((person) => textHash(`person ${person}`));
  const ids = videoNos.map((no) => `video-${no * 7_919}` as VideoId);
  const perVideo = await Promise.all(videoNos.map(async (no) => videoAnswers(store, no)));
  const perPerson = await Promise.all(personNos.map(async (person) => likesPaged(store, person)));
  return {
    meta: await store.meta(),
    sessions: sorted(rows.sessions),
    persons: sorted(rows.persons),
    videos: sorted(rows.videos),
    likes: sorted(rows.likes),
    uniques: sorted(rows.uniques),
    videoNos: sorted(await store.findVideos([...ids, 'no-such-video' as VideoId])),
    personNos: sorted(await store.findPersons([...names, textHash('nobody'), emptyHash()])),
    erased: await Promise.all(
      [0, 30, 99].map(async (days) =>
        sorted(await store.erasedSince(START_MS - days * 86_400_000)),
      ),
    ),
    videosAfter: await videosPaged(store),
    perVideo,
    perPerson,
  };
}

function byMinute(left: RollupRow, right: RollupRow): number {
  return left.minute - right.minute || left.width - right.width;
}

function sorted<Key, Row>(rows: ReadonlyMap<Key, Row>): [Key, Row][] {
  return [...rows].sort(([left], [right]) => byText(left, right));
}

async function videoAnswers(store: StateStore, video: VideoNo): Promise<unknown> {
  const minute = Math.floor(START_MS / 60_000);
  const day = utcDay(START_MS);
  // All of time is many buckets to seek, so only some videos are asked for it.
  const ranges = [
    [video <= 2 ? 0 : minute - 5 * 1_440, minute + 1],
    [minute - 4 * 1_440 + 7, minute - 3 * 1_440],
    [minute, minute],
  ] as const;
  return {
    rollups: await Promise.all(
      ranges.map(async ([from, to]) => [...(await store.rollups(video, from, to))].sort(byMinute)),
    ),
    uniques: sorted(await store.uniquesOf(video, day - 2, day)),
    details: await detailAnswers(store, [video, (video + 1) as VideoNo], day),
    corrections: await store.correctionsOf(video, 1_000),
    firstCorrections: await store.correctionsOf(video, 2),
  };
}

async function detailAnswers(
  store: StateStore,
  videos: readonly VideoNo[],
  day: number,
): Promise<unknown> {
  const rows = await store.detailsOf(videos, day - 2, day + 1);
  return [...rows].sort((left, right) => left.day - right.day || left.video - right.video);
}

/** Likes a page at a time; a page ends where the next begins. */
async function likesPaged(store: StateStore, person: PersonNo): Promise<unknown> {
  const items: unknown[] = [];
  let after = 0 as LikeKey;
  for (;;) {
    const page = await store.likesOf(person, after, 3);
    items.push(...page);
    const last = page.at(-1);
    if (last === undefined) return items;
    after = last.key;
  }
}

async function videosPaged(store: StateStore): Promise<unknown> {
  const rows: unknown[] = [];
  let after = 0 as VideoNo;
  for (;;) {
    const page = await store.videosAfter(after, 4);
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined) return rows;
    after = last.no;
  }
}
