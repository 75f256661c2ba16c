// One store of counts for a page, keyed by video and fed by reads and by one stream, so that every
// place on the page shows the same number. Rules SC1-SC6 of docs/spec/sdk.md.

import type { VideoCounts } from '@holdfast/protocol/counts.ts';
import { createAsk } from './ask.ts';
import type { Ask } from './ask.ts';
import { accept, isIncluded, missed, shownAt, UNREAD } from './count-model.ts';
import type { CountModel, ShownCounts } from './count-model.ts';
import { parseCounts, parseVideoCounts } from './wire.ts';
import type { Position } from './wire.ts';

/** Videos in one request, and so in the one stream. */
export const STREAMED_MAX = 100;
/** Positions in one request. */
const AFTER_MAX = 16;
/** Once there are so many, videos that nobody looks at any more are forgotten. */
const ENTRIES_MAX = 1_000;
/** A stream that says nothing for this long is opened anew, whatever the browser thinks of it. */
const DEAF_MS_MAX = 16_000;
/** Subscriptions that come together make one read and one stream. */
const GATHER_MS = 30;
/** How often `tick` is to be called. */
export const TICK_MS = 1_000;
/** What is too much for the stream is read this often. */
const POLL_TICKS = 5;

type Entry = { model: CountModel; shown: ShownCounts; readonly listeners: Set<() => void> };

export type CountsPorts = Readonly<{
  ask: Ask;
  openStream: (path: string) => EventSource;
  nowMs: () => number;
  random: () => number;
  setTimer: (run: () => void, afterMs: number) => void;
  /** Told of every change, before the listeners of the video are. */
  onShown?: (video: string) => void;
}>;

const NOTHING_READ: ShownCounts = shownAt(UNREAD, 0);

export class CountsStore {
  readonly #ports: CountsPorts;
  readonly #entries = new Map<string, Entry>();
  /** Videos to read at the next gathering, and what the answer is to include. */
  #unread = new Set<string>();
  #after = new Set<string>();
  #isGathering = false;
  #stream: EventSource | undefined = undefined;
  #streamed = '';
  #heardAtMs = 0;
  #ticks = 0;
  #isVisible = true;

  constructor(ports: CountsPorts) {
    this.#ports = ports;
  }

  /** What may be shown of a video now; the same object until that changes. */
  get(video: string): ShownCounts {
    return this.#entries.get(video)?.shown ?? NOTHING_READ;
  }

  /** Keeps a video's counts up to date until the returned function is called. */
  subscribe(video: string, listener: () => void): () => void {
    const { listeners } = this.#entry(video);
    // Wrapped, so that one listener may subscribe twice.
    const own = (): void => {
      listener();
    };
    listeners.add(own);
    if (listeners.size === 1) this.#want(video);
    return () => {
      listeners.delete(own);
      this.#gather();
    };
  }

