// When the registrar last heard of each part: a hint for whoever wonders whether another is gone.
// Nothing is decided by it (R20), so it is kept in memory alone.

import type { WireParty } from '../signed/wire-key.ts';

/** Parts that are remembered; the one that was heard of longest ago makes room. */
export const HEARD_MAX = 1_024;

export type Heard = Readonly<{
  operator: string;
  site: string;
  keyId: string;
  /** How long ago, by the registrar's own clock. */
  agoMs: number;
  /** Number of the newest charter entry that the part knew then. */
  newest: number;
}>;

export type HeardBook = Readonly<{
  note: (party: WireParty, newest: number) => void;
  list: () => readonly Heard[];
}>;

export function heardBook(monotonicMs: () => number): HeardBook {
  const heard = new Map<string, Readonly<{ party: WireParty; newest: number; atMs: number }>>();
  return {
    note: (party, newest) => {
      const name = `${party.operator}\n${party.site}\n${party.keyId}`;
      heard.delete(name);
      const [oldest] = heard.keys();
      if (oldest !== undefined && heard.size >= HEARD_MAX) heard.delete(oldest);
      heard.set(name, { party, newest, atMs: monotonicMs() });
    },
    list: () =>
      [...heard.values()].map(({ party: { operator, site, keyId }, newest, atMs }) => ({
        operator,
        site,
        keyId,
        agoMs: Math.round(monotonicMs() - atMs),
        newest,
      })),
  };
}
