// One clip of the feed on the page: an ARIA article with its stage and its rail.

import type { CountText } from './count-text.ts';
import { part, setAttribute, setIcon, setText } from './dom.ts';
import type { ShownLike } from './like-model.ts';
import type { Clip } from './wire.ts';

/** What can be pressed on a clip. */
export type ClipActions = Readonly<{
  togglePlay: () => void;
  toggleSound: () => void;
  toggleLike: () => void;
  showMeaning: () => void;
  retry: () => void;
  step: (by: 1 | -1) => void;
}>;

export class ClipView {
  readonly clip: Clip;
  readonly article: HTMLElement;
  readonly stage: HTMLElement;
  readonly #tap: HTMLButtonElement;
  readonly #unmute: HTMLButtonElement;
  readonly #mute: HTMLButtonElement;
  readonly #like: HTMLButtonElement;
  readonly #likes: HTMLElement;
  readonly #views: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #trouble: HTMLElement;
  readonly #next: HTMLButtonElement;

  /** `position` is counted from 0. */
  constructor(template: HTMLTemplateElement, clip: Clip, position: number, actions: ClipActions) {
    const copy = document.importNode(template.content, true);
    const find = (selector: string): HTMLElement => part(copy, selector, HTMLElement);
    const button = (selector: string): HTMLButtonElement => part(copy, selector, HTMLButtonElement);
    this.clip = clip;
    this.article = find('.clip');
    this.stage = find('.stage');
    this.#tap = button('.tap');
    this.#unmute = button('.unmute');
    this.#mute = button('.mute');
    this.#like = button('.like');
    this.#likes = find('.likes');
    this.#views = find('.views');
    this.#bar = find('.progress-bar');
    this.#trouble = find('.trouble');
    this.#next = button('.next');

    const titleId = `clip-${position}-title`;
    const title = find('.title');
    title.id = titleId;
    title.textContent = clip.title;
    this.article.setAttribute('aria-labelledby', titleId);
    this.article.setAttribute('aria-posinset', String(position + 1));
    find('.caption').textContent = clip.caption;
    find('.by').textContent = [clip.creator, ...clip.tags.map((tag) => `#${tag}`)].join('  ');
    const poster = part(copy, '.poster', HTMLImageElement);
    // An empty address would be the page's own.
    poster.hidden = clip.media.poster === '';
    if (clip.media.poster !== '') poster.src = clip.media.poster;
    button('.previous').disabled = position === 0;

    const press = (on: HTMLButtonElement, run: () => void): void => {
      on.addEventListener('click', run);
    };
    press(this.#tap, actions.togglePlay);
    press(this.#unmute, actions.toggleSound);
    press(this.#mute, actions.toggleSound);
    press(this.#like, actions.toggleLike);
    press(button('.meaning'), actions.showMeaning);
    press(button('.retry'), actions.retry);
    press(button('.skip-clip'), () => {
      actions.step(1);
    });
    press(this.#next, () => {
      actions.step(1);
    });
    press(button('.previous'), () => {
      actions.step(-1);
    });
  }

  /** `size` is the number of clips, -1 while there may be more. */
  setPlace(size: number, isLast: boolean): void {
    setAttribute(this.article, 'aria-setsize', String(size));
    this.#next.disabled = isLast;
  }

  setCounts(likes: CountText, views: CountText): void {
    drawCount(this.#likes, likes);
    drawCount(this.#views, views);
    setText(part(this.#views, '.views-name', Element), views.label);
    this.#nameLike(likes.label);
  }

  setLike(like: ShownLike): void {
    setAttribute(this.#like, 'aria-pressed', String(like.liked));
    setAttribute(this.#like, 'data-pending', String(like.pending));
  }

  setPlaying(playing: boolean): void {
    this.article.classList.toggle('is-paused', !playing);
    setAttribute(this.#tap, 'aria-label', `${playing ? 'Pause' : 'Play'}: ${this.clip.title}`);
  }

  setSound(muted: boolean): void {
    this.#unmute.hidden = !muted;
    setAttribute(this.#mute, 'aria-label', muted ? 'Sound on' : 'Sound off');
    setIcon(this.#mute, muted ? 'i-muted' : 'i-sound');
  }

  /** `part` of the clip that has played, from 0 to 1. */
  setProgress(played: number): void {
    this.#bar.style.transform = `scaleX(${played})`;
  }

  setTrouble(failed: boolean): void {
    this.#trouble.hidden = !failed;
    this.#tap.hidden = failed;
  }

  #nameLike(count: string): void {
    setText(part(this.#like, '.like-name', Element), `Like. ${count}`);
  }
}

/** The only way a count gets onto the page; it takes nothing but a `CountText` (rule N1). */
function drawCount(figure: HTMLElement, count: CountText): void {
  setText(part(figure, '.digits', Element), count.digits);
  setText(part(figure, '.note', Element), count.note);
  setAttribute(figure, 'data-state', count.state);
  setAttribute(figure, 'title', count.label);
}
