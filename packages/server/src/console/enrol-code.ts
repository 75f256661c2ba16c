// Codes by which a person's browser is let in the first time: read out, typed, used once.

import { createHash } from 'node:crypto';

/** Without letters that look like others. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARS = 16;
const GROUP_CHARS = 4;

/** A new code: 78 bits, in groups of four. */
export function newCode(randomBytes: (bytes: number) => Buffer): string {
  let code = '';
  while (code.length < CODE_CHARS) {
    for (const byte of randomBytes(CODE_CHARS)) {
      // A byte beyond the last whole round would make some letters likelier than others.
      if (byte >= 256 - (256 % ALPHABET.length) || code.length === CODE_CHARS) continue;
      code += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return code.match(new RegExp(`.{${GROUP_CHARS}}`, 'g'))?.join('-') ?? code;
}

/** What is kept of a code, however it was typed. */
export function hashOfCode(typed: string): string {
  const code = typed.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
  return createHash('sha256').update(`holdfast console 1 code\n${code}`).digest('hex');
}
