// The newest version of every row: changes not yet stored, rows lately read, then the store.
//
// Generations are looked up newest first and dropped oldest first, so a row that was read before
// it changed can never hide the change.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Keys } from '../counting/keys-needed.ts';
import { personOf, videoOf } from '../counting/numbers.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from '../counting/numbers.ts';
import { GONE, isForgotten } from '../counting/rows.ts';
import type { MetaRow, PersonRow, Rows, SessionRow, VideoRow } from '../counting/rows.ts';
import { hashHex } from '../counting/set-hash.ts';
import type { LaneHash } from '../counting/set-hash.ts';
import type { Uniques } from '../counting/uniques.ts';
import { emptyOverlay } from '../state/overlay.ts';
import type { Overlay } from '../state/overlay.ts';
import type { LoadedRows, StateStore } from '../state/state-store.ts';

type Generation = Readonly<{
  sessions: Map<string, SessionRow>;
  persons: Map<PersonNo, PersonRow>;
  videos: Map<VideoNo, VideoRow>;
  likes: Map<LikeKey, number>;
  uniques: Map<VideoDayKey, Uniques>;
}>;

type Loaded = {
  [Table in keyof LoadedRows]: LoadedRows[Table] extends ReadonlyMap<infer Key, infer Row>
    ? Map<Key, Row>
    : never;
};

/** Rows read from the store and kept, at most, before the oldest are let go. */
const ROWS_READ_MAX = 100_000;

function generationRows(generation: Generation): number {
  const { sessions, persons, videos, likes, uniques } = generation;
  return sessions.size + persons.size + videos.size + likes.size + uniques.size;
}

export class RowView {
  readonly #store: StateStore;
  /** Changes since the last flush began. */
  active: Overlay;
  /** Changes that a flush is storing. */
  flushing: Overlay | undefined;
  #read: Generation;
  #readBefore: Generation | undefined;

  constructor(store: StateStore, meta: MetaRow) {
    this.#store = store;
    this.active = emptyOverlay(meta);
    this.#read = emptyOverlay(meta);
  }

  /** Sets the changes gathered so far aside for a flush; new ones gather beside them. */
  beginFlush(): Overlay {
    this.flushing = this.active;
    this.active = emptyOverlay(this.flushing.meta);
    return this.flushing;
  }

  /** The flush is stored: its rows go on as rows lately read. */
  endFlush(): void {
    if (this.flushing === undefined) return;
    this.#readBefore = this.#read;
    this.#read = this.flushing;
    this.flushing = undefined;
  }

  #newest(): Generation[] {
    const all = [this.active, this.flushing, this.#read, this.#readBefore];
    return all.filter((generation) => generation !== undefined);
  }

  /** Rows for the keys of a batch; what no generation holds is read from the store. */
  async load(keys: Keys, meta: MetaRow): Promise<Rows> {
    const generations = this.#newest();
    const rows: Loaded = {
      sessions: new Map(),
      persons: new Map(),
      videos: new Map(),
      likes: new Map(),
      uniques: new Map(),
    };
    const likesOf = await this.#likesOfErased(keys);
    for (const liked of likesOf.values()) {
      for (const key of liked) keys.videos.add(videoOf(key));
    }
    const missing = {
      sessions: new Set(find(keys.sessions, rows.sessions, generations.map((g) => g.sessions))),
      persons: new Set(find(keys.persons, rows.persons, generations.map((g) => g.persons))),
      videos: new Set(find(keys.videos, rows.videos, generations.map((g) => g.videos))),
      likes: new Set(find(keys.likes, rows.likes, generations.map((g) => g.likes))),
      uniques: new Set(find(keys.uniques, rows.uniques, generations.map((g) => g.uniques))),
    };
    const isMissing = Object.values(missing).some((set) => set.size > 0);
    if (isMissing) this.#keep(rows, missing, await this.#store.load(missing));
    return { meta, ...rows, likesOf };
  }

