// The door, and what is open behind it, to hands that have only keys: in a real browser.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axeFaults, CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';
import { signUp } from './harness/publish.ts';

const installation = openInstallation();
let server: RunningServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;

/** The page asks and streams, on a machine that may be busy. */
const SOON = { timeout: 60_000 };
/** A story is many steps, each of which may take its time. */
const STORY = { timeout: 240_000 };
const TABS_MAX = 60;
const PASSWORD = 'violet-kettle-9';

const field = (name: string) => page.locator(`form.door input[name="${name}"]`);

/** Goes on by the tab key until what has the focus is called that, as a reader would be told. */
async function tabTo(name: RegExp): Promise<void> {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    if (name.test((await focused.ariaSnapshot()).split('\n', 1)[0] ?? '')) return;
  }
  throw new Error(`no ${String(name)} within ${TABS_MAX} tabs`);
}

describe.skipIf(!hasBrowser)(`the door, in ${CHROMIUM}`, STORY, () => {
  beforeAll(async () => {
    server = await installation.start({ withClips: true });
    browser = await openBrowser();
    await signUp(server.url, 'is.taken', 'us');
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await installation.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
  });

  afterEach(() => context.close());

  it.each([
    ['is.taken', 'This handle is taken.'],
    ['Is.Taken', 'This handle is taken.'],
    ['wave🌊rider', 'A handle has'],
    ['موجة.البحر', 'A handle has'],
    ['<b>bold</b>', 'A handle has'],
    ['admin', 'kept for the platform'],
    [`w${'a'.repeat(62)}e🌊`, 'A handle has'],
  ])(
    'WB15: the handle %s is refused at its field, and nothing typed is lost',
    async (handle, said) => {
      await page.goto(`${server.url}/sign-up`);
      await field('handle').fill(handle);
      await field('password').fill(PASSWORD);
      await page.locator('form.door input[value="eu"]').check(SOON);
      await field('password').press('Enter');
      await expect.poll(() => field('handle').getAttribute('aria-invalid'), SOON).toBe('true');
      const fault = page.locator('.field:has(input[name="handle"]) .door-fault');
      expect(await fault.textContent()).toContain(said);
      expect(await page.locator('input[name="handle"]:focus').count()).toBe(1);
      expect(await field('handle').inputValue()).toBe(handle);
      expect(await field('password').inputValue()).toBe(PASSWORD);
      expect(await page.locator('form.door input[value="eu"]').isChecked()).toBe(true);
      expect(await axeFaults(page)).toEqual([]);
    },
  );

  it('WB10 WB15: with keys alone somebody signs up, likes, and comments', async () => {
    await page.goto(`${server.url}/?rank=latest`);
    const heart = page
      .locator('article[aria-posinset="1"]')
      .getByRole('button', { name: /^Like\./ });
    await heart.waitFor(SOON);
    await tabTo(/^- link "Sign in"|^- button "Sign in"/);
    await page.keyboard.press('Enter');
    await field('handle').waitFor(SOON);
    await tabTo(/"Sign up"/);
    await page.keyboard.press('Enter');
    await page.locator('form.door button[type="submit"]', { hasText: 'Sign up' }).waitFor(SOON);
    await tabTo(/^- textbox "Handle/);
    await page.keyboard.type('only.keys');
    await tabTo(/^- textbox "Password/);
    await page.keyboard.type(PASSWORD);
    await tabTo(/^- radio/);
    await page.keyboard.press('ArrowDown');
    await tabTo(/^- button "Sign up"/);
    await page.keyboard.press('Enter');
    await page.getByText('You are signed in as @only.keys.').waitFor(SOON);

    await heart.waitFor(SOON);
    await tabTo(/^- button "Like\./);
    await page.keyboard.press('Enter');
    await expect.poll(() => heart.getAttribute('aria-pressed'), SOON).toBe('true');

    await tabTo(/^- button "Comments\./);
    await page.keyboard.press('Enter');
    await page.getByLabel('Your comment').waitFor(SOON);
    await tabTo(/^- textbox "Your comment"/);
    await page.keyboard.type('Typed, not tapped.');
    await tabTo(/^- button "Send"/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Publish my profile and send' }).waitFor(SOON);
    await tabTo(/^- button "Publish my profile and send"/);
    await page.keyboard.press('Enter');
    await page.locator('.comment', { hasText: 'Typed, not tapped.' }).waitFor(SOON);
  });
});
