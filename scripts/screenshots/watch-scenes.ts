// A video's own page and its comments.

import type { Page } from 'playwright-core';
import type { AppWorld } from './app-world.ts';
import { has, inArabic, press, SOON, shows } from './scene.ts';
import type { Scene } from './scene.ts';

const box = (page: Page) => page.getByLabel('Your comment');

const comments = (page: Page): Promise<void> => has(page, '.comment');

/** All of them, over one world. */
export function watchScenes(world: AppWorld): readonly Scene[] {
  return [...pageScenes(world), ...writingScenes(world), ...restScenes(world)];
}

function pageScenes(world: AppWorld): readonly Scene[] {
  const path = `/v/${world.talkedOf}`;
  const watch: Scene = { name: 'watch', path, arrive: comments };
  return [
    watch,
    inArabic(watch),
    {
      name: 'watch-creator',
      path,
      as: world.maker,
      arrive: (page) => shows(page, 'Let it through'),
    },
  ];
}

function writingScenes(world: AppWorld): readonly Scene[] {
  const path = `/v/${world.talkedOf}`;
  return [
    {
      name: 'watch-replying',
      path,
      as: world.viewer,
      arrive: async (page) => {
        await press(page, 'Show 1 reply');
        await shows(page, 'two microphones');
        await press(page, /^Reply/);
        await box(page).fill('And what became of the <b>path</b>?');
      },
    },
    {
      name: 'watch-words-kept',
      path,
      arrive: async (page) => {
        await comments(page);
        await box(page).fill('I stood there last year, and it was as loud as this.');
        await page.getByRole('button', { name: 'Send', exact: true }).click(SOON);
        await has(page, 'dialog[open] input[name="jurisdiction"]');
      },
    },
    {
      name: 'watch-too-long',
      path,
      as: world.viewer,
      arrive: async (page) => {
        await comments(page);
        await box(page).fill('é'.repeat(2_003));
        await shows(page, 'Too long by 3.');
      },
    },
    {
      name: 'watch-profile-needed',
      path,
      as: world.newcomer,
      arrive: async (page) => {
        await comments(page);
        await box(page).fill('My first words here.');
        await page.getByRole('button', { name: 'Send', exact: true }).click(SOON);
        await shows(page, 'Publish my profile and send');
      },
    },
    {
      name: 'watch-not-sent',
      path,
      as: world.viewer,
      arrive: async (page) => {
        await comments(page);
        await page.context().setOffline(true);
        await box(page).fill('Kept until I am back.');
        await page.getByRole('button', { name: 'Send', exact: true }).click(SOON);
        await shows(page, 'Not sent. It is kept on this device');
      },
    },
  ];
}

function restScenes(world: AppWorld): readonly Scene[] {
  const path = `/v/${world.talkedOf}`;
  return [
    {
      name: 'watch-numbers',
      path,
      arrive: async (page) => {
        await press(page, 'What these numbers mean');
        await has(page, 'dialog[open] table');
      },
    },
    {
      name: 'watch-report',
      path,
      as: world.viewer,
      arrive: async (page) => {
        await page.getByRole('button', { name: 'Report' }).first().click(SOON);
        await has(page, 'dialog[open] input[type="radio"]');
      },
    },
    {
      name: 'watch-no-comments',
      path: `/v/${world.quiet}`,
      arrive: (page) => shows(page, 'No comments yet'),
    },
    {
      name: 'watch-unknown',
      path: '/v/nothing-at-all',
      arrive: (page) => shows(page, 'No such video'),
    },
    {
      name: 'watch-removed',
      path,
      arrive: async (page) => {
        await page.route(`**/v1/videos/${world.talkedOf}`, (route) =>
          route.fulfill({
            status: 410,
            contentType: 'application/problem+json',
            body: '{"status":410,"code":"video-removed","title":"Removed","detail":""}',
          }),
        );
        await page.reload();
        await shows(page, 'This video was removed');
      },
    },
  ];
}
