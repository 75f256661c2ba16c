import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BOOTSTRAP = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));
const CACHE = fileURLToPath(new URL('../node_modules/.cache/holdfast', import.meta.url));
const PROGRAM = `import { getCompileCacheDir } from 'node:module';
console.log(JSON.stringify([process.version, getCompileCacheDir(), ...process.argv.slice(2)]));`;

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast boot '));
  program = join(folder, 'program.mjs');
  writeFileSync(program, PROGRAM);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a program says of itself that is run as `npm start` runs one. */
function run(args: readonly string[], change: Readonly<Record<string, string>> = {}): unknown {
  const { NODE_COMPILE_CACHE: _, ...rest } = process.env;
  const env = { ...rest, ...change };
  return JSON.parse(
    execFileSync(process.execPath, [BOOTSTRAP, program, ...args], { env }).toString(),
  );
}

describe('a program that is started here', () => {
  it('runs under the pinned Node and keeps what it compiled', () => {
    const [version, cache, ...args] = run(['a b', '--c']) as readonly string[];
    expect(version).toMatch(/^v24\./);
    expect(cache).toContain(CACHE);
    expect(args).toEqual(['a b', '--c']);
  });

  it('has limits of memory, unless whoever starts it has others', () => {
    const asked = join(folder, 'limits.mjs');
    writeFileSync(
      asked,
      `console.log(JSON.stringify([process.execArgv, process.env.MALLOC_MMAP_THRESHOLD_]));`,
    );
    const limits = (change: Readonly<Record<string, string>>): unknown =>
      JSON.parse(
        execFileSync(process.execPath, [BOOTSTRAP, asked], {
          env: { PATH: process.env['PATH'], ...change },
        }).toString(),
      );
    expect(limits({})).toEqual([['--max-semi-space-size=16'], '1048576']);
    expect(limits({ MALLOC_MMAP_THRESHOLD_: '2' })).toEqual([expect.any(Array), '2']);
  });

  it('keeps it where whoever starts it says', () => {
    const elsewhere = join(folder, 'elsewhere');
    expect(run([], { NODE_COMPILE_CACHE: elsewhere })).toMatchObject([
      expect.any(String),
      expect.stringContaining(elsewhere),
    ]);
  });
});
