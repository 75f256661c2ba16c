// One list of the feed: pages of videos, each video once, and where in it the viewer is.

import type { Answer, Trouble } from '../app/ask.ts';
import type { ListPage } from '../app/parse.ts';
import { isPlayable } from '../app/video.ts';
import type { PlayableVideo, Video } from '../app/video.ts';

/** The next page is asked for when fewer videos than this are left below. */
export const VIDEOS_AHEAD_MIN = 3;
/** Pages in a row that bring nothing new before the list counts as over. */
const EMPTY_PAGES_MAX = 3;

export type FeedState = Readonly<{
  videos: readonly PlayableVideo[];
  kind: 'loading' | 'waiting' | 'complete' | 'failed';
  trouble: Trouble | undefined;
}>;

export type LoadPage = (cursor: string | undefined) => Promise<Answer<ListPage<Video>>>;

export class FeedList {
  readonly #load: LoadPage;
  readonly #listeners = new Set<() => void>();
  #state: FeedState = { videos: [], kind: 'waiting', trouble: undefined };
  #index = 0;
  #cursor: string | undefined = undefined;
  #emptyPages = 0;

  constructor(load: LoadPage) {
    this.#load = load;
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Where the viewer is; kept for when they come back to the feed. */
  get index(): number {
    return this.#index;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The viewer is at `index`; asks for more when they will soon need it. */
  visit(index: number): void {
    this.#index = index;
    const { kind, videos } = this.#state;
    if (kind === 'waiting' && videos.length - index <= VIDEOS_AHEAD_MIN) void this.#loadPage();
  }

  /** Asks again after a failure. */
  retry(): void {
    if (this.#state.kind === 'failed') void this.#loadPage();
  }

  async #loadPage(): Promise<void> {
    this.#set({ ...this.#state, kind: 'loading', trouble: undefined });
    const answer = await this.#load(this.#cursor);
    if (answer.kind !== 'ok') {
      this.#set({ ...this.#state, kind: 'failed', trouble: answer });
      return;
    }
    const known = new Set(this.#state.videos.map(({ id }) => id));
    const fresh = answer.value.items.filter(isPlayable).filter(({ id }) => !known.has(id));
    this.#cursor = answer.value.next;
    this.#emptyPages = fresh.length === 0 ? this.#emptyPages + 1 : 0;
    const isOver = this.#cursor === undefined || this.#emptyPages >= EMPTY_PAGES_MAX;
    this.#set({
      videos: fresh.length === 0 ? this.#state.videos : [...this.#state.videos, ...fresh],
      kind: isOver ? 'complete' : 'waiting',
      trouble: undefined,
    });
    this.visit(this.#index);
  }

  #set(state: FeedState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
