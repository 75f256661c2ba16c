// Cutting and converting in a real browser, where there is one, with clips that it makes itself.

import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axeFaults, CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openClipMaker } from './harness/clip-maker.ts';
import type { ClipForm, ClipMaker } from './harness/clip-maker.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';

const SOON = { timeout: 60_000 };
/** The first start builds the pages. */
const START_MS_MAX = 120_000;
/** A story is many steps, each of which may take its time. */
const STORY = { timeout: 180_000 };
const TOO_LARGE_BYTES = 210 * 1024 * 1024;
const PASSWORD = 'violet-kettle-9';
const SHORT: ClipForm = {
  container: 'mp4',
  video: 'avc',
  audio: 'opus',
  seconds: 6,
  framesPerS: 10,
  colors: ['red', 'red', 'lime', 'lime', 'blue', 'blue'],
};

const installation = openInstallation();
let server: RunningServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let clips: ClipMaker;

type Draft = Readonly<{
  upload: Readonly<{ state: string; total: number }>;
  media: Readonly<{ src: string }>;
}>;

async function signUp(handle: string): Promise<void> {
  await page.goto(`${server.url}/sign-up?to=/upload`);
  await page.locator('input[name="handle"]').fill(handle);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('form.door button[type="submit"]').click();
  await page.waitForURL(`${server.url}/upload`, SOON);
}

const fileInput = () => page.locator('.drop input[type="file"], .upload-status input[type="file"]');

async function pick(name: string, buffer: Buffer): Promise<void> {
  await fileInput().setInputFiles({ name, mimeType: 'video/mp4', buffer });
}

/** A clip with more room in it than an upload may have; on disk it takes none. */
function largeFile(clip: Buffer): string {
  const path = join(installation.scratchDir, 'large.mp4');
  const free = Buffer.alloc(8);
  free.writeUInt32BE(TOO_LARGE_BYTES);
  free.write('free', 4);
  writeFileSync(path, Buffer.concat([clip, free]));
  truncateSync(path, clip.length + TOO_LARGE_BYTES);
  return path;
}

const isReady = () => page.getByText('The video is ready.').first().waitFor(SOON);
const usePart = () => page.getByRole('button', { name: 'Use this part' });

/** The draft of the page, as the server has it. */
async function draftNow(): Promise<Draft> {
  const path = `/v1/me/drafts/${page.url().split('/').at(-1) ?? ''}`;
  const text = await page.evaluate(async (from) => (await fetch(from)).text(), path);
  return JSON.parse(text) as Draft;
}

/** Requests that would begin or continue an upload, from here on. */
function sentBytes(): readonly string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    const isUpload = new URL(request.url()).pathname.startsWith('/v1/uploads');
    if (isUpload && request.method() !== 'DELETE') sent.push(request.method());
  });
  return sent;
}

