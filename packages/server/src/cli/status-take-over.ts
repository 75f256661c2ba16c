// A page that outlived its parent makes room for the one that the next parent starts.
//
// Why it is safe to signal the process named in the lock's text file: the lock itself is held, so
// the process that wrote its name there still runs.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from './cli-error.ts';
import { LOCK_HOLDER_FILE } from './instance-lock.ts';

const TRIES_MAX = 50;
const PAUSE_MS = 200;

/** Takes the lock, after asking whoever holds it to stop. Throws what `lock` throws in the end. */
export async function takeOver(dataDir: string, lock: () => () => void): Promise<() => void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return lock();
    } catch (cause) {
      const isTaken = cause instanceof CliError && cause.code === 'data-in-use';
      if (!isTaken || tries >= TRIES_MAX) throw cause;
    }
    if (tries === 1) askToStop(dataDir);
    await sleep(PAUSE_MS);
  }
}

function askToStop(dataDir: string): void {
  try {
    const text = readFileSync(join(dataDir, LOCK_HOLDER_FILE), 'utf8');
    const { pid, command } = JSON.parse(text) as Readonly<{ pid?: unknown; command?: unknown }>;
    if (typeof pid === 'number' && command === 'holdfast status') process.kill(pid, 'SIGTERM');
  } catch {
    // It has just gone, or has not written its name yet: the next try tells.
  }
}
