// Challenges for passkeys: each is good for one answer, for a few minutes, at the gateway that gave
// it.
//
// Rules: docs/spec/accounts.md (AC62).
//
// Why nobody can crowd others out: a challenge that was given takes no memory, as it carries its own
// end and a code that only this gateway can make. Memory is taken by those that were used, and a
// use needs a passkey.

import { createHmac, timingSafeEqual } from 'node:crypto';

export const CHALLENGE_LIFE_MS = 300_000;
/** Challenges used in their life that are told apart; one more is refused. */
const USED_MAX = 100_000;
const RANDOM_BYTES = 16;
const END_BYTES = 6;
const CODE_BYTES = 16;
const KEY_BYTES = 32;

/** What an answer is for: that for one thing is no answer to another. */
export type Purpose = 'sign-in' | `add:${string}`;

export type Challenges = Readonly<{
  give: (purpose: Purpose) => string;
  /** Takes a challenge for good unless `giveBack` follows; false when it is not good (any more). */
  take: (purpose: Purpose, challenge: string) => boolean;
  /** What was taken was not used after all. */
  giveBack: (challenge: string) => void;
}>;

export type ChallengeParts = Readonly<{
  nowMs: () => number;
  randomBytes: (bytes: number) => Uint8Array;
}>;

export function openChallenges({ nowMs, randomBytes }: ChallengeParts): Challenges {
  const key = randomBytes(KEY_BYTES);
  /** With the end of each, in the order of use. */
  const used = new Map<string, number>();

  const codeOf = (purpose: Purpose, begin: Uint8Array): Buffer =>
    createHmac('sha256', key).update(begin).update(purpose).digest().subarray(0, CODE_BYTES);

  const endOf = (purpose: Purpose, challenge: string): number | undefined => {
    const bytes = Buffer.from(challenge, 'base64url');
    const isForm = bytes.length === RANDOM_BYTES + END_BYTES + CODE_BYTES;
    // Text that decodes alike would else be a second name of one challenge.
    if (!isForm || bytes.toString('base64url') !== challenge) return undefined;
    const begin = bytes.subarray(0, RANDOM_BYTES + END_BYTES);
    const isOurs = timingSafeEqual(codeOf(purpose, begin), bytes.subarray(begin.length));
    return isOurs ? bytes.readUIntBE(RANDOM_BYTES, END_BYTES) : undefined;
  };

  const forget = (): void => {
    for (const [challenge, endMs] of used) {
      if (endMs > nowMs()) break;
      used.delete(challenge);
    }
  };

  return {
    give: (purpose) => {
      const begin = Buffer.concat([randomBytes(RANDOM_BYTES), Buffer.alloc(END_BYTES)]);
      begin.writeUIntBE(nowMs() + CHALLENGE_LIFE_MS, RANDOM_BYTES, END_BYTES);
      return Buffer.concat([begin, codeOf(purpose, begin)]).toString('base64url');
    },
    take: (purpose, challenge) => {
      const endMs = endOf(purpose, challenge);
      if (endMs === undefined || endMs <= nowMs() || used.has(challenge)) return false;
      forget();
      if (used.size >= USED_MAX) return false;
      used.set(challenge, endMs);
      return true;
    },
    giveBack: (challenge) => {
      used.delete(challenge);
    },
  };
}
