// Uploading in a real browser, where there is one: with a pause, a closed page, and files that are none.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axeFaults, CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';

const CLIP = fileURLToPath(new URL('../packages/server/assets/clips/ocean.mp4', import.meta.url));
/** An upload of several requests, so that it has a middle. */
const PART_BYTES = 4 * 1024 * 1024;
const MIDDLE_BYTES = 2 * PART_BYTES;
const LARGE_BYTES = 3 * PART_BYTES;
const SOON = { timeout: 60_000 };
/** The first start builds the pages. */
const START_MS_MAX = 120_000;
/** A story is many steps, each of which may take its time. */
const STORY = { timeout: 120_000 };
const PASSWORD = 'violet-kettle-9';

const installation = openInstallation();
let server: RunningServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;

async function signUp(handle: string, to: string): Promise<void> {
  await page.goto(`${server.url}/sign-up?to=${encodeURIComponent(to)}`);
  await page.locator('input[name="handle"]').fill(handle);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('form.door button[type="submit"]').click();
  await page.waitForURL(server.url + to, SOON);
}

/** A clip with room for later use in it, which makes it large and changes nothing else. */
function largeClip(): Readonly<{ name: string; mimeType: string; buffer: Buffer }> {
  const free = Buffer.alloc(LARGE_BYTES);
  free.writeUInt32BE(LARGE_BYTES);
  free.write('free', 4);
  const buffer = Buffer.concat([readFileSync(CLIP), free]);
  return { name: 'ocean.mp4', mimeType: 'video/mp4', buffer };
}

/** A clip of eight seconds whose header says that each piece of its picture takes 1,800 times as long. */
function fourHours(clip: Buffer): Buffer {
  const long = Buffer.from(clip);
  // Behind the type come flags, how many runs there are, and of the first its length and the time.
  const time = long.indexOf('stts', 0, 'latin1') + 4 + 12;
  long.writeUInt32BE(long.readUInt32BE(time) * 1_800, time);
  return long;
}

/** Lets no byte beyond the middle through, as a line that hangs. */
async function hangInTheMiddle(): Promise<void> {
  await page.route('**/v1/uploads/*', async (route) => {
    const offset = Number(route.request().headers()['upload-offset'] ?? 0);
    if (offset < MIDDLE_BYTES) await route.continue();
  });
}

/** Hundredths that the page says are sent. */
const progress = async (): Promise<number> =>
  Number(await page.getByRole('progressbar').getAttribute('aria-valuenow'));

/** Where each part of the file began that this page sent. */
function offsetsSent(): readonly number[] {
  const offsets: number[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'PATCH' || !request.url().includes('/v1/uploads/')) return;
    offsets.push(Number(request.headers()['upload-offset']));
  });
  return offsets;
}

const fileInput = () => page.locator('.drop input[type="file"], .upload-status input[type="file"]');

