// Who wants to hear of changed counts: at most once a tick each, with what changed (X16 to X19).

import type { VideoId } from '@holdfast/protocol/ids.ts';
import { COUNTS_VIDEOS_MAX } from '@holdfast/protocol/limits.ts';
import { ExchangeFullError } from './exchange-problem.ts';
import type { Timers } from './timers.ts';

export const WATCHERS_MAX = 10_000;
/** Videos of one watcher. */
export const WATCHED_VIDEOS_MAX = COUNTS_VIDEOS_MAX;
/** Changes gather for this long before watchers are told. */
export const WATCH_TICK_MS = 50;

type Watcher = Readonly<{
  videos: ReadonlySet<VideoId>;
  onChange: (changed: readonly VideoId[]) => void;
  pending: Set<VideoId>;
}>;

export class Watchers {
  readonly #timers: Timers;
  readonly #onFailed: (cause: unknown) => void;
  readonly #all = new Set<Watcher>();
  readonly #byVideo = new Map<VideoId, Set<Watcher>>();
  readonly #due = new Set<Watcher>();
  #cancelTick: (() => void) | undefined;

  constructor(timers: Timers, onFailed: (cause: unknown) => void) {
    this.#timers = timers;
    this.#onFailed = onFailed;
  }

  /** Whether anybody watches: without, changes need not be looked at one by one. */
  get any(): boolean {
    return this.#all.size > 0;
  }

  /** Throws `ExchangeFullError` (X19). */
  add(videos: readonly VideoId[], onChange: Watcher['onChange']): () => void {
    const watcher: Watcher = { videos: new Set(videos), onChange, pending: new Set() };
    if (watcher.videos.size > WATCHED_VIDEOS_MAX) {
      throw new ExchangeFullError(`at most ${WATCHED_VIDEOS_MAX} videos can be watched at once`);
    }
    if (this.#all.size >= WATCHERS_MAX) {
      throw new ExchangeFullError(`all ${WATCHERS_MAX} places for watchers are taken; try later`);
    }
    this.#all.add(watcher);
    for (const video of watcher.videos) {
      const watching = this.#byVideo.get(video) ?? new Set();
      this.#byVideo.set(video, watching.add(watcher));
    }
    return () => this.#remove(watcher);
  }

  markChanged(video: VideoId): void {
    for (const watcher of this.#byVideo.get(video) ?? []) this.#mark(watcher, video);
  }

  /** Every video has changed, as when the state of a cell flips. */
  markAll(): void {
    for (const watcher of this.#all) {
      for (const video of watcher.videos) this.#mark(watcher, video);
    }
  }

  close(): void {
    this.#cancelTick?.();
    for (const watcher of this.#all) this.#remove(watcher);
  }

  #mark(watcher: Watcher, video: VideoId): void {
    watcher.pending.add(video);
    this.#due.add(watcher);
    this.#cancelTick ??= this.#timers.after(WATCH_TICK_MS, () => this.#tell());
  }

  #tell(): void {
    this.#cancelTick = undefined;
    for (const watcher of this.#due) {
      this.#due.delete(watcher);
      const changed = [...watcher.pending];
      watcher.pending.clear();
      try {
        watcher.onChange(changed);
      } catch (cause) {
        this.#onFailed(cause);
      }
    }
  }

  #remove(watcher: Watcher): void {
    this.#all.delete(watcher);
    this.#due.delete(watcher);
    for (const video of watcher.videos) {
      const watching = this.#byVideo.get(video);
      watching?.delete(watcher);
      if (watching?.size === 0) this.#byVideo.delete(video);
    }
  }
}
