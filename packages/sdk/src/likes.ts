// The likes of the person who acts, for the videos that this page shows.

import type { VideoCounts } from '@holdfast/protocol/counts.ts';
import type { Answer } from './ask.ts';
import { included, NO_LIKE, pressed, recorded, shownLike, withdrawn } from './like-model.ts';
import type { LikeModel, LikeState, Press } from './like-model.ts';
import type { OpenOp, Settlement } from './outbox.ts';

/** Videos in one question. */
const ASKED_MAX = 100;
/** Ends of an op after which the server holds what was asked for. */
const HELD_OUTCOMES: ReadonlySet<string> = new Set(['counted', 'unchanged', 'duplicate']);

export type ReadLikes = (
  videos: readonly string[],
) => Promise<Answer<Readonly<Record<string, boolean>>>>;

export class Likes {
  readonly #onChange: (video: string) => void;
  #models = new Map<string, LikeModel>();
  #shown = new Map<string, LikeState>();
  /** Grows when somebody else acts: answers for the one before are not for them. */
  #term = 0;

  constructor(onChange: (video: string) => void) {
    this.#onChange = onChange;
  }

  /** What may be shown now; the same object until that changes. */
  shown(video: string): LikeState {
    const next = shownLike(this.#models.get(video) ?? NO_LIKE);
    const last = this.#shown.get(video);
    if (last?.liked === next.liked && last.known === next.known && last.pending === next.pending) {
      return last;
    }
    this.#shown.set(video, next);
    return next;
  }

  /** Takes in everything that is open: what is not in it any more was settled unseen. */
  restore(ops: readonly OpenOp[]): void {
    const ids = new Set(ops.map(({ id }) => id));
    for (const [video, model] of this.#models) {
      const isOpen = ({ id, position }: Press): boolean => position !== undefined || ids.has(id);
      if (!model.presses.every(isOpen)) {
        this.#set(video, { ...model, presses: model.presses.filter(isOpen) });
      }
    }
    for (const op of ops) this.press(op);
  }

  /** Begins afresh for someone. */
  reset(): void {
    const videos = [...this.#models.keys()];
    this.#term += 1;
    this.#models = new Map();
    for (const video of videos) this.#onChange(video);
  }

  /** Whether the server has said what it holds. */
  isRead(video: string): boolean {
    return this.#model(video).confirmed !== undefined;
  }

  /** Asks the server which of these videos are liked. */
  async read(videos: readonly string[], ask: ReadLikes): Promise<void> {
    const term = this.#term;
    for (let start = 0; start < videos.length; start += ASKED_MAX) {
      const answer = await ask(videos.slice(start, start + ASKED_MAX));
      if (answer.kind !== 'ok' || this.#term !== term) return;
      for (const [video, confirmed] of Object.entries(answer.value)) {
        this.#set(video, { ...this.#model(video), confirmed });
      }
    }
  }

  /** Takes in a press, from this tab, another one or before a reload. */
  press({ id, intent }: Pick<OpenOp, 'id' | 'intent'>): void {
    if (intent.kind === 'view') return;
    const { video, kind } = intent;
    this.#set(video, pressed(this.#model(video), { id, liked: kind === 'like' }));
  }

  /** Takes in what became of an op. */
  settle({ id, intent, end }: Pick<Settlement, 'id' | 'intent' | 'end'>): void {
    if (intent.kind === 'view') return;
    const model = this.#model(intent.video);
    const isHeld = end.kind === 'recorded' && HELD_OUTCOMES.has(end.outcome);
    this.#set(intent.video, isHeld ? recorded(model, id, end.position) : withdrawn(model, id));
  }

  /** Takes in the counts that are shown now. */
  include(video: string, counts: VideoCounts): void {
    this.#set(video, included(this.#model(video), counts));
  }

  #model(video: string): LikeModel {
    return this.#models.get(video) ?? NO_LIKE;
  }

  #set(video: string, model: LikeModel): void {
    if (model === this.#model(video)) return;
    this.#models.set(video, model);
    this.#onChange(video);
  }
}
