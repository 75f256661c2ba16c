// The pages that viewers, creators and moderators see, in the states that matter.

import type { Page } from 'playwright-core';
import type { AppWorld } from './app-world.ts';
import type { Scene } from './studio-scenes.ts';

const SOON = { timeout: 60_000 };

const shows = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByText(text).first().waitFor(SOON);
const heads = (page: Page): Promise<void> => page.locator('h1').first().waitFor(SOON);
const feedShows = async (page: Page): Promise<void> => {
  await page.locator('article h2').first().waitFor(SOON);
  await page.locator('.clip-rail .count-digits').first().waitFor(SOON);
};
const press =
  (name: string | RegExp) =>
  (page: Page): Promise<void> =>
    page.getByRole('button', { name }).first().click(SOON);

const panel = (page: Page): Promise<void> =>
  page.locator('dialog[open], aside.comments-beside').first().waitFor(SOON);

/** One step after the other. */
const then =
  (...steps: readonly Scene['arrive'][]): Scene['arrive'] =>
  async (page) => {
    for (const step of steps) await step(page);
  };

/** Counts as a gateway gives them while a cell is silent. */
async function makeStale(page: Page): Promise<void> {
  await page.route('**/v1/counts/stream*', (route) => route.abort());
  await page.route('**/v1/counts?*', async (route) => {
    const response = await route.fetch();
    const text = (await response.text()).replaceAll('"state":"live"', '"state":"stale"');
    const old = new Date(Date.now() - 25 * 60_000).toISOString();
    const body = text.replaceAll(/"asOf":"[^"]*"/g, `"asOf":"${old}"`);
    await route.fulfill({ response, body });
  });
  await page.reload();
}

async function makeUnknown(page: Page): Promise<void> {
  await page.route('**/v1/counts**', (route) => route.abort());
  await page.reload();
}

function feedScenes({ people }: AppWorld): readonly Scene[] {
  const at = { path: '/', arrive: feedShows };
  return [
    { name: 'feed', ...at },
    { name: 'feed-signed-in', ...at, as: people.viewer },
    { name: 'feed-arabic', ...at, locale: 'ar' },
    {
      name: 'feed-why',
      ...at,
      arrive: then(feedShows, press('Why this video'), panel, (page) => shows(page, '%')),
    },
    {
      name: 'feed-keys',
      ...at,
      arrive: then(
        feedShows,
        (page) => page.keyboard.press('?'),
        (page) => shows(page, 'Keys'),
      ),
    },
    {
      name: 'feed-comments',
      ...at,
      arrive: then(feedShows, press(/^Comments\./), panel, (page) => shows(page, 'all night')),
    },
    { name: 'feed-like-of-a-visitor', ...at, arrive: then(feedShows, press(/^Like\./), panel) },
    {
      name: 'feed-following-nobody',
      path: '/?rank=following',
      as: people.newcomer,
      arrive: (page) => page.locator('main h2, main h1').first().waitFor(SOON),
    },
    {
      name: 'feed-offline',
      ...at,
      arrive: then(
        feedShows,
        (page) => page.context().setOffline(true),
        (page) => shows(page, /Offline/),
      ),
    },
    {
      name: 'feed-clip-fails',
      ...at,
      arrive: async (page) => {
        await page.route('**/media/**', (route) => route.abort());
        await page.reload();
        await page.locator('.clip-trouble').first().waitFor(SOON);
      },
    },
    { name: 'feed-stale', ...at, arrive: then(makeStale, feedShows) },
    { name: 'feed-unknown', ...at, arrive: then(makeUnknown, feedShows) },
  ];
}

function watchScenes({ people, video }: AppWorld): readonly Scene[] {
  const path = '/v/hf-aurora';
  const arrive = then(heads, (page) => page.locator('.comment').first().waitFor(SOON));
  return [
    { name: 'watch', path, arrive, as: people.viewer },
    { name: 'watch-arabic', path, arrive, as: people.viewer, locale: 'ar' },
    { name: 'watch-stale', path, arrive: then(makeStale, arrive) },
    {
      name: 'watch-wall',
      path,
      arrive: then(
        arrive,
        (page) => page.getByLabel('Your comment').fill('What I typed before the door.'),
        press('Send'),
        (page) => page.locator('dialog[open] input').first().waitFor(SOON),
      ),
    },
    {
      name: 'watch-report',
      path,
      as: people.viewer,
      arrive: then(arrive, press('Report'), (page) =>
        page.locator('dialog[open]').first().waitFor(SOON),
      ),
    },
    { name: 'watch-own', path: `/v/${video}`, arrive: heads, as: people.creator },
    { name: 'watch-none', path: '/v/nothing', arrive: (page) => shows(page, 'No such video') },
    { name: 'nowhere', path: '/no/such/page', arrive: (page) => shows(page, 'No such page') },
  ];
}

