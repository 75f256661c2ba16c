import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltPages } from './built-pages.ts';
import type { BuildPages } from './built-pages.ts';
import type { StaticFile } from './static-files.ts';

/** JavaScript, compressed, that the browser has to have before it shows the feed. */
const FEED_BYTES_MAX: number = 110 * 1000;
/** The same before it shows who runs a country. */
const TRUST_BYTES_MAX: number = 115 * 1000;
/** A build takes a second or two; more on a machine that is busy. */
const BUILD_MS_MAX = 120_000;

const quiet = { tell: () => undefined, onMissing: () => undefined, monotonicMs: () => 0 };

describe('the real build', () => {
  let pages: ReadonlyMap<string, StaticFile>;
  beforeAll(async () => {
    pages = await loadBuiltPages({ ...quiet, onMissing: (reason) => expect.fail(reason) });
  }, BUILD_MS_MAX);

  const textOf = (address: string): string => pages.get(address)?.body.toString() ?? '';

  /** A script and all that it cannot start without. */
  function needed(address: string, seen: Set<string>): Set<string> {
    if (seen.has(address)) return seen;
    seen.add(address);
    const imports = textOf(address).matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g);
    for (const [, name] of imports) needed(`/assets/${name ?? ''}`, seen);
    return seen;
  }

  const main = (): string => /<script[^>]*\ssrc="([^"]*react[^"]*)"/.exec(textOf('/'))?.[1] ?? '';
  const chunk = (name: string): string => {
    const found = [...pages.keys()].filter((address) => address.startsWith(`/assets/${name}-`));
    return found.find((address) => address.endsWith('.js')) ?? expect.fail(`no ${name}`);
  };
  /** What the document loads for a page that is in this chunk, with its size compressed. */
  function firstLoad(...names: readonly string[]): ReadonlyMap<string, number> {
    const scripts = needed(main(), new Set());
    for (const name of names) needed(chunk(name), scripts);
    return new Map([...scripts].map((name) => [name, pages.get(name)?.gzip?.length ?? NaN]));
  }
  const sumOf = (load: ReadonlyMap<string, number>): number =>
    [...load.values()].reduce((sum, bytes) => sum + bytes, 0);

  test('A84: the SDK is there under its names and under lasting ones, with what integrity takes', () => {
    const { files } = JSON.parse(textOf('/sdk/holdfast.json')) as {
      files: Record<string, { src: string; integrity: string }>;
    };
    for (const name of ['holdfast.js', 'holdfast.mjs']) {
      const { src = '', integrity } = files[name] ?? {};
      const body = pages.get(src)?.body ?? '';
      expect(pages.get(src)?.immutable).toBe(true);
      expect(pages.get(`/sdk/${name}`)?.immutable).toBeUndefined();
      expect(textOf(`/sdk/${name}`)).toBe(textOf(src));
      expect(integrity).toBe(`sha384-${createHash('sha384').update(body).digest('base64')}`);
    }
  });

  test('PG1: everything that the document asks for is there, and is never asked for again', () => {
    const asked = [...textOf('/').matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, to]) => to);
    expect(asked.length).toBeGreaterThan(1);
    for (const address of asked) expect(pages.get(address ?? '')?.immutable).toBe(true);
    expect(pages.get('/')?.immutable).toBeUndefined();
  });

  test('PG1: nothing in the document needs more than the policy allows', () => {
    expect(textOf('/')).not.toMatch(
      /<script(?![^>]*\ssrc="\/)|<style|\sstyle=|\son[a-z]+=|https?:\/\//,
    );
  });

  test(`WB2: the feed starts with at most ${FEED_BYTES_MAX} bytes of script`, () => {
    const load = firstLoad('feed-start');
    // The list is part of what a failure says.
    expect({ bytes: sumOf(load), load }).toSatisfy(
      ({ bytes }: { bytes: number }) => bytes > 60_000 && bytes <= FEED_BYTES_MAX,
    );
  });

  test('WB2: the feed starts without router, queries, studio, upload and console', () => {
    const names = [...firstLoad('feed-start').keys()].join(' ');
    expect(names).not.toMatch(/router-|queries-|studio|upload|console|settings|search|profile/);
  });

  test(`PG2: who runs a country is shown with at most ${TRUST_BYTES_MAX} bytes of script`, () => {
    const load = firstLoad('router', 'queries', 'jurisdiction-page');
    expect(load.size).toBeGreaterThan(3);
    expect(sumOf(load)).toBeLessThanOrEqual(TRUST_BYTES_MAX);
  });

  test('PG2: the record has nothing of the console in it', () => {
    expect([...firstLoad('router', 'jurisdiction-page').keys()]).not.toContain(
      chunk('console-page'),
    );
  });
});

describe('when to build', () => {
  let cacheDir: string;
  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'holdfast-pages-'));
  });
  afterAll(() => rm(cacheDir, { recursive: true }));

  const builds: string[] = [];
  const build = async (outDir: string): Promise<void> => {
    builds.push(outDir);
    for (const part of ['assets', 'sdk']) await mkdir(join(outDir, part), { recursive: true });
    await writeFile(join(outDir, 'worker.js'), '');
    await writeFile(join(outDir, 'index.html'), '<!doctype html>');
  };

  test('PG3: once for the same sources, also when several start together', async () => {
    const options: BuildPages = { ...quiet, cacheDir, build };
    await Promise.all([loadBuiltPages(options), loadBuiltPages(options)]);
    const before = builds.length;
    expect((await loadBuiltPages(options)).get('/')?.body.toString()).toBe('<!doctype html>');
    expect(builds).toHaveLength(before);
    expect(await readdir(cacheDir)).toHaveLength(1);
  });

  test('PG4: without a build the pages say what is missing, and nothing is left over', async () => {
    const reasons: string[] = [];
    const pages = await loadBuiltPages({
      ...quiet,
      cacheDir: join(cacheDir, 'none'),
      build: () => Promise.reject(new Error('no bundler')),
      onMissing: (reason) => reasons.push(reason),
    });
    expect(reasons).toEqual(['no bundler']);
    expect(pages.get('/')).toMatchObject({ status: 503 });
    expect(pages.get('/')?.body.toString()).toContain('Counting is not touched by it');
    expect(await readdir(join(cacheDir, 'none'))).toEqual([]);
  });
});
