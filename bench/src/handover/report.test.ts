import { describe, expect, test } from 'vitest';
import { renderHandoverMarkdown } from './markdown.ts';
import { renderHandoverPlot } from './plot.ts';
import { quantile, verdictsOf, wrongs } from './report.ts';
import { sampleHandoverReport, sampleRehearsal } from './sample-report.test-helper.ts';

const sample = sampleHandoverReport();
const missedIn = (changes: Parameters<typeof sampleHandoverReport>[0]): readonly string[] =>
  verdictsOf(sampleHandoverReport(changes))
    .filter(({ kind }) => kind === 'missed')
    .map(({ text }) => text);

describe('targets', () => {
  test('all are met by a run in which everything was kept', () => {
    expect(missedIn({})).toEqual([]);
  });

  test('one long pause in many misses the longest, and its share the 99th percentile', () => {
    const many = Array.from({ length: 199 }, () => sampleRehearsal());
    const rehearsals = [...many, sampleRehearsal({ pauseMs: 901 })];
    expect(missedIn({ rehearsals })).toEqual(['pause never over 900 ms']);
    const more = [...many.slice(0, 90), sampleRehearsal({ pauseMs: 351 })];
    expect(missedIn({ rehearsals: more })).toEqual(['pause p99 under 350 ms']);
  });

  test('a hand-over that stopped is none of those that were to be', () => {
    const stopped = sampleRehearsal({ outcome: 'aborted', pauseMs: null });
    expect(missedIn({ rehearsals: [sampleRehearsal(), stopped] })).toEqual([
      '2 rehearsals that handed the cell over',
    ]);
  });

  test('a slow disk is a reason for a slow copy, and a quick one is none', () => {
    const { seeding } = sample;
    expect(missedIn({ seeding: { ...seeding, ms: 10_000 } })).toHaveLength(1);
    const slowDisk = { ...seeding, ms: 10_000, diskBytesPerSecond: 110_000_000 };
    expect(missedIn({ seeding: slowDisk })).toEqual([]);
  });

  test('JOINT is held against SOLO, and is not measured without either', () => {
    const { load } = sample;
    const { solo } = load.windows;
    if (solo === undefined) throw new Error('the sample has a SOLO window');
    const slow = { solo, joint: { ...solo, p99Ms: solo.p99Ms * 2.1 } };
    expect(missedIn({ load: { ...load, windows: slow } })).toHaveLength(1);
    const verdicts = verdictsOf(sampleHandoverReport({ load: { ...load, windows: { solo } } }));
    expect(verdicts.at(-1)).toMatchObject({ kind: 'not-measured' });
  });
});

describe('what makes a run wrong', () => {
  test('nothing, when all was kept; missed targets of speed are no wrong', () => {
    const slow = [sampleRehearsal({ pauseMs: 5_000 })];
    expect(wrongs(sampleHandoverReport({ rehearsals: slow }))).toEqual([]);
  });

  test.each([
    ['lost', { opsInBooks: 999 }, '1 acknowledged ops are not in the books'],
    ['doubled', { opsInBooks: 1_002 }, '2 ops are in the books and were not acknowledged'],
    ['unbalanced', { booksBalanced: false }, 'the books are not balanced'],
    ['wrong', { differences: 1, detail: 'v1 likes expected 2, got 1' }, 'v1 likes expected 2'],
  ])('%s ops', (_, verified, text) => {
    const { load } = sample;
    const report = sampleHandoverReport({
      load: { ...load, verified: { ...load.verified, ...verified } },
    });
    expect(wrongs(report).join()).toContain(text);
  });

  test('a reading that fell, a cell that fsck finds fault with, a certificate', () => {
    const { load } = sample;
    const counts = { ...load.counts, faults: 1, firstFaults: ['v1 fell from 9 to 8'] };
    const checks = {
      fsck: { north: 'likes of v1', south: '' },
      certificates: { verified: 0, problems: ['it does not hold'] },
    };
    expect(wrongs(sampleHandoverReport({ load: { ...load, counts }, checks }))).toEqual([
      '1 wrong readings: v1 fell from 9 to 8',
      'fsck of north: likes of v1',
      'it does not hold',
    ]);
  });
});

test('a quantile is one of the values, and there is none of nothing', () => {
  expect([quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 1), quantile([], 1)]).toEqual([2, 3, null]);
});

describe('what people read', () => {
  test('the table says what was wrong, and does not when nothing was', () => {
    expect(renderHandoverMarkdown(sample)).not.toContain('## WRONG');
    const { load } = sample;
    const verified = { ...load.verified, opsInBooks: 999 };
    const wrong = sampleHandoverReport({ load: { ...load, verified } });
    expect(renderHandoverMarkdown(wrong)).toContain('- 1 acknowledged ops are not in the books');
  });

  test('the plot has a dot for each pause that was measured, and nothing unescaped', () => {
    const stopped = sampleRehearsal({ outcome: 'aborted', pauseMs: null });
    const plot = renderHandoverPlot(
      sampleHandoverReport({ rehearsals: [sampleRehearsal(), stopped] }),
    );
    expect(plot.match(/class="pause"/g)).toHaveLength(1);
    expect(plot.match(/class="wait"/g)).toHaveLength(2);
    expect(plot).toContain('A &lt;processor&gt;');
    expect(plot).not.toMatch(/NaN|undefined|Infinity/);
  });
});
