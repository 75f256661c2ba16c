// A viewer while the cell of their country is killed and comes back, in a real browser over parts
// that are processes of their own: Chromium where there is one.

import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, until } from './harness/api.ts';
import { CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openParts } from './harness/parts.ts';
import type { Parts } from './harness/parts.ts';
import { publish, signUp } from './harness/publish.ts';

const TEST_MS_MAX = 240_000;
/** A busy machine builds the pages meanwhile; a silent cell is believed for a while. */
const SOON = { timeout: 120_000 };
/** After it a view counts. */
const WATCHED_S = 3;

let parts: Parts;
let browser: Browser;
let page: Page;
let video: string;

const like = (): Locator => page.getByRole('button', { name: /^Like\./ }).first();
const playedS = (): Promise<number> =>
  page.evaluate<number>('document.querySelector("video").currentTime');

describe.skipIf(!hasBrowser)(
  `while a cell is away, in ${CHROMIUM}`,
  { timeout: TEST_MS_MAX },
  () => {
    beforeAll(async () => {
      parts = await openParts();
      const creator = await signUp(parts.url, 'mira', 'eu');
      video = await publish(parts.url, creator, 'ocean.mp4', 'Waves');
      const viewer = await signUp(parts.url, 'noor', 'us');
      browser = await openBrowser();
      const context = await browser.newContext();
      const pairs = viewer.cookie.split('; ').map((pair) => pair.split('='));
      await context.addCookies(
        pairs.map(([name = '', value = '']) => ({ name, value, url: parts.url })),
      );
      page = await context.newPage();
    }, TEST_MS_MAX);

    afterAll(async () => {
      await browser.close();
      await parts.close();
    });

    it('WB13 NU3: numbers are old with their age, the clip plays on, what was pressed waits and counts once', async () => {
      await page.goto(`${parts.url}/v/${video}`);
      await page.getByRole('button', { name: /^Like\. 0 likes, live/ }).waitFor(SOON);
      await page
        .locator('video')
        .evaluate('(clip) => { clip.muted = true; clip.loop = true; return clip.play(); }');

      await parts.kill('us');
      await page
        .getByRole('button', { name: /^Like\. 0 likes.* as of .*may be missing/ })
        .waitFor(SOON);
      const beforeS = await playedS();
      await expect.poll(async () => (await playedS()) !== beforeS, SOON).toBe(true);
      await like().click();
      await expect.poll(() => like().getAttribute('aria-pressed')).toBe('true');
      expect(await like().getAttribute('data-pending')).toBe('unsent');
      const other = await page.context().newPage();
      await other.goto(parts.url);
      await other.locator('article', { hasText: 'Waves' }).waitFor(SOON);
      await other.close();
      await expect.poll(playedS, SOON).toBeGreaterThan(WATCHED_S);
      await page.close();

      await parts.start('us');
      page = (await browser.contexts()[0]?.newPage()) ?? page;
      await page.goto(`${parts.url}/v/${video}`);
      await page.getByRole('button', { name: /^Like\. 1 like, live/ }).waitFor(SOON);
      expect(await like().getAttribute('aria-pressed')).toBe('true');
      await expect.poll(() => like().getAttribute('data-pending'), SOON).toBe('no');
      const api = apiOf(parts.url);
      const { likes } = await until(
        'what was watched is counted',
        () => api.settled(video),
        // Each time round is a view, so how many there are is a matter of the machine.
        ({ views }) => (views.value ?? 0) >= 1,
      );
      expect(likes.value).toBe(1);
    });

    it('WB29: a page opened while nobody can say who is in shows what waits on the device, and it is counted', async () => {
      await page.goto(`${parts.url}/v/${video}`);
      await expect.poll(() => like().getAttribute('aria-pressed'), SOON).toBe('true');
      await parts.kill('us');
      await like().click();
      await expect.poll(() => like().getAttribute('data-pending'), SOON).toBe('unsent');
      await page.reload();
      await expect.poll(() => like().getAttribute('data-pending'), SOON).toBe('unsent');
      expect(await like().getAttribute('aria-pressed')).toBe('false');
      await parts.start('us');
      await page.getByRole('button', { name: /^Like\. 0 likes, live/ }).waitFor(SOON);
      await expect.poll(() => like().getAttribute('data-pending'), SOON).toBe('no');
    });
  },
);
