// The SDK on a plain web site of another origin, in Chromium: the example that integrators read.
// Skipped loudly where there is no browser.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openSite } from '../examples/embed/serve.ts';
import type { Site } from '../examples/embed/serve.ts';
import { apiOf } from './harness/api.ts';
import { axeFaults, CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation, SERVICE_KEY } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';

const installation = openInstallation();
/** The page asks and streams, on a machine that may be busy. */
const SOON = { timeout: 60_000 };
const LONG_TEST_MS = 60_000;

let server: RunningServer;
let browser: Browser;
let site: Site;
let context: BrowserContext;

async function openPage(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(site.url);
  return page;
}

async function signedIn(): Promise<Page> {
  const page = await openPage();
  await page.click('#sign-in');
  await page.waitForSelector('#sign-out:visible');
  return page;
}

const digits = (page: Page, name: string): Promise<string | null> =>
  page.locator(`${name} >> [part=count]`).first().textContent();
const likes = (page: Page): Promise<string | null> => digits(page, 'holdfast-like');
const hasLiked = (page: Page): Promise<boolean> =>
  page
    .locator('holdfast-like[liked]')
    .count()
    .then((count) => count === 3);
const isPending = (page: Page): Promise<boolean> =>
  page
    .locator('holdfast-like[pending]')
    .count()
    .then((count) => count > 0);
const press = (page: Page): Promise<void> =>
  page.locator('holdfast-like >> button').first().click();

/** Likes of the books, once nothing moves any more. */
async function likesInBooks(): Promise<number | null> {
  return (await apiOf(server.url).settled('paper-rain')).likes.value;
}

