// Which numbers of a session were seen already; pure, and exact within the window (W6).

/** Messages of one session may arrive this far out of order: more than are ever under way. */
export const REPLAY_WINDOW_NUMBERS = 4_096;

const WORD_BITS = 32;

export type ReplayWindow = Readonly<{
  /** Whether a number was never taken; one that has fallen out of the window counts as taken. */
  isNew: (n: number) => boolean;
  /** Takes a number that is new. */
  take: (n: number) => void;
}>;

export function replayWindow(): ReplayWindow {
  const bits = new Uint32Array(REPLAY_WINDOW_NUMBERS / WORD_BITS);
  let highest = 0;

  const isSet = (n: number): boolean => (wordOf(n) & bitOf(n)) !== 0;
  const wordOf = (n: number): number => bits[wordIndex(n)] ?? 0;

  return {
    isNew: (n) => n > highest || (n > 0 && n > highest - REPLAY_WINDOW_NUMBERS && !isSet(n)),
    take: (n) => {
      if (n > highest) {
        const firstToClear = Math.max(highest + 1, n - REPLAY_WINDOW_NUMBERS + 1);
        for (let old = firstToClear; old <= n; old += 1) {
          bits[wordIndex(old)] = wordOf(old) & ~bitOf(old);
        }
        highest = n;
      }
      bits[wordIndex(n)] = wordOf(n) | bitOf(n);
    },
  };
}

function wordIndex(n: number): number {
  return Math.floor((n % REPLAY_WINDOW_NUMBERS) / WORD_BITS);
}

function bitOf(n: number): number {
  return 1 << (n % WORD_BITS);
}
