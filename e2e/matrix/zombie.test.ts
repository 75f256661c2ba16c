// An old owner that was away while the cell changed hands comes back and is asked at once, by a
// gateway that knows nothing of the change: it answers, and must acknowledge nothing.

import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { until } from '../harness/api.ts';
import { goesOn } from '../harness/load.ts';
import { seedOf } from '../harness/random.ts';
import { handedOverWith } from './attempt.ts';
import { openAudience } from './audience.ts';
import { momentNamed } from './cases.ts';
import { CELL_NAMES, openRig, otherOf } from './rig.ts';
import type { Rig, RigOptions } from './rig.ts';

const TEST_MS_MAX = 600_000;
/** The gateway that is not told, and through which everybody comes. */
const UNTOLD = 'gateway-untold';
const ANSWERS_MS = 1_000;

let rig: Rig | undefined;

afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

async function open(options: RigOptions = {}) {
  rig = await openRig(options);
  const { url } = await rig.gateway(UNTOLD);
  const audience = await openAudience({ url, seed: seedOf(process.env) });
  return { rig, audience };
}

it(
  'P7, H9: after a hand-over, and every op is still counted once',
  async () => {
    const { rig: at, audience } = await open();
    const moment = momentNamed('ceded, recorded and not known');
    await handedOverWith(at, audience, moment, async ({ partOf, letGo }) => {
      const zombie = at.running(partOf('source'));
      const untold = at.network.cut('registrar', UNTOLD);
      zombie.signal('SIGSTOP');
      letGo();
      const newest = await until(
        'decided',
        async () => (await at.charter()).at(-1),
        (entry) => entry?.act === 'cede' || entry?.act === 'leave',
      );
      if (newest?.act === 'cede') {
        await until(
          'served by the other',
          async () => at.statesOf('south'),
          (states) => states.includes('owning'),
        );
      }
      zombie.signal('SIGCONT');
      await sleep(ANSWERS_MS);
      untold.release();
    });
    await audience.leave();
  },
  TEST_MS_MAX,
);

it(
  'P7, H18: after its standby was promoted, and every op is still counted once',
  async () => {
    const { rig: at, audience } = await open({ isStandby: true });
    const newest = async () => (await at.charter()).at(-1);
    await until('joint', newest, (entry) => entry?.rule === 'joint');
    const owner = await at.owner();
    const untold = at.network.cut('registrar', UNTOLD);
    await goesOn(audience.load, 50);
    at.running(owner).signal('SIGSTOP');
    await until('promoted', newest, (entry) => entry?.act === 'promote');
    at.running(owner).signal('SIGCONT');
    await sleep(ANSWERS_MS);
    untold.release();
    expect(await at.owner()).toBe(otherOf(owner));
    await goesOn(audience.load, 100);
    // The lost site is the other's follower by now, or about to be.
    await until('joint again', newest, (entry) => entry?.rule === 'joint');
    expect(await audience.complaints()).toEqual([]);
    for (const name of CELL_NAMES) {
      const { code, out } = await at.fsck(name);
      expect([code, out]).toEqual([0, expect.stringContaining('0 differences')]);
    }
    await audience.leave();
  },
  TEST_MS_MAX,
);
