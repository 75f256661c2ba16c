// The sessions that a receiver has given out (W5, W6): who holds each, and which numbers it took.
//
// Why it is safe to forget one: a session that is not here takes no message at all, so forgetting
// can only make a sender ask for another. Session ids are the receiver's own random choice, so
// after a restart no old message fits.

import type { KeyObject } from 'node:crypto';
import { replayWindow } from './replay-window.ts';
import type { ReplayWindow } from './replay-window.ts';
import type { WireParty } from './wire-key.ts';

/** Sessions of one key: processes that share it, and restarts of them. */
export const SESSIONS_PER_KEY_MAX = 16;
/** All sessions; half a kilobyte each. */
export const SESSIONS_MAX = 4_096;
/** Requests for a session that are remembered, so that none is answered twice in the window. */
export const OPENINGS_MAX = 4_096;

const SESSION_ID_BYTES = 16;

export type WireSession = Readonly<{
  id: string;
  party: WireParty;
  publicKey: KeyObject;
  window: ReplayWindow;
}>;

export type SessionBook = Readonly<{
  find: (id: string) => WireSession | undefined;
  /** Gives out a session; `undefined` when this very opening was answered already. */
  open: (opening: Opening) => WireSession | undefined;
}>;

type Opening = Readonly<{
  party: WireParty;
  publicKey: KeyObject;
  signature: string;
  nowMs: number;
}>;

export type SessionBookOptions = Readonly<{
  randomBytes: (bytes: number) => Buffer;
  /** How long an opening could be shown again. */
  openingMsMax: number;
}>;

export function sessionBook({ randomBytes, openingMsMax }: SessionBookOptions): SessionBook {
  // Maps keep the order of insertion: what was used longest ago stands first.
  const sessions = new Map<string, WireSession>();
  const openings = new Map<string, number>();

  const isRepeated = ({ signature, nowMs }: Opening): boolean => {
    for (const [old, atMs] of openings) {
      const isOver = Math.abs(nowMs - atMs) > openingMsMax;
      if (!isOver && openings.size < OPENINGS_MAX) break;
      openings.delete(old);
    }
    if (openings.has(signature)) return true;
    openings.set(signature, nowMs);
    return false;
  };

  const makeRoom = (keyId: string): void => {
    const ofKey = [...sessions.values()].filter(({ party }) => party.keyId === keyId);
    const [oldest] = ofKey;
    if (oldest !== undefined && ofKey.length >= SESSIONS_PER_KEY_MAX) sessions.delete(oldest.id);
    const [oldestOfAll] = sessions.keys();
    if (oldestOfAll !== undefined && sessions.size >= SESSIONS_MAX) sessions.delete(oldestOfAll);
  };

  return {
    find: (id) => {
      const session = sessions.get(id);
      if (session === undefined) return undefined;
      sessions.delete(id);
      sessions.set(id, session);
      return session;
    },
    open: (opening) => {
      if (isRepeated(opening)) return undefined;
      const { party, publicKey } = opening;
      makeRoom(party.keyId);
      const id = randomBytes(SESSION_ID_BYTES).toString('base64url');
      const session = { id, party, publicKey, window: replayWindow() };
      sessions.set(id, session);
      return session;
    },
  };
}
