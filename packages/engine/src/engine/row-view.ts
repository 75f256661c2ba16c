// The state as of the last acknowledged batch: the store, and over it all that it does not have.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import { SESSION_LIFE_MS } from '@holdfast/protocol/limits.ts';
import { NONE } from '../counting/flat-table.ts';
import { addRunFor, emptyDetail, StartLog } from '../counting/day-detail.ts';
import type { DayDetail } from '../counting/day-detail.ts';
import type { HeldRows, Keys } from '../counting/keys-needed.ts';
import { LikeMap } from '../counting/like-map.ts';
import { DAY_MS, dayOf, dayOfMinute, personOf, videoOf, videoOfDay } from '../counting/numbers.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from '../counting/numbers.ts';
import type { RowChanges } from '../counting/row-changes.ts';
import { GONE, isForgotten } from '../counting/rows.ts';
import type { CorrectionRow, MetaRow, MinuteRow, PersonRow } from '../counting/rows.ts';
import type { Rows, SessionRow, VideoLookup, VideoRow } from '../counting/rows.ts';
import { hashHex } from '../counting/set-hash.ts';
import type { LaneHash } from '../counting/set-hash.ts';
import type { Uniques } from '../counting/uniques.ts';
import { addToMinute } from '../state/minutes.ts';
import type { Minutes } from '../state/minutes.ts';
import type { LikeItem, StateChanges, StateStore } from '../state/state-store.ts';
import { NumberMap } from './number-map.ts';
import { PersonTable } from './person-table.ts';
import { RowTable } from './row-table.ts';
import { SessionTable } from './session-table.ts';
import { VideoTable } from './video-table.ts';
import type { VideoCopy } from './video-table.ts';

/** Long after an erasure no grant can come any more: the last one expired a day before. */
export const GRANTS_GONE_AFTER_MS = SESSION_LIFE_MS + DAY_MS;
/** Erased persons held before the old ones are let go of. */
const ERASED_HELD_MAX = 100_000;

/** A start takes up a small part of what a row does. */
const STARTS_PER_ROW = 8;

/** What changed since the last flush began, beside the rows of the tables. */
type Gathered = {
  minutes: Minutes;
  starts: StartLog;
  corrections: CorrectionRow[];
  /** Numbers given since then, to be found by name before they are stored. */
  newVideos: Map<VideoId, VideoNo>;
  newPersons: Map<string, PersonNo>;
};

function nothingGathered(): Gathered {
  return {
    minutes: new Map(),
    starts: new StartLog(),
    corrections: [],
    newVideos: new Map(),
    newPersons: new Map(),
  };
}

/** Videos whose counts changed, each once. A `Map` of rows is one. */
export type ChangedVideos = Readonly<{
  forEach: (see: (row: Readonly<VideoRow>, no: VideoNo) => void) => void;
}>;

