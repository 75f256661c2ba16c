import { describe, expect, it } from 'vitest';
import { withKept } from './kept-rows.ts';

describe('PP6: rows of my likes', () => {
  it('are those of the server while nothing was taken back', () => {
    expect(withKept(['b', 'a'], [])).toEqual(['b', 'a']);
  });

  it('stay where they were when taken back, though new likes come in front', () => {
    expect(withKept(['d', 'c', 'a'], ['c', 'b', 'a'])).toEqual(['d', 'c', 'b', 'a']);
  });

  it('stay first, and next to each other, when the first ones were taken back', () => {
    expect(withKept(['a'], ['c', 'b', 'a'])).toEqual(['c', 'b', 'a']);
  });

  it('are not there twice when liked again', () => {
    expect(withKept(['b', 'c', 'a'], ['c', 'b', 'a'])).toEqual(['b', 'c', 'a']);
  });
});
