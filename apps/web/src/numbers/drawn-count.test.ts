// The component that draws counts, as the HTML of a first drawing; and its style sheet.

import { readFileSync } from 'node:fs';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { countOf, READING } from './count.ts';
import { Count } from './count.tsx';

const NOW = new Date().toISOString();
const five = countOf({ value: 5, state: 'live', asOf: NOW });
const drawn = (props: Parameters<typeof Count>[0]): string =>
  renderToStaticMarkup(createElement(Count, props));
const sheet = readFileSync(new URL('count.css', import.meta.url), 'utf8');

test('NU1: an unknown count is drawn as a dash', () => {
  const html = drawn({ count: READING, metric: 'likes' });
  expect(html).toContain('—');
  expect(html).not.toMatch(/>\s*0/);
});

test('NU3: title and accessible name have the whole truth', () => {
  const html = drawn({ count: five, metric: 'likes' });
  expect(html).toMatch(/title="5 likes, live, as of \d\d:\d\d"/);
  expect(html).toMatch(/class="unseen">5 likes, live/);
});

test('NU7: an own like on its way is said, and is not in the digits', () => {
  const html = drawn({ count: five, metric: 'likes', pending: true });
  expect(html).toMatch(/aria-hidden="true">5</);
  expect(html).toContain('Yours is being saved');
});

test('NU5: a first drawing moves nothing', () => {
  expect(drawn({ count: five, metric: 'likes' })).not.toContain('count-new');
});

test('NU5: motion ends within 400 ms, and only where it is wanted', () => {
  const [calm = '', moving = ''] = sheet.split('@media (prefers-reduced-motion: no-preference)');
  expect(calm).not.toMatch(/animation|transition/);
  const [, ms] = /animation: [\w-]+ (\d+)ms/.exec(moving) ?? [];
  expect(Number(ms)).toBeLessThanOrEqual(400);
  expect(calm).toContain('tabular-nums');
});
