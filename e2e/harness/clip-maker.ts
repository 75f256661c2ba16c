// Clips of any form, made by the browser that the test drives, and a look at clips in its words.

import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';

const LIBRARY = '../../node_modules/mediabunny/dist/bundles/mediabunny.min.mjs';
const SCRIPT = '../../apps/web/src/upload/clip-maker.page.ts';
const PAGE = `<!doctype html>
<script type="importmap">{ "imports": { "mediabunny": "/clip-maker/library" } }</script>
<script type="module" src="/clip-maker/script"></script>`;

export type ClipForm = Readonly<{
  container: 'mp4' | 'webm' | 'mkv';
  video: 'avc' | 'vp8' | 'vp9';
  audio: 'opus' | null;
  seconds: number;
  framesPerS: number;
  /** One for each second, over and over. */
  colors: readonly Color[];
}>;
export type Color = 'red' | 'lime' | 'blue';

export type ClipSeen = Readonly<{
  video: string;
  audio: string | null;
  durationS: number;
  /** The strongest colour of the picture at each time that was asked for. */
  colors: readonly string[];
}>;

export type ClipMaker = Readonly<{
  make: (form: ClipForm) => Promise<Buffer>;
  /** Looks at the clip at an address of the server, as the person who is signed in may read it. */
  look: (address: string, atS: readonly number[]) => Promise<ClipSeen>;
}>;

/** Opens a page of its own at the server's address, so that it reads what the person reads. */
export async function openClipMaker(context: BrowserContext, url: string): Promise<ClipMaker> {
  const page = await context.newPage();
  const contentType = 'text/javascript';
  await page.route('**/clip-maker/page', (route) =>
    route.fulfill({ contentType: 'text/html', body: PAGE }),
  );
  await page.route('**/clip-maker/library', (route) =>
    route.fulfill({ contentType, body: textOf(LIBRARY) }),
  );
  await page.route('**/clip-maker/script', (route) =>
    route.fulfill({ contentType, body: stripTypeScriptTypes(textOf(SCRIPT)) }),
  );
  await page.goto(`${url}/clip-maker/page`);
  await page.waitForFunction('globalThis.lookAtClip !== undefined');
  return {
    make: async (form) => Buffer.from(await run<string>(page, 'makeClip', form), 'base64'),
    look: (address, atS) => run<ClipSeen>(page, 'lookAtClip', address, atS),
  };
}

const textOf = (file: string): string =>
  readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8');

/** What the page's script answers has the form that the script gives it. */
function run<T>(page: Page, name: string, ...args: readonly unknown[]): Promise<T> {
  const call = `globalThis.${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`;
  return page.evaluate(call);
}