export class RowView {
  readonly #store: StateStore;
  readonly sessions = new RowTable<string, SessionRow>((rows) => new SessionTable(rows));
  readonly persons = new RowTable<PersonNo, PersonRow>((rows) => new PersonTable(rows));
  readonly videos = new RowTable<VideoNo, VideoRow, VideoTable>((rows) => new VideoTable(rows));
  readonly likes = new RowTable<LikeKey, number, LikeMap>((rows) => new LikeMap(rows));
  readonly uniques = new RowTable<VideoDayKey, Uniques>((rows) => new NumberMap(rows));
  // Asked at every op. A function of their own lets the compiler see which tables they look into;
  // in `RowTable`, which has five kinds, it cannot, and makes an object of every key.
  readonly #videoLookup: VideoLookup = {
    get: (no) => this.videos.get(no),
    has: (no) => this.videos.young.has(no) || this.videos.old.has(no),
    facts: (no) => this.videos.young.facts(no) ?? this.videos.old.facts(no),
  };
  readonly #likeLookup = {
    get: (key: LikeKey): number | undefined => this.likes.young.get(key) ?? this.likes.old.get(key),
    has: (key: LikeKey): boolean => this.likes.young.has(key) || this.likes.old.has(key),
  };
  /** Rows that need not be loaded: they are in memory, or the store cannot have them. */
  readonly held: HeldRows = {
    sessions: this.sessions,
    persons: this.persons,
    videos: {
      has: (no) => no > this.#storedMeta.videosNumbered || this.#videoLookup.has(no),
    },
    likes: {
      has: (key) => this.#isOfUnstored(key) || this.#likeLookup.has(key),
    },
    uniques: this.uniques,
  };
  /** Persons erased so lately that grants of theirs may still come (C18). */
  readonly #erased: Map<PersonNo, number>;
  #gathered = nothingGathered();
  #storing: Gathered | undefined;
  /** The cell's own row that the store has, and the one that comes with what is being stored. */
  #storedMeta: MetaRow;
  #storingMeta: MetaRow;
  /** The cell's own row after the last batch. */
  meta: MetaRow;

  constructor(store: StateStore, meta: MetaRow, erased: ReadonlyMap<PersonNo, number>) {
    this.#store = store;
    this.meta = meta;
    this.#storedMeta = meta;
    this.#storingMeta = meta;
    this.#erased = new Map(erased);
  }

  /** Rows read or changed since the last flush began: a measure of memory and of work to come. */
  get youngRows(): number {
    let minutes = Math.ceil(this.#gathered.starts.size / STARTS_PER_ROW);
    for (const rows of this.#gathered.minutes.values()) minutes += rows.size;
    return this.#tables().reduce((rows, table) => rows + table.youngRows, minutes);
  }

  /** Whether the store lacks anything. */
  get isAhead(): boolean {
    return (
      this.#gathered.corrections.length > 0 || this.#tables().some((table) => table.changedRows > 0)
    );
  }

  #tables(): readonly Pick<RowTable<never, never>, 'youngRows' | 'changedRows' | 'endFlush'>[] {
    return [this.sessions, this.persons, this.videos, this.likes, this.uniques];
  }

  /** Rows for the next batch: reads into memory what is not there, then gives all there is. */
  async load(keys: Keys): Promise<Rows> {
    const likesOf = await this.#likesOfErased(keys);
    if (hasKeys(keys)) {
      const found = await this.#store.load(keys);
      for (const [key, row] of found.sessions) this.sessions.keep(key, row);
      for (const [key, row] of found.persons) this.persons.keep(key, row);
      for (const [key, row] of found.videos) this.videos.keep(key, row);
      for (const [key, row] of found.uniques) this.uniques.keep(key, row);
      for (const [key, atMs] of found.likes) this.likes.keep(key, atMs);
    }
    const { meta, sessions, persons, uniques } = this;
    const videos = this.#videoLookup;
    const likes = this.#likeLookup;
    return { meta, sessions, persons, videos, likes, uniques, erased: this.#erased, likesOf };
  }

  /** Whether a like's person or video got its number after what the store has. */
  #isOfUnstored(key: LikeKey): boolean {
    const { personsNumbered, videosNumbered } = this.#storedMeta;
    return personOf(key) > personsNumbered || videoOf(key) > videosNumbered;
  }

  /** Takes the changes of the next batch. */
  apply(changes: RowChanges): void {
    const { personsNumbered } = this.meta;
    for (const [key, row] of changes.sessions) this.sessions.change(key, row);
    for (const [no, row] of changes.persons) {
      this.persons.change(no, row);
      if (row.erasedAtMs > 0) this.#noteErased(no, row.erasedAtMs);
      if (no > personsNumbered) this.#gathered.newPersons.set(hashHex(row.pseudonym), no);
    }
    this.#applyLines(changes);
    const { likes } = this;
    changes.likes.forEach((key, atMs) => {
      likes.young.set(key, atMs);
      likes.noteChanged(key);
    });
    for (const [key, uniques] of changes.uniques) this.uniques.change(key, uniques);
    this.#gathered.corrections.push(...changes.corrections);
    addToMinute(this.#gathered.minutes, changes.minute, changes.lines);
    this.#gathered.starts.add(dayOfMinute(changes.minute), changes.lines.starts);
    this.meta = changes.meta;
  }

  #applyLines({ newVideos, lines, meta }: RowChanges): void {
    const { videos } = this;
    for (const [no, row] of newVideos) {
      videos.change(no, row);
      this.#gathered.newVideos.set(row.video, no);
    }
    const { young, old } = videos;
    const rows = new Float64Array(lines.size);
    lines.forEach((line) => {
      const no = lines.video(line);
      const row = young.own(no, old);
      videos.noteChanged(no);
      young.addLine(row, lines, line, meta.seq);
      rows[lines.placeOf(line)] = row;
    });
    lines.forEachEnd((line, slot) => young.addEnd(rows[lines.placeOf(line)] ?? 0, slot));
  }

  /** The newest rows of the videos that a batch changed, once `apply` has taken its changes. */
  changedVideos({ newVideos, lines }: RowChanges): ChangedVideos {
    return {
      forEach: (see) => {
        const seeOne = (no: VideoNo): void => {
          const row = this.videos.get(no);
          if (row !== undefined) see(row, no);
        };
        for (const no of newVideos.keys()) if (lines.find(no) === NONE) seeOne(no);
        lines.forEach((line) => seeOne(lines.video(line)));
      },
    };
  }

  #noteErased(person: PersonNo, atMs: number): void {
    this.#erased.set(person, atMs);
    if (this.#erased.size < ERASED_HELD_MAX) return;
    for (const [old, oldAtMs] of this.#erased) {
      if (oldAtMs < atMs - GRANTS_GONE_AFTER_MS) this.#erased.delete(old);
    }
  }

  /** Sets everything that the store lacks aside for a flush; later changes gather beside it. */
  beginFlush(): StateChanges {
    this.#storing = this.#gathered;
    this.#storingMeta = this.meta;
    this.#gathered = nothingGathered();
    return {
      meta: this.meta,
      sessions: this.sessions.beginFlush(),
      persons: this.persons.beginFlush(),
      videos: this.videos.beginFlush(),
      likes: this.likes.beginFlush(),
      uniques: this.uniques.beginFlush(),
      minutes: this.#storing.minutes,
      starts: this.#storing.starts.runs(),
      corrections: this.#storing.corrections,
    };
  }

  /** The store has what `beginFlush` gave. */
  endFlush(): void {
    this.#storing = undefined;
    this.#storedMeta = this.#storingMeta;
    for (const table of this.#tables()) table.endFlush();
  }

  async #likesOfErased(keys: Keys): Promise<Map<PersonNo, LikeKey[]>> {
    const likesOf = new Map<PersonNo, LikeKey[]>();
    for (const person of keys.erased) {
      const liked = (await this.likesOf(person)).map(({ key }) => key);
      likesOf.set(person, liked);
      for (const video of liked.map(videoOf)) {
        if (!this.videos.has(video)) keys.videos.add(video);
      }
    }
    return likesOf;
  }

  /** All likes of a person, in key order. */
  async likesOf(person: PersonNo): Promise<LikeItem[]> {
    // Taken first: a flush that ends meanwhile would take them away before the store is read.
    const isTheirs = (key: LikeKey): boolean => personOf(key) === person;
    const unstored = this.likes.unstored(isTheirs);
    const stored = await this.#store.likesOf(person, 0 as LikeKey, Number.MAX_SAFE_INTEGER);
    const merged = new Map(stored.map(({ key, atMs }) => [key, atMs]));
    for (const [key, atMs] of [...unstored, ...this.likes.unstored(isTheirs)]) {
      if (atMs === GONE) merged.delete(key);
      else merged.set(key, atMs);
    }
    const items = [...merged].map(([key, atMs]): LikeItem => ({ key, atMs }));
    return items.sort((left, right) => left.key - right.key);
  }

  async findVideos(ids: readonly VideoId[]): Promise<Map<VideoId, VideoNo>> {
    const found = new Map<VideoId, VideoNo>();
    const unknown: VideoId[] = [];
    for (const id of ids) {
      const no = this.#gathered.newVideos.get(id) ?? this.#storing?.newVideos.get(id);
      if (no === undefined) unknown.push(id);
      else found.set(id, no);
    }
    if (unknown.length === 0) return found;
    for (const [id, no] of await this.#store.findVideos(unknown)) found.set(id, no);
    return found;
  }

  /** The person behind a pseudonym; an erased one is nobody any more (C18). */
  async findPerson(pseudonym: LaneHash): Promise<PersonNo | undefined> {
    const name = hashHex(pseudonym);
    const no =
      this.#gathered.newPersons.get(name) ??
      this.#storing?.newPersons.get(name) ??
      (await this.#store.findPersons([pseudonym])).get(name);
    if (no === undefined) return undefined;
    const row = this.persons.get(no);
    return row !== undefined && isForgotten(row) ? undefined : no;
  }

  /** The newest row of a video. */
  async video(no: VideoNo): Promise<VideoRow | undefined> {
    return this.videos.get(no) ?? (await this.#store.videosAfter((no - 1) as VideoNo, 1))[0];
  }

  /** Videos after a number, in order, each as of the last batch. */
  async videosAfter(after: VideoNo, videosMax: number): Promise<VideoRow[]> {
    // Taken first: a flush that ends meanwhile would take them away before the store is read.
    const unstored = this.#unstoredVideos(after, videosMax);
    const stored = await this.#store.videosAfter(after, videosMax);
    const through = stored.length < videosMax ? Infinity : (stored.at(-1)?.no ?? Infinity);
    const merged = new Map(stored.map((row) => [row.no, row]));
    for (const [no, row] of [...unstored, ...this.#unstoredVideos(after, videosMax)]) {
      if (no <= through) merged.set(no, row);
    }
    return [...merged.values()].sort((left, right) => left.no - right.no).slice(0, videosMax);
  }

  /** The first videos after a number that the store does not have: a page can have no others. */
  #unstoredVideos(after: VideoNo, videosMax: number): [VideoNo, VideoRow][] {
    const numbers = new Set<VideoNo>();
    for (const no of this.videos.unstoredKeys()) if (no > after) numbers.add(no);
    const first = [...numbers].sort((left, right) => left - right).slice(0, videosMax);
    return first.flatMap((no): [VideoNo, VideoRow][] => {
      const row = this.videos.get(no);
      return row === undefined ? [] : [[no, row]];
    });
  }

  /**
   * Copies of all counts that the store may lack, as of the last batch; of a video that is in two
   * of them the later one is right. With what the store has they are the counts of all videos.
   */
  copyUnstoredVideos(): readonly VideoCopy[] {
    return this.videos.unstoredGenerations().map((held) => held.copy());
  }

  /** What minutes have gained for a video beyond what the store had at `storedSeq`. */
  *unstoredMinutes(video: VideoNo, storedSeq: number): Iterable<[minute: number, row: MinuteRow]> {
    for (const gathered of this.#unstoredParts(storedSeq)) {
      for (const [minute, rows] of gathered.minutes) {
        const row = rows.get(video);
        if (row !== undefined) yield [minute, row];
      }
    }
  }

  #unstoredParts(storedSeq: number): readonly Gathered[] {
    // A flush is in the store a moment before word of it is here.
    const isStored = this.#storing === undefined || this.#storingMeta.seq <= storedSeq;
    return isStored ? [this.#gathered] : [this.#storing as Gathered, this.#gathered];
  }

  /** What days have gained for some videos beyond what the store had at `storedSeq`. */
  unstoredDetails(
    videos: readonly VideoNo[],
    storedSeq: number,
  ): ReadonlyMap<number, ReadonlyMap<VideoNo, DayDetail>> {
    const days = new Map<number, Map<VideoNo, DayDetail>>();
    for (const gathered of this.#unstoredParts(storedSeq)) {
      for (const { day, numbers } of gathered.starts.runs()) {
        const details = days.get(day) ?? new Map(videos.map((video) => [video, emptyDetail()]));
        days.set(day, details);
        addRunFor(numbers, details);
      }
    }
    return days;
  }

  /** Unique viewers of some videos by UTC day, where the store does not have the newest. */
  *unstoredUniques(
    videos: ReadonlySet<VideoNo>,
  ): Iterable<[video: VideoNo, day: number, uniques: Uniques]> {
    const isAsked = (key: VideoDayKey): boolean => videos.has(videoOfDay(key));
    for (const [key, uniques] of this.uniques.unstored(isAsked)) {
      yield [videoOfDay(key), dayOf(key), uniques];
    }
  }

  /** Corrections of a video that the store does not have, oldest first. */
  unstoredCorrections(video: VideoNo): CorrectionRow[] {
    const all = [...(this.#storing?.corrections ?? []), ...this.#gathered.corrections];
    return all.filter((row) => row.video === video);
  }
}

function hasKeys(keys: Keys): boolean {
  const { sessions, persons, videos, likes, uniques } = keys;
  return sessions.size + persons.size + videos.size + likes.length + uniques.size > 0;
}