function personScenes({ people }: AppWorld): readonly Scene[] {
  const tiles = (page: Page): Promise<void> => page.locator('.tile').first().waitFor(SOON);
  const door = (page: Page): Promise<void> => page.locator('form button').first().waitFor(SOON);
  const fill = async (page: Page, handle: string, password: string): Promise<void> => {
    await page.locator('input[name="handle"]').fill(handle);
    await page.locator('input[name="password"]').fill(password);
    await page.locator('form button[type="submit"]').click();
    await page
      .locator('form :is([role="alert"], [data-tone="bad"], [aria-invalid="true"]):visible')
      .first()
      .waitFor(SOON);
  };
  return [
    { name: 'profile', path: '/@holdfast', arrive: tiles },
    { name: 'profile-own', path: '/@sea.glass', arrive: tiles, as: people.creator },
    { name: 'profile-arabic', path: '/@holdfast', arrive: tiles, locale: 'ar' },
    { name: 'profile-none', path: '/@nobody.here', arrive: heads },
    { name: 'profile-unpublished', path: '/@just.here', arrive: heads, as: people.newcomer },
    { name: 'search', path: '/search', arrive: heads },
    { name: 'search-found', path: '/search?q=night', arrive: tiles },
    {
      name: 'search-people',
      path: '/search?q=sea&type=people',
      arrive: (page) => shows(page, '@sea.glass'),
    },
    { name: 'search-nothing', path: '/search?q=zzzzqq', arrive: (page) => shows(page, /zzzzqq/) },
    { name: 'sign-in', path: '/sign-in', arrive: door },
    {
      name: 'sign-in-wrong',
      path: '/sign-in',
      arrive: (page) => fill(page, 'sea.glass', 'wrong words'),
    },
    { name: 'sign-up', path: '/sign-up', arrive: door },
    {
      name: 'sign-up-taken',
      path: '/sign-up',
      arrive: (page) => fill(page, 'sea.glass', 'violet-kettle-9'),
    },
    { name: 'settings', path: '/settings', arrive: heads, as: people.viewer },
    { name: 'settings-arabic', path: '/settings', arrive: heads, as: people.viewer, locale: 'ar' },
    {
      name: 'likes',
      path: '/likes',
      arrive: (page) => page.locator('.like-row').first().waitFor(SOON),
      as: people.viewer,
    },
    {
      name: 'likes-none',
      path: '/likes',
      arrive: (page) => shows(page, 'No likes yet'),
      as: people.newcomer,
    },
    { name: 'likes-visitor', path: '/likes', arrive: heads },
  ];
}

function uploadScenes({ people }: AppWorld): readonly Scene[] {
  const at = { path: '/upload', as: people.creator };
  const choose =
    (name: string, buffer: Buffer) =>
    async (page: Page): Promise<void> => {
      const file = { name, mimeType: 'video/mp4', buffer };
      await page.locator('input[type="file"]').first().setInputFiles(file);
    };
  return [
    { name: 'upload', ...at, arrive: heads },
    {
      name: 'upload-refused',
      ...at,
      arrive: then(heads, choose('film.mp4', Buffer.from('Dear diary. '.repeat(200))), (page) =>
        shows(page, 'This is not a video in MP4'),
      ),
    },
    { name: 'upload-visitor', path: '/upload', arrive: heads },
  ];
}

function caseScenes({ people }: AppWorld): readonly Scene[] {
  const at = { path: '/moderation', as: people.moderator };
  return [
    {
      name: 'reports',
      path: '/reports',
      arrive: (page) => page.locator('.report').first().waitFor(SOON),
      as: people.viewer,
    },
    {
      name: 'moderation',
      ...at,
      arrive: (page) => page.locator('.case-row').first().waitFor(SOON),
    },
    {
      name: 'moderation-case',
      ...at,
      arrive: then(
        (page) => page.locator('.case-row').first().click(SOON),
        (page) => shows(page, 'What was reported'),
      ),
    },
    {
      name: 'moderation-audit',
      path: '/moderation?view=audit',
      as: people.moderator,
      arrive: (page) => page.getByRole('table').first().waitFor(SOON),
    },
    {
      name: 'moderation-others',
      path: '/moderation',
      as: people.viewer,
      arrive: (page) => shows(page, 'This page is for moderators'),
    },
    { name: 'studio-own', path: '/studio', as: people.creator, arrive: heads },
  ];
}

/** All of them, over one world. */
export function appScenes(world: AppWorld): readonly Scene[] {
  return [feedScenes, watchScenes, personScenes, uploadScenes, caseScenes].flatMap((scenes) =>
    scenes(world),
  );
}
