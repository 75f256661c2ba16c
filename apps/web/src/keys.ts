// The keys of the page. Single letters can be switched off (WCAG 2.1.4), in the help sheet.

import { byId } from './dom.ts';

export type KeyActions = Readonly<{
  step: (by: 1 | -1) => void;
  togglePlay: () => void;
  toggleSound: () => void;
  toggleLike: () => void;
  leaveFeed: (to: 'start' | 'end') => void;
}>;

export type SwitchStore = Readonly<{ read: () => boolean; write: (on: boolean) => void }>;

export type KeyName =
  'next' | 'previous' | 'play' | 'sound' | 'like' | 'help' | 'feed-start' | 'feed-end';

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

const ALWAYS: Readonly<Record<string, KeyName>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  PageDown: 'next',
  PageUp: 'previous',
  ' ': 'play',
};
const WITH_CTRL: Readonly<Record<string, KeyName>> = { Home: 'feed-start', End: 'feed-end' };
const SINGLE: Readonly<Record<string, KeyName>> = {
  j: 'next',
  k: 'previous',
  m: 'sound',
  l: 'like',
  '?': 'help',
};

/** What a key press asks for; `undefined` leaves it to the browser. */
export function keyName(press: KeyPress, singleKeys: boolean): KeyName | undefined {
  const { key, ctrlKey, metaKey, altKey } = press;
  if (metaKey || altKey) return undefined;
  if (ctrlKey) return WITH_CTRL[key];
  return ALWAYS[key] ?? (singleKeys ? SINGLE[key.toLowerCase()] : undefined);
}

/** Binds the keys and the help sheet. */
export function bindKeys(actions: KeyActions, store: SwitchStore): void {
  const help = byId('help', HTMLDialogElement);
  const single = byId('single-keys', HTMLInputElement);
  single.checked = store.read();
  single.addEventListener('change', () => {
    store.write(single.checked);
  });
  byId('help-close', HTMLElement).addEventListener('click', () => {
    help.close();
  });
  const run: Readonly<Record<KeyName, () => void>> = {
    next: () => {
      actions.step(1);
    },
    previous: () => {
      actions.step(-1);
    },
    play: actions.togglePlay,
    sound: actions.toggleSound,
    like: actions.toggleLike,
    help: () => {
      help.showModal();
    },
    'feed-start': () => {
      actions.leaveFeed('start');
    },
    'feed-end': () => {
      actions.leaveFeed('end');
    },
  };
  document.addEventListener('keydown', (event) => {
    const name = keyName(event, single.checked);
    if (name === undefined || event.defaultPrevented || isTaken(event.target, event.key)) return;
    event.preventDefault();
    if (!event.repeat || name === 'next' || name === 'previous') run[name]();
  });
}

/** Whether the focused element, or an open dialog, needs the key for itself. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (document.querySelector('dialog:modal') !== null) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest('input, textarea, select') !== null) return true;
  return key === ' ' && target.closest('button, a') !== null;
}
