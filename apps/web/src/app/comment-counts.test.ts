import { describe, expect, it } from 'vitest';
import { parseCount, READING } from '../numbers/count.ts';
import { newest } from './comment-counts.ts';

const AT_NOON = parseCount({ value: 3, state: 'live', asOf: '2026-11-22T12:00:00.000Z' });
const LATER = parseCount({ value: 4, state: 'live', asOf: '2026-11-22T12:00:01.000Z' });

describe('WB27: of two counts of comments', () => {
  it('the newer one is shown, whichever came first', () => {
    expect(newest(AT_NOON, LATER)).toBe(LATER);
    expect(newest(LATER, AT_NOON)).toBe(LATER);
  });

  it('one that is known is shown before one that is not', () => {
    expect(newest(AT_NOON, READING)).toBe(AT_NOON);
    expect(newest(READING, AT_NOON)).toBe(AT_NOON);
    expect(newest(undefined, AT_NOON)).toBe(AT_NOON);
    expect(newest(AT_NOON, undefined)).toBe(AT_NOON);
  });
});
