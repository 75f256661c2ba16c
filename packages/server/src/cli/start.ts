// `holdfast start`

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import type { Config, ConfigFault, Secrets, StartFlags } from '../config/config.ts';
import { envHelpOfStart, readEnv } from '../config/env.ts';
import { CliError } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { columns } from './columns.ts';
import { JSON_FLAG, KEY_FILE_FLAG, KEY_FILE_HELP, takeDataLock } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';

/**
 * Runs the server until it is asked to stop, and resolves with the exit code. The data folder is
 * held already. Throws when it cannot start; then everything it opened is closed again.
 */
export type StartServer = (
  options: Readonly<{ config: Config; secrets: Secrets; io: CliIo; json: boolean }>,
) => Promise<ExitCode>;

type Flags = StartFlags & Readonly<{ json?: true }>;

const HELP = `
Everything runs in this one process: the registrar, a gateway, and a thread for each cell. Logs go
to stderr: short lines on a terminal, JSON otherwise.

Examples:
  $ holdfast start                                 http://127.0.0.1:7400, data in ./data
  $ holdfast start --port 8080 --data /srv/holdfast
  $ HOLDFAST_CELLS=us,eu,row holdfast start
  $ holdfast start --json                          {"event":"ready","url":…} on stdout when ready

Stopping: SIGTERM or Ctrl+C finishes what was begun and exits 0; a second one ends at once. Either
way, and after kill -9 or a power loss too, nothing that was acknowledged is lost: it was on disk
before the answer.

Data: the first start makes the folder, the operator's key and a cell for each jurisdiction. A
second start on a folder in use is refused and changes nothing. What is personal is encrypted under
at-rest.key, which it makes as well; --key-file puts that key elsewhere, away from the data.

Environment (a flag beats it):
${columns(envHelpOfStart())
  .map((line) => `  ${line}`)
  .join('\n')}`;

export function addStartCommand(
  program: Command,
  { io, finish }: CommandContext,
  startServer: StartServer,
): void {
  program
    .command('start')
    .summary('run everything in one process')
    .description('Runs Holdfast: the page, the API, and the cells that count.')
    .option('--port <port>', 'port to listen on; 0 takes a free one (HOLDFAST_PORT, or 7400)')
    .option('--host <host>', 'address to listen on (HOLDFAST_HOST, or 127.0.0.1)')
    .option('--data <dir>', 'folder that holds everything (HOLDFAST_DATA, or ./data)', notEmpty)
    .option('--media <dir>', 'folder of uploads (HOLDFAST_MEDIA, or media in --data)', notEmpty)
    .option(KEY_FILE_FLAG, KEY_FILE_HELP, notEmpty)
    .option('--log <level>', 'least level to log (HOLDFAST_LOG, or info)')
    .option('--no-demo', 'do not register the sample clips')
    .option('--no-status', 'run no status page beside the server (HOLDFAST_STATUS=0)')
    .option(JSON_FLAG, 'a JSON line on stdout when ready, JSON logs on stderr')
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      finish(await start(io, flags, startServer));
    });
}

async function start(io: CliIo, flags: Flags, startServer: StartServer): Promise<ExitCode> {
  const { values, unknownNames } = readEnv(io.env);
  const result = readConfig(flags, values, io.cwd);
  if (result.kind === 'faults') throw faultsError(result.faults);
  for (const name of unknownNames) {
    io.err.write(`holdfast: ${name} is no setting of Holdfast and is ignored; see start --help\n`);
  }
  const { config, secrets } = result;
  // Before anything else is opened: what runs on this folder must not be disturbed.
  const release = takeDataLock(io, config.dataDir, 'holdfast start');
  try {
    return await startServer({ config, secrets, io, json: flags.json === true });
  } finally {
    release();
  }
}

/** Says all that is wrong with how a server was to be run. */
export function faultsError(faults: readonly ConfigFault[]): CliError {
  const lines = faults.map(({ name, detail }) => `  ${name} ${detail}`);
  const message = `Not started, and nothing was changed. To mend:\n${lines.join('\n')}`;
  return new CliError(EXIT.usage, 'config', message);
}

/** Refuses an empty folder name. */
export function notEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must name a folder.');
  return text;
}
