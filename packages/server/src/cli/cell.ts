// `holdfast cell`

import type { Command } from 'commander';
import { envHelpOf, readEnv } from '../config/env.ts';
import { readCellConfig } from '../config/part-config.ts';
import type { CellConfig, CellFlags } from '../config/part-config.ts';
import type { CliIo } from './cli-io.ts';
import { columns } from './columns.ts';
import {
  collect,
  JSON_FLAG,
  KEY_FILE_FLAG,
  KEY_FILE_HELP,
  takeDataLock,
} from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import type { ExitCode } from './exit-codes.ts';
import { faultsError, notEmpty } from './start.ts';

/**
 * Runs one cell until it is asked to stop, and resolves with the exit code. The data folder is held
 * already. Throws when it cannot start; then everything it opened is closed again.
 */
export type StartCellProcess = (
  options: Readonly<{ config: CellConfig; io: CliIo; json: boolean }>,
) => Promise<ExitCode>;

type Flags = CellFlags & Readonly<{ json?: true }>;

const HELP = `
A cell holds the people of one jurisdiction and all they do. Its first start founds the cell in the
charter, if nobody has; when another party owns the cell, this process runs and takes nothing.

Examples, each in a terminal of its own:
  $ holdfast registrar --data ./registrar
  $ holdfast cell --jurisdiction us --operator north --registrar http://127.0.0.1:7410 \\
      --data ./us --port 7421
  $ holdfast cell --jurisdiction eu --operator south --registrar http://127.0.0.1:7410 \\
      --data ./eu --port 7422
  $ holdfast gateway --registrar http://127.0.0.1:7410 --data ./gateway --port 7400

Between machines: gateways speak for people, so a cell that others can reach lets in only those that
it was told of. Every gateway writes its line to gateway/gateway.pub in its data folder; bring the
file over, and put a proxy with HTTPS in front, since what goes between them is personal:
  $ holdfast cell … --host 0.0.0.0 --url https://us.north.example --trust-gateway ./gateways/
A folder is read again when it changes: a file that is taken away takes its gateway's access away.

A standby is a second process of the same operator at another site, with a copy of its key:
  $ mkdir -p ./us-west/operators/north
  $ cp ./us/operators/north/key.pem ./us-west/operators/north/key.pem
  $ holdfast cell --standby --jurisdiction us --operator north --site west \\
      --registrar http://127.0.0.1:7410 --data ./us-west --port 7423
Everything is then on both disks before it is acknowledged. When one site is lost the other goes on
within seconds, with nothing missing; start both with --standby, and it works both ways.

Stopping: SIGTERM or Ctrl+C finishes what was begun and exits 0. After kill -9 or a power loss too,
nothing that was acknowledged is lost. The registrar may be away: a cell goes on without it, and
starts again without it, at the address that the charter has.

Data: the first start makes the folder, and operators/NAME/key.pem, which signs for the operator in
the charter and in every grant. Back it up: a cell whose key is lost cannot go on under its name.
at-rest.key, made with it, is what the data is encrypted under: without it nothing can be read.

Environment (a flag beats it):
${columns(
  envHelpOf([
    'HOLDFAST_JURISDICTION',
    'HOLDFAST_OPERATOR',
    'HOLDFAST_SITE',
    'HOLDFAST_REGISTRAR',
    'HOLDFAST_REGISTRAR_KEY',
    'HOLDFAST_HOST',
    'HOLDFAST_PORT',
    'HOLDFAST_URL',
    'HOLDFAST_LOCATION',
    'HOLDFAST_DATA',
    'HOLDFAST_KEY_FILE',
    'HOLDFAST_TRUST_GATEWAY',
    'HOLDFAST_SEED_MB_PER_S',
    'HOLDFAST_FLUSH_ROWS',
    'HOLDFAST_FLUSH_SECONDS',
    'HOLDFAST_LOG',
  ]),
)
  .map((line) => `  ${line}`)
  .join('\n')}`;

export function addCellCommand(
  program: Command,
  { io, finish }: CommandContext,
  startCell: StartCellProcess,
): void {
  program
    .command('cell')
    .summary('run one cell alone')
    .description('Runs the cell of one jurisdiction, and serves it to gateways.')
    .option('--jurisdiction <name>', 'whose people it holds, such as us')
    .option('--operator <name>', 'who runs it (HOLDFAST_OPERATOR, or local-operator)')
    .option('--site <name>', 'where the operator runs it (HOLDFAST_SITE, or main)')
    .option('--registrar <url>', 'where the charter is kept')
    .option('--registrar-key <key>', 'its public key (the one that witnessed the first entry)')
    .option('--port <port>', 'port to listen on; 0 takes a free one (HOLDFAST_PORT, or 7420)')
    .option('--host <host>', 'address to listen on (HOLDFAST_HOST, or 127.0.0.1)')
    .option('--url <url>', 'where others reach it (at host and port)')
    .option('--location <words>', 'where its data lies, such as "Dallas, Texas, US", for everybody')
    .option(
      '--trust-gateway <gateway>',
      'file, folder or line of gateways to let in; may be repeated (all on this machine)',
      collect,
      [],
    )
    .option(
      '--standby',
      'stand by for another site of the same operator, and take over when it is lost',
    )
    .option(
      '--seed-mb-per-s <megabytes>',
      'bandwidth that a copy for another party may take (HOLDFAST_SEED_MB_PER_S, or no limit)',
    )
    .option('--data <dir>', 'folder of the cell (HOLDFAST_DATA, or ./data)', notEmpty)
    .option(KEY_FILE_FLAG, KEY_FILE_HELP, notEmpty)
    .option('--log <level>', 'least level to log (HOLDFAST_LOG, or info)')
    .option(JSON_FLAG, 'a JSON line on stdout when ready, JSON logs on stderr')
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      finish(await run(io, flags, startCell));
    });
}

async function run(io: CliIo, flags: Flags, startCell: StartCellProcess): Promise<ExitCode> {
  const result = readCellConfig(flags, readEnv(io.env).values, io.cwd);
  if (result.kind === 'faults') throw faultsError(result.faults);
  const { config } = result;
  const release = takeDataLock(io, config.dataDir, 'holdfast cell');
  try {
    return await startCell({ config, io, json: flags.json === true });
  } finally {
    release();
  }
}
