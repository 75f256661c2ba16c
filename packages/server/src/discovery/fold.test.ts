import fc from 'fast-check';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { folded, matchOf, wordsIn } from './fold.ts';

describe('folded text', () => {
  it.each([
    ['Grüße', 'grusse'],
    ['GROẞ', 'gross'],
    ['Čaj à la Forêt', 'caj a la foret'],
    ['ＡＢＣ１', 'abc1'],
    ['Ёлка', 'елка'],
    ['مُحَمَّد', 'محمد'],
    ['Ⅳ', 'iv'],
  ])('DI21: of %s is %s', (text, plain) => {
    expect(folded(text)).toBe(plain);
  });
});

describe('words', () => {
  it.each([
    ['two words', ['two', 'words']],
    ['ann_lee.99', ['ann', 'lee', '99']],
    ['#Sea-side! @you', ['sea', 'side', 'you']],
    ['日本の海', ['日 本 の 海']],
    ['iPhone手机', ['iphone 手 机']],
    ['  ', []],
    ['"*^():{}-', []],
  ])('DI22: of %j are %j', (text, words) => {
    expect(wordsIn(text)).toEqual(words);
  });
});

describe('what is typed', () => {
  it('DI22: looks for every word, and for the last one as a beginning', () => {
    expect(matchOf('Blue wav')).toBe('"blue" "wav" *');
  });

  it('DI23: never is syntax, whatever it is', () => {
    const db = new DatabaseSync(':memory:');
    db.exec("CREATE VIRTUAL TABLE words USING fts5(one, two, tokenize='unicode61')");
    db.exec("INSERT INTO words VALUES ('a b', 'c')");
    const find = db.prepare('SELECT rowid FROM words WHERE words MATCH ?');
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.stringMatching(/^[a-c"*^:(){}+\- ]{1,40}$/),
      fc.constantFrom('a AND', 'NEAR(a b)', 'one:a', '"', '""*', "'; DROP TABLE words", 'a OR NOT'),
    );
    fc.assert(
      fc.property(odd, (typed) => {
        const match = matchOf(typed);
        if (match !== undefined) find.all(match);
      }),
      { numRuns: 1_000 },
    );
    expect(find.all(matchOf('A b') ?? '').length).toBe(1);
    expect(find.all(matchOf('one:a') ?? '').length).toBe(0);
  });
});
