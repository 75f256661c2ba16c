// Hand-overs that cannot be, and messages that somebody on the way has meddled with: refused with a
// reason, and nothing has changed.

import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyDisk } from '@holdfast/engine/testing/tiny-disk.ts';
import type { TinyDisk } from '@holdfast/engine/testing/tiny-disk.ts';
import { until } from '../harness/api.ts';
import { seedOf } from '../harness/random.ts';
import { shiftedClock } from '../harness/shifted-clock.ts';
import type { ShiftedClock } from '../harness/shifted-clock.ts';
import { handedOverWith } from './attempt.ts';
import { openAudience } from './audience.ts';
import type { Audience } from './audience.ts';
import { momentNamed } from './cases.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

const TEST_MS_MAX = 600_000;
const DAY_MS = 86_400_000;
const DISK_MIB = 64;
const FREE_BYTES = 64 * 1024;

let rig: Rig;
let audience: Audience;
let disk: TinyDisk | undefined;
let clock: ShiftedClock | undefined;

beforeAll(async () => {
  rig = await openRig({
    prepare: (place) => {
      disk = tinyDisk(join(place.scratchDir, 'south'), DISK_MIB);
      clock = shiftedClock(place);
      clock.set(0);
      return disk?.release;
    },
    env: (name) => (name === 'south' ? (clock?.env ?? {}) : {}),
  });
  audience = await openAudience({ url: rig.url, seed: seedOf(process.env) });
}, TEST_MS_MAX);

afterAll(async () => {
  await audience.leave();
  await rig.close();
});

/** Starts a hand-over that must be refused for this reason, and change nothing. */
async function expectRefused(to: string, reason: RegExp, as: 'north' | 'south' = 'north') {
  const before = await rig.charter();
  const states = rig.statesOf('north').length;
  const { code, out, err } = await rig.handover(as, 'start', '--to', to);
  expect(code).not.toBe(0);
  expect(`${out}${err}`).toMatch(reason);
  expect(`${out}${err}`).toContain('Nothing was changed');
  expect(await rig.charter()).toEqual(before);
  expect(rig.statesOf('north').length).toBe(states);
}

describe('a hand-over is refused', { timeout: TEST_MS_MAX }, () => {
  it('HF7, H29: to itself', () => expectRefused(rig.addressOf('north'), /owns the cell already/));

  it('HF7, H39: to what is no party', () =>
    expectRefused(rig.running('registrar').url, /two different|no part|no party|does not take/));

  it('HF7, H41: by somebody who has no key of the owner', () =>
    expectRefused(rig.addressOf('north'), /no key of a party/, 'south'));

  it('HF9, W7, H39: to a party whose clock is a day off, either way', async () => {
    for (const shiftMs of [DAY_MS, -DAY_MS]) {
      clock?.set(shiftMs);
      await until(
        'refused for its clock',
        () => rig.handover('north', 'start', '--to', rig.addressOf('south'), '--dry-run'),
        ({ out, err }) => /clock/.test(`${out}${err}`) && !/It fits/.test(out),
      );
      await expectRefused(rig.addressOf('south'), /clock/);
    }
    clock?.set(0);
  });

  it('HF10, H39: to a party with too little disk', async ({ skip }) => {
    if (disk === undefined) return skip('not run: only root can mount a small disk');
    const ballast = join(disk.path, 'ballast');
    const { bavail, bsize } = statfsSync(disk.path);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - FREE_BYTES));
    await expectRefused(rig.addressOf('south'), /disk is red: .* MB are free/);
    rmSync(ballast);
  });
});

describe('a hand-over goes its way', { timeout: TEST_MS_MAX }, () => {
  it('HF8, H29: while a second one is asked for, which is refused', async () => {
    await handedOverWith(rig, audience, momentNamed('joint'), async ({ partOf }) => {
      const [source, target] = [partOf('source'), partOf('target')];
      if (source !== 'north' || target !== 'south') throw new Error('it is the first one');
      const second = await rig.handover(source, 'start', '--to', rig.addressOf(target));
      expect(second.code).not.toBe(0);
      expect(second.err).toMatch(/running; end it first/);
    });
  });

  it('HF13, W3, H12: while bytes of the copy are changed on the way, of which none is taken', async () => {
    const moment = momentNamed('seeding');
    await handedOverWith(rig, audience, moment, async ({ partOf, letGo }) => {
      const [source, target] = [partOf('source'), partOf('target')];
      const altered = rig.network.alter(
        ({ from, to, phase }) => from === target && to === source && phase === 'answer',
      );
      letGo();
      await until(
        'altered',
        async () => altered.count(),
        (count) => count >= 5,
      );
      altered.end();
    });
  });

  it('HF12, W6: while every message between the parties and to the registrar arrives twice', async () => {
    const repeated = rig.network.repeat(
      ({ from, method }) => from !== 'anybody' && method !== 'GET',
    );
    await handedOverWith(rig, audience, momentNamed('joint'), () => Promise.resolve());
    repeated.end();
    expect(repeated.count()).toBeGreaterThan(100);
  });
});
