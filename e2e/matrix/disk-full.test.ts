// The disk of the party that is to have the cell fills up in the middle of a hand-over.

import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { tinyDisk } from '@holdfast/engine/testing/tiny-disk.ts';
import type { TinyDisk } from '@holdfast/engine/testing/tiny-disk.ts';
import { seedOf } from '../harness/random.ts';
import { handedOverWith, handOverWith } from './attempt.ts';
import type { Fault } from './attempt.ts';
import { openAudience } from './audience.ts';
import { momentNamed } from './cases.ts';
import { openRig } from './rig.ts';

const TEST_MS_MAX = 600_000;
const DISK_MIB = 64;
const FULL_MS = 3_000;

/** Takes what is left, also of what the party frees and takes meanwhile. */
function fill(ballast: string, dir: string): void {
  const { bavail, bsize } = statfsSync(dir);
  try {
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

it(
  'P1, P2: nothing is lost, the cell stays where it is, and a later hand-over succeeds',
  async ({ skip }) => {
    const made: { disk?: TinyDisk | undefined } = {};
    const rig = await openRig({
      prepare: ({ scratchDir }) => {
        made.disk = tinyDisk(join(scratchDir, 'south'), DISK_MIB);
        return made.disk?.release;
      },
    });
    const { disk } = made;
    try {
      if (disk === undefined) return skip('not run: only root can mount a small disk');
      const audience = await openAudience({ url: rig.url, seed: seedOf(process.env) });
      const fillsUp: Fault = async ({ letGo }) => {
        const ballast = join(disk.path, 'ballast');
        fill(ballast, disk.path);
        letGo();
        await sleep(FULL_MS);
        rmSync(ballast);
      };
      const joint = await handOverWith(rig, audience, momentNamed('joint'), fillsUp);
      expect(joint.outcome).toBe('aborted');
      await handedOverWith(rig, audience, momentNamed('seeding'), fillsUp);
      await audience.leave();
    } finally {
      await rig.close();
    }
  },
  TEST_MS_MAX,
);
