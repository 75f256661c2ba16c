// The one command for contributors: `npm run check` (`npm run check -- --no-tests` leaves tests out).
//
// Every step runs, also after one has failed, so that one run shows all there is to mend. A step
// prints one line with its time; what its tools said is printed only when it failed.

import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

type Command = readonly string[];
type Step = Readonly<{ name: string; commands: readonly Command[] }>;
type Result = Readonly<{ ok: boolean; output: string }>;

const root = fileURLToPath(new URL('..', import.meta.url));

const tsc = (project: string): Command => ['node_modules/typescript/bin/tsc', '-p', project];

const steps: readonly Step[] = [
  {
    name: 'format',
    commands: [
      ['node_modules/prettier/bin/prettier.cjs', '--check', '--cache', '--log-level=warn', '.'],
    ],
  },
  {
    name: 'lint',
    commands: [['node_modules/oxlint/bin/oxlint', '--deny-warnings']],
  },
  {
    name: 'types',
    commands: [
      tsc('.'),
      tsc('packages/protocol'),
      tsc('packages/protocol/tsconfig.browser.json'),
      tsc('packages/sdk'),
      tsc('packages/sdk/tsconfig.browser.json'),
      tsc('packages/tlog'),
      tsc('packages/tlog/tsconfig.browser.json'),
      tsc('packages/engine'),
      tsc('packages/server'),
      tsc('apps/web'),
      tsc('apps/web/tsconfig.browser.json'),
      tsc('bench'),
      tsc('e2e'),
      tsc('examples/embed'),
      tsc('sim'),
    ],
  },
  {
    name: 'import direction',
    commands: [
      [
        'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
        '--output-type=err-long',
        ...['packages', 'apps', 'bench', 'e2e', 'sim', 'scripts'],
      ],
    ],
  },
  {
    name: 'dead code',
    commands: [['node_modules/knip/bin/knip.js', '--no-progress']],
  },
];

/**
 * Tests of whole installations, of processes that are killed, and of all that the machine of the
 * hand-over can do: more than somebody waits for between two edits. `npm test` runs them too.
 */
const LONG_TESTS = [
  'e2e/**',
  'sim/**',
  'packages/engine/src/handover/explore/**',
  'packages/server/src/cli/**',
  'packages/server/src/replication/handover-*.test.ts',
  'packages/server/src/retirement/**',
];

const tests: Step = {
  name: 'tests',
  commands: [
    ['node_modules/vitest/vitest.mjs', 'run', ...LONG_TESTS.map((path) => `--exclude=${path}`)],
  ],
};

/** Runs one tool under this same Node and gathers what it says; a signal to us ends it too. */
function run(command: Command): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = (signal: NodeJS.Signals): void => {
      child.kill(signal);
      process.exit(1);
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    let output = '';
    const gather = (text: string): void => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', gather);
    child.stderr.setEncoding('utf8').on('data', gather);
    child.on('close', (code) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve({ ok: code === 0, output });
    });
  });
}

async function runStep({ name, commands }: Step): Promise<boolean> {
  const startedAtMs = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`  …   ${name}`);
  const results: Result[] = [];
  for (const command of commands) results.push(await run(command));
  const failed = results.filter((result) => !result.ok);
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  const clearLine = process.stdout.isTTY ? '\r\x1b[K' : '';
  const mark = failed.length === 0 ? 'ok  ' : 'FAIL';
  process.stdout.write(`${clearLine}${mark}  ${name.padEnd(18)}${seconds.padStart(6)} s\n`);
  for (const { output } of failed) process.stdout.write(`\n${output.trim()}\n\n`);
  return failed.length === 0;
}

const { values } = parseArgs({ options: { 'no-tests': { type: 'boolean', default: false } } });
const failed: string[] = [];
const wanted = values['no-tests'] ? steps : [...steps, tests];
for (const step of wanted) {
  if (!(await runStep(step))) failed.push(step.name);
}
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
console.log(`${wanted.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
