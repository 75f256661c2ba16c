// `holdfast gateway`

import type { Command } from 'commander';
import type { Secrets } from '../config/config.ts';
import { envHelpOf, readEnv } from '../config/env.ts';
import { readGatewayConfig } from '../config/part-config.ts';
import type { GatewayConfig, GatewayFlags } from '../config/part-config.ts';
import type { CliIo } from './cli-io.ts';
import { columns } from './columns.ts';
import { JSON_FLAG, takeDataLock } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import type { ExitCode } from './exit-codes.ts';
import { faultsError, notEmpty } from './start.ts';

/**
 * Runs a gateway until it is asked to stop, and resolves with the exit code. The data folder is
 * held already. Throws when it cannot start; then everything it opened is closed again.
 */
export type StartGateway = (
  options: Readonly<{ config: GatewayConfig; secrets: Secrets; io: CliIo; json: boolean }>,
) => Promise<ExitCode>;

type Flags = GatewayFlags & Readonly<{ json?: true }>;

const HELP = `
A gateway is the front door: the page, the API and the counts, over cells that run elsewhere. It
reads in the charter which cells there are and who owns each, and follows when one changes hands.

Examples:
  $ holdfast gateway --registrar http://127.0.0.1:7410          http://127.0.0.1:7400
  $ holdfast gateway --registrar https://registrar.example --host 0.0.0.0 --data /srv/gateway
  $ holdfast keys create --name my-site --data /srv/gateway     a key to count your own videos

Cells: on one machine a cell lets every gateway in. A cell elsewhere lets in only those that it was
told of: bring it the file gateway/gateway.pub of this data folder (holdfast help cell).

What it holds: no person's data. Keys, the videos, the last good counts of every cell, and what it
knows of the charter. Cells that are away, and the registrar, keep no reader waiting: counts stay,
with the time they are of.

Stopping: SIGTERM or Ctrl+C finishes what was begun and exits 0; a second one ends at once.

Environment (a flag beats it):
${columns(
  envHelpOf([
    'HOLDFAST_REGISTRAR',
    'HOLDFAST_REGISTRAR_KEY',
    'HOLDFAST_HOST',
    'HOLDFAST_PORT',
    'HOLDFAST_DATA',
    'HOLDFAST_MEDIA',
    'HOLDFAST_OPERATOR',
    'HOLDFAST_SITE',
    'HOLDFAST_RESIDENCY',
    'HOLDFAST_COUNTRY_HEADER',
    'HOLDFAST_SERVICE_KEY',
    'HOLDFAST_OPERATOR_KEY',
    'HOLDFAST_SECURE_COOKIES',
    'HOLDFAST_TRUST_PROXY',
    'HOLDFAST_LOG',
  ]),
)
  .map((line) => `  ${line}`)
  .join('\n')}`;

export function addGatewayCommand(
  program: Command,
  { io, finish }: CommandContext,
  startGateway: StartGateway,
): void {
  program
    .command('gateway')
    .summary('run a gateway alone')
    .description('Runs a gateway: the page, the API and the counts, over cells elsewhere.')
    .option('--registrar <url>', 'where the charter is kept')
    .option('--registrar-key <key>', 'its public key (the one that witnessed the first entry)')
    .option('--port <port>', 'port to listen on; 0 takes a free one (HOLDFAST_PORT, or 7400)')
    .option('--host <host>', 'address to listen on (HOLDFAST_HOST, or 127.0.0.1)')
    .option('--data <dir>', 'folder of the gateway (HOLDFAST_DATA, or ./data)', notEmpty)
    .option('--media <dir>', 'folder of uploads (HOLDFAST_MEDIA, or media in --data)', notEmpty)
    .option('--operator <name>', 'who runs it (HOLDFAST_OPERATOR, or local-operator)')
    .option('--site <name>', 'its name among those of the operator (HOLDFAST_SITE, or gateway)')
    .option('--log <level>', 'least level to log (HOLDFAST_LOG, or info)')
    .option(JSON_FLAG, 'a JSON line on stdout when ready, JSON logs on stderr')
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      finish(await run(io, flags, startGateway));
    });
}

async function run(io: CliIo, flags: Flags, startGateway: StartGateway): Promise<ExitCode> {
  const { values, unknownNames } = readEnv(io.env);
  const result = readGatewayConfig(flags, values, io.cwd);
  if (result.kind === 'faults') throw faultsError(result.faults);
  for (const name of unknownNames) {
    io.err.write(`holdfast: ${name} is no setting of Holdfast and is ignored\n`);
  }
  const { config, secrets } = result;
  const release = takeDataLock(io, config.dataDir, 'holdfast gateway');
  try {
    return await startGateway({ config, secrets, io, json: flags.json === true });
  } finally {
    release();
  }
}