  /** Videos that are looked at. */
  followed(): readonly string[] {
    return [...this.#entries.keys()].filter((video) => this.#entry(video).listeners.size > 0);
  }

  /** Calls the listeners of a video. */
  notify(video: string): void {
    for (const listener of this.#entry(video).listeners) listener();
  }

  /** Whether what is looked at has become old, because the server does not answer. */
  isLost(): boolean {
    return this.followed().some((video) => this.get(video).reason === 'no-answer');
  }

  /** Reads a video such that the answer includes `position`, unless what is shown does. */
  include(video: string, position: Position): void {
    const entry = this.#entries.get(video);
    if (entry === undefined || isIncluded(position, entry.shown)) return;
    this.#after.add(`${position.cell}:${position.seq}`);
    this.#want(video);
  }

  /** A page out of sight keeps no connection: browsers have few of them for one site. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    this.#follow();
  }

  /** To be called every second: counts age by themselves, and a stream may die without a word. */
  tick(): void {
    const nowMs = this.#ports.nowMs();
    const followed = this.followed();
    if (this.#stream !== undefined && nowMs - this.#heardAtMs > DEAF_MS_MAX) this.#open();
    this.#ticks += 1;
    if (this.#isVisible && this.#ticks % POLL_TICKS === 0) {
      followed.slice(STREAMED_MAX).forEach((video) => this.#want(video));
    }
    for (const video of followed) this.#change(video, (model) => model);
  }

  #entry(video: string): Entry {
    const held = this.#entries.get(video);
    if (held !== undefined) return held;
    if (this.#entries.size >= ENTRIES_MAX) {
      for (const [other, { listeners }] of this.#entries) {
        if (listeners.size === 0) this.#entries.delete(other);
      }
    }
    const entry: Entry = { model: UNREAD, shown: NOTHING_READ, listeners: new Set() };
    this.#entries.set(video, entry);
    return entry;
  }

  #want(video: string): void {
    this.#unread.add(video);
    this.#gather();
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#ports.setTimer(() => {
      this.#isGathering = false;
      const videos = [...this.#unread];
      const after = [...this.#after].slice(0, AFTER_MAX);
      this.#unread = new Set();
      this.#after = new Set();
      while (videos.length > 0) void this.#read(videos.splice(0, STREAMED_MAX), after);
      this.#follow();
    }, GATHER_MS);
  }

  async #read(videos: readonly string[], after: readonly string[]): Promise<void> {
    const path = `/v1/counts?${queryOf(videos)}${after.map((at) => `&after=${at}`).join('')}`;
    const { value } = await this.#ports.ask(path, parseCounts);
    for (const video of videos) {
      const counts = value?.[video];
      if (counts !== undefined && !('error' in counts)) this.#take(video, counts);
      else {
        const reason = counts === undefined ? 'no-answer' : 'unknown-video';
        this.#change(video, (model) => missed(model, reason));
      }
    }
  }

  /** Streams what is looked at, and nothing while the page is not. */
  #follow(): void {
    const streamed = this.#isVisible ? queryOf(this.followed().slice(0, STREAMED_MAX)) : '';
    if (streamed === this.#streamed) return;
    this.#streamed = streamed;
    this.#open();
  }

  #open(): void {
    this.#stream?.close();
    this.#stream = undefined;
    if (this.#streamed === '') return;
    const { nowMs, openStream } = this.#ports;
    const stream = openStream(`/v1/counts/stream?${this.#streamed}`);
    this.#stream = stream;
    this.#heardAtMs = nowMs();
    stream.addEventListener('count', ({ data }: MessageEvent<string>) => {
      this.#heardAtMs = nowMs();
      try {
        const event = JSON.parse(data) as { video: string };
        this.#take(event.video, parseVideoCounts(event));
      } catch {
        // Not counts: what is shown ages by itself.
      }
    });
  }

  #take(video: string, counts: VideoCounts): void {
    this.#change(video, (model) => accept(model, counts, this.#ports.nowMs()));
  }

  #change(video: string, change: (model: CountModel) => CountModel): void {
    const entry = this.#entries.get(video);
    if (entry === undefined) return;
    entry.model = change(entry.model);
    const shown = shownAt(entry.model, this.#ports.nowMs());
    if (JSON.stringify(shown) === JSON.stringify(entry.shown)) return;
    entry.shown = shown;
    this.#ports.onShown?.(video);
    this.notify(video);
  }
}

/** The query that asks for videos, whose ids need no escaping. */
export function queryOf(videos: readonly string[]): string {
  return videos.map((video) => `video=${video}`).join('&');
}

/** What a store needs of a browser, for the API at `origin` ('' is the page's own). */
export function browserPorts(origin: string): CountsPorts {
  return {
    ask: createAsk(origin, (...call) => fetch(...call)),
    openStream: (path) => new EventSource(origin + path),
    nowMs: Date.now,
    random: Math.random,
    setTimer: (run, afterMs) => {
      setTimeout(run, afterMs);
    },
  };
}

/** Calls `tick` every second, and `onSight` when the page is hidden or shown. */
export function watchPage(tick: () => void, onSight: (isVisible: boolean) => void): void {
  setInterval(tick, TICK_MS);
  document.addEventListener('visibilitychange', () => {
    onSight(document.visibilityState === 'visible');
  });
}

/** A store of its own for pages that only show counts, at the API of `origin` ('' is the page's). */
export function createCounts(origin = ''): CountsStore {
  const store = new CountsStore(browserPorts(origin));
  watchPage(
    () => {
      store.tick();
    },
    (isVisible) => {
      store.setVisible(isVisible);
    },
  );
  return store;
}
