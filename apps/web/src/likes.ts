// The likes of whoever is signed in, for the clips on this page.

import type { Answer } from './api.ts';
import { NO_LIKE, pressed, settled, shownLike } from './like-model.ts';
import type { LikeModel, ShownLike } from './like-model.ts';
import type { Outbox, Settlement } from './outbox.ts';
import type { Who } from './outbox-state.ts';

export type LikesPorts = Readonly<{
  outbox: Outbox;
  read: (grant: string, videos: readonly string[]) => Promise<Answer<ReadonlyMap<string, boolean>>>;
  onChange: (video: string) => void;
}>;

/** Ends of an op after which the server holds what was asked for. */
const HELD_OUTCOMES: ReadonlySet<string> = new Set(['counted', 'unchanged', 'duplicate']);

export class Likes {
  readonly #ports: LikesPorts;
  #who: Who = null;
  #models = new Map<string, LikeModel>();

  constructor(ports: LikesPorts) {
    this.#ports = ports;
  }

  shown(video: string): ShownLike {
    return shownLike(this.#model(video));
  }

  /** Begins afresh for someone: their open presses now, what the server holds after `read`. */
  setWho(who: Who): void {
    const touched = [...this.#models.keys()];
    this.#who = who;
    this.#models = new Map();
    if (who !== null) {
      for (const { id, intent } of this.#ports.outbox.open(who)) {
        if (intent.kind !== 'view') this.#press(intent.video, id, intent.kind === 'like');
      }
    }
    touched.forEach(this.#ports.onChange);
  }

  /** Asks the server which of these videos are liked. */
  async read(videos: readonly string[]): Promise<void> {
    const who = this.#who;
    if (who === null || videos.length === 0) return;
    const session = this.#ports.outbox.session(who);
    if (session === undefined) return;
    const answer = await this.#ports.read(session.grant, videos);
    if (answer.kind !== 'ok' || this.#who !== who) return;
    for (const [video, confirmed] of answer.value) {
      this.#set(video, { ...this.#model(video), confirmed });
    }
  }

  /** Likes or unlikes. False when this device has no room to keep the press. */
  set(video: string, liked: boolean): boolean {
    const intent = { kind: liked ? 'like' : 'unlike', video } as const;
    const id = this.#ports.outbox.enqueue(this.#who, intent);
    if (id !== undefined) this.#press(video, id, liked);
    return id !== undefined;
  }

  /** Takes in what became of an op. */
  settle({ id, intent, end }: Settlement): void {
    if (intent.kind === 'view') return;
    const recorded = end.kind === 'recorded' && HELD_OUTCOMES.has(end.outcome);
    this.#set(intent.video, settled(this.#model(intent.video), id, recorded));
  }

  #press(video: string, id: string, liked: boolean): void {
    this.#set(video, pressed(this.#model(video), { id, liked }));
  }

  #model(video: string): LikeModel {
    return this.#models.get(video) ?? NO_LIKE;
  }

  #set(video: string, model: LikeModel): void {
    this.#models.set(video, model);
    this.#ports.onChange(video);
  }
}
