// Profiles, likes, search, settings and the door.

import type { Page } from 'playwright-core';
import { PASSWORD } from './app-people.ts';
import type { AppWorld } from './app-world.ts';
import { has, inArabic, press, SOON, shows } from './scene.ts';
import type { Scene } from './scene.ts';

const tiles = (page: Page): Promise<void> => has(page, '.tile');

export function profileScenes(world: AppWorld): readonly Scene[] {
  const path = '/@shore.walks';
  const other: Scene = { name: 'profile', path, as: world.viewer, arrive: tiles };
  return [
    other,
    inArabic(other),
    { name: 'profile-own', path, as: world.maker, arrive: tiles },
    {
      name: 'profile-edit',
      path,
      as: world.maker,
      arrive: async (page) => {
        await press(page, 'Edit profile');
        await has(page, 'dialog[open] textarea');
      },
    },
    {
      name: 'profile-empty',
      path: '/@first.light',
      as: world.sender,
      arrive: (page) => shows(page, 'Your first video will stand here'),
    },
    {
      name: 'profile-unpublished',
      path: '/@just.arrived',
      as: world.newcomer,
      arrive: (page) => shows(page, 'Your profile is not public yet'),
    },
    {
      name: 'profile-liked-locked',
      path: '/@quiet.evening?tab=liked',
      arrive: (page) => shows(page, 'This person keeps their likes to themselves.'),
    },
    {
      name: 'profile-unknown',
      path: '/@nobody.at.all',
      arrive: (page) => shows(page, 'Nobody by this name'),
    },
    {
      name: 'likes',
      path: '/likes',
      as: world.viewer,
      arrive: (page) => has(page, '.like-row'),
    },
    {
      name: 'likes-empty',
      path: '/likes',
      as: world.newcomer,
      arrive: (page) => shows(page, 'No likes yet'),
    },
    {
      name: 'likes-visitor',
      path: '/likes',
      arrive: (page) => shows(page, 'Sign in to see your likes'),
    },
  ];
}

export function searchScenes(): readonly Scene[] {
  return [
    { name: 'search', path: '/search', arrive: (page) => has(page, 'main a[href*="q="], .tile') },
    { name: 'search-videos', path: '/search?q=rain', arrive: tiles },
    {
      name: 'search-people',
      path: '/search?q=light&type=people',
      arrive: (page) => shows(page, 'First Light'),
    },
    {
      name: 'search-tags',
      path: '/search?q=s&type=tags',
      arrive: (page) => shows(page, /#?storm/),
    },
    {
      name: 'search-nothing',
      path: '/search?q=zzyzx',
      arrive: (page) => shows(page, 'Nothing found for'),
    },
  ];
}

export function settingsScenes(world: AppWorld): readonly Scene[] {
  const settings: Scene = {
    name: 'settings',
    path: '/settings',
    as: world.maker,
    arrive: (page) => has(page, 'textarea'),
  };
  return [
    settings,
    inArabic(settings),
    {
      name: 'settings-visitor',
      path: '/settings',
      arrive: (page) => shows(page, 'You are not signed in'),
    },
    {
      name: 'settings-delete',
      path: '/settings',
      as: world.maker,
      arrive: async (page) => {
        await press(page, 'Delete my account…');
        await has(page, 'dialog[open] input');
      },
    },
  ];
}

/** Types a handle and a password, sends them, and waits for what is said of it. */
async function enter(page: Page, handle: string, password: string, said: string): Promise<void> {
  await has(page, 'input[name="jurisdiction"]');
  await page.locator('input[name="handle"]').fill(handle);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('form.door button[type="submit"]').click(SOON);
  await shows(page, said);
}

export function doorScenes(world: AppWorld): readonly Scene[] {
  const signUp: Scene = {
    name: 'sign-up',
    path: '/sign-up',
    arrive: (page) => has(page, 'input[name="jurisdiction"]'),
  };
  return [
    signUp,
    inArabic(signUp),
    { ...signUp, name: 'sign-in', path: '/sign-in' },
    {
      name: 'sign-in-wrong',
      path: '/sign-in',
      arrive: (page) => enter(page, 'shore.walks', 'not-the-password', 'Handle or password'),
    },
    {
      name: 'sign-in-already',
      path: '/sign-in',
      as: world.viewer,
      arrive: (page) => shows(page, 'You are signed in as @quiet.evening.'),
    },
    {
      name: 'sign-up-taken',
      path: '/sign-up',
      arrive: (page) => enter(page, 'shore.walks', PASSWORD, 'This handle is taken'),
    },
    {
      name: 'sign-up-missing',
      path: '/sign-up',
      arrive: (page) => enter(page, 'new.here', 'short', 'Use at least 8 characters'),
    },
  ];
}
