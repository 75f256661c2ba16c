import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBorderBook } from './border-book.ts';
import type { BorderBook } from './border-book.ts';

const DAY_1 = Date.parse('2026-11-21T23:59:59.900Z');
const DAY_2 = Date.parse('2026-11-22T00:00:00.000Z');

let folder: string;
let nowMs: number;
let problems: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-book-'));
  nowMs = DAY_1;
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): BorderBook =>
  openBorderBook({ folder, nowMs: () => nowMs, onProblem: (problem) => problems.push(problem) });

const crossed = (book: BorderBook): object => Object.fromEntries(book.totals());

describe('the book of the border', () => {
  it('goes on after a restart where it was, with the time since which it is kept', async () => {
    const book = open();
    book.note('subtotals', 3, 120);
    book.note('watermark', 1, 70);
    await book.close();
    nowMs = DAY_2;
    const again = open();
    again.note('subtotals', 2, 80);
    expect(crossed(again)).toEqual({
      subtotals: { records: 5, bytes: 200 },
      watermark: { records: 1, bytes: 70 },
    });
    expect(again.sinceMs).toBe(DAY_1);
    await again.close();
  });

  it('tells the days apart, newest first', async () => {
    const book = open();
    book.note('subtotals', 3, 120);
    nowMs = DAY_2;
    book.note('subtotals', 1, 40);
    const days = book.days(10).map(({ day, types }) => [day, types.get('subtotals')?.records]);
    expect(days).toEqual([
      ['2026-11-22', 1],
      ['2026-11-21', 3],
    ]);
    expect(book.days(1)).toHaveLength(1);
    await book.close();
    expect(readdirSync(folder).toSorted()).toEqual(['2026-11-21.json', '2026-11-22.json']);
  });

  it('sets a file aside that it cannot read, says so, and goes on', async () => {
    writeFileSync(join(folder, '2026-11-20.json'), '{"format":1,"types":');
    const book = open();
    book.note('acks', 1, 9);
    await book.close();
    expect(problems).toEqual([expect.stringContaining('2026-11-20.json')]);
    expect(readdirSync(folder)).toContain('2026-11-20.json.unreadable');
    expect(crossed(open())).toEqual({ acks: { records: 1, bytes: 9 } });
  });

  it('says once that it cannot be written, and is written when it can be again', async () => {
    const book = open();
    book.note('acks', 1, 9);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'in the way');
    await book.close();
    expect(problems).toEqual([expect.stringContaining('cannot be written')]);
    rmSync(folder);
    await book.close();
    expect(crossed(open())).toEqual({ acks: { records: 1, bytes: 9 } });
  });
});
