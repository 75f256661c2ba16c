import { describe, expect, test } from 'vitest';
import { csvOf } from './csv.ts';

describe('SD25: a table as CSV', () => {
  test('keeps numbers as they are and leaves out what is not known', () => {
    expect(
      csvOf(
        ['at', 'value'],
        [
          ['x', 0],
          ['y', null],
          ['z', -5],
        ],
      ),
    ).toBe('at,value\r\nx,0\r\ny,\r\nz,-5\r\n');
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['a, b', '"a, b"'],
    ['two\nlines', '"two\nlines"'],
    ['plain = fine', 'plain = fine'],
  ])('text %j is no formula and one cell', (text, cell) => {
    expect(csvOf(['title'], [[text]])).toBe(`title\r\n${cell}\r\n`);
  });
});
