import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GROUP_VIEWERS_MIN, mergeSmall, OTHER } from './groups.ts';
import type { Group } from './groups.ts';

const group = (jurisdiction: string, viewers: number): Group => {
  return { jurisdiction, viewers, views: viewers * 2, likes: viewers };
};

describe('SD12: groups of fewer than 10 viewers', () => {
  test('are not there when there are none', () => {
    const groups = [group('eu', 10), group('us', 40)];
    expect(mergeSmall(groups)).toEqual([group('us', 40), group('eu', 10)]);
  });

  test('take the next smallest along when only one is small, so that no subtraction gives it back', () => {
    const merged = mergeSmall([group('us', 400), group('eu', 9), group('row', 30)]);
    expect(merged).toEqual([group('us', 400), { ...group(OTHER, 39) }]);
  });

  test('are merged wholly when there is nobody else to take along', () => {
    expect(mergeSmall([group('us', 3), group('eu', 500)])).toEqual([group(OTHER, 503)]);
    expect(mergeSmall([group('us', 3)])).toEqual([group(OTHER, 3)]);
  });

  test('keep every view and like, and hide every small one behind another, whatever they are', () => {
    const groups = fc.uniqueArray(fc.record({ name: fc.string(), viewers: fc.nat(40) }), {
      selector: ({ name }) => name,
      maxLength: 6,
    });
    fc.assert(
      fc.property(groups, (all) => {
        const before = all.map(({ name, viewers }) => group(`g${name}`, viewers));
        const after = mergeSmall(before);
        const sum = (list: readonly Group[], field: 'views' | 'likes'): number =>
          list.reduce((total, one) => total + one[field], 0);
        expect(sum(after, 'views')).toBe(sum(before, 'views'));
        expect(sum(after, 'likes')).toBe(sum(before, 'likes'));
        const shown = after.filter(({ jurisdiction }) => jurisdiction !== OTHER);
        expect(shown.every(({ viewers }) => viewers >= GROUP_VIEWERS_MIN)).toBe(true);
        const hidden = before.length - shown.length;
        expect(hidden === 1 && before.length > 1).toBe(false);
      }),
    );
  });
});
