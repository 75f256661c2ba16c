// The feed: its lists, its panels, and what it says when something is missing.

import type { Page } from 'playwright-core';
import type { AppWorld } from './app-world.ts';
import { has, inArabic, press, SOON, shows } from './scene.ts';
import type { Scene } from './scene.ts';

const FIRST = 'article[aria-posinset="1"]';
const LATEST = '/?rank=latest';

/** The first clip, with its numbers known and its first frame there to be drawn. */
async function clipIn(page: Page): Promise<void> {
  const known = page.locator(`${FIRST} .figure[data-icon="heart"] .count-digits`);
  await known.filter({ hasText: /\p{Nd}/u }).waitFor(SOON);
  const clip = page.locator('[data-current="true"] video').first();
  await clip.evaluate(
    `(clip) => clip.readyState >= 2 || new Promise((loaded) => {
      clip.addEventListener('loadeddata', loaded, { once: true });
    })`,
  );
}

/** Numbers as they are while a country is silent, or while none were ever had. */
const numbersAre = (change: (count: object) => object): Scene['arrive'] => {
  return async (page) => {
    await page.route('**/v1/counts/stream**', (route) => route.abort());
    await page.route('**/v1/counts?**', async (route) => {
      const response = await route.fetch();
      type Counts = Readonly<{
        counts: Readonly<Record<string, Readonly<Record<string, object>>>>;
      }>;
      const { counts } = (await response.json()) as Counts;
      const changed = Object.entries(counts).map(([video, count]) => {
        const { likes = {}, views = {} } = count;
        return [video, { ...count, likes: change(likes), views: change(views) }] as const;
      });
      await route.fulfill({ response, json: { counts: Object.fromEntries(changed) } });
    });
    const answered = page.waitForResponse('**/v1/counts?**', SOON);
    await page.reload();
    await answered;
    await has(page, `${FIRST} .count-digits`);
  };
};

/** All of them, over one world. */
export function feedScenes(world: AppWorld): readonly Scene[] {
  return [...listScenes(world), ...panelScenes(world), ...troubleScenes(world)];
}

function listScenes({ viewer, newcomer }: AppWorld): readonly Scene[] {
  const feed: Scene = { name: 'feed', path: '/', arrive: clipIn };
  return [
    feed,
    inArabic(feed),
    { name: 'feed-signed-in', path: LATEST, as: viewer, arrive: clipIn },
    { name: 'feed-following', path: '/?rank=following', as: viewer, arrive: clipIn },
    {
      name: 'feed-following-empty',
      path: '/?rank=following',
      as: newcomer,
      arrive: (page) => shows(page, 'Nothing new from people you follow'),
    },
    {
      name: 'feed-following-visitor',
      path: '/?rank=following',
      arrive: (page) => shows(page, 'Sign in, follow someone'),
    },
  ];
}

function panelScenes({ viewer }: AppWorld): readonly Scene[] {
  const opened = (name: string, button: string | RegExp, shown: string): Scene => ({
    name,
    path: '/',
    as: viewer,
    arrive: async (page) => {
      await clipIn(page);
      await page.locator(FIRST).getByRole('button', { name: button }).click(SOON);
      await has(page, shown);
    },
  });
  return [
    opened('feed-why', 'Why this video', 'dialog[open] .why'),
    opened('feed-share', 'Share', 'dialog[open]'),
    opened('feed-comments', /^Comments\./, 'textarea'),
    {
      name: 'feed-help',
      path: '/',
      arrive: async (page) => {
        await clipIn(page);
        await page.keyboard.press('?');
        await has(page, 'dialog[open]');
      },
    },
    {
      name: 'feed-door',
      path: '/',
      arrive: async (page) => {
        await clipIn(page);
        await page.keyboard.press('l');
        await has(page, 'dialog[open] input[name="jurisdiction"]');
      },
    },
  ];
}

function troubleScenes({ viewer }: AppWorld): readonly Scene[] {
  return [
    {
      name: 'feed-offline',
      path: LATEST,
      as: viewer,
      arrive: async (page) => {
        await clipIn(page);
        await page.context().setOffline(true);
        await shows(page, 'Offline. Likes are kept on this device.');
        await page.keyboard.press('l');
      },
    },
    {
      name: 'feed-clip-error',
      path: LATEST,
      arrive: async (page) => {
        await page.route('**/media/**', (route) =>
          route.request().resourceType() === 'media' ? route.abort() : route.continue(),
        );
        await page.reload();
        await has(page, FIRST);
        // Nothing plays by itself for who wants less motion.
        await page.keyboard.press(' ');
        await shows(page, 'This video could not be played.');
      },
    },
    {
      name: 'feed-stale',
      path: LATEST,
      arrive: numbersAre((count) => ({
        ...count,
        state: 'stale',
        asOf: new Date(Date.now() - 252_000).toISOString(),
      })),
    },
    {
      name: 'feed-unknown',
      path: LATEST,
      arrive: numbersAre(() => ({ value: null, state: 'unknown', asOf: null })),
    },
    {
      name: 'feed-no-answer',
      path: '/',
      arrive: async (page) => {
        await page.route('**/v1/feed**', (route) => route.abort());
        await page.reload();
        await shows(page, 'The videos did not load');
      },
    },
    { name: 'no-such-page', path: '/no/such/page', arrive: (page) => shows(page, 'No such page') },
    {
      name: 'page-broke',
      path: '/',
      arrive: async (page) => {
        await clipIn(page);
        await page.route(/settings-page/, (route) => route.abort());
        await page.goto(new URL('/settings', page.url()).href);
        await press(page, 'Show it again');
        await shows(page, 'This page broke');
      },
    },
  ];
}
