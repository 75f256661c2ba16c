// How passwords are stored: argon2id, rule AC11 of docs/spec/accounts.md.

import { hash, verify } from '@node-rs/argon2';

/** Makes and checks stored passwords. Neither call may keep the thread busy. */
export type PasswordHash = Readonly<{
  /** The text to store: a PHC string with all that `matches` needs. */
  hash: (password: string, salt: Uint8Array) => Promise<string>;
  /** Whether a password is the one that was stored; takes as long as `hash`. */
  matches: (stored: string, password: string) => Promise<boolean>;
}>;

export const SALT_BYTES = 16;

const SETTINGS = {
  // The package's `Algorithm` is a const enum, which cannot be used without a compiler; 2 is
  // argon2id.
  algorithm: 2,
  memoryCost: 19 * 1024,
  timeCost: 2,
  parallelism: 1,
} as const;

/** argon2id on the thread pool of Node. Bytes are given, because a NUL could end a string. */
export const ARGON2ID: PasswordHash = {
  hash: (password, salt) => hash(Buffer.from(password), { ...SETTINGS, salt }),
  matches: (stored, password) => verify(stored, Buffer.from(password)),
};
