// The console of whoever handed a cell over: as it is then, and as it was while the copy was held back.

import type { Page } from 'playwright-core';
import { CONSOLE_API, SAMPLES_MAX } from '@holdfast/protocol/console.ts';
import type { ConsoleLive, ConsoleSample } from '@holdfast/protocol/console.ts';
import type { HandedOver } from './handed-over.ts';
import { has, shows } from './scene.ts';
import type { Scene } from './scene.ts';

export function consoleScenes({ console: { staff } }: HandedOver): readonly Scene[] {
  return [
    { name: 'console-door', path: '/console', arrive: (page) => has(page, 'input') },
    {
      name: 'console',
      path: '/console',
      as: staff,
      arrive: (page) => shows(page, 'Sign out'),
    },
    {
      name: 'console-held-back',
      path: '/console',
      as: staff,
      arrive: async (page) => {
        await asWhileCopying(page);
        await page.reload();
        await shows(page, 'Held back');
      },
    },
  ];
}

/** The cell's own answer, put back to when a busy owner held its copy back. */
async function asWhileCopying(page: Page): Promise<void> {
  await page.route(`**${CONSOLE_API}/live?**`, async (route) => {
    const response = await route.fetch();
    const live = (await response.json()) as ConsoleLive;
    await route.fulfill({ response, json: whileCopying(live) });
  });
}

function whileCopying(live: ConsoleLive): ConsoleLive {
  const { status, nowMs } = live;
  if (!status?.handover) throw new Error('nothing was handed over');
  const samples = Array.from({ length: SAMPLES_MAX }, (_, n) => sampleOf(n, nowMs));
  return {
    ...live,
    status: {
      ...status,
      state: 'seeding',
      owner: status.party,
      handover: { ...status.handover, mode: 'approve', ended: null },
      progress: {
        copying: {
          bytes: 1_340_000_000,
          bytesTotal: 2_100_000_000,
          bytesPerSecond: 48_200_000,
          heldBack: 'acknowledgements take 88 ms (p99), and more than 50 ms wait',
        },
        batchesLeft: 1_204,
        leftMs: 16_000,
        pace: 'throttled',
      },
      lag: { kind: 'known', lagMs: 212, trend: 'falling' },
      pause: null,
      certificate: null,
    },
    history: { id: 'copying', samples },
  };
}

function sampleOf(n: number, nowMs: number): ConsoleSample {
  const wave = Math.sin(n / 23) + Math.sin(n / 7) / 3;
  return {
    n: n + 1,
    atMs: nowMs - (SAMPLES_MAX - n) * 1_000,
    state: n < SAMPLES_MAX / 2 ? 'owning' : 'seeding',
    ownerOpsPerSecond: 9_400 + 800 * wave,
    // Nobody followed in the first half.
    followerOpsPerSecond: n < SAMPLES_MAX / 2 ? null : 8_900 + 700 * wave,
    lagMs: n < SAMPLES_MAX / 2 ? null : 190 + 60 * wave,
    pauseMs: null,
  };
}
