// Holdfast as a person starts it, in a process of its own, on empty data.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from '../load/job.ts';
import { READY_TIMEOUT_MS, type Contender, type Instance } from './contender.ts';
import { answersOk, freePort, start, waitReady, type Started } from './processes.ts';

/** A restart may replay a long journal; the target is seconds, this only ends a hopeless wait. */
const RESTART_TIMEOUT_MS = 300_000;

export type HoldfastInstance = Instance &
  Readonly<{
    /** SIGKILL: no drain, no flush. */
    kill: () => Promise<void>;
    /** Starts again on the same data and port; resolves to the time until ready. */
    startAgain: () => Promise<number>;
    /** The server's process now; another after `startAgain`. */
    mainPid: () => number;
  }>;

export type HoldfastOptions = Readonly<{
  serverMain: string;
  repositoryRoot: string;
  scratchFolder: string;
}>;

/** Settings of one launch that a workload may ask for. */
export type LaunchEnv = Readonly<{ HOLDFAST_FLUSH_ROWS?: string; HOLDFAST_FLUSH_SECONDS?: string }>;

export function holdfastContender(options: HoldfastOptions): Contender {
  return {
    name: 'holdfast',
    title: 'Holdfast',
    describe: 'holdfast start --no-demo, one process, all data under one folder',
    launch: () => launchHoldfast(options, {}),
  };
}

export async function launchHoldfast(
  options: HoldfastOptions,
  launchEnv: LaunchEnv,
): Promise<HoldfastInstance> {
  const dataFolder = await mkdtemp(join(options.scratchFolder, 'holdfast-'));
  const serviceKey = `hfk_bench${randomBytes(24).toString('hex')}`;
  const port = await freePort();
  const target: Target = { dialect: 'holdfast', port, serviceKey };
  const startServer = async (env: LaunchEnv, timeoutMs: number): Promise<Started> => {
    const started = await start({
      command: process.execPath,
      // `npm run bench` runs this process as `npm start` runs a server: flags and environment.
      args: [
        ...process.execArgv,
        options.serverMain,
        'start',
        '--port',
        String(port),
        '--data',
        dataFolder,
        '--no-demo',
        '--no-status',
      ],
      cwd: options.repositoryRoot,
      env: { ...env, HOLDFAST_SERVICE_KEY: serviceKey },
    });
    const url = `http://127.0.0.1:${port}/readyz`;
    await waitReady('Holdfast', started, timeoutMs, () => answersOk(url));
    return started;
  };
  let server = await startServer(launchEnv, READY_TIMEOUT_MS);
  const pids = [server.pid];
  return {
    target,
    pids,
    mainPid: () => server.pid,
    kill: () => server.stop('SIGKILL'),
    startAgain: async () => {
      const startedAtMs = performance.now();
      server = await startServer({}, RESTART_TIMEOUT_MS);
      const readyMs = performance.now() - startedAtMs;
      pids.splice(0, pids.length, server.pid);
      return readyMs;
    },
    stop: async () => {
      await server.stop('SIGTERM');
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
