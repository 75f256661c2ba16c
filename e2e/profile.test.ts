// Profiles, likes, search and settings in a real browser, where there is one.

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
/** The first start builds the pages. */
const START_MS_MAX = 120_000;
/** A story is many steps, each of which may take its time. */
const STORY = { timeout: 120_000 };
const PASSWORD = 'violet-kettle-9';

async function signUp(handle: string, to: string): Promise<void> {
  await page.goto(`${server.url}/sign-up?to=${encodeURIComponent(to)}`);
  await page.locator('input[name="handle"]').fill(handle);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('form.door button[type="submit"]').click();
  await page.waitForURL(server.url + to, SOON);
}

const numbersIn = async (selector: string): Promise<readonly number[]> =>
  (await page.locator(selector).allTextContents()).map(Number);

describe.skipIf(!hasBrowser)(`profile, likes, search and settings, in ${CHROMIUM}`, STORY, () => {
  beforeAll(async () => {
    server = await installation.start({ withClips: true });
    browser = await openBrowser();
  }, START_MS_MAX);

  afterAll(async () => {
    await browser.close();
    await installation.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
  });

  afterEach(() => context.close());

  it('PP3: a profile is published by the person, and what they write is shown as text', async () => {
    await signUp('mara.lind', '/@mara.lind');
    await page.getByRole('button', { name: 'Publish my profile' }).click(SOON);
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('Name').fill('<b>Mara</b> 🌊 بحر');
    await dialog.getByLabel('About you').fill('<script>document.title = "bad"</script>');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: '<b>Mara</b> 🌊 بحر' }).waitFor(SOON);
    await page.getByText('<script>document.title').waitFor(SOON);
    expect(await page.title()).not.toBe('bad');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('PP1 PP2: the totals of a profile are the sum of its tiles, and move with a like from elsewhere', async () => {
    await page.goto(`${server.url}/@holdfast`);
    await page.locator('.tile').first().waitFor(SOON);
    const tiles = '.tile-counts > span:nth-child(2) .count-digits';
    const total = '.totals dl > div:nth-child(2) .count-digits';
    const sum = async (): Promise<number> =>
      (await numbersIn(tiles)).reduce((all, one) => all + one, 0);
    const apart = async (): Promise<number> => ((await numbersIn(total))[0] ?? NaN) - (await sum());
    await expect.poll(apart, SOON).toBe(0);
    const before = await sum();
    const api = apiOf(server.url);
    const feed = bodyOf<{ items: { id: string }[] }>(await api.send('GET', '/v1/feed'));
    const grant = await api.grant('eu', 'somebody-else');
    const like = { n: 1, kind: 'like', video: feed.items[0]?.id };
    expect(await api.outcomes(grant, [like])).toEqual(['counted']);
    await expect.poll(sum, SOON).toBe(before + 1);
    await expect.poll(async () => (await numbersIn(total))[0], SOON).toBe(before + 1);
  });

  it('NU1 PE44 CM25: following somebody moves the number of their followers, and is taken back', async () => {
    await signUp('goes.along', '/@holdfast');
    const followers = '.totals dl > div:nth-child(3) .count-digits';
    await expect.poll(() => numbersIn(followers), SOON).toEqual([0]);
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await expect.poll(() => numbersIn(followers), SOON).toEqual([1]);
    await page.goto(`${server.url}/?rank=following`);
    await page.locator('article[aria-posinset="1"]').waitFor(SOON);
    await page.goto(`${server.url}/@holdfast`);
    await page.getByRole('button', { name: 'Following', exact: true }).click();
    await expect.poll(() => numbersIn(followers), SOON).toEqual([0]);
  });

  it('PP5: a search is in its address, is remembered on the device, and is forgotten when asked', async () => {
    await page.goto(`${server.url}/search`);
    const field = page.getByRole('searchbox');
    await field.fill('flower');
    await page.locator('.tile', { hasText: 'never stops opening' }).waitFor(SOON);
    expect(new URL(page.url()).searchParams.get('q')).toBe('flower');
    expect(await axeFaults(page)).toEqual([]);
    await expect
      .poll(() => page.evaluate(() => localStorage.getItem('holdfast.searches')), SOON)
      .toContain('flower');
    await field.fill('');
    await page.getByRole('button', { name: 'Forget them' }).click(SOON);
    expect(await page.evaluate(() => localStorage.getItem('holdfast.searches'))).toBe(null);
  });

  it.each([
    ['/search?q=sea&type=people', 'People'],
    ['/search?q=sea', 'Videos'],
    ['/search?q=sea&type=tags', 'Tags'],
  ])('PP5: at %s the one tab that is marked is %s', async (path, name) => {
    await page.goto(server.url + path);
    const marked = page.locator('.tabs a[aria-current]');
    await marked.first().waitFor(SOON);
    expect(await marked.allTextContents()).toEqual([name]);
  });

  it('PP6: my likes say what has become of each', async () => {
    await signUp('likes.things', '/likes');
    await page.getByText('No likes yet').waitFor(SOON);
    await page.goto(`${server.url}/?rank=latest`);
    const like = page
      .locator('article[aria-posinset="1"]')
      .getByRole('button', { name: /^Like\./ });
    await expect.poll(() => like.getAttribute('aria-label'), SOON).toMatch(/\d+ likes?/);
    await like.click();
    await expect.poll(() => like.getAttribute('aria-pressed'), SOON).toBe('true');
    await page.goto(`${server.url}/likes`);
    const row = page.locator('.like-row').first();
    await row.getByText('Counted').waitFor(SOON);
    await context.setOffline(true);
    await row.getByRole('button').click();
    await row.getByText('On this device, not sent yet').waitFor(SOON);
    await context.setOffline(false);
    await row.getByText('Taken back').waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('PP7: language and colours hold at once, from right to left too, and after a reload', async () => {
    await signUp('settles.in', '/settings');
    await page.getByLabel('Dark').check();
    await page.getByLabel('العربية').check();
    await page.getByRole('heading', { name: 'الإعدادات' }).waitFor(SOON);
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
    await page.reload();
    await page.getByRole('heading', { name: 'الإعدادات' }).waitFor(SOON);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('PP8: an account is deleted when its handle is typed, and not before', async () => {
    await signUp('goes.away', '/settings');
    await page.getByRole('button', { name: 'Delete my account…' }).click(SOON);
    const dialog = page.locator('dialog[open]');
    await dialog.getByText('Your likes are taken out of the counts').waitFor(SOON);
    const remove = dialog.getByRole('button', { name: 'Delete it for good' });
    await dialog.getByRole('textbox').fill('goes');
    expect(await remove.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('goes.away');
    await remove.click();
    await page.waitForURL(`${server.url}/`, SOON);
    expect(await page.evaluate(async () => (await fetch('/v1/me')).status)).toBe(401);
  });

  it('PP9: a report has a reason, ends with a receipt, and is among my reports', async () => {
    await signUp('is.reported', '/likes');
    await page.evaluate(async () => {
      const body = JSON.stringify({
        displayName: 'Is',
        bio: '',
        likesPublic: false,
        timeZone: 'UTC',
      });
      const headers = { 'content-type': 'application/json' };
      await fetch('/v1/me/profile', { method: 'PUT', headers, body });
    });
    await context.close();
    context = await browser.newContext();
    page = await context.newPage();
    await signUp('reports.things', '/@is.reported');
    await page.getByRole('button', { name: 'Report' }).click(SOON);
    const dialog = page.locator('dialog[open]');
    await dialog.getByRole('button', { name: 'Send the report' }).click(SOON);
    await dialog.getByText('Choose what is wrong.', { exact: true }).waitFor(SOON);
    await dialog.getByLabel('Spam or misleading').check();
    await dialog.getByRole('textbox').fill('Seen <b>twice</b>');
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Send the report' }).click();
    await dialog.getByText('The report is received.').waitFor(SOON);
    await dialog.getByRole('link', { name: 'See my reports' }).click();
    await page.getByText('Seen <b>twice</b>').waitFor(SOON);
    expect(await axeFaults(page)).toEqual([]);
  });
});
