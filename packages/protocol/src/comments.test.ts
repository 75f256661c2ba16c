import { describe, expect, it } from 'vitest';
import {
  COMMENT_CHARS_MAX,
  HOLD_WORD_CHARS_MAX,
  HOLD_WORDS_MAX,
  holdWordsOf,
  plainText,
} from './comments.ts';

const comment = (written: string) => plainText(written, COMMENT_CHARS_MAX);

describe('the text of a comment', () => {
  it('CM1: is kept in NFC, with line feeds, without blanks around it', () => {
    expect(comment('  e\u0301\r\nb\rc\td \n')).toEqual({ kind: 'text', text: 'é\nb\nc d' });
  });

  it('CM1: has at most 2,000 Unicode characters, whatever their size', () => {
    expect(comment('😀'.repeat(2_000)).kind).toBe('text');
    expect(comment('😀'.repeat(2_001)).kind).toBe('too-long');
    expect(comment('a'.repeat(2_000)).kind).toBe('text');
    expect(comment('a'.repeat(1_000_000)).kind).toBe('too-long');
  });

  it.each(['', ' \n ', '\u200B\u200D', '\u3164', '\uFEFF'])(
    'CM1: of nothing that is seen is empty (%j)',
    (written) => {
      expect(comment(written).kind).toBe('empty');
    },
  );

  it.each(['a\u0000b', 'a\u001B[31m', 'a\u0085b', 'a\uD83D', 'a\u007F'])(
    'CM2: with %j is refused',
    (written) => {
      expect(comment(written).kind).toBe('control-characters');
    },
  );

  it('CM3: keeps markup and writing from right to left as they are', () => {
    const written = '<script>alert(1)</script> & שלום \u2067عربي\u2069 👩‍👩‍👧';
    expect(comment(written)).toEqual({ kind: 'text', text: written });
  });
});

describe('a list of hold words', () => {
  it('CM18: has each word once, each in one line', () => {
    expect(holdWordsOf(['buy\nnow', ' spam ', 'spam'])).toEqual({
      kind: 'words',
      words: ['buy now', 'spam'],
    });
  });

  it('CM18: has at most 200 words of at most 50 characters', () => {
    const words = Array.from({ length: HOLD_WORDS_MAX }, (_, index) => `word ${index}`);
    expect(holdWordsOf(words).kind).toBe('words');
    expect(holdWordsOf([...words, 'one more']).kind).toBe('too-many');
    expect(holdWordsOf(['é'.repeat(HOLD_WORD_CHARS_MAX)]).kind).toBe('words');
    expect(holdWordsOf(['é'.repeat(HOLD_WORD_CHARS_MAX + 1)]).kind).toBe('too-long');
    expect(holdWordsOf(['']).kind).toBe('empty');
  });
});
