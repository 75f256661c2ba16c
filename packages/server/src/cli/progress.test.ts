import { describe, expect, it } from 'vitest';
import { durationText, progressLine, showProgress } from './progress.ts';
import type { Output } from './cli-io.ts';

function recorder(isTerminal: boolean, columns = 80): { output: Output; written: string[] } {
  const written: string[] = [];
  return { written, output: { isTerminal, columns, write: (text) => void written.push(text) } };
}

describe('progress', () => {
  it('says how far it is and how long it will take', () => {
    expect(progressLine('us: recounting', 250, 1_000, 2_400)).toBe(
      'us: recounting  25 % (250 of 1,000)  about 3 s left',
    );
  });

  it('claims no time while none can be estimated, and no more than all', () => {
    expect(progressLine('us', 0, 0, undefined)).toBe('us  0 % (0 of 0)');
    expect(progressLine('us', 11, 10, undefined)).toBe('us  100 % (11 of 10)');
  });

  it('redraws one line of a terminal, and not faster than can be read', () => {
    let nowMs = 0;
    const { output, written } = recorder(true);
    const progress = showProgress(output, () => nowMs);
    for (const atMs of [0, 50, 100]) {
      nowMs = atMs;
      progress.report('us', atMs, 100, undefined);
    }
    progress.clear();
    expect(written).toEqual([
      '\r\u001B[2Kus  0 % (0 of 100)',
      '\r\u001B[2Kus  100 % (100 of 100)',
      '\r\u001B[2K',
    ]);
  });

  it('fits the terminal', () => {
    const { output, written } = recorder(true, 10);
    showProgress(output, () => 0).report('a long name', 1, 2, undefined);
    expect(written[0]?.replace('\r\u001B[2K', '')).toHaveLength(9);
  });

  it('writes a line every few seconds where there is no terminal', () => {
    let nowMs = 0;
    const { output, written } = recorder(false);
    const progress = showProgress(output, () => nowMs);
    for (nowMs = 0; nowMs <= 10_000; nowMs += 1_000) progress.report('us', nowMs, 10_000, 0);
    progress.clear();
    expect(written).toEqual([
      'us  50 % (5,000 of 10,000)  about 0 s left\n',
      'us  100 % (10,000 of 10,000)  about 0 s left\n',
    ]);
  });

  it.each([
    [0, '0 s'],
    [1, '1 s'],
    [59_000, '59 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('names %d ms %s', (lengthMs, text) => {
    expect(durationText(lengthMs)).toBe(text);
  });
});
