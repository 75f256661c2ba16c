import { describe, expect, test } from 'vitest';
import { parseHandoverOptions } from './options.ts';

describe('the arguments', () => {
  test('are the scale of the targets when nothing is said', () => {
    expect(parseHandoverOptions([])).toMatchObject({
      kind: 'run',
      options: { rehearsals: 100, rows: 10_000_000, opsPerSecond: 10_000, seedMbPerSecond: null },
    });
  });

  test('--quick is small, and can be changed', () => {
    expect(parseHandoverOptions(['--quick', '--rate', '500'])).toMatchObject({
      options: { rehearsals: 3, rows: 100_000, opsPerSecond: 500, quick: true },
    });
  });

  test.each([
    ['--rehearsals', '0'],
    ['--rows', '1e99'],
    ['--rate', 'fast'],
    ['--seed-mb-per-s', '0'],
    ['--unknown', '1'],
  ])('%s %s is refused', (flag, value) => {
    expect(parseHandoverOptions([flag, value])).toMatchObject({ kind: 'wrong' });
  });
});
