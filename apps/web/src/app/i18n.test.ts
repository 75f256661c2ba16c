import { expect, expectTypeOf, test } from 'vitest';
import { areaOf, written } from './i18n.ts';
import type { Words } from './i18n.ts';
import type { useWords } from './i18n.ts';

const LIKES = { one: '{n} like', other: '{n} likes' };

test('WB17: numbers and plurals are those of the language', () => {
  expect(written(LIKES, { n: 1 }, 'en')).toBe('1 like');
  expect(written(LIKES, { n: 12_345 }, 'en')).toBe('12,345 likes');
  expect(written(LIKES, { n: 12_345 }, 'de')).toBe('12.345 likes');
  expect(written({ two: 'two', other: 'others' }, { n: 2 }, 'ar')).toBe('two');
});

test('WB17: what is put into a message stands as it is, and a missing value is seen', () => {
  expect(written('by {name} of {place}', { name: '<b>{n}</b>' }, 'en')).toBe(
    'by <b>{n}</b> of {place}',
  );
});

test('WB17: a language without one of the messages does not compile', () => {
  const en = { hello: 'Hello', bye: 'Bye' } as const;
  // @ts-expect-error "bye" is missing.
  areaOf(en, { ar: () => Promise.resolve({ hello: 'مرحبا' }) });
  const area = areaOf(en, { ar: () => Promise.resolve({ hello: 'مرحبا', bye: 'وداعا' }) });
  expectTypeOf<ReturnType<typeof useWords<keyof typeof area.en>>>().toEqualTypeOf<
    Words<'hello' | 'bye'>
  >();
});
