// Session ids: 48 bits of time and 80 random bits as 26 characters of Crockford's base 32 (the
// ULID layout), so that ids sort by the time at which their sessions began (rule A29).

import type { SessionId } from '@holdfast/protocol/ids.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SESSION_ID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const CHAR_BITS = 5n;
const SESSION_ID_CHARS = 26;
const TIME_BYTES = 6;

/** Random bytes that a session id takes. */
export const SESSION_RANDOM_BYTES = 10;
/** A session id as bytes. */
export const SESSION_BYTES: number = TIME_BYTES + SESSION_RANDOM_BYTES;

/** The id of a session that begins now. `random` holds `SESSION_RANDOM_BYTES` unpredictable bytes. */
export function newSessionId(nowMs: number, random: Uint8Array): SessionId {
  if (random.length !== SESSION_RANDOM_BYTES) throw new Error('a session id takes 10 random bytes');
  const bytes = Buffer.alloc(SESSION_BYTES);
  bytes.writeUIntBE(nowMs, 0, TIME_BYTES);
  bytes.set(random, TIME_BYTES);
  return sessionIdOf(bytes);
}

/** The text of a session id's 16 bytes. */
export function sessionIdOf(bytes: Uint8Array): SessionId {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (let index = 0; index < SESSION_ID_CHARS; index += 1) {
    text = ALPHABET.charAt(Number(rest & 31n)) + text;
    rest >>= CHAR_BITS;
  }
  // The one place where text becomes a grant's session id.
  return text as SessionId;
}

/** The 16 bytes of a session id. Throws when the text is not one: ids are made by this module. */
export function sessionBytes(session: string): Buffer {
  if (!SESSION_ID_PATTERN.test(session)) throw new Error('not a session id of this system');
  let value = 0n;
  for (const char of session) value = (value << CHAR_BITS) | BigInt(ALPHABET.indexOf(char));
  return Buffer.from(value.toString(16).padStart(SESSION_BYTES * 2, '0'), 'hex');
}
