import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crashLoop } from '../testing/crash-loop.ts';

const TWO_MINUTES_MS = 120_000;

test(
  'P1, P2, C7, C10, C24: after twenty kills nothing acknowledged is lost and nothing counted twice',
  { timeout: TWO_MINUTES_MS },
  async () => {
    const seed = Date.now() % 1_000_000;
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
    const { faults, opsAcked } = await crashLoop(folder, 20, seed);
    expect(faults, `seed ${seed}, files in ${folder}`).toEqual([]);
    expect(opsAcked).toBeGreaterThan(1_000);
    rmSync(folder, { recursive: true });
  },
);
