// Comments and hold words as they go over the wire: their limits, and what text may be one.
//
// Rules: docs/spec/comments.md (CM1 to CM4). Nothing of a text is changed but its form in Unicode,
// its line ends and the blanks around it: what is markup elsewhere is mere text here.

/** Longest comment, in Unicode characters (code points). */
export const COMMENT_CHARS_MAX = 2_000;
/** Hold words of one creator. */
export const HOLD_WORDS_MAX = 200;
/** Longest hold word, in Unicode characters. */
export const HOLD_WORD_CHARS_MAX = 50;
/** Longest name that a device gives to a comment so that sending it twice makes one. */
export const IDEMPOTENCY_KEY_CHARS_MAX = 64;

export type TextFault = 'empty' | 'too-long' | 'control-characters';
export type PlainText = Readonly<{ kind: 'text'; text: string } | { kind: TextFault }>;

/** Characters that are not seen: a text of these alone says nothing. */
const UNSEEN = /^[\s\p{Cf}\p{Cc}\u115F\u1160\u3164\uFFA0]*$/u;
/** Controls other than the line feed, and halves of surrogate pairs. */
const NOT_TEXT = /[^\P{Cc}\n]|\p{Cs}/u;

/** What somebody wrote, as it is kept: 1 to `charsMax` characters of text, line feeds among them. */
export function plainText(written: string, charsMax: number): PlainText {
  // Twice as many units as characters at most; so a long text costs nothing more than this look.
  if (written.length > 4 * charsMax) return { kind: 'too-long' };
  const text = written.replace(/\r\n?/g, '\n').replaceAll('\t', ' ').normalize('NFC').trim();
  if (NOT_TEXT.test(text)) return { kind: 'control-characters' };
  if (UNSEEN.test(text)) return { kind: 'empty' };
  return charsOf(text) > charsMax ? { kind: 'too-long' } : { kind: 'text', text };
}

/** Unicode characters of a text, as people are told how many they may write. */
export function charsOf(text: string): number {
  let chars = 0;
  for (const _char of text) chars += 1;
  return chars;
}

export type HoldWords = Readonly<
  { kind: 'words'; words: readonly string[] } | { kind: 'too-many' } | { kind: TextFault }
>;

/** Hold words as they are kept: each one line, and each once. */
export function holdWordsOf(written: readonly string[]): HoldWords {
  if (written.length > HOLD_WORDS_MAX) return { kind: 'too-many' };
  const words = new Set<string>();
  for (const word of written) {
    const line = word.replace(/\s+/g, ' ');
    const plain = plainText(line, HOLD_WORD_CHARS_MAX);
    if (plain.kind !== 'text') return plain;
    words.add(plain.text);
  }
  return { kind: 'words', words: [...words] };
}
