// <holdfast-like video="…"> and <holdfast-views video="…">: a count, and the button for it, that any
// page can place. Rules SE1-SE8 of docs/spec/sdk.md.

import type { Count } from '@holdfast/protocol/counts.ts';
import type { Holdfast } from './holdfast.ts';

/** In the order of the attribute `words`: like, likes, views, as of, not known, being saved. */
const WORDS: Readonly<Record<string, string>> = {
  en: 'Like|Likes|Views|as of|not known|being saved',
  ar: 'أعجبني|الإعجابات|المشاهدات|حتى|غير معروف|جارٍ الحفظ',
};

const STYLE = `:host{display:inline-flex;font-variant-numeric:tabular-nums}
button{all:unset;display:inline-flex;gap:.4em;align-items:center;cursor:pointer;min-height:24px}
button:focus-visible{outline:2px solid;outline-offset:2px}
svg{width:1.2em;fill:none;stroke:currentColor;stroke-width:2}
:host([liked]) svg{fill:currentColor}
:host([pending]) svg{opacity:.6}
:host([state=stale]) [part=count]{font-style:italic}`;

const LIKE = 'holdfast-like';
const COUNT_PART = '<span part="views" role="img"><span part="count"></span></span>';
const LIKE_PARTS =
  '<button part="button"><svg part="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 21C2 13 3 4 8 4q3 0 4 3 1-3 4-3c5 0 6 9-4 17z"/></svg><span part="count"></span></button>';

/** Defines both elements. They show what `holdfast` knows and act through it. */
export function defineElements(holdfast: Holdfast): void {
  for (const name of [LIKE, 'holdfast-views']) {
    if (customElements.get(name) === undefined) customElements.define(name, elementOf(holdfast));
  }
}

function elementOf(holdfast: Holdfast): CustomElementConstructor {
  return class extends HTMLElement {
    static readonly observedAttributes = ['video', 'lang', 'words'];
    readonly #root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    #stop: (() => void) | undefined = undefined;

    connectedCallback(): void {
      const style = new CSSStyleSheet();
      style.replaceSync(STYLE);
      this.#root.adoptedStyleSheets = [style];
      this.#root.innerHTML = this.localName === LIKE ? LIKE_PARTS : COUNT_PART;
      this.#root.firstElementChild?.addEventListener('click', () => {
        toggle(this, holdfast);
      });
      this.attributeChangedCallback();
    }

    disconnectedCallback(): void {
      this.#stop?.();
    }

    attributeChangedCallback(): void {
      this.#stop?.();
      if (!this.isConnected) return;
      const redraw = (): void => {
        draw(this, this.#root, holdfast);
      };
      this.#stop = holdfast.subscribe(videoOf(this), redraw);
      redraw();
    }
  };
}

function videoOf(host: HTMLElement): string {
  return host.getAttribute('video') ?? '';
}

function toggle(host: HTMLElement, holdfast: Holdfast): void {
  const video = videoOf(host);
  if (host.localName !== LIKE) return;
  if (!holdfast.person) {
    host.dispatchEvent(new CustomEvent('holdfast-sign-in', { bubbles: true, detail: video }));
  } else if (holdfast.likeState(video).liked) void holdfast.unlike(video);
  else void holdfast.like(video);
}

function draw(host: HTMLElement, root: ShadowRoot, holdfast: Holdfast): void {
  const lang = host.closest<HTMLElement>('[lang]')?.lang || 'en';
  const words = host.getAttribute('words') ?? WORDS[lang.slice(0, 2)] ?? (WORDS['en'] as string);
  const [like, likes, views, asOf, unknown, saving] = words.split('|');
  const isLike = host.localName === LIKE;
  const count = holdfast.counts(videoOf(host))[isLike ? 'likes' : 'views'];
  const { liked, pending } = holdfast.likeState(videoOf(host));
  const isPending = isLike && pending !== 'no';
  const exact = count.value === null ? unknown : new Intl.NumberFormat(lang).format(count.value);
  let label = `${isLike ? `${like}, ${likes}` : views}: ${exact}`;
  if (count.state === 'stale') label += ` (${asOf} ${new Date(count.asOf).toLocaleString(lang)})`;
  if (isPending) label += ` (${saving})`;
  host.setAttribute('state', count.state);
  host.toggleAttribute('liked', isLike && liked);
  host.toggleAttribute('pending', isPending);
  const part = root.firstElementChild as HTMLElement;
  part.title = part.ariaLabel = label;
  if (isLike) part.ariaPressed = String(liked);
  const digits = part.lastElementChild as HTMLElement;
  const written = digitsOf(count, lang);
  if (digits.textContent !== written) digits.textContent = written;
}

/** Compact digits are truncated, never rounded up; what is not known is a dash, never a 0. */
function digitsOf({ value }: Count, lang: string): string {
  if (value === null) return '—';
  const how = { notation: 'compact', maximumFractionDigits: 1, roundingMode: 'trunc' } as const;
  return new Intl.NumberFormat(lang, how).format(value);
}
