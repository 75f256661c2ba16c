// One video's balances at the end of the demo: asked of the gateway as anybody would, checked against
// the certificates without the network, and told.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from './installation.ts';

const WAIT_MS_MAX = 60_000;
const LOOK_MS = 500;

type Balance = Readonly<{ operator: string; likes: number; views: number }>;
type AtHandover = Readonly<{
  handover: string;
  closing: Balance | null;
  opening: Balance | null;
}>;

/** Tells a video's balances at every hand-over; rejects when one does not hold or never comes. */
export async function tellBalances(
  place: Installation,
  { url, video, folder }: Readonly<{ url: string; video: string; folder: string }>,
  say: (text: string) => void,
): Promise<void> {
  const { text, balances } = await wholeBalances(url, video);
  const file = join(folder, 'balances.json');
  writeFileSync(file, text);
  for (const { handover, closing, opening } of balances) {
    const certificate = join(folder, 'certificates', `${handover}.json`);
    if (!existsSync(certificate) || closing === null || opening === null) continue;
    await place.holdfast('handover', 'verify', certificate, '--balance', file);
    say(
      `${video} at ${handover}: ${closing.operator} closed with ${closing.likes} likes, ` +
        `${opening.operator} opened with ${opening.likes}; both signed, and the proofs hold`,
    );
  }
}

/** Whoever owns the cell by now may still be fetching what was signed before it. */
async function wholeBalances(
  url: string,
  video: string,
): Promise<Readonly<{ text: string; balances: readonly AtHandover[] }>> {
  for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += LOOK_MS) {
    const answer = await fetch(`${url}/v1/videos/${video}/balances`);
    const text = await answer.text();
    const { balances } = (answer.ok ? JSON.parse(text) : { balances: [] }) as Readonly<{
      balances: readonly AtHandover[];
    }>;
    const isWhole = balances.every(({ closing, opening }) => closing !== null && opening !== null);
    if (isWhole && balances.length > 0) return { text, balances };
    await sleep(LOOK_MS);
  }
  throw new Error(`the balances of ${video} were not there within ${WAIT_MS_MAX / 1_000} s`);
}
