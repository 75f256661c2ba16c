// The status page in each of its states, with a history behind it.

import { openShown, SHOWN } from '@holdfast/server/status/shown.fixture.ts';
import { pageAssets } from '@holdfast/server/cli/status-run.ts';
import type { Scene } from './scene.ts';

/** Gives one page after the other to whoever takes the pictures. */
export async function showStatus(
  take: (url: string, scene: Scene) => Promise<void>,
): Promise<void> {
  for (const shown of SHOWN) {
    const { url, path, close } = await openShown(shown, pageAssets());
    await take(url, { name: `status-${shown}`, path, arrive: async () => undefined });
    await close();
  }
}
