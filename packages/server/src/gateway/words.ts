// Words that people write, checked once where they come in.

const UNSEEN = /\p{Cc}/u;
const UNSEEN_BUT_LINES = /(?!\n)\p{Cc}/u;

/** Text of so many characters at most, as people count them, without control characters. */
export function lineOf(value: unknown, charsMax: number): string | undefined {
  return wordsIn(value, charsMax, UNSEEN);
}

/** The same, of several lines. */
export function textOf(value: unknown, charsMax: number): string | undefined {
  const lines = typeof value === 'string' ? value.replaceAll('\r\n', '\n') : value;
  return wordsIn(lines, charsMax, UNSEEN_BUT_LINES);
}

function wordsIn(value: unknown, charsMax: number, unseen: RegExp): string | undefined {
  // Half a character could not be written as UTF-8.
  if (typeof value !== 'string' || !value.isWellFormed()) return undefined;
  const words = value.normalize('NFC').trim();
  return charsIn(words) <= charsMax && !unseen.test(words) ? words : undefined;
}

/** Code points: what a limit of characters means, in every place that has one. */
export function charsIn(words: string): number {
  return Array.from(words).length;
}
