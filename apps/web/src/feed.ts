// The feed: pages of clips in a scroll-snap column, and which of them is in view.

import type { Answer } from './api.ts';
import { ClipView } from './clip-view.ts';
import type { ClipActions } from './clip-view.ts';
import { byId, setText } from './dom.ts';
import type { Clip, FeedPage } from './wire.ts';

/** The next page is fetched when fewer clips than this are left below. */
const CLIPS_AHEAD_MIN = 3;
/** A clip is in view when this part of it is. */
const IN_VIEW_PART = 0.6;

export type FeedPorts = Readonly<{
  load: (cursor: string | undefined) => Promise<Answer<FeedPage>>;
  actions: (clip: Clip) => ClipActions;
  onAdded: (clips: readonly Clip[]) => void;
  onCurrent: (index: number) => void;
  reducedMotion: () => boolean;
}>;

export class Feed {
  readonly #ports: FeedPorts;
  readonly #root = byId('feed', HTMLElement);
  readonly #wait = byId('feed-wait', HTMLElement);
  readonly #template = byId('clip-template', HTMLTemplateElement);
  readonly #views: ClipView[] = [];
  readonly #seen: IntersectionObserver;
  #cursor: string | undefined = undefined;
  #complete = false;
  #loading = false;
  #index = 0;
  /** Where a step is going while the feed still scrolls, so that quick steps add up. */
  #goal: number | undefined = undefined;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
    this.#seen = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) if (entry.isIntersecting) this.#arrive(entry.target);
      },
      { root: this.#root, threshold: IN_VIEW_PART },
    );
    this.#root.addEventListener('scrollend', () => {
      this.#goal = undefined;
    });
    byId('feed-retry', HTMLElement).addEventListener('click', () => {
      void this.load();
    });
  }

  get views(): readonly ClipView[] {
    return this.#views;
  }

  get index(): number {
    return this.#index;
  }

  get current(): ClipView | undefined {
    return this.#views[this.#index];
  }

  /** Loads the next page; says so in the feed when that fails. */
  async load(): Promise<void> {
    if (this.#loading || this.#complete) return;
    this.#loading = true;
    this.#root.setAttribute('aria-busy', 'true');
    this.#sayTrouble(undefined);
    const answer = await this.#ports.load(this.#cursor);
    this.#loading = false;
    this.#root.setAttribute('aria-busy', 'false');
    if (answer.kind !== 'ok') {
      this.#sayTrouble('The clips did not load. Nothing you did is lost.');
      return;
    }
    const { items, next } = answer.value;
    this.#cursor = next ?? undefined;
    this.#complete = next === null;
    if (items.length > 0) this.#add(items);
    if (this.#views.length === 0) this.#sayTrouble('There are no clips here yet.');
  }

  /** Moves by one clip. */
  step(by: 1 | -1): void {
    const goal = (this.#goal ?? this.#index) + by;
    const target = this.#views[goal];
    if (target === undefined) return;
    this.#goal = goal;
    const hadFocus = this.#root.contains(document.activeElement);
    target.article.scrollIntoView({ behavior: this.#ports.reducedMotion() ? 'auto' : 'smooth' });
    if (hadFocus) target.article.focus({ preventScroll: true });
  }

  #add(clips: readonly Clip[]): void {
    const scrollTopPx = this.#root.scrollTop;
    // Gone for a frame, the placeholder does not count as shifted; it comes back below.
    this.#wait.hidden = true;
    requestAnimationFrame(() => {
      this.#wait.hidden = this.#complete;
    });
    for (const clip of clips) {
      const position = this.#views.length;
      const view = new ClipView(this.#template, clip, position, this.#ports.actions(clip));
      this.#views.push(view);
      this.#wait.before(view.article);
      this.#seen.observe(view.article);
    }
    // Someone who waits at the end stays where they are, and so sees the clip that takes the place.
    this.#root.scrollTop = scrollTopPx;
    const size = this.#complete ? this.#views.length : -1;
    this.#views.forEach((view, position) => {
      view.setPlace(size, this.#complete && position === this.#views.length - 1);
    });
    this.#ports.onAdded(clips);
  }

  #arrive(article: Element): void {
    const index = this.#views.findIndex((view) => view.article === article);
    if (index < 0) return;
    this.#index = index;
    this.#ports.onCurrent(index);
    if (this.#views.length - index <= CLIPS_AHEAD_MIN) void this.load();
  }

  #sayTrouble(text: string | undefined): void {
    byId('feed-trouble', HTMLElement).hidden = text === undefined;
    setText(byId('feed-trouble-text', Element), text ?? '');
  }
}
