// A video's own page and its comments, in a real browser: Chromium where there is one.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axeFaults, CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';

const installation = openInstallation();
let server: RunningServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;

/** The page asks and streams, on a machine that may be busy. */
const SOON = { timeout: 60_000 };
const PASSWORD = 'violet-kettle-9';
const VIDEO = '/v/hf-aurora';
const OTHER_VIDEO = '/v/hf-ocean';
const CHARS_MAX = 2_000;
/** 1 MB, a whole number of times the words that it repeats. */
const BOOK_CHARS = 14 * 75_000;

const open = (path: string): Promise<unknown> => page.goto(server.url + path);
const box = () => page.getByLabel('Your comment');
const send = () => page.getByRole('button', { name: 'Send', exact: true });
const comment = (text: string) => page.locator('.comment').filter({ hasText: text });

async function signUp(handle: string): Promise<void> {
  await open('/sign-up?to=/settings');
  await page.locator('input[name="handle"]').fill(handle);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('form button[type="submit"]').click();
  await page.waitForURL(`${server.url}/settings`, SOON);
}

/** Signs up and publishes a profile, as commenting needs one. */
async function signUpWithProfile(handle: string): Promise<void> {
  await signUp(handle);
  const body = { displayName: handle, bio: '', likesPublic: false, timeZone: 'UTC' };
  const init = { method: 'PUT', headers: { 'content-type': 'application/json' } };
  const status = await page.evaluate(
    async ({ how, sent }) => (await fetch('/v1/me/profile', { ...how, body: sent })).status,
    { how: init, sent: JSON.stringify(body) },
  );
  expect(status).toBe(200);
}

