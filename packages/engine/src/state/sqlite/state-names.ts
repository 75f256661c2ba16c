// What `state.db` holds in the place of names: enough to find a row again, useless without the key.
//
// A session is found by a keyed hash of its name. SHA-512/256 cannot be extended, so a key in front
// makes it a MAC; `createHmac` would do the same at many times the cost, and there is one for every
// session of a batch. The key of a creator is a hash that anybody could make from a guessed name, so
// a person's is enciphered. No two are alike, so a block cipher alone shows nothing of them.

import { createCipheriv, createDecipheriv, hash } from 'node:crypto';
import type { Cipheriv, Decipheriv } from 'node:crypto';
import { assert } from '../../counting/assert.ts';
import { GRANT_SESSION_PREFIX } from '../retention.ts';

export const STATE_KEY_BYTES = 32;
/** Characters of `session`, of which the first says whose name it is. */
const SESSION_CHARS = 16;
/** First character of names that are no grant's; below that of grants, so that ranges hold. */
const OTHER_PREFIX = '!';
const BLOCK_BYTES = 16;
const CIPHER = 'aes-256-ecb';

export class StateNames {
  readonly #sessionKey: string;
  readonly #cipher: Cipheriv;
  readonly #decipher: Decipheriv;

  constructor(key: Uint8Array) {
    assert(key.length === STATE_KEY_BYTES, 'the key of the state’s names is 32 bytes');
    const derived = (purpose: string): Buffer =>
      hash('sha512-256', Buffer.concat([key, Buffer.from(purpose)]), 'buffer');
    this.#sessionKey = derived('sessions').toString('base64');
    this.#cipher = createCipheriv(CIPHER, derived('creators'), null).setAutoPadding(false);
    this.#decipher = createDecipheriv(CIPHER, derived('creators'), null).setAutoPadding(false);
  }

  /** What a session is stored under, one byte a character. */
  session(key: string): string {
    const digest = hash('sha512-256', this.#sessionKey + key, 'binary');
    const prefix = key.startsWith(GRANT_SESSION_PREFIX) ? GRANT_SESSION_PREFIX : OTHER_PREFIX;
    return prefix + digest.slice(0, SESSION_CHARS - 1);
  }

  /** A creator key as it is stored. */
  seal(creatorKey: string): Uint8Array {
    const text = Buffer.from(creatorKey, 'utf8');
    assert(text.length < 256, 'a creator key is short');
    const blocks = Buffer.alloc(Math.ceil((1 + text.length) / BLOCK_BYTES) * BLOCK_BYTES);
    blocks[0] = text.length;
    text.copy(blocks, 1);
    return this.#cipher.update(blocks);
  }

  /** The creator key again; another text when it was changed. */
  open(sealed: Uint8Array): string {
    const blocks = this.#decipher.update(sealed);
    return blocks.toString('utf8', 1, 1 + (blocks[0] ?? 0));
  }
}

/** Bytes of what `StateNames.session` gave. */
export function sessionBytes(name: string): Uint8Array {
  return Buffer.from(name, 'latin1');
}

/** And back. */
export function sessionName({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}
