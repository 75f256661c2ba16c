// Passwords: their one form, and which are too easy to guess. Rules AC6 to AC10 of
// docs/spec/accounts.md.

import { readFileSync } from 'node:fs';
import type { Handle } from './handle.ts';

const CHARS_MIN = 8;
const CHARS_MAX = 256;
/** Longest unit whose repetition counts as easy to guess: `ababab`, `12341234`. */
const REPEATED_UNIT_CHARS_MAX = 4;
/** How many characters more than the handle a password that contains it needs. */
const CHARS_BESIDE_HANDLE_MAX = 4;
/** Nothing longer is normalised; NFKC folds at most a few units into one character. */
const RAW_CHARS_MAX = 8 * CHARS_MAX;

declare const brand: unique symbol;
/** A password of a length that an account can have, normalised. */
export type Password = string & { readonly [brand]: 'Password' };

export type ParsedPassword = Readonly<
  | { kind: 'password'; password: Password }
  | { kind: 'password-too-short'; charsMin: number }
  | { kind: 'password-too-long'; charsMax: number }
>;

export type EasyPassword = 'listed' | 'repeated' | 'sequence' | 'handle';

/** Normalises a password and checks its length in code points. */
export function parsePassword(text: string): ParsedPassword {
  const tooLong = { kind: 'password-too-long', charsMax: CHARS_MAX } as const;
  if (text.length > RAW_CHARS_MAX) return tooLong;
  const password = text.normalize('NFKC');
  const { length } = Array.from(password);
  if (length < CHARS_MIN) {
    return { kind: 'password-too-short', charsMin: CHARS_MIN };
  }
  return length > CHARS_MAX ? tooLong : { kind: 'password', password: password as Password };
}

/** Why a password is too easy to guess for this handle, or `undefined` when it is not. */
export function whyEasy(
  password: Password,
  handle: Handle,
  commonPasswords: ReadonlySet<string>,
): EasyPassword | undefined {
  const lower = password.toLowerCase();
  const chars = Array.from(lower);
  if (commonPasswords.has(lower)) return 'listed';
  if (isRepeated(chars)) return 'repeated';
  if (isSequence(chars, 1) || isSequence(chars, -1)) return 'sequence';
  return isMadeOfHandle(lower, chars.length, handle) ? 'handle' : undefined;
}

/** The list that ships with the server: one password a line, in small letters. */
export function loadCommonPasswords(): ReadonlySet<string> {
  const file = new URL('./common-passwords.txt', import.meta.url);
  return new Set(readFileSync(file, 'utf8').trimEnd().split('\n'));
}

function isRepeated(chars: readonly string[]): boolean {
  for (let unit = 1; unit <= REPEATED_UNIT_CHARS_MAX; unit += 1) {
    if (chars.every((char, index) => index < unit || char === chars[index - unit])) return true;
  }
  return false;
}

function isSequence(chars: readonly string[], step: 1 | -1): boolean {
  return chars.every((char, index) => {
    const before = chars[index - 1];
    if (before === undefined) return true;
    // A run of digits goes on over the nine: 7890123.
    if (step === 1 && before === '9' && char === '0') return true;
    if (step === -1 && before === '0' && char === '9') return true;
    return char.codePointAt(0) === (before.codePointAt(0) ?? 0) + step;
  });
}

function isMadeOfHandle(lower: string, charCount: number, handle: Handle): boolean {
  const backwards = Array.from(handle).reverse().join('');
  if (lower === backwards) return true;
  return lower.includes(handle) && charCount - handle.length <= CHARS_BESIDE_HANDLE_MAX;
}