  #keep(rows: Loaded, missing: Omit<Keys, 'erased'>, found: LoadedRows): void {
    if (generationRows(this.#read) > ROWS_READ_MAX) {
      this.#readBefore = this.#read;
      this.#read = emptyOverlay(this.active.meta);
    }
    const read = this.#read;
    for (const [key, row] of found.sessions) keepRow(rows.sessions, read.sessions, key, row);
    for (const [key, row] of found.persons) keepRow(rows.persons, read.persons, key, row);
    for (const [key, row] of found.videos) keepRow(rows.videos, read.videos, key, row);
    for (const [key, row] of found.uniques) keepRow(rows.uniques, read.uniques, key, row);
    for (const key of missing.likes) {
      keepRow(rows.likes, read.likes, key, found.likes.get(key) ?? GONE);
    }
  }

  async #likesOfErased(keys: Keys): Promise<Map<PersonNo, LikeKey[]>> {
    const likesOf = new Map<PersonNo, LikeKey[]>();
    for (const person of keys.erased) {
      const likes = await this.likesOf(person, Number.MAX_SAFE_INTEGER);
      likesOf.set(person, likes.map(({ key }) => key));
    }
    return likesOf;
  }

  /** All likes of a person, in key order, changes included. */
  async likesOf(
    person: PersonNo,
    rowsMax: number,
  ): Promise<{ key: LikeKey; atMs: number }[]> {
    const stored = await this.#store.likesOf(person, 0 as LikeKey, rowsMax);
    const merged = new Map(stored.map(({ key, atMs }) => [key, atMs]));
    for (const overlay of [this.flushing, this.active]) {
      for (const [key, atMs] of overlay?.likes ?? []) {
        if (personOf(key) !== person) continue;
        if (atMs === GONE) merged.delete(key);
        else merged.set(key, atMs);
      }
    }
    return [...merged]
      .sort(([left], [right]) => left - right)
      .map(([key, atMs]) => ({ key, atMs }));
  }

  async findVideos(ids: readonly VideoId[]): Promise<Map<VideoId, VideoNo>> {
    const found = new Map(await this.#store.findVideos(ids));
    for (const id of ids) {
      const no = this.active.newVideos.get(id) ?? this.flushing?.newVideos.get(id);
      if (no !== undefined) found.set(id, no);
    }
    return found;
  }

  /** The person behind a pseudonym; an erased one is nobody any more (C18). */
  async findPerson(pseudonym: LaneHash): Promise<PersonNo | undefined> {
    const name = hashHex(pseudonym);
    const no =
      this.active.newPersons.get(name) ??
      this.flushing?.newPersons.get(name) ??
      (await this.#store.findPersons([pseudonym])).get(name);
    if (no === undefined) return undefined;
    const row = this.active.persons.get(no) ?? this.flushing?.persons.get(no);
    return row !== undefined && isForgotten(row) ? undefined : no;
  }

  /** A video's newest row, if a generation holds it. */
  heldVideo(no: VideoNo): VideoRow | undefined {
    for (const { videos } of this.#newest()) {
      const row = videos.get(no);
      if (row !== undefined) return row;
    }
    return undefined;
  }
}

function keepRow<Key, Row>(rows: Map<Key, Row>, read: Map<Key, Row>, key: Key, row: Row): void {
  rows.set(key, row);
  read.set(key, row);
}

/** Fills `rows` from the newest generation that has each key; gives the keys that none has. */
function find<Key, Row>(
  keys: Iterable<Key>,
  rows: Map<Key, Row>,
  generations: readonly ReadonlyMap<Key, Row>[],
): Key[] {
  const missing: Key[] = [];
  for (const key of keys) {
    let row: Row | undefined;
    for (const generation of generations) {
      row = generation.get(key);
      if (row !== undefined) break;
    }
    if (row === undefined) missing.push(key);
    else rows.set(key, row);
  }
  return missing;
}
