// One store of counts for a page, keyed by video and fed by reads and by one stream, so that every
// place on the page shows the same number. Rules S1-S7 of docs/spec/sdk.md.

import type { VideoCounts } from '@holdfast/protocol/counts.ts';
import { createAsk } from './ask.ts';
import type { Ask } from './ask.ts';
import { accept, lost, LOST_MS_MAX, missed, shownAt, UNREAD } from './count-model.ts';
import type { CountModel, ShownCounts, UnknownReason } from './count-model.ts';
import { isIncluded } from './like-model.ts';
import type { Position } from './outbox.ts';
import { parseCounts, parseVideoCounts } from './wire.ts';

/** Videos in one request, and so in the one stream. */
export const STREAMED_MAX = 100;
/** Beyond it, videos that nobody looks at any more are forgotten, oldest first. */
const ENTRIES_MAX = 1_000;
/** A closed stream is opened again after this long, plus as much again by chance. */
const REOPEN_MS_MIN = 2_000;
/** An open stream that says nothing for this long is dead, whatever the browser thinks of it. */
const DEAF_MS_MAX = 16_000;
/** Subscriptions that come together make one read and one stream. */
const GATHER_MS = 30;
/** What is too much for the stream is read this often. */
const POLL_MS = 5_000;
/** How often `tick` is to be called. */
export const TICK_MS = 1_000;

type Entry = {
  model: CountModel;
  shown: ShownCounts;
  readonly listeners: Set<() => void>;
};

export type CountsPorts = Readonly<{
  ask: Ask;
  openStream: (path: string) => EventSource;
  nowMs: () => number;
  random: () => number;
  setTimer: (afterMs: number, run: () => void) => void;
  /** Told of every change, before the listeners of the video are. */
  onShown?: (video: string) => void;
}>;

const NOTHING_READ: ShownCounts = shownAt(UNREAD, 0);

export class CountsStore {
  readonly #ports: CountsPorts;
  readonly #entries = new Map<string, Entry>();
  readonly #lineListeners = new Set<() => void>();
  /** Videos to read at the next gathering, and what the answer is to include. */
  readonly #unread = new Set<string>();
  readonly #after = new Map<string, Position>();
  #isGathering = false;
  #stream: EventSource | undefined = undefined;
  #streamed = '';
  #heardAtMs = 0;
  #polledAtMs = 0;
  /** When the stream broke; `undefined` while it speaks. */
  #lostAtMs: number | undefined = undefined;
  #isLost = false;
  #isSuspended = false;

  constructor(ports: CountsPorts) {
    this.#ports = ports;
  }

  /** What may be shown of a video now; the same object until that changes. */
  get(video: string): ShownCounts {
    return this.#entries.get(video)?.shown ?? NOTHING_READ;
  }

  /** Keeps a video's counts up to date until the returned function is called. */
  subscribe(video: string, listener: () => void): () => void {
    const entry = this.#entry(video);
    // Wrapped, so that a listener may subscribe twice.
    const own = (): void => {
      listener();
    };
    entry.listeners.add(own);
    if (entry.listeners.size === 1) this.#want(video);
    return () => {
      entry.listeners.delete(own);
      this.#gather();
    };
  }

  /** Whether the line to the server has been broken for longer than a moment. */
  isLost(): boolean {
    return this.#isLost;
  }

  subscribeLine(listener: () => void): () => void {
    this.#lineListeners.add(listener);
    return () => this.#lineListeners.delete(listener);
  }

  /** Reads a video such that the answer includes `position`, unless what is shown does. */
  include(video: string, position: Position): void {
    const entry = this.#entries.get(video);
    if (entry === undefined || isIncluded(position, entry.shown)) return;
    const held = this.#after.get(position.cell);
    if (held === undefined || isBefore(held, position)) this.#after.set(position.cell, position);
    this.#want(video);
  }

  /** A page out of sight keeps no connection: browsers have few of them for one site. */
  suspend(): void {
    this.#isSuspended = true;
    this.#stream?.close();
    this.#stream = undefined;
    this.#lostAtMs = undefined;
  }

  resume(): void {
    this.#isSuspended = false;
    this.#follow();
  }

