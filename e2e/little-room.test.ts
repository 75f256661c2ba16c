// Every page where there is little room, in a real browser: Chromium where there is one.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';
import { publish, signUp } from './harness/publish.ts';
import type { Person } from './harness/publish.ts';
import { roomFaults } from './harness/room.ts';

const installation = openInstallation();
let server: RunningServer;
let browser: Browser;
let visitor: Page;
let creator: Page;
/** The creator again, who reads from right to left. */
let reader: Page;
let video: string;

/** The page asks and streams, on a machine that may be busy. */
const SOON = { timeout: 60_000 };
const TITLE =
  'Waves that follow one another all day long, as far as anybody on the shore could see';

async function pageOf(locale: string, person?: Person): Promise<Page> {
  const context = await browser.newContext({
    locale,
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  });
  const pairs = person?.cookie.split('; ').map((pair) => pair.split('=')) ?? [];
  await context.addCookies(
    pairs.map(([name = '', value = '']) => ({ name, value, url: server.url })),
  );
  return context.newPage();
}

describe.skipIf(!hasBrowser)(`with little room, in ${CHROMIUM}`, { timeout: 120_000 }, () => {
  beforeAll(async () => {
    server = await installation.start({ withClips: true });
    browser = await openBrowser();
    const person = await signUp(server.url, 'an.unusually.long.name', 'us');
    const granted = await installation.holdfast(
      ...['roles', 'grant', '--handle', person.handle, '--role', 'moderator'],
    );
    if (granted.code !== 0) throw new Error(granted.err);
    video = await publish(server.url, person, 'ocean.mp4', TITLE);
    visitor = await pageOf('en');
    creator = await pageOf('en', person);
    reader = await pageOf('ar', person);
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await installation.close();
  });

  it.each([
    ['/', 'article h2'],
    ['/?rank=following', 'main'],
    ['/v/hf-aurora', 'h1'],
    ['/@holdfast', 'h1'],
    ['/search?q=rain', '.search-results, main ul'],
    ['/sign-in', 'form button'],
    ['/sign-up', 'form button'],
    ['/trust', 'h1'],
    ['/trust/us', 'h1'],
    ['/trust/verify', 'h1'],
    ['/no/such/page', 'h1'],
  ])('WB28: a visitor finds room at %s', async (path, shown) => {
    await visitor.goto(server.url + path);
    await visitor.locator(shown).first().waitFor(SOON);
    expect(await roomFaults(visitor)).toEqual([]);
  });

  it.each([
    ['/', 'article h2'],
    ['/v/VIDEO', 'h1'],
    ['/@an.unusually.long.name', 'h1'],
    ['/likes', 'h1'],
    ['/settings', 'h1'],
    ['/upload', 'h1'],
    ['/reports', 'h1'],
    ['/moderation', 'h1'],
    ['/moderation?view=audit', 'h1'],
    ['/studio', '.overview-card, h1'],
    ['/studio/videos/VIDEO', 'h1'],
  ])('WB28: a creator finds room at %s', async (path, shown) => {
    await creator.goto(server.url + path.replace('VIDEO', video));
    await creator.locator(shown).first().waitFor(SOON);
    expect(await roomFaults(creator)).toEqual([]);
  });

  it.each(['/', '/v/VIDEO', '/@holdfast', '/settings', '/upload', '/studio', '/moderation'])(
    'WB28: there is room from right to left at %s',
    async (path) => {
      await reader.goto(server.url + path.replace('VIDEO', video));
      await reader.locator('html[dir="rtl"] :is(h1, article h2)').first().waitFor(SOON);
      expect(await roomFaults(reader)).toEqual([]);
    },
  );
});
