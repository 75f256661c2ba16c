// A gateway that was off for days, while the cell changed hands three times: what it has on its disk
// is of another time, and it may neither show it as of now nor send anything to where it is lost.

import process from 'node:process';
import { afterEach, expect, it } from 'vitest';
import { apiOf, until } from '../harness/api.ts';
import { goesOn } from '../harness/load.ts';
import { seedOf } from '../harness/random.ts';
import { shiftedClock } from '../harness/shifted-clock.ts';
import type { ShiftedClock } from '../harness/shifted-clock.ts';
import { handedOverWith } from './attempt.ts';
import { openAudience, registerVideos, VIDEOS } from './audience.ts';
import { momentNamed } from './cases.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

const TEST_MS_MAX = 600_000;
const OLD = 'gateway-old';
/** As long as a session lasts, less some hours: grants from before are good still. */
const OFF_MS = 6.9 * 86_400_000;
const HANDOVERS = 3;

let rig: Rig | undefined;

afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

it(
  'P3, H25, W128: it shows old counts as old, finds the owner without a registrar, and takes ops',
  async () => {
    const made: { clock?: ShiftedClock } = {};
    rig = await openRig({
      prepare: (place) => {
        made.clock = shiftedClock(place);
        made.clock.set(0);
        return undefined;
      },
      env: () => made.clock?.env ?? {},
    });
    const audience = await openAudience({ url: rig.url, seed: seedOf(process.env), isCalm: true });
    const before = await rig.gateway(OLD);
    await registerVideos(before.url);
    const [video = ''] = VIDEOS;
    const isLive = async (url: string) => (await apiOf(url).counts(VIDEOS))[video]?.views;
    const then = await until(
      'live',
      () => isLive(before.url),
      (views) => views?.state === 'live',
    );
    await before.stop();

    for (let done = 0; done < HANDOVERS; done += 1) {
      await handedOverWith(rig, audience, momentNamed('shadow'), () => Promise.resolve());
    }
    made.clock?.set(OFF_MS);
    await goesOn(audience.load, 50);

    // First without anybody who could tell it of what has been.
    const { network } = rig;
    const apart = (other: string) => [network.cut(OLD, other), network.cut(other, OLD)];
    const noRegistrar = apart('registrar');
    const noParties = [...apart('north'), ...apart('south')];
    const after = await rig.gateway(OLD);
    const shown = await isLive(after.url);
    expect(shown?.state).toBe('stale');
    expect(shown?.value).toBeGreaterThanOrEqual(then?.value ?? 0);
    expect(Date.parse(shown?.asOf ?? '')).toBeLessThan(Date.now() + OFF_MS / 2);

    // Then the party that it takes for the owner can be reached, and tells it what it missed.
    audience.load.moveTo(after.url);
    for (const one of noParties) one.release();
    await goesOn(audience.load, 100);
    for (const one of noRegistrar) one.release();
    await goesOn(audience.load, 50);
    expect(await audience.complaints(after.url)).toEqual([]);
    expect(await audience.complaints()).toEqual([]);
    await audience.leave();
  },
  TEST_MS_MAX,
);
