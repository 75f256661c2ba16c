// What the tests of a file share: one installation with its audience, since most of a test would
// else be starting it. After a test that failed the next one gets another.

import process from 'node:process';
import type { TestContext } from 'vitest';
import { seedOf } from '../harness/random.ts';
import { openAudience } from './audience.ts';
import type { Audience } from './audience.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

export type Stage = Readonly<{
  open: () => Promise<Readonly<{ rig: Rig; audience: Audience }>>;
  /** Called after each test. */
  judge: (context: TestContext) => Promise<void>;
  close: () => Promise<void>;
}>;

export function matrixStage(): Stage {
  let opened: Readonly<{ rig: Rig; audience: Audience }> | undefined;
  const close = async (): Promise<void> => {
    const was = opened;
    opened = undefined;
    if (was === undefined) return;
    try {
      await was.audience.leave();
    } finally {
      await was.rig.close();
    }
  };
  return {
    open: async () => {
      if (opened === undefined) {
        const rig = await openRig();
        opened = { rig, audience: await openAudience({ url: rig.url, seed: seedOf(process.env) }) };
      }
      return opened;
    },
    judge: async ({ task }) => {
      if (task.result?.state !== 'fail' || opened === undefined) return;
      const { rig } = opened;
      opened = undefined;
      await rig.close();
    },
    close,
  };
}
