// What `program.ts` hands to every command, and the few things that all of them do alike.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { resolveDataDir, resolveKeyFile } from '../config/config.ts';
import { readEnv } from '../config/env.ts';
import { CliError } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { lockDataDir } from './instance-lock.ts';
import type { LockHolder } from './instance-lock.ts';

export type CommandContext = Readonly<{
  io: CliIo;
  /** What the process ends with, told once a command is done. */
  finish: (exitCode: ExitCode) => void;
}>;

export const DATA_FLAG = '--data <dir>';
export const DATA_HELP = 'data folder (HOLDFAST_DATA, or ./data)';
export const KEY_FILE_FLAG = '--key-file <file>';
export const KEY_FILE_HELP =
  'key under which the data is encrypted (HOLDFAST_KEY_FILE, or at-rest.key in the folder)';
export const JSON_FLAG = '--json';
export const JSON_HELP = 'one JSON document on stdout, for programs';

/** The data folder that a command was given; absolute. */
export function dataDirOf(io: CliIo, flag: string | undefined): string {
  return resolveDataDir(flag, readEnv(io.env).values, io.cwd);
}

/** The operator's key that a command was given; absolute. */
export function keyFileOf(
  io: CliIo,
  flags: Readonly<{ data?: string | undefined; keyFile?: string | undefined }>,
): string {
  return resolveKeyFile(flags, readEnv(io.env).values, io.cwd);
}

/** The same as `dataDirOf`, for commands that need one with something in it. Throws `CliError`. */
export function existingDataDir(io: CliIo, flag: string | undefined): string {
  const dataDir = dataDirOf(io, flag);
  if (existsSync(join(dataDir, 'registrar')) || existsSync(join(dataDir, 'cells'))) return dataDir;
  throw new CliError(
    EXIT.usage,
    'no-data',
    `There is no Holdfast data in ${dataDir}. Nothing was changed. Name the folder that the ` +
      'server runs on with --data or HOLDFAST_DATA.',
  );
}

/** Holds the data folder while `work` runs. Throws `CliError` when another Holdfast has it. */
export async function withDataLock<Result>(
  io: CliIo,
  dataDir: string,
  command: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const release = takeDataLock(io, dataDir, command);
  try {
    return await work();
  } finally {
    release();
  }
}

/** Takes the data folder for this process; returns what lets it go. Throws `CliError`. */
export function takeDataLock(io: CliIo, dataDir: string, command: string): () => void {
  const startedAt = new Date(io.nowMs()).toISOString();
  try {
    const result = lockDataDir(dataDir, { pid: process.pid, command, startedAt });
    if (result.kind === 'held') return result.release;
    throw new CliError(EXIT.locked, 'data-in-use', inUseText(dataDir, result.holder));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(
      EXIT.failed,
      'data-unusable',
      `The data folder ${dataDir} cannot be used: ${messageOf(cause)}. Nothing was changed. ` +
        'Check that it is a folder on a local disk that you may write to.',
      cause,
    );
  }
}

function inUseText(dataDir: string, holder: LockHolder | undefined): string {
  const who =
    holder === undefined
      ? 'another Holdfast process'
      : `\`${holder.command}\`, process ${holder.pid}, since ${holder.startedAt}`;
  const stop = holder === undefined ? 'Stop it' : `Stop it (kill ${holder.pid})`;
  return (
    `The data folder ${dataDir} is in use by ${who}. Nothing was opened or changed. ` +
    `${stop} or wait until it is done, or name another folder with --data.`
  );
}

/** An option that may be given several times, in order. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** The words of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
