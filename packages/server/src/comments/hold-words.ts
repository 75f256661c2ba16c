// Which comments are held for the creator to look at: those with a word on the creator's list.
//
// Rules: docs/spec/comments.md (CM20 to CM22). Errs on the side of holding, which costs a look.

/** Accents and vowel points that writing with and without them is the same word. */
const ACCENTS = /[\u0300-\u036F\u0591-\u05C7\u064B-\u065F\u0670]/g;
/** The Arabic stretching line, and what is not seen: soft hyphens, joiners, marks of direction. */
const FILLERS = /[\u0640\p{Cf}\uFE00-\uFE0F]/gu;
/** Scripts that write words without anything between them. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const PART_OF_WORD = /[\p{L}\p{N}\p{M}_]/u;

/** Text in the form in which words are compared: without case, accents and what is not seen. */
export function folded(text: string): string {
  return (
    text
      .normalize('NFKD')
      .replace(ACCENTS, '')
      .replace(FILLERS, '')
      // Up before down, so that letters with two small forms, or with none of their own, meet.
      .toUpperCase()
      .toLowerCase()
      .replaceAll('ς', 'σ')
      // What was capital may have had accents of its own.
      .normalize('NFKD')
      .replace(ACCENTS, '')
      .replace(/\s+/gu, ' ')
      .trim()
  );
}

/** Whether any of the words stands in the text as a whole word. */
export function holdsAny(words: readonly string[], text: string): boolean {
  const within = folded(text);
  return words.some((word) => hasWord(within, folded(word)));
}

function hasWord(text: string, word: string): boolean {
  if (word === '') return false;
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (isBoundary(text, at) && isBoundary(text, at + word.length)) return true;
  }
  return false;
}

/** Whether a word may begin or end between the characters before and after a place in the text. */
function isBoundary(text: string, at: number): boolean {
  const before = charBefore(text, at);
  const after = charAt(text, at);
  if (!PART_OF_WORD.test(before) || !PART_OF_WORD.test(after)) return true;
  return UNSPACED.test(before) || UNSPACED.test(after);
}

function charAt(text: string, at: number): string {
  const point = text.codePointAt(at);
  return point === undefined ? '' : String.fromCodePoint(point);
}

function charBefore(text: string, at: number): string {
  const isPair = /[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(Math.max(0, at - 2), at));
  return text.slice(Math.max(0, isPair ? at - 2 : at - 1), at);
}
