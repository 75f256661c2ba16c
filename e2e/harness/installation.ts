// A Holdfast of a test's own: a data folder, the servers started on it, and the command line.
//
// Everything goes through the real program as people run it; nothing of the server is imported.
// Processes are ended by their own id alone, also when a test fails or the test process ends.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Starts are most of what these tests do, and half of a start is compiling. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/holdfast-e2e', import.meta.url));
const MAIN = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
export const SERVICE_KEY = 'hfk_service-key-of-the-tests';
export const OPERATOR_KEY = 'hfo_operator-key-of-the-tests';
/** Only ends a test that hangs; how fast a start is, is the benchmarks' concern. */
const START_MS_MAX = 60_000;
const READY_LOOK_MS = 20;

export type Ended = Readonly<{ code: number | null; signal: string | null }>;
export type CommandResult = Ended & Readonly<{ out: string; err: string }>;

export type RunningServer = Readonly<{
  url: string;
  port: number;
  pid: number;
  /** What it wrote so far. */
  out: () => string;
  err: () => string;
  exited: Promise<Ended>;
  signal: (name: NodeJS.Signals) => void;
  /** Asks it to stop, and waits. */
  stop: () => Promise<Ended>;
  /** Ends it as a power cut would, and waits. */
  kill: () => Promise<void>;
}>;

export type StartOptions = Readonly<{
  env?: Readonly<Record<string, string>>;
  args?: readonly string[];
  /** Resolve as soon as the server listens, also while a cell is away. */
  withoutCells?: boolean;
  /** With the sample clips, which take a moment to register. */
  withClips?: boolean;
  /** Another program that starts the server, with a means that only a test wants. */
  main?: string;
}>;

export type Installation = Readonly<{
  dataDir: string;
  /** Holds the data folder and whatever else the test puts there. */
  scratchDir: string;
  start: (options?: StartOptions) => Promise<RunningServer>;
  /** Starts a server and does not wait for anything. */
  launch: (options?: StartOptions) => LaunchedServer;
  /**
   * Runs a part on its own until it is stopped: `registrar`, `cell` or `gateway`, with a data folder
   * that has the name given. Resolves when the part says that it is ready.
   */
  part: (
    name: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<RunningServer>;
  /** Runs a command to its end, with this data folder. */
  holdfast: (...args: readonly string[]) => Promise<CommandResult>;
  /** Ends what still runs and removes the folder. */
  close: () => Promise<void>;
}>;

/** A server of which nothing is known yet but its process. */
export type LaunchedServer = Readonly<{ child: ChildProcess; ready: Promise<RunningServer> }>;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
// A worker whose test hangs is ended by a signal, which would otherwise skip the above.
process.once('SIGTERM', () => process.exit(1));

/** Makes a new installation; `dataDir` puts its data elsewhere, such as on a small disk. */
export function openInstallation(dataDir?: string): Installation {
  const scratchDir = mkdtempSync(join(tmpdir(), 'holdfast e2e '));
  const children = new Set<ChildProcess>();
  const data = dataDir ?? join(scratchDir, 'data');
  const environment = {
    PATH: process.env['PATH'],
    // What runs here is this installation's alone, whatever else runs on the machine.
    XDG_RUNTIME_DIR: join(scratchDir, 'run'),
    TMPDIR: scratchDir,
    NODE_COMPILE_CACHE: COMPILED,
    HOLDFAST_DATA: data,
    HOLDFAST_SERVICE_KEY: SERVICE_KEY,
    HOLDFAST_OPERATOR_KEY: OPERATOR_KEY,
    HOLDFAST_STATUS: '0',
  };
  const spawnMain = (
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    main = MAIN,
  ) => {
    const child = spawn(process.execPath, [main, ...args], {
      env: { ...environment, ...env },
      cwd: scratchDir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  };
  const launch = (options: StartOptions = {}) => {
    const { env = {}, args = [], withoutCells = false, withClips = false, main } = options;
    const clips = withClips ? [] : ['--no-demo'];
    const flags = ['start', '--port', '0', '--json', ...clips, ...args];
    const child = spawnMain(flags, env, main);
    const ready = serverOf(child, withoutCells);
    // Who launches a server to kill it at once does not wait for it.
    ready.catch(() => undefined);
    return { child, ready };
  };
  return {
    dataDir: data,
    scratchDir,
    launch,
    start: (options) => launch(options).ready,
    part: (name, args, env) => {
      const own = { ...env, HOLDFAST_DATA: join(scratchDir, name) };
      return serverOf(spawnMain([...args, '--json'], own), true);
    },
    holdfast: (...args) => resultOf(spawnMain(args, {})),
    close: async () => {
      for (const child of children) await killed(child);
      rmSync(scratchDir, { recursive: true, force: true });
    },
  };
}

/** Ends a process at once, if it still runs. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function gathered(child: ChildProcess): { out: string; err: string } {
  const said = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  return said;
}

function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

async function resultOf(child: ChildProcess): Promise<CommandResult> {
  const said = gathered(child);
  const ended = await endOf(child);
  return { ...ended, ...said };
}

/** Waits for the line that names the address, and for cells that can acknowledge. */
async function serverOf(child: ChildProcess, withoutCells: boolean): Promise<RunningServer> {
  const said = gathered(child);
  const exited = endOf(child);
  let isOver = false;
  void exited.then(() => (isOver = true));
  const untilMs = performance.now() + START_MS_MAX;
  const wait = async (what: string): Promise<void> => {
    if (isOver) throw new Error(`the server ended before ${what}: ${said.out}${said.err}`);
    if (performance.now() > untilMs) throw new Error(`no ${what} in time: ${said.out}${said.err}`);
    await sleep(READY_LOOK_MS);
  };
  while (!said.out.includes('\n')) await wait('its first line');
  const first = JSON.parse(said.out.slice(0, said.out.indexOf('\n'))) as { url?: string };
  const { url } = first;
  if (url === undefined) throw new Error(`it did not start: ${said.out}${said.err}`);
  while (!withoutCells && !(await isReady(url))) await wait('ready cells');
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    out: () => said.out,
    err: () => said.err,
    exited,
    signal: (name) => child.kill(name),
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}
