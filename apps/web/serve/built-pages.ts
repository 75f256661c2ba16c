// The pages that need a build: built on the first start after their sources changed, then read.
//
// The folder of a build is named by the hash of everything that goes into it, is filled under
// another name and put in place by one rename. So a build that is there is whole and of these very
// sources, and two processes that build at the same time do each other no harm.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { staticFile } from './static-files.ts';
import type { StaticFile } from './static-files.ts';

const repository = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** What goes into a build. `dependency-cruiser` keeps the pages from importing anything else. */
const SOURCES = [
  'package-lock.json',
  'tsconfig.base.json',
  'apps/web/tsconfig.json',
  'apps/web/index.html',
  'apps/web/icon.svg',
  'apps/web/serve/build-pages.ts',
  'apps/web/serve/build-sdk.ts',
  'apps/web/src',
  'packages/protocol/src',
  'packages/sdk/src',
  'packages/engine/src/charter',
  'packages/engine/src/handover',
];
const CACHE = repository('node_modules/.cache/holdfast-pages');
const BUILD_SCRIPT = fileURLToPath(new URL('build-pages.ts', import.meta.url));
const HTML = 'index.html';
/** Lets the app open without a network. */
const WORKER = 'worker.js';
/** Where the one document is; it is served at every address of a page. */
const DOCUMENT = '/';
/** A build takes seconds; one that takes longer than this will not end. */
const BUILD_MS_MAX = 120_000;
const KEY_CHARS = 16;
/** Builds that are kept, for those who go back and forth between two versions. */
const BUILDS_KEPT = 3;
const COMPRESSED = new Set(['.js', '.css', '.html', '.svg', '.json']);

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};

export type BuildPages = Readonly<{
  /** Told when a build begins and when it has ended; one line each. */
  tell: (line: string) => void;
  /** Told why there are no pages; the rest of the server works without them. */
  onMissing: (reason: string) => void;
  monotonicMs: () => number;
  /** Where builds lie, and what makes one; tests have their own. */
  cacheDir?: string;
  build?: (outDir: string) => Promise<void>;
}>;

/**
 * The pages by address: `/`, the one document of them all, and `/assets/…`, which never change.
 * Builds first where there is no build of these sources; without one, the document says what is
 * missing. Never rejects.
 */
export async function loadBuiltPages(options: BuildPages): Promise<Map<string, StaticFile>> {
  try {
    return await readPages(await builtFolder(options));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    options.onMissing(reason);
    return missingPages();
  }
}

