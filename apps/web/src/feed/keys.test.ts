import { expect, test } from 'vitest';
import { keyName } from './keys.ts';

function press(key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey', boolean>> = {}) {
  return { key, ctrlKey: false, metaKey: false, altKey: false, ...held };
}

test('WB10: single letters work in either case, and can be switched off', () => {
  expect(keyName(press('j'), true)).toBe('next');
  expect(keyName(press('J'), true)).toBe('next');
  expect(keyName(press('c'), true)).toBe('captions');
  expect(keyName(press('j'), false)).toBeUndefined();
  expect(keyName(press('ArrowDown'), false)).toBe('next');
});

test('WB10: the browser keeps its own shortcuts', () => {
  expect(keyName(press('l', { ctrlKey: true }), true)).toBeUndefined();
  expect(keyName(press('ArrowUp', { altKey: true }), true)).toBeUndefined();
  expect(keyName(press('m', { metaKey: true }), true)).toBeUndefined();
});

test('WB10: the feed can be left in both directions', () => {
  expect(keyName(press('End', { ctrlKey: true }), false)).toBe('end');
  expect(keyName(press('Home', { ctrlKey: true }), false)).toBe('start');
});
