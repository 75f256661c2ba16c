import { describe, expect, test } from 'vitest';
import { zipfTable } from './zipf.ts';

function sharesOf(table: Uint32Array, itemCount: number): number[] {
  const shares = new Array<number>(itemCount).fill(0);
  for (const item of table) shares[item] = (shares[item] ?? 0) + 1 / table.length;
  return shares;
}

describe('zipfTable', () => {
  test('gives the first item twice the share of the second and ten times that of the tenth', () => {
    const shares = sharesOf(zipfTable(1_000, 1), 1_000);
    const first = shares[0] ?? 0;
    expect(first / (shares[1] ?? 0)).toBeCloseTo(2, 1);
    expect(first / (shares[9] ?? 0)).toBeCloseTo(10, 0);
  });

  test('holds every item at exponent 0 equally often', () => {
    const shares = sharesOf(zipfTable(50, 0), 50);
    for (const share of shares) expect(share).toBeCloseTo(1 / 50, 3);
  });

  test('names no item beyond the last', () => {
    expect(Math.max(...zipfTable(7, 1.2))).toBe(6);
  });

  test('refuses to draw from nothing', () => {
    expect(() => zipfTable(0, 1)).toThrow(RangeError);
  });
});
