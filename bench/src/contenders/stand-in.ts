// A stand-in's HTTP process in front of its database.

import { fileURLToPath } from 'node:url';
import type { StandInOptions } from '../stand-ins/main.ts';
import { READY_TIMEOUT_MS } from './contender.ts';
import { answersOk, start, waitReady, type Started } from './processes.ts';

const STAND_IN_MAIN: string = fileURLToPath(new URL('../stand-ins/main.ts', import.meta.url));

/** Starts the process and waits until it answers a read, so that its database is reached too. */
export async function startStandIn(options: StandInOptions): Promise<Started> {
  const started = await start({
    command: process.execPath,
    args: [STAND_IN_MAIN, JSON.stringify(options)],
    env: { NODE_ENV: 'production' },
  });
  const url = `http://127.0.0.1:${options.port}/v1/counts?video=none`;
  await waitReady(`the ${options.kind} stand-in`, started, READY_TIMEOUT_MS, () => answersOk(url));
  return started;
}
