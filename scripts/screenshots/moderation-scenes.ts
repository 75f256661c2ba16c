// Reports, and the moderators who decide on them.

import type { Page } from 'playwright-core';
import type { AppWorld } from './app-world.ts';
import { has, SOON, shows } from './scene.ts';
import type { Scene } from './scene.ts';

async function openCase(page: Page): Promise<void> {
  await page.locator('.case-row').first().click(SOON);
  await shows(page, 'What was reported');
  await shows(page, 'What happened');
}

export function moderationScenes({ moderator, viewer, maker }: AppWorld): readonly Scene[] {
  const at = (name: string, view: string, arrive: Scene['arrive']): Scene => {
    return { name: `moderation-${name}`, path: `/moderation${view}`, as: moderator, arrive };
  };
  return [
    at('queue', '', (page) => has(page, '.case-row')),
    at('decision', '', async (page) => {
      await openCase(page);
      await page.getByText('Hide it for a time').click(SOON);
      await page.getByRole('button', { name: 'Decide, and tell the author' }).click(SOON);
      await shows(page, 'Write the facts');
    }),
    at('appeal', '?view=appealed', openCase),
    at('nothing', '?view=closed', (page) => shows(page, 'Nothing is waiting here')),
    at('audit', '?view=audit', (page) => has(page, 'table')),
    {
      name: 'moderation-not-yours',
      path: '/moderation',
      as: viewer,
      arrive: (page) => shows(page, 'This page is for moderators'),
    },
    { name: 'reports', path: '/reports', as: viewer, arrive: (page) => has(page, '.report') },
    {
      name: 'reports-notice',
      path: '/reports',
      as: maker,
      arrive: (page) => shows(page, 'The facts'),
    },
  ];
}
