// The feed in a real browser: Chromium where there is one; else the report says that they were skipped.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiOf, bodyOf } from './harness/api.ts';
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
/** How late the list of countries comes to the door. */
const LATE_MS = 1_000;
const PASSWORD = 'violet-kettle-9';

/** A clip by its place, from 1. */
const clip = (place: number, on: Page = page) => on.locator(`article[aria-posinset="${place}"]`);
const likeOf = (place: number, on: Page = page) =>
  clip(place, on).getByRole('button', { name: /^Like\./ });

/** A clip's likes as the page shows them. */
const likes = (place: number, on: Page = page): Promise<string | null> =>
  clip(place, on).locator('.figure[data-icon="heart"] .count-digits').textContent();

async function signUp(on: Page, handle: string): Promise<void> {
  await on.goto(`${server.url}/sign-up`);
  await on.locator('input[name="handle"]').fill(handle);
  await on.locator('input[name="password"]').fill(PASSWORD);
  await on.locator('form button[type="submit"]').click();
  await on.waitForURL(`${server.url}/`, SOON);
  await clip(1, on).waitFor(SOON);
}

/** The first clip of the feed. */
async function firstVideo(): Promise<string> {
  const id = await clip(1).locator('h2 a').getAttribute('href');
  return id?.replace('/v/', '') ?? '';
}

/** What the counter says of a video. */
async function likesOf(video: string): Promise<number> {
  const counts = await apiOf(server.url).send('GET', `/v1/videos/${video}/counts`);
  return bodyOf<{ likes: { value: number } }>(counts).likes.value;
}

