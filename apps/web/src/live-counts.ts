// Keeps the count models of the clips on this page up to date: one read when a clip appears, a
// stream for the clips near the viewer, and a read at a position after an acknowledged op.

import type { VideoCounts } from '@holdfast/protocol/counts.ts';
import type { Answer } from './api.ts';
import { accept, lost, LOST_MS_MAX, missed, UNREAD } from './count-model.ts';
import type { CountModel } from './count-model.ts';
import type { UnknownReason } from './count-text.ts';
import { parseVideoCounts } from './wire.ts';
import type { CountsReply } from './wire.ts';

/** A closed stream is opened again after this long, plus as much again by chance. */
const REOPEN_MS_MIN = 2_000;
/** An open stream that says nothing for this long is dead, whatever the browser thinks of it. */
const DEAF_MS_MAX = 16_000;

export type LiveCountsPorts = Readonly<{
  read: (videos: readonly string[], after?: string) => Promise<Answer<CountsReply>>;
  openStream: (url: string) => EventSource;
  nowMs: () => number;
  onChange: (video: string) => void;
}>;

export class LiveCounts {
  readonly #ports: LiveCountsPorts;
  readonly #models = new Map<string, CountModel>();
  #stream: EventSource | undefined = undefined;
  #followed: readonly string[] = [];
  #heardAtMs = 0;
  /** When the stream broke; `undefined` while it speaks. */
  #lostAtMs: number | undefined = undefined;

  constructor(ports: LiveCountsPorts) {
    this.#ports = ports;
  }

  model(video: string): CountModel {
    return this.#models.get(video) ?? UNREAD;
  }

  /** Whether the line to the server has been broken for longer than a moment. */
  get isLost(): boolean {
    return this.#lostAtMs !== undefined && this.#ports.nowMs() - this.#lostAtMs > LOST_MS_MAX;
  }

  /** Reads counts once; with `after` (`cell:seq`) such that they include that position. */
  async read(videos: readonly string[], after?: string): Promise<void> {
    const answer = await this.#ports.read(videos, after);
    for (const video of videos) {
      if (answer.kind !== 'ok') {
        this.#miss(video, 'no-answer');
        continue;
      }
      const counts = answer.value.get(video);
      if (counts === undefined) this.#miss(video, 'no-answer');
      else if ('error' in counts) this.#miss(video, 'unknown-video');
      else this.#take(video, counts);
    }
  }

  /** Streams these videos and no others. */
  follow(videos: readonly string[]): void {
    if (videos.join() === this.#followed.join() && this.#stream !== undefined) return;
    this.#followed = videos;
    this.#open();
  }

  /** A page out of sight keeps no connection: browsers have few of them for one site. */
  suspend(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#lostAtMs = undefined;
  }

  /** To be called now and then: opens a stream anew that has died without a word. */
  check(): void {
    if (this.#stream === undefined) return;
    if (this.#ports.nowMs() - this.#heardAtMs > DEAF_MS_MAX) this.#open();
  }

  resume(): void {
    if (this.#stream === undefined && this.#followed.length > 0) this.#open();
  }

  #open(): void {
    this.#stream?.close();
    const query = new URLSearchParams(this.#followed.map((video) => ['video', video]));
    const stream = this.#ports.openStream(`/v1/counts/stream?${query}`);
    this.#stream = stream;
    this.#heardAtMs = this.#ports.nowMs();
    stream.addEventListener('count', (event: MessageEvent<string>) => {
      this.#heardAtMs = this.#ports.nowMs();
      this.#lostAtMs = undefined;
      const counts = parseCountEvent(event.data);
      if (counts !== undefined) this.#take(counts.video, counts.counts);
    });
    stream.addEventListener('error', () => {
      if (this.#stream !== stream) return;
      this.#lose();
      // The browser reconnects by itself after a lost connection, but not after a refusal.
      if (stream.readyState !== EventSource.CLOSED) return;
      const waitMs = REOPEN_MS_MIN * (1 + Math.random());
      setTimeout(() => {
        if (this.#stream === stream) this.#open();
      }, waitMs);
    });
  }

  #lose(): void {
    const nowMs = this.#ports.nowMs();
    this.#lostAtMs ??= nowMs;
    for (const video of this.#followed) this.#models.set(video, lost(this.model(video), nowMs));
  }

  #take(video: string, counts: VideoCounts): void {
    this.#models.set(video, accept(this.model(video), counts, this.#ports.nowMs()));
    this.#ports.onChange(video);
  }

  #miss(video: string, reason: UnknownReason): void {
    this.#models.set(video, missed(this.model(video), reason));
    this.#ports.onChange(video);
  }
}

function parseCountEvent(data: string): { video: string; counts: VideoCounts } | undefined {
  try {
    const value: unknown = JSON.parse(data);
    const video = (value as { video?: unknown } | null)?.video;
    const counts = parseVideoCounts(value);
    return typeof video === 'string' && counts !== undefined ? { video, counts } : undefined;
  } catch {
    return undefined;
  }
}
