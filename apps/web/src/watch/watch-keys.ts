// The keys of a video's own page. Single letters and signs obey the same switch as in the feed. WB21.

export type WatchKey = Readonly<
  | { kind: 'play' | 'sound' | 'captions' | 'full' | 'like' | 'help' }
  | { kind: 'seek'; byMs: number }
  | { kind: 'part'; part: number }
  | { kind: 'frame' | 'speed'; by: 1 | -1 }
>;

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

const SEEK_MS = 5_000;

const ALWAYS: Readonly<Record<string, WatchKey>> = {
  ' ': { kind: 'play' },
  ArrowLeft: { kind: 'seek', byMs: -SEEK_MS },
  ArrowRight: { kind: 'seek', byMs: SEEK_MS },
};
const SINGLE: Readonly<Record<string, WatchKey>> = {
  k: { kind: 'play' },
  m: { kind: 'sound' },
  c: { kind: 'captions' },
  f: { kind: 'full' },
  l: { kind: 'like' },
  '?': { kind: 'help' },
  ',': { kind: 'frame', by: -1 },
  '.': { kind: 'frame', by: 1 },
  '<': { kind: 'speed', by: -1 },
  '>': { kind: 'speed', by: 1 },
};

/** What a key press asks for; `undefined` leaves it to the browser. */
export function watchKey(press: KeyPress, singleKeys: boolean): WatchKey | undefined {
  const { key, ctrlKey, metaKey, altKey } = press;
  if (ctrlKey || metaKey || altKey) return undefined;
  const always = ALWAYS[key];
  if (always !== undefined || !singleKeys) return always;
  if (/^\d$/.test(key)) return { kind: 'part', part: Number(key) / 10 };
  return SINGLE[key.toLowerCase()];
}

export const SPEEDS: readonly number[] = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];

/** The speed one step slower or faster. */
export function nextSpeed(speed: number, by: 1 | -1): number {
  const place = SPEEDS.findIndex((one) => one >= speed);
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, place + by))] ?? 1;
}
