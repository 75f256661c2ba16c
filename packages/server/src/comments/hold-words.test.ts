import { describe, expect, it } from 'vitest';
import { folded, holdsAny } from './hold-words.ts';

describe('hold words', () => {
  it.each([
    ['another case', 'idiot', 'You IDIOT!'],
    ['accents', 'creme', 'Crème brûlée'],
    ['another form of Unicode', 'café', 'cafe\u0301 au lait'],
    ['capitals without a small form of their own', 'straße', 'STRASSE'],
    ['the last sigma of a word', 'ΟΔΟΣ', 'η οδος εδώ'],
    ['full width letters', 'spam', 'ｓｐａｍ'],
    ['a soft hyphen and joiners within', 'spam', 'sp\u00ADa\u200Bm'],
    ['Arabic vowel points and the stretching line', 'كتاب', 'كِتَـــاب'],
    ['Cyrillic', 'дурак', 'Ты ДУРАК.'],
  ])('CM20: a word is found in spite of %s', (_why, word, text) => {
    expect(holdsAny([word], text)).toBe(true);
  });

  it.each([
    ['ass', 'first class'],
    ['ass', 'assembly'],
    ['дура', 'дурак'],
    ['क', 'कमल'],
    ['1', '911'],
    ['a', 'a_b'],
  ])('CM20: %s does not hold %s, where it is a part of a word', (word, text) => {
    expect(holdsAny([word], text)).toBe(false);
  });

  it('CM20: a word is found next to punctuation, at either end, and after a part of a word', () => {
    expect(holdsAny(['ass'], 'class, ass')).toBe(true);
    expect(holdsAny(['ass'], '"ass"')).toBe(true);
    expect(holdsAny(['😀'], 'well😀')).toBe(true);
  });

  it.each([
    ['笨蛋', '你是笨蛋吗'],
    ['ばか', 'おまえはばかだ'],
    ['โง่', 'คุณโง่มาก'],
  ])('CM21: %s is found in %s, which has no blanks', (word, text) => {
    expect(holdsAny([word], text)).toBe(true);
  });

  it('CM22: several words are found with any blanks between them', () => {
    expect(holdsAny(['buy  now'], 'please BUY\n now!')).toBe(true);
    expect(holdsAny(['buy now'], 'buy it now')).toBe(false);
  });

  it('CM20: no word, or one of nothing that is seen, holds nothing', () => {
    expect(holdsAny([], 'anything')).toBe(false);
    expect(holdsAny(['\u200B'], 'any\u200Bthing')).toBe(false);
    expect(folded('\u200B')).toBe('');
  });
});
