// The page as the gateway serves it: read and stripped of its types once, at start. There is no
// build step and nothing is written to disk.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';

export type StaticFile = Readonly<{
  type: string;
  body: Buffer;
  /** With its quotes. */
  etag: string;
  /** The body compressed, for browsers that take it. */
  gzip?: Buffer;
  /** The address has the hash of the content in it, so nobody needs to ask again. */
  immutable?: true;
  /** Other than 200. */
  status?: 503;
}>;

const ROOT = new URL('../', import.meta.url);
const SOURCES = new URL('src/', ROOT);

/** Files served as they stand: address, file, content type. */
const PLAIN_FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/app/app.css', 'app.css', 'text/css; charset=utf-8'],
  ['/app/panels.css', 'panels.css', 'text/css; charset=utf-8'],
  ['/app/wide.css', 'wide.css', 'text/css; charset=utf-8'],
  ['/app/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const;

/** `from './x.ts'` of a static import or export; the page asks for `./x.js`. */
const RELATIVE_IMPORT = /(\bfrom\s+')(\.\/[a-z0-9-]+)\.ts(?=')/g;

/**
 * The page by address: `/`, the style sheets, `/app/icon.svg`, and each module of `src/` as
 * `/app/<name>.js`. The entity tags are strong. Rejects when a file cannot be read or parsed.
 */
export async function loadPage(): Promise<Map<string, StaticFile>> {
  const page = new Map<string, StaticFile>();
  for (const [address, name, type] of PLAIN_FILES) {
    page.set(address, staticFile(type, await readFile(new URL(name, ROOT))));
  }
  const names = await readdir(SOURCES);
  for (const name of names.filter((entry) => /^[a-z0-9-]+\.ts$/.test(entry))) {
    const source = await readFile(new URL(name, SOURCES), 'utf8');
    const body = Buffer.from(browserModule(source));
    const address = `/app/${name.slice(0, -'.ts'.length)}.js`;
    page.set(address, staticFile('text/javascript; charset=utf-8', body));
  }
  return page;
}

/** A module as browsers take it: without types, and with imports of `.js`. */
export function browserModule(source: string): string {
  return stripTypeScriptTypes(source, { mode: 'strip' }).replace(RELATIVE_IMPORT, '$1$2.js');
}

/** A file in memory; the entity tag is strong. */
export function staticFile(type: string, body: Buffer): StaticFile {
  const digest = createHash('sha256').update(body).digest('base64url');
  return { type, body, etag: `"${digest}"` };
}
