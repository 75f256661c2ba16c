import { expect, it } from 'vitest';
import { changeOf } from './change.ts';

it('SP8: from 0 there is no percentage, and nothing is said of what is not known', () => {
  expect(changeOf(5, 0)).toEqual({ kind: 'new' });
  expect(changeOf(0, 0)).toEqual({ kind: 'same' });
  expect(changeOf(null, 3)).toEqual({ kind: 'unknown' });
  expect(changeOf(3, null)).toEqual({ kind: 'unknown' });
});

it('SP8: a change is a part of what was before', () => {
  expect(changeOf(15, 10)).toEqual({ kind: 'up', part: 0.5 });
  expect(changeOf(0, 10)).toEqual({ kind: 'down', part: 1 });
});