describe.skipIf(!hasBrowser)(`the feed, in ${CHROMIUM}`, () => {
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

  it('WB14 WB15: asks a visitor in to like, faster than the list of countries, and shows likes as they change', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    await expect.poll(() => likes(1), SOON).toBe('0');
    // A hand may be faster than the list of countries at the door.
    await page.route('**/v1/cells', async (route) => {
      await sleep(LATE_MS);
      await route.continue();
    });
    await page.keyboard.press('l');
    const door = page.locator('dialog[open]');
    await door.locator('input[name="handle"]').fill('first.visitor');
    await door.locator('input[name="password"]').fill(PASSWORD);
    await door.locator('button[type="submit"]').click();
    await page.getByText('You are signed in as @first.visitor.').waitFor(SOON);
    // What they wanted when they were asked in.
    await expect.poll(() => likes(1), SOON).toBe('1');
    await page.reload();
    await expect.poll(() => likeOf(1).getAttribute('aria-pressed'), SOON).toBe('true');
    await page.keyboard.press('l');
    await expect.poll(() => likes(1), SOON).toBe('0');
  });

  it('WB13: a like in a tunnel, with the tab closed and opened again, counts once', async () => {
    await signUp(page, 'in.a.tunnel');
    await page.goto(`${server.url}/?rank=latest`);
    await expect.poll(() => likes(1), SOON).toMatch(/^\d+$/);
    const before = Number(await likes(1));
    const video = await firstVideo();
    await context.setOffline(true);
    await page.keyboard.press('l');
    await expect.poll(() => likeOf(1).getAttribute('aria-pressed'), SOON).toBe('true');
    await expect.poll(() => likeOf(1).getAttribute('data-pending'), SOON).toBe('unsent');
    await page.close();
    await context.setOffline(false);
    page = await context.newPage();
    await page.goto(`${server.url}/?rank=latest`);
    await expect.poll(() => likes(1), SOON).toBe(String(before + 1));
    expect(await likesOf(video)).toBe(before + 1);
  });

  it('WB30: opened again while still in the tunnel, it waits for the end of it and sends by itself', async () => {
    await signUp(page, 'still.in.it');
    await page.goto(`${server.url}/?rank=latest`);
    await expect.poll(() => likes(1), SOON).toMatch(/^\d+$/);
    const before = Number(await likes(1));
    const video = await firstVideo();
    const isKept = (): Promise<boolean> =>
      page.evaluate(`Promise.all(
        ['/', ...performance.getEntriesByType('resource').map(({ name }) => name)]
          .filter((name) => name === '/' || name.includes('/assets/'))
          .map((name) => caches.match(name)),
      ).then((kept) => !kept.includes(undefined))`);
    await expect.poll(isKept, SOON).toBe(true);
    await context.setOffline(true);
    await page.keyboard.press('l');
    await expect.poll(() => likeOf(1).getAttribute('data-pending'), SOON).toBe('unsent');
    await page.close();
    page = await context.newPage();
    await page.goto(`${server.url}/?rank=latest`);
    await page.getByText('Offline.').first().waitFor(SOON);
    const others = await page.evaluate(`caches.open('holdfast-app')
      .then((store) => store.keys())
      .then((kept) => kept.map(({ url }) => new URL(url).pathname)
        .filter((path) => path !== '/' && !path.startsWith('/assets/')))`);
    expect(others).toEqual([]);
    await context.setOffline(false);
    await expect.poll(() => likesOf(video), SOON).toBe(before + 1);
    await clip(1).waitFor(SOON);
  });

  it('WB13: a like that waits on the device is sent from a page that shows no counts', async () => {
    await signUp(page, 'out.of.the.tunnel');
    await page.goto(`${server.url}/?rank=latest`);
    await expect.poll(() => likes(1), SOON).toMatch(/^\d+$/);
    const before = Number(await likes(1));
    const video = await firstVideo();
    await context.setOffline(true);
    await page.keyboard.press('l');
    await expect.poll(() => likeOf(1).getAttribute('data-pending'), SOON).toBe('unsent');
    await page.close();
    await context.setOffline(false);
    page = await context.newPage();
    await page.goto(`${server.url}/settings`);
    await expect.poll(() => likesOf(video), SOON).toBe(before + 1);
  });

  it('WB16: two tabs agree on who is in, and on a like', async () => {
    const other = await context.newPage();
    await other.goto(`${server.url}/?rank=latest`);
    await clip(1, other).waitFor(SOON);
    await signUp(page, 'two.tabs');
    await page.goto(`${server.url}/?rank=latest`);
    await expect.poll(() => likes(1), SOON).toMatch(/^\d+$/);
    const before = Number(await likes(1));
    await likeOf(1).click();
    await expect.poll(() => likes(1, other), SOON).toBe(String(before + 1));
    await expect.poll(() => likeOf(1, other).getAttribute('aria-pressed'), SOON).toBe('true');
    expect(await likes(1)).toBe(String(before + 1));
  });

  it('WB10: goes through the feed with keys alone, and their switch turns letters off', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    await clip(1).waitFor(SOON);
    const current = (): Promise<string | null> =>
      page.locator('article:has([data-current="true"])').getAttribute('aria-posinset');
    await page.keyboard.press('j');
    await expect.poll(current, SOON).toBe('2');
    await page.keyboard.press('ArrowDown');
    await expect.poll(current, SOON).toBe('3');
    await page.keyboard.press('k');
    await expect.poll(current, SOON).toBe('2');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor(SOON);
    await page.getByLabel('Use single letters as keys').press('Space');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached', ...SOON });
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowUp');
    await expect.poll(current, SOON).toBe('1');
  });

  it('WB6: three video elements play everything, and hold the clip in view and the next', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    await clip(1).waitFor(SOON);
    const held = (): Promise<unknown> =>
      page.evaluate(
        "[...document.querySelectorAll('article:has(video[src])')].map((one) => one.ariaPosInSet)",
      );
    for (let step = 0; step < 4; step += 1) {
      await page.keyboard.press('j');
      await expect
        .poll(
          () =>
            clip(step + 2)
              .locator('[data-current="true"] video')
              .count(),
          SOON,
        )
        .toBe(1);
      expect(await page.locator('video').count()).toBeLessThanOrEqual(3);
    }
    await expect.poll(held, SOON).toEqual(['5', '6']);
    await page.keyboard.press('k');
    await expect.poll(held, SOON).toEqual(['3', '4']);
  });

  it('WB6: draws a poster only where it is seen and its clip has no picture yet', async () => {
    const holdBack = Promise.withResolvers<undefined>();
    await page.route('**/*.mp4', async (route) => {
      await holdBack.promise;
      await route.continue();
    });
    await page.goto(`${server.url}/?rank=latest`);
    const posters = page.locator('.clip-poster');
    await expect.poll(() => posters.count(), SOON).toBe(2);
    await clip(1).locator('.clip-poster').waitFor(SOON);
    await clip(2)
      .locator('.clip-poster')
      .waitFor({ state: 'hidden', ...SOON });
    holdBack.resolve(undefined);
    await clip(1)
      .locator('.clip-poster')
      .waitFor({ state: 'hidden', ...SOON });
  });

  it('WB6: a line shows how far the clip in view has played', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    const line = page.locator('.clip-played > div');
    await expect.poll(() => line.getAttribute('style'), SOON).toMatch(/scaleX\(0\.\d+\)/);
  });

  it('WB9: with reduced motion nothing plays by itself', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(`${server.url}/?rank=latest`);
    await page.getByRole('button', { name: /^Play:/ }).waitFor(SOON);
    const playing = (): Promise<boolean> =>
      page
        .locator('video')
        .evaluateAll((all) => all.some((one) => !(one as unknown as { paused: boolean }).paused));
    expect(await playing()).toBe(false);
    await page.keyboard.press(' ');
    await expect.poll(playing, SOON).toBe(true);
  });

  it('WB8 NU4: without a server says so, goes on, shows of when the counts are, keeps a like, and then catches up', async () => {
    await signUp(page, 'stays.here');
    await page.goto(`${server.url}/?rank=latest`);
    await expect.poll(() => likes(1), SOON).toMatch(/^\d+$/);
    const before = await likes(1);
    await server.kill();
    await page.getByText('No answer from Holdfast.').waitFor(SOON);
    const note = clip(1).locator('.figure[data-icon="heart"] .count-note');
    await expect.poll(() => note.textContent(), SOON).toMatch(/^as of /);
    expect(await likes(1)).toBe(before);
    await page.keyboard.press('l');
    await expect.poll(() => likeOf(1).getAttribute('data-pending'), SOON).toBe('unsent');
    server = await installation.start({ withClips: true, args: ['--port', String(server.port)] });
    await expect.poll(() => likes(1), SOON).toBe(String(Number(before) + 1));
    await expect.poll(() => likeOf(1).getAttribute('data-pending'), SOON).toBe('no');
    await expect.poll(() => note.count(), SOON).toBe(0);
  });

  it('WB7: keeps the choice for sound, or says that it needs a press', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    await page.getByRole('button', { name: 'Tap for sound' }).click();
    const isMuted = (): Promise<boolean> =>
      page
        .locator('[data-current="true"] video')
        .evaluate((one) => (one as unknown as { muted: boolean }).muted);
    await expect.poll(isMuted, SOON).toBe(false);
    await page.reload();
    const sound = page.getByRole('button', { name: 'Sound off' });
    await sound.or(page.getByRole('button', { name: 'Tap for sound' })).waitFor(SOON);
    if (await isMuted()) await page.getByRole('button', { name: 'Tap for sound' }).click();
    await sound.click();
    await page.reload();
    await page.getByRole('button', { name: 'Tap for sound' }).waitFor(SOON);
    expect(await isMuted()).toBe(true);
  });

  it('WB11: says why a video has its place', async () => {
    await page.goto(server.url);
    await clip(1).getByRole('button', { name: 'Why this video' }).click();
    const panel = page.getByRole('dialog', { name: 'Why this video' });
    await panel.getByText('%').first().waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('WB12: offline says so and goes on with what it has', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    await clip(2).waitFor(SOON);
    await context.setOffline(true);
    await page.getByText('Offline. Likes are kept on this device.').waitFor(SOON);
    await page.keyboard.press('j');
    await clip(2).locator('[data-current="true"]').waitFor(SOON);
    await context.setOffline(false);
    await page.getByText('Offline.').waitFor({ state: 'hidden', ...SOON });
  });

  it('WB1 WB5: goes to pages of their own and back to where one was, without loading anew', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    await clip(1).waitFor(SOON);
    await page.evaluate('globalThis.sameDocument = true');
    await page.keyboard.press('j');
    await clip(2).locator('[data-current="true"]').waitFor(SOON);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor(SOON);
    await page.goBack();
    await clip(2).locator('[data-current="true"]').waitFor(SOON);
    expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
    await page.goto(`${server.url}/v/not/a/page`);
    await page.getByRole('heading', { name: 'No such page' }).waitFor(SOON);
    await page.getByRole('link', { name: 'Search' }).click();
    await page.getByRole('heading', { level: 1, name: 'Search' }).waitFor(SOON);
  });

  it('WB1: a page that cannot be loaded says so, and leaves the ways to the others', async () => {
    // Without the worker, which would have the page's files from before.
    const other = await browser.newContext({ locale: 'en', serviceWorkers: 'block' });
    const broken = await other.newPage();
    await broken.goto(`${server.url}/search`);
    await broken.route(/settings-page/, (route) => route.abort());
    await broken.getByRole('link', { name: 'Settings' }).click();
    await broken.getByRole('heading', { name: 'This page broke' }).waitFor(SOON);
    await broken.getByRole('link', { name: 'Likes' }).click();
    await broken.getByRole('heading', { level: 1, name: 'Likes' }).waitFor(SOON);
    await other.close();
  });

  it('WB1 WB2: a link that the pointer rests on before the press leads to its page', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    await clip(1).waitFor(SOON);
    await page.evaluate('globalThis.sameDocument = true');
    const hasRouter = page.waitForResponse(/\/router-[^/]*\.js$/, SOON);
    const link = page.getByRole('link', { name: 'Settings' });
    await link.hover();
    // Resolves once the router's module has run.
    await page.evaluate(`import('${(await hasRouter).url()}').then(() => undefined)`);
    await link.click();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor(SOON);
    const marked = page.locator('.app-nav a[aria-current="page"]');
    await expect.poll(() => marked.allTextContents(), SOON).toEqual(['Settings']);
    await page.getByRole('link', { name: 'Search' }).click();
    await page.getByRole('searchbox').waitFor(SOON);
    expect(await marked.allTextContents()).toEqual(['Search']);
    await page.getByRole('link', { name: 'Home' }).click();
    await clip(1).waitFor(SOON);
    expect(await page.locator('.app').getAttribute('data-surface')).toBe('feed');
    await page.goBack();
    await page.getByRole('searchbox').waitFor(SOON);
    expect(await marked.allTextContents()).toEqual(['Search']);
    expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
  });

  it('WB3: a page whose code cannot be had says so, and can be asked for again', async () => {
    await page.route(/settings-page/, (route) => route.abort());
    await page.goto(`${server.url}/settings`);
    await page.getByRole('heading', { name: 'This page broke' }).waitFor(SOON);
    await page.getByText('likes are kept on this device').waitFor(SOON);
    await page.unroute(/settings-page/);
    await page.getByRole('button', { name: 'Show it again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor(SOON);
  });

  it('WB17: speaks Arabic from right to left to those who ask for it', async () => {
    const arabic = await browser.newContext({
      locale: 'ar',
      viewport: { width: 390, height: 844 },
    });
    const there = await arabic.newPage();
    await there.goto(server.url);
    await there.getByRole('link', { name: 'الأحدث' }).waitFor(SOON);
    expect(await there.locator('html').getAttribute('dir')).toBe('rtl');
    expect(await axeFaults(there)).toEqual([]);
    await arabic.close();
  });

  it('has nothing that axe finds fault with, on the feed and its panels', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    await expect.poll(() => likes(1), SOON).toMatch(/^\d+$/);
    expect(await axeFaults(page)).toEqual([]);
    const panel = page.locator('dialog[open], aside.comments-beside');
    for (const name of ['What these numbers mean', 'Share', /^Comments\./, /^Like\./]) {
      await clip(1).getByRole('button', { name }).click();
      await panel.waitFor(SOON);
      expect(await axeFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached', ...SOON });
    }
  });
});
