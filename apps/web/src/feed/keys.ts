// The keys of the feed. Single letters can be switched off (WCAG 2.1.4), in the help sheet. WB10.

const SINGLE_KEYS_KEY = 'holdfast.single-keys';

export type KeyName =
  'next' | 'previous' | 'play' | 'sound' | 'like' | 'captions' | 'help' | 'start' | 'end';
export type KeyActions = Readonly<Record<KeyName, () => void>>;

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

const ALWAYS: Readonly<Record<string, KeyName>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  PageDown: 'next',
  PageUp: 'previous',
  ' ': 'play',
};
const WITH_CTRL: Readonly<Record<string, KeyName>> = { Home: 'start', End: 'end' };
const SINGLE: Readonly<Record<string, KeyName>> = {
  j: 'next',
  k: 'previous',
  m: 'sound',
  l: 'like',
  c: 'captions',
  '?': 'help',
};

/** What a key press asks for; `undefined` leaves it to the browser. */
export function keyName(press: KeyPress, singleKeys: boolean): KeyName | undefined {
  const { key, ctrlKey, metaKey, altKey } = press;
  if (metaKey || altKey) return undefined;
  if (ctrlKey) return WITH_CTRL[key];
  return ALWAYS[key] ?? (singleKeys ? SINGLE[key.toLowerCase()] : undefined);
}

export function hasSingleKeys(): boolean {
  try {
    return localStorage.getItem(SINGLE_KEYS_KEY) !== 'off';
  } catch {
    return true;
  }
}

/** Switches single letters on or off on this device. */
export function setSingleKeys(isOn: boolean): void {
  try {
    localStorage.setItem(SINGLE_KEYS_KEY, isOn ? 'on' : 'off');
  } catch {
    // Without storage they stay on.
  }
}

/** Listens for keys anywhere on the page. Returns how to stop. */
export function bindKeys(actions: KeyActions): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const name = keyName(event, hasSingleKeys());
    if (name === undefined || event.defaultPrevented || isTaken(event.target, event.key)) return;
    event.preventDefault();
    if (!event.repeat || name === 'next' || name === 'previous') actions[name]();
  };
  document.addEventListener('keydown', onKey);
  return () => {
    document.removeEventListener('keydown', onKey);
  };
}

/** Whether the focused element, or an open dialog, needs the key for itself. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (document.querySelector('dialog:modal') !== null) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest('input, textarea, select, [popover]') !== null) return true;
  if (target.closest('.panel') !== null && key.startsWith('Arrow')) return true;
  return key === ' ' && target.closest('button, a') !== null;
}
