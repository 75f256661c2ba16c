// Sending a video, from an empty page to one that goes out later.

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { clipFile } from './app-people.ts';
import type { AppWorld } from './app-world.ts';
import { has, inArabic, press, SOON, shows } from './scene.ts';
import type { Scene } from './scene.ts';

const CLIP = clipFile('ocean.mp4');
const DAY_MS = 86_400_000;
const LARGE_BYTES = 12 * 1024 * 1024;
const MIDDLE_BYTES = 8 * 1024 * 1024;

const choose = (page: Page, file: string | ReturnType<typeof largeClip>): Promise<void> =>
  page.locator('.drop input[type="file"]').setInputFiles(file, SOON);

/** A clip with room for later use in it, which makes it large and changes nothing else. */
function largeClip(): Readonly<{ name: string; mimeType: string; buffer: Buffer }> {
  const free = Buffer.alloc(LARGE_BYTES);
  free.writeUInt32BE(LARGE_BYTES);
  free.write('free', 4);
  const buffer = Buffer.concat([readFileSync(CLIP), free]);
  return { name: 'the shore, uncut.mp4', mimeType: 'video/mp4', buffer };
}

/** Chooses a large clip, of which nothing beyond the middle is let through. */
async function halfSent(page: Page): Promise<void> {
  await page.route('**/v1/uploads/*', async (route) => {
    const offset = Number(route.request().headers()['upload-offset'] ?? 0);
    if (offset < MIDDLE_BYTES) await route.continue();
  });
  await choose(page, largeClip());
  await page.locator('[role="progressbar"][aria-valuenow^="6"]').waitFor(SOON);
}

/** At noon, as a field for day and time takes it. */
function inTwoDays(): string {
  return `${new Date(Date.now() + 2 * DAY_MS).toISOString().slice(0, 10)}T12:00`;
}

async function ready(page: Page): Promise<void> {
  await choose(page, CLIP);
  await shows(page, 'The video is ready.');
  await has(page, '.frame-option');
  await page.getByLabel('Title').fill('First light over the harbour');
  await page.getByLabel('Text', { exact: true }).fill('Filmed on the way to work.');
}

export function uploadScenes(world: AppWorld): readonly Scene[] {
  const at = (name: string, arrive: Scene['arrive']): Scene => {
    return { name: `upload-${name}`, path: '/upload', as: world.sender, arrive };
  };
  const drop = at('begin', (page) => has(page, '.drop'));
  return [
    { ...at('empty', (page) => has(page, '.drop')), as: world.newcomer },
    {
      name: 'upload-visitor',
      path: '/upload',
      arrive: (page) => shows(page, 'Sign in to upload'),
    },
    at('sending', halfSent),
    at('paused', async (page) => {
      await halfSent(page);
      await press(page, 'Pause');
      await shows(page, /^Paused at/);
    }),
    at('refused', async (page) => {
      const buffer = Buffer.from('Dear diary. '.repeat(200));
      await choose(page, { name: 'film.mp4', mimeType: 'video/mp4', buffer });
      await shows(page, 'This is not a video in MP4');
    }),
    at('ready', ready),
    at('captions', async (page) => {
      await ready(page);
      await press(page, 'Write captions');
      await press(page, /^Add a line/);
      await page.getByLabel('Text of line 1').fill('One more wave');
    }),
    at('missing', async (page) => {
      await has(page, '.drop');
      await choose(page, CLIP);
      await shows(page, 'The video is ready.');
      await page.getByLabel('Title').fill('');
      await press(page, 'Publish');
      await shows(page, 'Before it can be published:');
    }),
    at('scheduled', async (page) => {
      await ready(page);
      await page.getByLabel('At a time').check(SOON);
      await has(page, 'input[type="datetime-local"]');
      await page.locator('input[type="datetime-local"]').fill(inTwoDays());
      await press(page, 'Schedule');
      await shows(page, /It goes out|Goes out/);
    }),
    drop,
    inArabic(drop),
  ];
}
