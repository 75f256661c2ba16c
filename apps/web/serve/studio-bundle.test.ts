// What the studio costs a reader, in the real build.

import { beforeAll, expect, test } from 'vitest';
import { loadBuiltPages } from './built-pages.ts';
import type { StaticFile } from './static-files.ts';

const STUDIO_BYTES_MAX: number = 30 * 1000;
/** A build takes a second or two; more on a machine that is busy. */
const BUILD_MS_MAX = 120_000;
const STUDIO_PAGE = /\/studio(?:-video)?-page-[\w-]+\.js$/;
/** Every page but the studio's; the feed is one of them. */
const OTHER_PAGE = /\/(?!studio-)[a-z-]+-page-[\w-]+\.js$/;

let pages: ReadonlyMap<string, StaticFile>;
beforeAll(async () => {
  pages = await loadBuiltPages({
    tell: () => undefined,
    onMissing: (reason) => expect.fail(reason),
    monotonicMs: () => 0,
  });
}, BUILD_MS_MAX);

/** The scripts of these pages and all that they cannot start without. */
function scriptsOf(page: RegExp): ReadonlySet<string> {
  const seen = new Set<string>();
  const add = (address: string): void => {
    if (seen.has(address)) return;
    seen.add(address);
    const text = pages.get(address)?.body.toString() ?? '';
    for (const [, name] of text.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g)) {
      add(`/assets/${name ?? ''}`);
    }
  };
  for (const address of pages.keys()) if (page.test(address)) add(address);
  return seen;
}

test(`SP14: what only the studio needs is at most ${STUDIO_BYTES_MAX} compressed bytes`, () => {
  const others = scriptsOf(OTHER_PAGE);
  const own = [...scriptsOf(STUDIO_PAGE)].filter((address) => !others.has(address));
  const bytes = own.reduce((sum, address) => sum + (pages.get(address)?.gzip?.length ?? NaN), 0);
  expect(bytes).toBeGreaterThan(8_000);
  expect(bytes).toBeLessThanOrEqual(STUDIO_BYTES_MAX);
});

test('SP14: no other page loads the charts or the words of the studio', () => {
  const charts = [...pages].filter(([, { body }]) => body.includes('Of every 100 who started'));
  expect(charts).toHaveLength(1);
  expect(scriptsOf(OTHER_PAGE).size).toBeGreaterThan(5);
  expect([...scriptsOf(OTHER_PAGE)]).not.toContain(charts[0]?.[0]);
});
