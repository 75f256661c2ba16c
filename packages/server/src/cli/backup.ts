// `holdfast backup`

import { existsSync, readdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { writeJson } from './cli-io.ts';
import {
  DATA_FLAG,
  DATA_HELP,
  existingDataDir,
  JSON_FLAG,
  JSON_HELP,
  withDataLock,
} from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { grouped, showProgress } from './progress.ts';
import type { OnProgress } from './progress.ts';

export type BackupReport = Readonly<{ files: number; bytes: number }>;

/** Copies a data folder that nothing else has open. Durable when it resolves. */
export type BackupData = (
  options: Readonly<{ dataDir: string; toDir: string; onProgress: OnProgress }>,
) => Promise<BackupReport>;

const HELP = `
Copies everything that Holdfast keeps, so that the copy can be run with holdfast start --data.
It needs the data folder for itself, so stop the server first.

Examples:
  $ holdfast backup --data ./data --to /backups/2026-11-22
  $ holdfast fsck --data /backups/2026-11-22

Data: the folder itself is only read. The copy holds people's likes, accounts and the operator's
private key, encrypted as they are in the folder; when the key for that lies in the folder
(at-rest.key), it is copied too, and a key elsewhere is not. Keep the copy in the country of its
cells and away from others. Never run the copy and the
original at once: each would count for itself.`;

type BackupFlags = Readonly<{ data?: string; to: string; json?: true }>;

export function addBackupCommand(
  program: Command,
  { io, finish }: CommandContext,
  backupData: BackupData,
): void {
  program
    .command('backup')
    .summary('copy the data folder')
    .description('Copies the data folder as a whole into a new one.')
    .option(DATA_FLAG, DATA_HELP)
    .requiredOption('--to <dir>', 'new or empty folder for the copy')
    .option(JSON_FLAG, JSON_HELP)
    .addHelpText('after', HELP)
    .action(async ({ data, to, json }: BackupFlags) => {
      const dataDir = existingDataDir(io, data);
      const toDir = resolve(io.cwd, to);
      checkTarget(dataDir, toDir);
      const progress = showProgress(io.err, io.nowMs);
      const { files, bytes } = await withDataLock(io, dataDir, 'holdfast backup', () =>
        backupData({ dataDir, toDir, onProgress: progress.report }),
      ).finally(progress.clear);
      if (json) writeJson(io, { from: dataDir, to: toDir, files, bytes });
      else io.out.write(`Copied ${grouped(files)} files, ${grouped(bytes)} bytes, to ${toDir}\n`);
      finish(EXIT.ok);
    });
}

function checkTarget(dataDir: string, toDir: string): void {
  const refuse = (code: string, what: string): never => {
    throw new CliError(
      EXIT.usage,
      code,
      `${what} Nothing was copied. Name a new folder with --to.`,
    );
  };
  const path = relative(dataDir, toDir);
  if (path === '' || !/^\.\.(?:[\\/]|$)/.test(path)) {
    refuse('target-inside', `${toDir} lies in the data folder itself.`);
  }
  if (existsSync(toDir) && readdirSync(toDir).length > 0) {
    refuse('target-not-empty', `${toDir} is not empty.`);
  }
}