describe.skipIf(!hasBrowser)(`uploading, in ${CHROMIUM}`, STORY, () => {
  beforeAll(async () => {
    server = await installation.start();
    browser = await openBrowser();
  }, START_MS_MAX);

  afterAll(async () => {
    await browser.close();
    await installation.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
  });

  afterEach(() => context.close());

  it('UF3 UF5 UF10: paused, closed in the middle and begun again with the same file, a clip is published', async () => {
    await signUp('uploads.clips', '/upload');
    await hangInTheMiddle();
    await fileInput().setInputFiles(largeClip());
    await expect.poll(progress, SOON).toBeGreaterThan(60);
    await page.getByRole('button', { name: 'Pause' }).click(SOON);
    await page.getByText(/^Paused at/).waitFor(SOON);
    await page.getByLabel('Title').fill('Last light <b>again</b> بحر');
    await page.getByText(/^Saved/).waitFor(SOON);
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(progress, SOON).toBeGreaterThan(60);
    await page.close({ runBeforeUnload: false });

    page = await context.newPage();
    const offsets = offsetsSent();
    await page.goto(`${server.url}/upload`);
    await page.getByRole('link', { name: 'Last light <b>again</b> بحر' }).click(SOON);
    await page.getByText('Choose “ocean.mp4” again').waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
    await fileInput().setInputFiles(largeClip());
    await page.getByText('The video is ready.').first().waitFor(SOON);
    // What hung may have come after all when the page closed; what had come is not sent again.
    expect(offsets[0]).toBeGreaterThanOrEqual(MIDDLE_BYTES);
    expect(offsets).toEqual([...new Set(offsets)].toSorted((one, other) => one - other));
    await page.locator('.frame-option').first().waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.waitForURL(/\/v\//, SOON);
    await page.getByText('Last light <b>again</b> بحر').first().waitFor(SOON);
    await page.goto(`${server.url}/@uploads.clips`);
    await page.locator('.tile', { hasText: 'Last light' }).waitFor(SOON);
    await page.getByText('Sum of 1 video').waitFor(SOON);
    await page.goto(`${server.url}/?rank=latest`);
    await page.locator('article', { hasText: 'Last light' }).first().waitFor(SOON);
  });

  it('UF7: leaving the page is warned of while bytes move, and not when they are there', async () => {
    await signUp('leaves.early', '/upload');
    const warned: string[] = [];
    page.on('dialog', (dialog) => {
      warned.push(dialog.type());
      void dialog.dismiss();
    });
    await hangInTheMiddle();
    await fileInput().setInputFiles(largeClip());
    await expect.poll(progress, SOON).toBeGreaterThan(60);
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => warned, SOON).toEqual(['beforeunload']);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('The video is ready.').first().waitFor(SOON);
    const closed = page.waitForEvent('close', SOON);
    await page.close({ runBeforeUnload: true });
    await closed;
    expect(warned).toEqual(['beforeunload']);
  });

  it('UF3: a network that is gone for a while is waited for, and nothing is sent twice', async () => {
    await signUp('in.a.tunnel', '/upload');
    await hangInTheMiddle();
    await fileInput().setInputFiles(largeClip());
    await expect.poll(progress, SOON).toBeGreaterThan(60);
    await context.setOffline(true);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByText('Offline. It goes on by itself').waitFor(SOON);
    const offsets = offsetsSent();
    await context.setOffline(false);
    await page.getByText('The video is ready.').first().waitFor(SOON);
    expect(offsets).toEqual([MIDDLE_BYTES, MIDDLE_BYTES + PART_BYTES]);
  });

  it('UF16: a first video is published together with the name that people see', async () => {
    await signUp('is.new.here', '/upload');
    await fileInput().setInputFiles(CLIP);
    await page.getByText('The video is ready.').first().waitFor(SOON);
    await page.getByLabel('Title').fill('My first');
    expect(await page.getByLabel('Your name').inputValue()).toBe('is.new.here');
    await page.getByLabel('Only you').check();
    await page.getByLabel('Your name').waitFor({ state: 'detached', ...SOON });
    await page.getByLabel('Everybody').check();
    await page.getByLabel('Your name').fill('');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Before it can be published: The name that people see.').waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
    await page.getByLabel('Your name').fill('Nova 🌊 <b>');
    await page.getByText(/^Saved/).waitFor(SOON);
    await page.reload();
    expect(await page.getByLabel('Your name').inputValue()).toBe('Nova 🌊 <b>');
    expect(await page.getByLabel('Title').inputValue()).toBe('My first');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.waitForURL(/\/v\//, SOON);
    await page.goto(`${server.url}/@is.new.here`);
    await page.getByRole('heading', { name: 'Nova 🌊 <b>' }).waitFor(SOON);
    await page.locator('.tile', { hasText: 'My first' }).waitFor(SOON);
    await page.goto(`${server.url}/upload`);
    await fileInput().setInputFiles(CLIP);
    await page.getByText('The video is ready.').first().waitFor(SOON);
    expect(await page.getByLabel('Your name').count()).toBe(0);
  });

  it('UF6 UF12: files that are no videos are refused with words, and nothing that was typed is lost', async () => {
    await signUp('picks.wrong', '/upload');
    const offsets = offsetsSent();
    const clip = readFileSync(CLIP);
    const named = { name: 'film.mp4', mimeType: 'video/mp4' };
    await fileInput().setInputFiles({ ...named, buffer: Buffer.from('Dear diary. '.repeat(200)) });
    await page.getByText('This is not a video in MP4').waitFor(SOON);
    await page.getByLabel('Title').fill('Kept');
    await fileInput().setInputFiles({ ...named, buffer: Buffer.alloc(0) });
    await page.getByText('it has 0 bytes').waitFor(SOON);
    await fileInput().setInputFiles({ ...named, buffer: clip.subarray(0, clip.length / 2) });
    await page.getByText('The file ends before the video does.').waitFor(SOON);
    await fileInput().setInputFiles({ ...named, buffer: fourHours(clip) });
    await page.getByText('It is 3:59:59 long, and 5 minutes is the most.').waitFor(SOON);
    await page.getByRole('button', { name: 'Remove the video' }).click();
    expect(offsets).toEqual([]);
    expect(await page.getByLabel('Title').inputValue()).toBe('Kept');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByLabel('Title').fill('');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Before it can be published:').waitFor(SOON);
    await page.getByText('A video that is ready. A title.').waitFor(SOON);
  });

  it('UF14 UF15: captions are written with the keyboard alone', async () => {
    await signUp('types.only', '/upload');
    await fileInput().setInputFiles(CLIP);
    await page.getByText('The video is ready.').first().waitFor(SOON);
    await page.getByRole('button', { name: 'Write captions' }).press('Enter');
    await page.getByRole('button', { name: /^Add a line/ }).press('Enter');
    await page.getByLabel('Text of line 1').press('Tab');
    await page.getByLabel('Text of line 1').focus();
    await page.keyboard.type('One more <script>');
    await page.getByText('Only tags that mark words are taken.').waitFor(SOON);
    await page.getByLabel('Text of line 1').fill('One more wave');
    await page.getByRole('button', { name: 'Keep captions' }).press('Enter');
    await page.getByText('Captions kept.').waitFor(SOON);
    await page.getByRole('button', { name: 'Edit the captions in English' }).waitFor(SOON);
  });

  it('UF15: a draft of somebody else is not found', async () => {
    await signUp('has.a.draft', '/upload');
    await fileInput().setInputFiles(CLIP);
    await page.waitForURL(/\/upload\/drf_/, SOON);
    const draft = page.url();
    await context.close();
    context = await browser.newContext();
    page = await context.newPage();
    await signUp('looks.around', '/likes');
    await page.goto(draft);
    await page.getByText('There is no draft of yours at this address.').waitFor(SOON);
  });
});
