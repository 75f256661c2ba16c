import { expect, test } from 'vitest';
import { browserModule, loadPage } from './static-files.ts';

const MODULE_PATH = /^\/app\/[a-z0-9-]+\.js$/;

test('the page is whole: everything it asks for is there', async () => {
  const page = await loadPage();
  const html = page.get('/')?.body.toString() ?? '';
  const asked = [...html.matchAll(/(?:src|href)="(\/app\/[^"]+)"/g)].map((match) => match[1]);
  expect(asked.length).toBeGreaterThan(0);
  for (const [address, { body }] of page) {
    if (!MODULE_PATH.test(address)) continue;
    const imports = [...body.toString().matchAll(/from '([^']+)'/g)].map((match) => match[1]);
    asked.push(...imports.map((path) => new URL(path ?? '', `http://x${address}`).pathname));
  }
  expect([...page.keys()]).toEqual(expect.arrayContaining(asked));
});

test('tests are not served', async () => {
  const page = await loadPage();
  expect([...page.keys()].filter((address) => address.includes('test'))).toEqual([]);
});

test('nothing in the page needs more than the policy default-src self', async () => {
  const page = await loadPage();
  const html = page.get('/')?.body.toString() ?? '';
  expect(html).not.toMatch(/<script(?![^>]*\ssrc="\/)|<style|\sstyle=|\son[a-z]+=|https?:\/\//);
});

test('an entity tag follows the content', async () => {
  const page = await loadPage();
  const tags = [...page.values()].map(({ etag }) => etag);
  expect(new Set(tags).size).toBe(tags.length);
  expect(tags[0]).toMatch(/^"[\w-]{43}"$/);
});

test('a module loses its types and imports its neighbours as .js', () => {
  const source =
    "import { a } from './a.ts';\nimport type { B } from './b.ts';\nexport const c: B = a;";
  const served = browserModule(source);
  expect(served).toContain("from './a.js'");
  expect(served).not.toContain('./b');
  expect(served).toContain('export const c    = a;');
});
