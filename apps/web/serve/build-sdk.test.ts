// What the SDK costs those who load it, compressed.

import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { sdkCode } from './build-sdk.ts';

/** `gzip -9` bytes of each way to load it. */
const LIMITS = [
  ['only-counts.fixture.ts', 'es', 2_000],
  ['without-elements.fixture.ts', 'es', 6_144],
  ['index.ts', 'es', 7_500],
  ['script.ts', 'iife', 7_560],
] as const;
const BUILD_MS_MAX = 60_000;

describe('the size of the SDK', () => {
  for (const [entry, format, gzipBytesMax] of LIMITS) {
    test(
      `SE8: ${entry} is at most ${gzipBytesMax} bytes`,
      async () => {
        const gzipBytes = gzipSync(await sdkCode(entry, format), { level: 9 }).length;
        // Shown also when it holds, so that a change says what it costs.
        process.stdout.write(`${entry}: ${gzipBytes} bytes\n`);
        expect(gzipBytes).toBeLessThanOrEqual(gzipBytesMax);
      },
      BUILD_MS_MAX,
    );
  }

  test('what is stored or told to other tabs keeps its name, as another build reads it', async () => {
    const code = await sdkCode('script.ts', 'iife');
    const shared = 'atMs end grant id intent n nextN ops seenN untilMs who'.split(' ');
    expect(shared.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
  });

  test('SE8: nothing of it names a package', async () => {
    expect(await sdkCode('index.ts', 'es')).not.toMatch(/\bimport\b|\bfrom\s*["'`]/);
  });
});
