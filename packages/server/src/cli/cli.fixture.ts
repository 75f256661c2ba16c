// Runs commands in tests: real ones, on a folder of their own, with works that are told or refused.

import { join } from 'node:path';
import { lockDataDir } from './instance-lock.ts';
import { runCli } from './program.ts';
import type { Works } from './program.ts';

export const HOLDER = { pid: 4_242, command: 'holdfast start', startedAt: '2026-11-22T14:00:00Z' };

export type Ran = Readonly<{ exitCode: number; out: string; err: string }>;
export type Given = Readonly<{
  works?: Partial<Works>;
  env?: Record<string, string>;
  isTerminal?: boolean;
  nowMs?: () => number;
}>;

export const unexpected = (): never => {
  throw new Error('this command must not do that');
};

/** Runs a command as if typed in `dir`. */
export async function runIn(dir: string, args: readonly string[], given: Given = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const isTerminal = given.isTerminal ?? false;
  const io = {
    env: given.env ?? {},
    cwd: dir,
    out: { write: (text: string) => void (out += text), isTerminal, columns: 80 },
    err: { write: (text: string) => void (err += text), isTerminal, columns: 80 },
    nowMs: given.nowMs ?? ((): number => Date.UTC(2026, 10, 22, 14)),
  };
  const none = {
    startServer: unexpected,
    startRegistrar: unexpected,
    startCell: unexpected,
    startGateway: unexpected,
    startStatus: { page: unexpected, place: unexpected },
    fsckData: unexpected,
    backupData: unexpected,
  };
  const exitCode = await runCli(args, io, { ...none, fetch: unexpected, ...given.works });
  return { exitCode, out, err };
}

/** Runs a command while another Holdfast has the data folder. */
export async function runWhileInUse(dir: string, args: readonly string[]): Promise<Ran> {
  const lock = lockDataDir(join(dir, 'data'), HOLDER);
  try {
    return await runIn(dir, args);
  } finally {
    if (lock.kind === 'held') lock.release();
  }
}
