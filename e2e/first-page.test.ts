// The first page in a real browser: Chromium where there is one; else the report says that they were skipped.

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';

const CHROMIUM = '/usr/bin/chromium';
const hasBrowser = existsSync(CHROMIUM);

const installation = openInstallation();
let server: RunningServer;
let browser: Browser;
let page: Page;

/** How late the list of countries comes to the door. */
const LATE_MS = 1_000;
/** The page asks and streams, on a machine that may be busy. */
const SOON = { timeout: 20_000 };

/** The first clip's likes as the page shows them. */
async function firstLikes(): Promise<string | null> {
  return page.locator('article.clip[aria-posinset="1"] .likes .digits').textContent();
}

describe.skipIf(!hasBrowser)(`the first page, in ${CHROMIUM}`, () => {
  beforeAll(async () => {
    server = await installation.start({ withClips: true });
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(server.url);
  });

  afterAll(async () => {
    await browser.close();
    await installation.close();
  });

  it('lets a visitor sign up, like and unlike, and shows the likes as they change', async () => {
    await expect.poll(firstLikes, SOON).toBe('0');
    // A hand may be faster than the list of countries at the door.
    await page.route('**/v1/cells', async (route) => {
      await sleep(LATE_MS);
      await route.continue();
    });
    await page.keyboard.press('l');
    const door = page.locator('dialog[open]');
    await door.locator('input[name="handle"]').fill('first.visitor');
    await door.locator('input[name="password"]').fill('violet-kettle-9');
    await door.locator('button[type="submit"]').click();
    await page.locator('#handle', { hasText: 'first.visitor' }).waitFor(SOON);

    await expect.poll(firstLikes, SOON).toBe('1');
    await page.keyboard.press('l');
    await expect.poll(firstLikes, SOON).toBe('0');
  });

  it('M5: without a server says so and of when the counts are, keeps a like, and then goes on', async () => {
    const before = await firstLikes();
    await server.kill();
    const banner = page.locator('#banner');
    await expect.poll(() => banner.textContent(), SOON).toContain('No answer from Holdfast.');
    const note = page.locator('article.clip[aria-posinset="1"] .likes .note');
    await expect.poll(() => note.textContent(), SOON).toMatch(/^as of /);
    expect(await firstLikes()).toBe(before);

    await page.keyboard.press('l');
    const like = page.locator('article.clip[aria-posinset="1"] .like');
    await expect.poll(() => like.getAttribute('data-pending'), SOON).toBe('true');
    server = await installation.start({ withClips: true, args: ['--port', String(server.port)] });
    await expect.poll(firstLikes, SOON).toBe(String(Number(before) + 1));
    await expect.poll(() => like.getAttribute('data-pending'), SOON).toBe('false');
    await expect.poll(() => banner.isHidden(), SOON).toBe(true);
    await expect.poll(() => note.textContent(), SOON).toBe('');
  });

  it('shows the likes that others give, as they come', async () => {
    const api = apiOf(server.url);
    const feed = bodyOf<{ items: { id: string }[] }>(await api.send('GET', '/v1/feed'));
    const grant = await api.grant('eu', 'somebody-else');
    const first = { n: 1, kind: 'like', video: feed.items[0]?.id };
    const before = Number(await firstLikes());
    expect(await api.outcomes(grant, [first])).toEqual(['counted']);
    await expect.poll(firstLikes, SOON).toBe(String(before + 1));
  });
});
