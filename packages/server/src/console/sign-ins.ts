// Challenges and sessions of the console, in memory: a restart of the cell signs everybody out, and
// the key in the browser signs in again (CO9 to CO13).

import { createHash } from 'node:crypto';
import { setLast } from '../accounts/bounded-map.ts';

/** A challenge waits so long for its signature. */
const CHALLENGE_MS_MAX = 60_000;
const CHALLENGES_MAX = 1_024;
/** The longest a session lasts. */
export const SESSION_MS_MAX: number = 8 * 3_600_000;
const SESSIONS_MAX = 256;
const RANDOM_BYTES = 32;

export type StaffSession = Readonly<{ name: string; keyId: string; expiresAtMs: number }>;

export type SignIns = Readonly<{
  /** A new challenge for whoever says to be `name`. */
  challenge: (name: string) => string;
  /** Takes a challenge; each is good for one attempt, whatever comes of it. */
  take: (name: string, challenge: string) => boolean;
  /** Begins a session; the token is kept as a hash. */
  begin: (name: string, keyId: string) => Readonly<{ token: string; session: StaffSession }>;
  find: (token: string) => StaffSession | undefined;
  end: (token: string) => void;
}>;

export function openSignIns({
  nowMs,
  randomBytes,
}: Readonly<{ nowMs: () => number; randomBytes: (bytes: number) => Buffer }>): SignIns {
  const challenges = new Map<string, Readonly<{ name: string; expiresAtMs: number }>>();
  const sessions = new Map<string, StaffSession>();
  return {
    challenge: (name) => {
      const challenge = randomBytes(RANDOM_BYTES).toString('base64url');
      const expiresAtMs = nowMs() + CHALLENGE_MS_MAX;
      setLast(challenges, challenge, { name, expiresAtMs }, CHALLENGES_MAX);
      return challenge;
    },
    take: (name, challenge) => {
      const found = challenges.get(challenge);
      challenges.delete(challenge);
      return found !== undefined && found.name === name && nowMs() < found.expiresAtMs;
    },
    begin: (name, keyId) => {
      const token = randomBytes(RANDOM_BYTES).toString('base64url');
      const session = { name, keyId, expiresAtMs: nowMs() + SESSION_MS_MAX };
      setLast(sessions, hashOf(token), session, SESSIONS_MAX);
      return { token, session };
    },
    find: (token) => {
      const found = sessions.get(hashOf(token));
      return found !== undefined && nowMs() < found.expiresAtMs ? found : undefined;
    },
    end: (token) => {
      sessions.delete(hashOf(token));
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
