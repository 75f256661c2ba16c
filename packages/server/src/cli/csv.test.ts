import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRecord } from './csv.ts';

describe('CSV', () => {
  it('ends a record with CRLF', () => {
    expect(csvRecord(['a', 1, true])).toBe('a,1,true\r\n');
  });

  it('quotes separators, quotes and line ends', () => {
    expect(csvRecord(['a,b', 'say "hi"', 'two\nlines'])).toBe(
      '"a,b","say ""hi""","two\nlines"\r\n',
    );
  });

  it('leaves a cell empty for what is not known', () => {
    expect(csvRecord(['v1', null, 0])).toBe('v1,,0\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠x'])(
    'keeps the text %j from being a formula',
    (text) => {
      expect(csvRecord([text]).replace('"', '')).toMatch(/^'/);
    },
  );

  it('leaves negative numbers alone', () => {
    expect(csvRecord([-5])).toBe('-5\r\n');
  });

  it('can be read back to the same cells', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', '=', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
        const expected = cells.map((text) => (/^[=\r\n]/.test(text) ? `'${text}` : text));
        expect(readRecord(csvRecord(cells))).toEqual(expected);
      }),
    );
  });
});

/** A reader written from RFC 4180 alone. */
function readRecord(record: string): readonly string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let cell = '';
    if (record[at] === '"') {
      at += 1;
      while (record[at] !== '"' || record[at + 1] === '"') {
        cell += record[at];
        at += record[at] === '"' ? 2 : 1;
      }
      at += 1;
    } else {
      while (record[at] !== ',' && !record.startsWith('\r\n', at)) {
        cell += record[at];
        at += 1;
      }
    }
    cells.push(cell);
    if (record[at] !== ',') break;
    at += 1;
  }
  expect(record.slice(at)).toBe('\r\n');
  return cells;
}
