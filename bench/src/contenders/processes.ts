// Starting, watching and stopping the processes that the bench measures.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const OUTPUT_KEPT_CHARS = 4_000;
const STOP_GRACE_MS = 30_000;
const READY_POLL_MS = 10;
/** Linux counts processor time in hundredths of a second on every platform Node runs on. */
const MS_PER_CLOCK_TICK = 10;

export type StartOptions = Readonly<{
  command: string;
  args: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  uid?: number;
  gid?: number;
}>;

export type Started = Readonly<{
  pid: number;
  /** The last lines it printed, for messages about its failure. */
  output: () => string;
  isRunning: () => boolean;
  /** The exit code, once it ended; null when a signal ended it. */
  ended: Promise<number | null>;
  /** Sends the signal and waits for the end; after 30 s sends SIGKILL. */
  stop: (signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL') => Promise<void>;
}>;

const running = new Set<ChildProcess>();

/** Ends whatever is still running; for the moment the bench itself is ended. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts a process. Rejects when it cannot be started at all. */
export async function start(options: StartOptions): Promise<Started> {
  const { command, args, cwd, env, uid, gid } = options;
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_KEPT_CHARS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  running.add(child);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (exitCode) => {
      running.delete(child);
      resolve(exitCode);
    });
  });
  await once(child, 'spawn');
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    output: () => output.trim(),
    isRunning,
    ended,
    stop: async (signal) => {
      if (!isRunning()) return;
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Runs a process to its end; throws with its output when it fails. */
export async function runToEnd(options: StartOptions): Promise<string> {
  const started = await start(options);
  const exitCode = await started.ended;
  if (exitCode !== 0) {
    throw new Error(`${options.command} ended with ${String(exitCode)}: ${started.output()}`);
  }
  return started.output();
}

/** Waits until `isReady` says so. Throws when the process ends before or the time is up. */
export async function waitReady(
  name: string,
  started: Started,
  timeoutMs: number,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await isReady())) {
    if (!started.isRunning()) throw new Error(`${name} ended at start: ${started.output()}`);
    if (performance.now() > deadlineMs) {
      throw new Error(`${name} was not ready after ${timeoutMs / 1000} s: ${started.output()}`);
    }
    await pause(READY_POLL_MS);
  }
}

export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** The first of PATH's folders that holds `program`; null when none does. */
export async function findOnPath(program: string): Promise<string | null> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return null;
}

/** Processor time used by these processes and all below them; null where it cannot be read. */
export async function cpuMs(pids: readonly number[]): Promise<number | null> {
  let ticks = 0;
  for (const pid of await withChildren(pids)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    if (stat === null) continue;
    // The process name, in parentheses, may hold spaces; the fields after it do not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks === 0 ? null : ticks * MS_PER_CLOCK_TICK;
}

async function withChildren(pids: readonly number[]): Promise<readonly number[]> {
  const found = [...pids];
  for (const pid of found) {
    const path = `/proc/${pid}/task/${pid}/children`;
    const children = await readFile(path, 'utf8').catch(() => '');
    found.push(...children.split(' ').filter(Boolean).map(Number));
  }
  return found;
}

export type ProcessMemory = Readonly<{ residentBytes: number; peakBytes: number }>;

/** Resident memory now and at its highest; null where it cannot be read. */
export async function processMemory(pid: number): Promise<ProcessMemory | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null);
  if (status === null) return null;
  const bytes = (field: string): number =>
    1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
}