/** Folder of the build of these sources; it is built first where it is not there. */
export async function builtFolder(options: Omit<BuildPages, 'onMissing'>): Promise<string> {
  const { tell, monotonicMs, cacheDir = CACHE, build = runBuild } = options;
  const folder = join(cacheDir, await sourcesKey());
  if (existsSync(join(folder, HTML))) return folder;
  const startedAtMs = monotonicMs();
  tell('building the web pages, once for this version (a few seconds)');
  await mkdir(cacheDir, { recursive: true });
  const draft = join(cacheDir, `draft-${randomBytes(8).toString('hex')}`);
  try {
    await build(draft);
    // Another process may have been as fast: then the same build is there already.
    await rename(draft, folder).catch((cause: unknown) => {
      if (!existsSync(join(folder, HTML))) throw cause;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await removeOldBuilds(cacheDir, folder);
  tell(`the web pages are built, in ${((monotonicMs() - startedAtMs) / 1_000).toFixed(1)} s`);
  return folder;
}

function runBuild(outDir: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BUILD_SCRIPT, outDir], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', NODE_ENV: 'production' },
      timeout: BUILD_MS_MAX,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the build of the pages failed (${code ?? 'timed out'}): ${said}`));
    });
  });
}

/** Names the sources by their content. */
async function sourcesKey(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const path of await filesOf(source)) {
      hash.update(`${path}\n`);
      hash.update(await readFile(repository(path)));
      hash.update('\n');
    }
  }
  return hash.digest('hex').slice(0, KEY_CHARS);
}

async function filesOf(source: string): Promise<readonly string[]> {
  const at = repository(source);
  if (!existsSync(at)) return [];
  if ((await stat(at)).isFile()) return [source];
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.(?:test|fixture)\.tsx?$/.test(entry.name))
    .map((entry) => join(source, join(entry.parentPath, entry.name).slice(at.length)))
    .toSorted();
}

async function removeOldBuilds(cacheDir: string, current: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => !name.startsWith('draft-'));
  const dated = await Promise.all(
    names.map(async (name) => {
      const path = join(cacheDir, name);
      return { path, atMs: (await stat(path)).mtimeMs };
    }),
  );
  const old = dated.filter(({ path }) => path !== current).toSorted((a, b) => b.atMs - a.atMs);
  for (const { path } of old.slice(BUILDS_KEPT - 1)) {
    await rm(path, { recursive: true, force: true });
  }
}

async function readPages(folder: string): Promise<Map<string, StaticFile>> {
  const pages = new Map<string, StaticFile>();
  const html = await readFile(join(folder, HTML));
  const document = compressed({ ...staticFile('text/html; charset=utf-8', html) }, '.html');
  pages.set(DOCUMENT, document);
  for (const name of await readdir(join(folder, 'assets'))) {
    const extension = extname(name);
    const type = TYPES[extension] ?? 'application/octet-stream';
    const body = await readFile(join(folder, 'assets', name));
    const file: StaticFile = { ...staticFile(type, body), immutable: true };
    pages.set(`/assets/${name}`, compressed(file, extension));
  }
  const worker = staticFile('text/javascript; charset=utf-8', await readFile(join(folder, WORKER)));
  pages.set(`/${WORKER}`, compressed(worker, '.js'));
  await addSdk(pages, join(folder, 'sdk'));
  return pages;
}

/**
 * The SDK for other sites: each file under its name, which changes with a release, and under one
 * with its hash in it, which never does. `/sdk/holdfast.json` names these with what a script tag's
 * `integrity` takes.
 */
async function addSdk(pages: Map<string, StaticFile>, folder: string): Promise<void> {
  const files: Record<string, Readonly<{ src: string; integrity: string; gzipBytes: number }>> = {};
  for (const name of await readdir(folder)) {
    const body = await readFile(join(folder, name));
    const file = compressed(staticFile('text/javascript; charset=utf-8', body), '.js');
    const hash = createHash('sha384').update(body);
    const integrity = `sha384-${hash.copy().digest('base64')}`;
    const src = `/sdk/${name.replace('.', `.${hash.digest('hex').slice(0, KEY_CHARS)}.`)}`;
    pages.set(`/sdk/${name}`, file);
    pages.set(src, { ...file, immutable: true });
    files[name] = { src, integrity, gzipBytes: file.gzip?.length ?? body.length };
  }
  const list = Buffer.from(`${JSON.stringify({ files }, undefined, 2)}\n`);
  pages.set('/sdk/holdfast.json', staticFile('application/json; charset=utf-8', list));
}

function compressed(file: StaticFile, extension: string): StaticFile {
  if (!COMPRESSED.has(extension)) return file;
  return { ...file, gzip: gzipSync(file.body, { level: 9 }) };
}

/** What stands at the pages' addresses when there is no build. */
function missingPages(): Map<string, StaticFile> {
  const body = Buffer.from(`<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="color-scheme" content="light dark" />
  <title>Pages missing · Holdfast</title>
  <h1>The web pages are missing</h1>
  <p>
    This server could not build them; its log says why. Counting is not touched by it, and neither is
    the API: <a href="/v1/cells">/v1/cells</a>, <a href="/openapi.json">/openapi.json</a>.
  </p>
  <p>Run <code>npm ci</code> in the folder of Holdfast, start it again, and read its first lines.</p>
</html>
`);
  const file: StaticFile = { ...staticFile('text/html; charset=utf-8', body), status: 503 };
  return new Map([[DOCUMENT, file]]);
}
