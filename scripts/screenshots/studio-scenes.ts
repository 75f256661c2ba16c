// The pages of the studio, over a made-up year.

import { SOON, shows } from './scene.ts';
import type { Scene } from './scene.ts';
import { liveAYear } from './studio-year.ts';

const inAYear = (arrive: Scene['arrive']): Scene['arrive'] => {
  return async (page) => {
    await liveAYear(page);
    await arrive(page);
  };
};

export const STUDIO_SCENES: readonly Scene[] = [
  {
    name: 'studio',
    path: '/studio?period=28d&compare=previous',
    arrive: inAYear((page) => shows(page, 'What happened')),
  },
  {
    name: 'studio-year-as-table',
    path: '/studio?period=365d',
    arrive: inAYear((page) => page.getByRole('button', { name: 'Table' }).first().click(SOON)),
  },
  {
    name: 'studio-video',
    path: '/studio/videos/v_0?period=90d',
    arrive: inAYear((page) => shows(page, /4,812 starts/)),
  },
  {
    name: 'studio-why',
    path: '/studio/videos/v_0',
    arrive: inAYear(async (page) => {
      await page.getByRole('button', { name: 'Why this number' }).click(SOON);
      await shows(page, 'The books balance');
    }),
  },
  { name: 'studio-visitor', path: '/studio', arrive: (page) => shows(page, 'Sign in to see') },
];
