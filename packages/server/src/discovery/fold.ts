// Text as it is looked for: without case, accents and signs. Pure.
//
// Rules: docs/spec/discovery.md (DI21, DI22).

/** What no blank stands between: each is looked for as a word, and what is typed as a phrase. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const WORD = /[\p{L}\p{N}]+/gu;

/** Letters and digits in one spelling, everything else as it is. */
export function folded(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  // After it, because it may have come of a capital letter.
  return plain.replaceAll('ß', 'ss').normalize('NFKC');
}

/** The words of a text; each is one token, or some where no blanks stand between. */
export function wordsIn(text: string): readonly string[] {
  return (folded(text).match(WORD) ?? []).map((word) =>
    word.replace(UNSPACED, ' $& ').replace(/ +/g, ' ').trim(),
  );
}

/**
 * A query of FTS5 for what somebody typed: every word, the last one as a beginning. There is nothing
 * in it but letters, digits, blanks and the quotes and the star set here, so nothing that is typed
 * can be read as syntax. `undefined` when there is nothing to look for.
 */
export function matchOf(typed: string): string | undefined {
  const words = wordsIn(typed);
  if (words.length === 0) return undefined;
  return `${words.map((word) => `"${word}"`).join(' ')} *`;
}
