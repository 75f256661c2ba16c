import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crashLoop } from '../testing/crash-loop.ts';

const HOUR_MS = 3_600_000;

test('P1, P2, C7, C10, C24: nor after three hundred kills', { timeout: HOUR_MS }, async () => {
  const seed = Date.now() % 1_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
  const { faults } = await crashLoop(folder, 300, seed);
  expect(faults, `seed ${seed}, files in ${folder}`).toEqual([]);
  rmSync(folder, { recursive: true });
});
