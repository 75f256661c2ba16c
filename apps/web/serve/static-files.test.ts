import { expect, test } from 'vitest';
import { staticFile } from './static-files.ts';

test('an entity tag follows the content', () => {
  const tagOf = (body: string): string => staticFile('text/plain', Buffer.from(body)).etag;
  expect(tagOf('one')).toMatch(/^"[\w-]{43}"$/);
  expect(tagOf('one')).toBe(tagOf('one'));
  expect(tagOf('one')).not.toBe(tagOf('two'));
});
