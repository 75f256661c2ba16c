import { describe, expect, test } from 'vitest';
import { describeDifferences, Oracle } from './oracle.ts';

describe('Oracle', () => {
  test('expects as many likes as were acknowledged and not taken back', () => {
    const oracle = new Oracle(2);
    for (const liked of [true, true, false, true]) oracle.like(1, liked);
    expect([oracle.expectedLikes(0), oracle.expectedLikes(1)]).toEqual([0, 2]);
    expect(oracle.opsAcknowledged).toBe(4);
  });

  test('counts an unqualified view as an op, and not as a view', () => {
    const oracle = new Oracle(1);
    oracle.view(0, true);
    oracle.view(0, false);
    expect(oracle.expectedViews(0)).toBe(1);
    expect(oracle.opsAcknowledged).toBe(2);
  });

  test.each([
    ['one too few', 1],
    ['one too many', 3],
    ['no number', null],
  ])('finds a count with %s', (_, likes) => {
    const oracle = new Oracle(1);
    oracle.like(0, true);
    oracle.like(0, true);
    const differences = oracle.compare(0, 'v0', { likes, views: 0 }, ['likes', 'views']);
    expect(differences).toEqual([{ video: 'v0', metric: 'likes', expected: 2, found: likes }]);
  });

  test('finds nothing in right counts', () => {
    const oracle = new Oracle(1);
    oracle.view(0, true);
    expect(oracle.compare(0, 'v0', { likes: 0, views: 1 }, ['likes', 'views'])).toEqual([]);
  });
});

test('a message names the first differences and how many there are in all', () => {
  const differences = Array.from({ length: 7 }, (_, index) => ({
    video: `v${index}`,
    metric: 'likes' as const,
    expected: 2,
    found: index === 0 ? null : 1,
  }));
  const message = describeDifferences(differences, 9);
  expect(message).toContain('9 in all');
  expect(message).toContain('v0 likes expected 2, got no number');
  expect(message).toContain('v1 likes expected 2, got 1');
  expect(message).toContain('and 4 more');
});
