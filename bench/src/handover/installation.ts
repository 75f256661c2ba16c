// What is rehearsed: a registrar, the cells of two operators and a gateway, each a process of its
// own as an operator starts it, with its data on disk.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answersOk, runToEnd, start, waitReady, type Started } from '../contenders/processes.ts';
import { JURISDICTION, type Target } from '../load/job.ts';

const READY_MS_MAX = 60_000;
const LOOK_MS = 50;

export const SIDES = ['north', 'south'] as const;
export type Side = (typeof SIDES)[number];

export const otherSide = (side: Side): Side => (side === 'north' ? 'south' : 'north');

export type InstallationOptions = Readonly<{
  serverMain: string;
  repositoryRoot: string;
  folder: string;
  seedMbPerSecond: number | null;
}>;

export type Installation = Readonly<{
  target: Target;
  urlOf: (side: Side) => string;
  dataOf: (side: Side) => string;
  registrarUrl: string;
  /** Runs `holdfast …` to its end; rejects with what it said when it fails. */
  holdfast: (...args: readonly string[]) => Promise<string>;
  /** Asks all processes to stop, and waits. */
  stop: () => Promise<void>;
}>;

/** Starts all parts; resolves when the gateway can take ops. */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const { serverMain, repositoryRoot: cwd, folder, seedMbPerSecond } = options;
  const serviceKey = `hfk_bench${randomBytes(24).toString('hex')}`;
  const env = { HOLDFAST_SERVICE_KEY: serviceKey };
  const running: Started[] = [];
  const part = async (name: string, args: readonly string[]): Promise<string> => {
    const usual = ['--data', join(folder, name), '--port', '0', '--json', '--log', 'warn'];
    const command = { command: process.execPath, args: [serverMain, ...args, ...usual], cwd, env };
    const started = await start(command);
    running.push(started);
    return readyUrl(name, started);
  };
  const registrarUrl = await part('registrar', ['registrar']);
  const registrar = ['--registrar', registrarUrl];
  const seeding = seedMbPerSecond === null ? [] : ['--seed-mb-per-s', String(seedMbPerSecond)];
  const cell = (side: Side): Promise<string> => {
    const who = ['--jurisdiction', JURISDICTION, '--operator', side];
    return part(side, ['cell', ...who, ...registrar, ...seeding]);
  };
  // One after the other: the first to ask founds the cell.
  const urls: Record<Side, string> = { north: await cell('north'), south: await cell('south') };
  const gatewayUrl = await part('gateway', ['gateway', ...registrar]);
  await untilReady(gatewayUrl, running);
  return {
    target: { dialect: 'holdfast', port: Number(new URL(gatewayUrl).port), serviceKey },
    urlOf: (side) => urls[side],
    dataOf: (side) => join(folder, side),
    registrarUrl,
    holdfast: (...args) =>
      runToEnd({ command: process.execPath, args: [serverMain, ...args], cwd, env }),
    stop: async () => {
      // The gateway first, so that nobody is told that its cell is away.
      for (const one of running.toReversed()) await one.stop('SIGTERM');
    },
  };
}

async function readyUrl(name: string, started: Started): Promise<string> {
  const deadlineMs = performance.now() + READY_MS_MAX;
  for (;;) {
    const line = started
      .output()
      .split('\n')
      .find((one) => one.includes('"event":"ready"'));
    if (line !== undefined) return (JSON.parse(line) as Readonly<{ url: string }>).url;
    if (!started.isRunning() || performance.now() > deadlineMs) {
      throw new Error(`${name} did not start: ${started.output()}`);
    }
    await pause(LOOK_MS);
  }
}

async function untilReady(url: string, running: readonly Started[]): Promise<void> {
  const gateway = running.at(-1);
  if (gateway === undefined) return;
  await waitReady('the gateway', gateway, READY_MS_MAX, () => answersOk(`${url}/readyz`));
}
