// A wall clock for a server that a test sets, also while it runs.

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from './installation.ts';

const PRELOAD = new URL('./shifted-clock.test-process.ts', import.meta.url);

export type ShiftedClock = Readonly<{
  /** How far the server's clock is from the real one, from now on. */
  set: (shiftMs: number) => void;
  /** What a server that is to have this clock is started with. */
  env: Readonly<Record<string, string>>;
}>;

export function shiftedClock({ scratchDir }: Installation): ShiftedClock {
  const file = join(scratchDir, 'clock');
  return {
    set: (shiftMs) => {
      writeFileSync(`${file}.new`, String(shiftMs));
      renameSync(`${file}.new`, file);
    },
    env: { NODE_OPTIONS: `--import ${PRELOAD.href}`, E2E_CLOCK_FILE: file },
  };
}
