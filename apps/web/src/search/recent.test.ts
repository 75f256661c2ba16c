import { expect, it } from 'vitest';
import { withRecent } from './recent.ts';

it('PP5: a search is remembered once, the newest first, and no more than eight', () => {
  expect(withRecent(['sea', 'hill'], ' Hill ')).toEqual(['Hill', 'sea']);
  expect(withRecent(['sea'], '  ')).toEqual(['sea']);
  const many = Array.from({ length: 8 }, (_, index) => `q${index}`);
  expect(withRecent(many, 'new')).toEqual(['new', ...many.slice(0, 7)]);
});
