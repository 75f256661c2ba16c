import { expect, test } from 'vitest';
import { nextSpeed, watchKey } from './watch-keys.ts';

const press = (key: string, ctrlKey = false) => ({ key, ctrlKey, metaKey: false, altKey: false });

test('WB21: digits, signs and letters move the player, and can be switched off', () => {
  expect(watchKey(press('7'), true)).toEqual({ kind: 'part', part: 0.7 });
  expect(watchKey(press(','), true)).toEqual({ kind: 'frame', by: -1 });
  expect(watchKey(press('F'), true)).toEqual({ kind: 'full' });
  expect(watchKey(press('7'), false)).toBeUndefined();
  expect(watchKey(press('ArrowRight'), false)).toEqual({ kind: 'seek', byMs: 5_000 });
  expect(watchKey(press('c', true), true)).toBeUndefined();
});

test('WB21: speed goes by steps and stops at both ends', () => {
  expect([nextSpeed(1, 1), nextSpeed(1, -1)]).toEqual([1.25, 0.75]);
  expect([nextSpeed(2, 1), nextSpeed(0.25, -1)]).toEqual([2, 0.25]);
});