describe.skipIf(!hasBrowser)(`making a part, in ${CHROMIUM}`, STORY, () => {
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
    clips = await openClipMaker(context, server.url);
    page = await context.newPage();
  });

  afterEach(() => context.close());

  it('UF2: a clip is cut where the person says, and the server keeps no more than that', async () => {
    await signUp('cuts.clips');
    const whole = await clips.make(SHORT);
    await pick('colours.mp4', whole);
    await isReady();
    const { media: before } = await draftNow();
    await page.getByRole('button', { name: 'Cut' }).click();
    await page.getByRole('button', { name: 'Use the whole video' }).click();
    await isReady();
    expect((await draftNow()).media).toEqual(before);
    await page.getByRole('button', { name: 'Cut' }).click();
    await page.getByLabel('Begins at').fill('2000');
    await page.getByLabel('Ends at').fill('4000');
    await page.getByText('The part is 0:02 long.').waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
    await usePart().click();
    await isReady();
    const { media, upload } = await draftNow();
    expect(upload.total).toBeLessThan(whole.length);
    const seen = await clips.look(media.src, [0, 1.8]);
    expect(seen.durationS).toBeCloseTo(2, 0);
    expect(seen.colors).toEqual(['lime', 'lime']);
    expect(seen.audio).toBe('opus');
    const look = async (src: string): Promise<number> => (await fetch(src)).status;
    expect(await page.evaluate(look, before.src)).toBe(404);
  });

  it('UF5: after a reload a part that was half sent is made again of its file', async () => {
    await signUp('reloads.early');
    const whole = await clips.make(SHORT);
    await pick('colours.mp4', whole);
    await isReady();
    await page.route('**/v1/uploads/*', async (route) => {
      if (route.request().method() !== 'PATCH') await route.continue();
    });
    await page.getByRole('button', { name: 'Cut' }).click();
    await page.getByLabel('Ends at').fill('4000');
    await usePart().click();
    await expect.poll(async () => (await draftNow()).upload.state, SOON).toBe('receiving');
    await page.reload();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByText('This page had made it of “colours.mp4”').waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
    await pick('colours.mp4', whole);
    await isReady();
    expect((await draftNow()).upload.total).toBe(whole.length);
  });

  it('UF2: of a clip that is too long its first five minutes are offered, and taken', async () => {
    await signUp('films.long');
    const sent = sentBytes();
    await pick('long.mp4', await clips.make({ ...SHORT, seconds: 330, framesPerS: 1 }));
    await page.getByText('It is 5:30 long, and 5 minutes is the most.').waitFor(SOON);
    expect(sent).toEqual([]);
    await page.getByLabel('Ends at').fill('320000');
    await page.getByText('The part is 5:20 long; 5 minutes is the most.').waitFor(SOON);
    await expect.poll(() => usePart().isDisabled(), SOON).toBe(true);
    await page.getByLabel('Ends at').fill('300000');
    await usePart().click();
    await isReady();
    const seen = await clips.look((await draftNow()).media.src, [0]);
    expect(seen.durationS).toBeGreaterThan(298);
    expect(seen.durationS).toBeLessThanOrEqual(300);
  });

  it('UF2: a file that is too large is made smaller before it is sent', async () => {
    await signUp('films.large');
    const sent = sentBytes();
    await fileInput().setInputFiles(largeFile(await clips.make(SHORT)));
    await page.getByText(/^It has 2[\d.]+ MB, and 200 MB is the most/).waitFor(SOON);
    expect(sent).toEqual([]);
    await usePart().click();
    await isReady();
    const { media, upload } = await draftNow();
    expect(upload.total).toBeLessThan(TOO_LARGE_BYTES);
    expect((await clips.look(media.src, [0.5, 4.5])).colors).toEqual(['red', 'blue']);
  });

  it('UF1: a WebM of a codec that is taken is sent as it is', async () => {
    await signUp('films.webm');
    const webm = await clips.make({ ...SHORT, container: 'webm', video: 'vp9' });
    await pick('clip.webm', webm);
    await isReady();
    expect((await draftNow()).upload.total).toBe(webm.length);
  });

  it.each([
    ['webm', 'vp8', 'vp8 + opus (webm)'],
    ['mkv', 'avc', 'avc + opus (mkv)'],
  ] as const)('UF2: a %s of %s is converted', async (container, video, said) => {
    await signUp(`converts.${container}`);
    const sent = sentBytes();
    await pick(`clip.${container}`, await clips.make({ ...SHORT, container, video }));
    await page.getByText(`It is ${said}, which not every browser plays.`).waitFor(SOON);
    expect(sent).toEqual([]);
    await usePart().click();
    await isReady();
    const seen = await clips.look((await draftNow()).media.src, [0.5, 2.5, 4.5]);
    expect(['avc', 'vp9', 'av1']).toContain(seen.video);
    expect(seen.durationS).toBeCloseTo(6, 0);
    expect(seen.colors).toEqual(['red', 'lime', 'blue']);
  });

  it('UF2: a sound that the browser cannot read is not left out without a word', async () => {
    await signUp('has.other.sound');
    const sent = sentBytes();
    const clip = await clips.make({ ...SHORT, container: 'mkv' });
    clip.write('A_AC3\0', clip.indexOf('A_OPUS', 0, 'latin1'), 'latin1');
    await pick('clip.mkv', clip);
    await page.getByText('It is avc + ac3 (mkv), which not every browser plays.').waitFor(SOON);
    await page.getByText('This browser cannot cut or convert this video.').waitFor(SOON);
    expect(await usePart().isDisabled()).toBe(true);
    expect(sent).toEqual([]);
  });

  it('UF2: a browser without coders sends nothing and says what helps', async () => {
    await signUp('has.no.coders');
    const vp8 = await clips.make({ ...SHORT, container: 'webm', video: 'vp8' });
    await page.addInitScript('delete globalThis.VideoEncoder');
    await page.reload();
    const sent = sentBytes();
    await pick('clip.webm', vp8);
    await page.getByText('This browser cannot cut or convert this video.').waitFor(SOON);
    expect(await usePart().isDisabled()).toBe(true);
    expect(sent).toEqual([]);
    expect(await axeFaults(page)).toEqual([]);
  });
});
