import { expect, it } from 'vitest';
import { movedCursor } from './cursor.ts';

it('SP7: arrows go to the neighbours and stay inside, Home and End to the ends', () => {
  expect(movedCursor(3, 'ArrowRight', 5)).toBe(4);
  expect(movedCursor(4, 'ArrowRight', 5)).toBe(4);
  expect(movedCursor(0, 'ArrowLeft', 5)).toBe(0);
  expect(movedCursor(2, 'Home', 5)).toBe(0);
  expect(movedCursor(2, 'End', 5)).toBe(4);
  expect(movedCursor(9, 'PageDown', 30)).toBe(2);
});

it('SP15: the right arrow is later in every language', () => {
  expect(movedCursor(1, 'ArrowRight', 5)).toBe(2);
});

it('SP7: the first arrow shows the newest bucket', () => {
  expect(movedCursor(null, 'ArrowLeft', 5)).toBe(4);
});

it('SP7: other keys, and all keys on a chart without buckets, are left to the page', () => {
  expect(movedCursor(1, 'Tab', 5)).toBeUndefined();
  expect(movedCursor(null, 'End', 0)).toBeUndefined();
});
