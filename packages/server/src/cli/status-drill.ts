// `holdfast status drill`: breaks a copy on purpose, and measures how long each took to turn red.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { Board } from '../status/board.ts';
import { BROKEN_CELL, DRILLS, openFaultProxy } from '../status/drill/fault-proxy.ts';
import type { Drill, FaultProxy } from '../status/drill/fault-proxy.ts';
import { prepareLostRow } from '../status/drill/lose-row.ts';
import { runPlace } from '../status/places/place-runner.ts';
import type { Place } from '../status/rules/observation.ts';
import { opensIncident } from '../status/rules/incident.ts';
import type { Component } from '../status/rules/words.ts';
import { openStatusStore } from '../status/store/status-store.ts';
import { CliError } from './cli-error.ts';
import { paintFor, writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { JSON_FLAG, JSON_HELP } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { usage } from './status-flags.ts';
import { worldOf } from './status-run.ts';

const RED_MS_MAX = 30_000;
/** A drill that has not turned red after this is given up. */
const WAIT_MS_MAX = 60_000;
const GREEN_MS_MAX = 90_000;
const LOOK_MS = 250;
const START_MS_MAX = 60_000;

const NOTHING_LOST = { lose: (): void => undefined, mend: (): void => undefined };

type Flags = Readonly<{ json?: true }>;
export type DrillResult = Readonly<{
  drill: Drill;
  expected: Component;
  /** Until the right component was red; `undefined`: it never was. */
  redMs: number | undefined;
  /** Everything that was red then. */
  red: readonly string[];
}>;

const HELP = `
Starts a copy of Holdfast with data of its own in a scratch folder, breaks it in one way after the
other, and waits until the page turns red. What you run is not touched. Takes some minutes.

Drills:
${Object.entries(DRILLS)
  .map(([name, { says, component }]) => `  ${name.padEnd(15)} ${says} (${component})`)
  .join('\n')}
`;

export function addDrillCommand(status: Command, { io, finish }: CommandContext): void {
  status
    .command('drill [name...]')
    .summary('break a copy, and see it turn red')
    .description('Breaks a copy on purpose and reports how long each fault took to turn red.')
    .option(JSON_FLAG, JSON_HELP)
    .addHelpText('after', HELP)
    .action(async (names: readonly string[], flags: Flags) => {
      finish(await run(io, names, flags));
    });
}

function drillsOf(names: readonly string[]): readonly Drill[] {
  const all = Object.keys(DRILLS) as readonly Drill[];
  const unknown = names.find((name) => !all.some((drill) => drill === name));
  if (unknown !== undefined)
    throw usage('drill', `There is no drill ${unknown}: ${all.join(', ')}.`);
  return names.length === 0 ? all : all.filter((drill) => names.includes(drill));
}

async function run(io: CliIo, names: readonly string[], flags: Flags): Promise<ExitCode> {
  const drills = drillsOf(names);
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-drill-'));
  const serviceKey = `hfk_${randomBytes(24).toString('base64url')}`;
  const copy = spawnCopy(io, dir, serviceKey);
  try {
    const url = await urlOfCopy(copy);
    const proxy = await openFaultProxy(url, serviceKey, io.nowMs);
    const results = await runDrills(io, { dir, url, serviceKey, proxy, drills });
    await proxy.close();
    tell(io, flags, results);
    return results.every(isGood) ? EXIT.ok : EXIT.failed;
  } finally {
    copy.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function spawnCopy(io: CliIo, dir: string, serviceKey: string): ChildProcess {
  const args = ['start', '--port', '0', '--json', '--no-status', '--data', join(dir, 'data')];
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
    env: { ...io.env, HOLDFAST_SERVICE_KEY: serviceKey, HOLDFAST_LOG: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return child;
}

async function urlOfCopy(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
  const untilMs = performance.now() + START_MS_MAX;
  while (!text.includes('\n')) {
    if (child.exitCode !== null || performance.now() > untilMs) {
      throw new CliError(
        EXIT.failed,
        'no-copy',
        'The copy did not start. Nothing else was touched.',
      );
    }
    await sleep(LOOK_MS);
  }
  // The first line that `holdfast start --json` writes.
  return (JSON.parse(text.slice(0, text.indexOf('\n'))) as Readonly<{ url: string }>).url;
}

type Rig = Readonly<{
  dir: string;
  url: string;
  serviceKey: string;
  proxy: FaultProxy;
  drills: readonly Drill[];
}>;

async function runDrills(io: CliIo, rig: Rig): Promise<readonly DrillResult[]> {
  const { dir, serviceKey, proxy, drills } = rig;
  const monotonicMs = (): number => performance.now();
  const store = openStatusStore(join(dir, 'status.db'));
  const newId = (): string => randomBytes(8).toString('hex');
  const board = new Board({ store, clock: { nowMs: io.nowMs, monotonicMs }, newId });
  const world = worldOf({ monotonicMs, fetch }, io, { serviceKey, registrarKey: undefined });
  const place = runPlace({
    place: 'drill' as Place,
    world,
    gateways: [proxy.url],
    cells: [],
    references: [],
    file: join(dir, 'canaries.json'),
    randomBytes,
    firstN: 0,
    handOver: async (report) => void board.take(report),
  });
  const results: DrillResult[] = [];
  try {
    for (const drill of drills) {
      await waitFor(board, GREEN_MS_MAX, () => board.overallState === 'operational');
      io.err.write(`${drill}: ${DRILLS[drill].says} …\n`);
      const expected = DRILLS[drill].component;
      const { lose, mend } =
        drill === 'lost-row'
          ? await prepareLostRow({ ...rig, ask: world.ask, dataDir: join(dir, 'data') })
          : NOTHING_LOST;
      proxy.breakWith(drill);
      lose();
      const redMs = await waitFor(board, WAIT_MS_MAX, () => isRed(board, expected));
      results.push({ drill, expected, redMs, red: redParts(board) });
      proxy.breakWith(undefined);
      mend();
    }
    return results;
  } finally {
    void place.stop();
    store.close();
  }
}

/** Looks until `holds`; gives the time that it took, or `undefined` when it never did. */
async function waitFor(
  board: Board,
  msMax: number,
  holds: () => boolean,
): Promise<number | undefined> {
  const begunMs = performance.now();
  while (performance.now() - begunMs < msMax) {
    board.look();
    if (holds()) return performance.now() - begunMs;
    await sleep(LOOK_MS);
  }
  return undefined;
}

function isRed(board: Board, component: Component): boolean {
  return board.components.some(
    (one) => one.component === component && one.cell === BROKEN_CELL && opensIncident(one.state),
  );
}

function redParts(board: Board): readonly string[] {
  return board.components
    .filter(({ state }) => opensIncident(state))
    .map(({ cell, component, state }) => `${cell}/${component}: ${state}`);
}

function isGood({ redMs }: DrillResult): boolean {
  return redMs !== undefined && redMs <= RED_MS_MAX;
}

function tell(io: CliIo, flags: Flags, results: readonly DrillResult[]): void {
  if (flags.json === true) {
    writeJson(io, { drills: results, withinMs: RED_MS_MAX });
    return;
  }
  const paint = paintFor(io.out, io.env, false);
  for (const result of results) {
    const { drill, expected, redMs, red } = result;
    const seconds = redMs === undefined ? 'never' : `${(redMs / 1_000).toFixed(1)} s`;
    const word = isGood(result) ? paint.good('red') : paint.bad('NOT in time');
    io.out.write(
      `${drill.padEnd(15)} ${expected.padEnd(12)} ${word} after ${seconds}  ${red.join(', ')}\n`,
    );
  }
}