describe.skipIf(!hasBrowser)(`a video and its comments, in ${CHROMIUM}`, () => {
  beforeAll(async () => {
    server = await installation.start({ withClips: true });
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await installation.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
  });

  afterEach(() => context.close());

  it('WB20: shows the video, its numbers and who made it; and says so when there is none', async () => {
    await open(VIDEO);
    await page
      .getByRole('heading', { level: 1, name: 'The sky was busy last night' })
      .waitFor(SOON);
    await page.getByRole('button', { name: /^Like\. \d+ likes, live/ }).waitFor(SOON);
    await page.getByRole('link', { name: 'Holdfast @holdfast' }).waitFor(SOON);
    await open('/v/nothing-at-all');
    await page.getByRole('heading', { name: 'No such video' }).waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('WB20: a video that was removed is called that', async () => {
    await page.route('**/v1/videos/hf-rain', (route) =>
      route.fulfill({
        status: 410,
        contentType: 'application/problem+json',
        body: '{"status":410,"code":"video-removed","title":"Removed","detail":""}',
      }),
    );
    await open('/v/hf-rain');
    await page.getByRole('heading', { name: 'This video was removed' }).waitFor(SOON);
  });

  it('WB21: plays by keys: parts, frames, speed', async () => {
    await open(VIDEO);
    const video = page.locator('video');
    const of = (name: string): Promise<unknown> =>
      video.evaluate((element, key) => (element as unknown as Record<string, unknown>)[key], name);
    await expect.poll(() => of('duration'), SOON).toBeGreaterThan(1);
    await page.keyboard.press('k');
    await expect.poll(() => of('paused'), SOON).toBe(true);
    await page.keyboard.press('5');
    const half = Number(await of('duration')) / 2;
    await expect.poll(() => of('currentTime'), SOON).toBeCloseTo(half, 1);
    await page.keyboard.press('.');
    await expect.poll(() => of('currentTime'), SOON).toBeGreaterThan(half + 0.01);
    await page.keyboard.press('>');
    await expect.poll(() => of('playbackRate'), SOON).toBe(1.25);
    await page.reload();
    await expect.poll(() => of('playbackRate'), SOON).toBe(1.25);
  });

  it('WB22 WB24: a comment is published with a profile, answered, liked, and deleted again', async () => {
    await signUp('says.something');
    await open(VIDEO);
    await box().fill('First <b>words</b> 🌌');
    await send().click();
    // Without a profile there is nobody to show; one press makes one, and the text stays.
    await page.getByRole('button', { name: 'Publish my profile and send' }).click();
    await comment('First <b>words</b> 🌌').waitFor(SOON);
    await expect.poll(() => box().inputValue(), SOON).toBe('');
    await page
      .getByText('1 comment, live')
      .first()
      .waitFor({ state: 'attached', ...SOON });

    await comment('First').getByRole('button', { name: 'Reply' }).click();
    await box().fill('And an answer');
    await send().click();
    await comment('And an answer').first().waitFor(SOON);
    const first = comment('First').first();
    await first
      .getByRole('button', { name: /^Like\. 0/ })
      .first()
      .click();
    await first.getByRole('button', { name: /^Like\. 1 like/ }).waitFor(SOON);

    await page.reload();
    await comment('First').getByRole('button', { name: 'Show 1 reply' }).click();
    await comment('And an answer').first().waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
    const reply = page.locator('.comment .comment');
    await reply.getByRole('button', { name: 'Delete' }).click();
    await reply
      .getByRole('group', { name: 'Delete for good?' })
      .getByText('Delete', { exact: true })
      .click();
    await reply.waitFor({ state: 'detached', ...SOON });
  });

  it('WB23: what a visitor typed is still there after the door, and after the page of the door', async () => {
    await open(OTHER_VIDEO);
    await box().fill('I had something to say');
    await send().click();
    const door = page.getByRole('dialog');
    await door.locator('input[name="handle"]').fill('came.in.late');
    await door.locator('input[name="password"]').fill(PASSWORD);
    await door.locator('button[type="submit"]').click();
    await page.getByRole('button', { name: 'Publish my profile and send' }).waitFor(SOON);
    expect(await box().inputValue()).toBe('I had something to say');
    await open('/sign-in?to=/v/hf-ocean');
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => box().inputValue(), SOON).toBe('I had something to say');
  });

  it('WB23 WB24: a comment that got no answer is kept, and sent again it is one comment', async () => {
    await signUpWithProfile('in.and.out');
    await open(OTHER_VIDEO);
    await box().fill('Only once');
    // The server takes it, and the answer is lost.
    await page.route('**/v1/videos/*/comments', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      await route.fetch();
      return route.abort();
    });
    await send().click();
    await page.getByText('Not sent. It is kept on this device').waitFor(SOON);
    await page.unroute('**/v1/videos/*/comments');
    await page.reload();
    await expect.poll(() => box().inputValue(), SOON).toBe('Only once');
    await send().click();
    await expect.poll(() => box().inputValue(), SOON).toBe('');
    await page.reload();
    await comment('Only once').first().waitFor(SOON);
    expect(await comment('Only once').count()).toBe(1);
  });

  it('WB25: a text that is too long says by how much, and nothing of it is cut off', async () => {
    await signUpWithProfile('writes.a.lot');
    await open(OTHER_VIDEO);
    const long = 'é'.repeat(CHARS_MAX + 3);
    await box().fill(long);
    await page.getByText('Too long by 3.').waitFor(SOON);
    expect(await send().isDisabled()).toBe(true);
    expect(await box().inputValue()).toBe(long);
    await box().fill(long.slice(3));
    await page.getByText('2,000 of 2,000').waitFor(SOON);
    expect(await send().isEnabled()).toBe(true);
  });

  it('WB23 WB25: a text of 1 MB is told to be too long, and is kept', async () => {
    await signUpWithProfile('pasted.a.book');
    await open(OTHER_VIDEO);
    const book = 'No end to it. '.repeat(BOOK_CHARS / 14);
    await box().fill(book, SOON);
    await page
      .getByText(`Too long by ${(BOOK_CHARS - CHARS_MAX).toLocaleString('en')}.`)
      .waitFor(SOON);
    expect(await send().isDisabled()).toBe(true);
    await page.reload();
    await expect.poll(async () => (await box().inputValue()) === book, SOON).toBe(true);
  });

  it('WB26: comments open beside the feed, and over it on a phone', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    await page
      .getByRole('button', { name: /^Comments\./ })
      .first()
      .click();
    await page
      .getByRole('complementary', { name: 'Comments' })
      .getByLabel('Your comment')
      .waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('dialog', { name: 'Comments' }).getByLabel('Your comment').waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached', ...SOON });
  });

  it('WB27: a comment moves the number at the button too, and taking it away moves it back', async () => {
    await signUpWithProfile('counts.along');
    await page.goto(`${server.url}/?rank=latest`);
    const button = page.getByRole('button', { name: /^Comments\./ }).first();
    const shown = async (): Promise<number> =>
      Number(/\d+/.exec((await button.getAttribute('aria-label')) ?? '')?.[0] ?? NaN);
    await expect.poll(shown, SOON).toBeGreaterThanOrEqual(0);
    const before = await shown();
    await button.click();
    await box().fill('One more.');
    await send().click();
    await expect.poll(shown, SOON).toBe(before + 1);
    await comment('One more.').getByRole('button', { name: 'Delete' }).click();
    await comment('One more.').locator('.comment-sure button').first().click();
    await expect.poll(shown, SOON).toBe(before);
  });
});