describe.skipIf(!hasBrowser)(`the SDK on another site, in ${CHROMIUM}`, () => {
  beforeAll(async () => {
    server = await installation.start();
    site = await openSite({ holdfastUrl: server.url, serviceKey: SERVICE_KEY, port: 0 });
    browser = await openBrowser();
    context = await browser.newContext();
  });

  afterEach(async () => {
    await context.setOffline(false);
    for (const page of context.pages()) await page.close();
    await context.clearCookies();
  });

  afterAll(async () => {
    await browser.close();
    site.close();
    await installation.close();
  });

  it('SE1: shows the counts of another origin, and sends no cookie there', async () => {
    const page = await context.newPage();
    const cookies: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(server.url)) cookies.push(request.headers()['cookie']);
    });
    await page.goto(site.url);
    await expect.poll(() => likes(page), SOON).toBe('0');
    await expect.poll(() => digits(page, 'holdfast-views'), SOON).toBe('0');
    expect(cookies.filter((cookie) => cookie !== undefined)).toEqual([]);
  });

  it('SE2: what is not known is a dash, and says so', async () => {
    const page = await context.newPage();
    await page.route('**/v1/counts**', (route) => route.abort());
    await page.goto(site.url);
    await expect.poll(() => likes(page), SOON).toBe('—');
    const button = page.locator('holdfast-like >> button').first();
    expect(await button.getAttribute('aria-label')).toBe('Like, Likes: not known');
    expect(await button.getAttribute('title')).toBe('Like, Likes: not known');
    expect(await page.locator('holdfast-like').first().getAttribute('state')).toBe('unknown');
  });

  it('SE4: without scripts the page shows what stands in its place', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const page = await plain.newPage();
    await page.goto(site.url);
    expect(await page.locator('holdfast-like a').isVisible()).toBe(true);
    expect(await page.locator('holdfast-views').first().innerText()).toBe('by those who count it');
    expect(await page.locator('noscript').innerText()).toContain('counts nothing');
    await plain.close();
  });

  it('SE5: a visitor who wants to like is asked to sign in, and nothing is sent', async () => {
    const page = await openPage();
    await press(page);
    await expect.poll(() => page.textContent('#note'), SOON).toContain('Sign in to like');
    expect(await hasLiked(page)).toBe(false);
  });

  it(
    'SL1: a like made in a tunnel, with the tab closed there, counts once when the network is back',
    async () => {
      const before = await likesInBooks();
      const first = await signedIn();
      await expect.poll(() => likes(first), SOON).toBe(String(before));
      await context.setOffline(true);
      await press(first);
      await expect.poll(() => hasLiked(first), SOON).toBe(true);
      expect(await isPending(first)).toBe(true);
      expect(await likes(first), 'a press is not in the number').toBe(String(before));
      await first.close();
      await context.setOffline(false);
      const second = await openPage();
      await expect.poll(() => likes(second), SOON).toBe(String((before ?? 0) + 1));
      await expect.poll(() => hasLiked(second), SOON).toBe(true);
      await expect.poll(() => isPending(second), SOON).toBe(false);
      expect(await likesInBooks()).toBe((before ?? 0) + 1);
    },
    LONG_TEST_MS,
  );

  it('SL4: two tabs and all elements of a page agree on a like', async () => {
    const one = await signedIn();
    const other = await openPage();
    await expect.poll(() => hasLiked(other), SOON).toBe(true);
    await one.bringToFront();
    await press(one);
    await expect.poll(() => hasLiked(one), SOON).toBe(false);
    await expect.poll(() => other.locator('holdfast-like[liked]').count(), SOON).toBe(0);
    await expect.poll(() => likes(other), SOON).toBe('0');
    const shown = await one.locator('holdfast-like >> [part=count]').allTextContents();
    expect(new Set(shown.slice(0, 2))).toEqual(new Set(['0']));
  });

  it('SL2: counts that arrive before the answer never show a like twice', async () => {
    const page = await signedIn();
    await expect.poll(() => likes(page), SOON).toBe('0');
    await page.evaluate(`
      window.seen = [];
      const count = document.querySelector('holdfast-like').shadowRoot.querySelector('[part=count]');
      new MutationObserver(() => window.seen.push(count.textContent))
        .observe(count, { childList: true, characterData: true, subtree: true });`);
    // The answer of the ops comes last: the stream has told of the like by then.
    await page.route('**/v1/ops', async (route) => {
      const response = await route.fetch();
      await expect.poll(() => likes(page), SOON).toBe('1');
      await route.fulfill({ response });
    });
    await press(page);
    await expect.poll(() => likes(page), SOON).toBe('1');
    await expect.poll(() => isPending(page), SOON).toBe(false);
    expect(await page.evaluate('window.seen')).toEqual(['1']);
    await page.unroute('**/v1/ops');
  });

  it('SK7: waits as long as Retry-After says before it sends again', async () => {
    const page = await signedIn();
    await expect.poll(() => hasLiked(page), SOON).toBe(true);
    const sentAtMs: number[] = [];
    await page.route('**/v1/ops', async (route) => {
      sentAtMs.push(Date.now());
      if (sentAtMs.length > 1) return route.continue();
      return route.fulfill({
        status: 503,
        headers: {
          'retry-after': '3',
          'access-control-allow-origin': '*',
          'access-control-expose-headers': 'retry-after',
        },
        json: { code: 'overloaded', detail: '', status: 503, title: '', retryable: true },
      });
    });
    await press(page);
    await expect.poll(() => sentAtMs.length, SOON).toBe(2);
    expect((sentAtMs[1] ?? 0) - (sentAtMs[0] ?? 0)).toBeGreaterThanOrEqual(2_900);
    await expect.poll(() => likes(page), SOON).toBe('0');
    await page.unroute('**/v1/ops');
  });

  it('SV6: a view that is under way when the tab is closed is counted, once', async () => {
    const before = (await apiOf(server.url).settled('paper-rain')).views.value ?? 0;
    const page = await openPage();
    await page.click('paper-player button');
    await page.waitForFunction("document.querySelector('video').currentTime > 3.2", null, SOON);
    await page.close({ runBeforeUnload: true });
    const views = async () => (await apiOf(server.url).settled('paper-rain')).views.value;
    await expect.poll(views, SOON).toBe(before + 1);
    const later = await openPage();
    await expect.poll(() => digits(later, 'holdfast-views'), SOON).toBe(String(before + 1));
    await later.reload();
    expect(await views()).toBe(before + 1);
  });

  it('SE6: works by keyboard, says its state, and axe-core finds nothing', async () => {
    const page = await signedIn();
    await expect.poll(() => likes(page), SOON).toBe('0');
    const button = page.locator('holdfast-like >> button').first();
    await button.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => button.getAttribute('aria-pressed'), SOON).toBe('true');
    await expect.poll(() => button.getAttribute('aria-label'), SOON).toBe('Like, Likes: 1');
    await page.keyboard.press(' ');
    await expect.poll(() => button.getAttribute('aria-pressed'), SOON).toBe('false');
    await expect.poll(() => likes(page), SOON).toBe('0');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('SE7: speaks the language of the place it stands in, from right to left too', async () => {
    const page = await openPage();
    const arabic = page.locator('p[lang=ar] holdfast-views >> [part=views]');
    await expect.poll(() => arabic.getAttribute('aria-label'), SOON).toMatch(/^المشاهدات: /);
  });
});