  /** To be called every second: counts age by themselves, and a stream may die without a word. */
  tick(): void {
    const nowMs = this.#ports.nowMs();
    if (this.#stream !== undefined && nowMs - this.#heardAtMs > DEAF_MS_MAX) this.#open();
    if (nowMs - this.#polledAtMs > POLL_MS && !this.#isSuspended) {
      this.#polledAtMs = nowMs;
      for (const video of this.#followed().slice(STREAMED_MAX)) this.#want(video);
    }
    for (const video of this.#followed()) this.#show(video);
    const isLost = this.#lostAtMs !== undefined && nowMs - this.#lostAtMs > LOST_MS_MAX;
    if (isLost === this.#isLost) return;
    this.#isLost = isLost;
    for (const listener of this.#lineListeners) listener();
  }

  close(): void {
    this.suspend();
    this.#entries.clear();
  }

  #entry(video: string): Entry {
    const held = this.#entries.get(video);
    if (held !== undefined) return held;
    for (const [other, { listeners }] of this.#entries) {
      if (this.#entries.size < ENTRIES_MAX) break;
      if (listeners.size === 0) this.#entries.delete(other);
    }
    const entry: Entry = { model: UNREAD, shown: NOTHING_READ, listeners: new Set() };
    this.#entries.set(video, entry);
    return entry;
  }

  #followed(): readonly string[] {
    return [...this.#entries]
      .filter(([, { listeners }]) => listeners.size > 0)
      .map(([video]) => video);
  }

  #want(video: string): void {
    this.#unread.add(video);
    this.#gather();
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#ports.setTimer(GATHER_MS, () => {
      this.#isGathering = false;
      const videos = [...this.#unread];
      const after = [...this.#after.values()];
      this.#unread.clear();
      this.#after.clear();
      for (let start = 0; start < videos.length; start += STREAMED_MAX) {
        void this.#read(videos.slice(start, start + STREAMED_MAX), after);
      }
      this.#follow();
    });
  }

  async #read(videos: readonly string[], after: readonly Position[]): Promise<void> {
    const query = new URLSearchParams([
      ...videos.map((video) => ['video', video]),
      ...after.map(({ cell, seq }) => ['after', `${cell}:${seq}`]),
    ]);
    const answer = await this.#ports.ask(`/v1/counts?${query}`, parseCounts);
    for (const video of videos) {
      const counts = answer.kind === 'ok' ? answer.value.get(video) : undefined;
      if (counts === undefined) this.#miss(video, 'no-answer');
      else if ('error' in counts) this.#miss(video, 'unknown-video');
      else this.#take(video, counts);
    }
  }

  #follow(): void {
    const query = new URLSearchParams(
      this.#followed()
        .slice(0, STREAMED_MAX)
        .map((video) => ['video', video]),
    ).toString();
    if (this.#isSuspended || (query === this.#streamed && this.#stream !== undefined)) return;
    this.#streamed = query;
    this.#open();
  }

  #open(): void {
    this.#stream?.close();
    this.#stream = undefined;
    if (this.#streamed === '') return;
    const { nowMs, random, setTimer, openStream } = this.#ports;
    const stream = openStream(`/v1/counts/stream?${this.#streamed}`);
    this.#stream = stream;
    this.#heardAtMs = nowMs();
    stream.addEventListener('count', ({ data }: MessageEvent<string>) => {
      this.#heardAtMs = nowMs();
      this.#lostAtMs = undefined;
      this.#hear(data);
    });
    stream.addEventListener('error', () => {
      if (this.#stream !== stream) return;
      this.#lose();
      // The browser reconnects by itself after a lost connection, but not after a refusal.
      if (stream.readyState !== stream.CLOSED) return;
      setTimer(REOPEN_MS_MIN * (1 + random()), () => {
        if (this.#stream === stream) this.#open();
      });
    });
  }

  #hear(data: string): void {
    try {
      const event = JSON.parse(data) as { video: string };
      const counts = parseVideoCounts(event);
      if (counts !== undefined) this.#take(event.video, counts);
    } catch {
      // Not an event of this API: what is shown ages by itself.
    }
  }

  #lose(): void {
    const nowMs = this.#ports.nowMs();
    this.#lostAtMs ??= nowMs;
    for (const entry of this.#entries.values()) entry.model = lost(entry.model, nowMs);
  }

  #take(video: string, counts: VideoCounts): void {
    const entry = this.#entries.get(video);
    if (entry === undefined) return;
    entry.model = accept(entry.model, counts, this.#ports.nowMs());
    this.#show(video);
  }

  #miss(video: string, reason: UnknownReason): void {
    const entry = this.#entries.get(video);
    if (entry === undefined) return;
    entry.model = missed(entry.model, reason);
    this.#show(video);
  }

  #show(video: string): void {
    const entry = this.#entries.get(video);
    if (entry === undefined) return;
    const shown = shownAt(entry.model, this.#ports.nowMs());
    if (JSON.stringify(shown) === JSON.stringify(entry.shown)) return;
    entry.shown = shown;
    this.#ports.onShown?.(video);
    for (const listener of entry.listeners) listener();
  }
}

function isBefore(a: Position, b: Position): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq);
}

/** Ports of a store that asks `ask` and streams from the API at `origin`. */
export function countsPorts(origin: string, ask: Ask): CountsPorts {
  return {
    ask,
    openStream: (path) => new EventSource(origin + path),
    nowMs: () => Date.now(),
    random: () => Math.random(),
    setTimer: (afterMs, run) => {
      setTimeout(run, afterMs);
    },
  };
}

/** A store of its own for pages that only show counts, at the API of `origin` ('' is the page's). */
export function createCounts(origin = ''): CountsStore {
  const ask = createAsk(origin, (...call) => fetch(...call));
  const store = new CountsStore(countsPorts(origin, ask));
  setInterval(() => {
    store.tick();
  }, TICK_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') store.suspend();
    else store.resume();
  });
  return store;
}
