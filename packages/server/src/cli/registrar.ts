// `holdfast registrar`

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isWireName } from '@holdfast/protocol/ids.ts';
import { readServeConfig } from '../config/config.ts';
import type { ServeConfig, StartFlags } from '../config/config.ts';
import { readEnv } from '../config/env.ts';
import { publicKeyOf } from '../signed/wire-key.ts';
import { readTrustLine } from '../cell/remote/gateway-trust.ts';
import { CliError } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { collect, JSON_FLAG, messageOf, takeDataLock } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { faultsError, notEmpty } from './start.ts';

export const REGISTRAR_PORT_DEFAULT = 7410;

/** Operators that may found cells, by public key; `undefined` lets everybody. */
export type Founders = ReadonlyMap<string, string> | undefined;

/**
 * Runs the registrar until it is asked to stop, and resolves with the exit code. The data folder is
 * held already. Throws when it cannot start; then everything it opened is closed again.
 */
export type StartRegistrar = (
  options: Readonly<{
    config: ServeConfig;
    founders: Founders;
    /** Files, folders or lines of gateways that are heard beside founders. */
    gateways: readonly string[];
    io: CliIo;
    json: boolean;
  }>,
) => Promise<ExitCode>;

type Flags = StartFlags &
  Readonly<{ founders?: string; trustGateway?: readonly string[]; json?: true }>;

const HELP = `
The registrar keeps the charter: the record of who owns each cell, from which epoch, and under which
rule. It takes an entry only while the one it follows is the newest, so of two operators that want a
cell exactly one gets it. Run it with neither of them. Cells and gateways go on without it; only
changes of ownership wait for it.

Examples:
  $ holdfast registrar --data /srv/registrar            http://127.0.0.1:7410
  $ holdfast registrar --host 0.0.0.0 --port 7410 --data /srv/registrar --founders founders.txt
  $ curl http://127.0.0.1:7410/v1/charter               the whole charter
  $ curl http://127.0.0.1:7410/v1/charter/cells/us      the newest entry of a cell
  $ curl -N http://127.0.0.1:7410/v1/charter/stream     entries as they come

Founders: a text file with a line for each operator that may found cells, its name and its public
key (base64) apart by a space; # begins a comment. Without it everybody who can reach the port may
found a cell that nobody has founded yet. Nobody can take over one that is founded: what follows
needs the signatures of its parties.

With --founders the registrar hears nobody else. Name the gateways too, as cells do, so that a cell
that is handed over knows at once which of them have its newest entry:
  $ holdfast registrar --founders founders.txt --trust-gateway ./gateways/

Stopping: SIGTERM or Ctrl+C finishes what was begun and exits 0. After kill -9 or a power loss too,
every entry that was answered is there: it was on disk before the answer.

Data: the first start makes the folder, an empty charter, and the key that witnesses every entry,
registrar/key.pem. Back both up together: without its key a charter takes no more entries.`;

export function addRegistrarCommand(
  program: Command,
  { io, finish }: CommandContext,
  startRegistrar: StartRegistrar,
): void {
  program
    .command('registrar')
    .summary('run the registrar alone')
    .description('Runs the registrar: keeps the charter of who owns each cell.')
    .option('--port <port>', 'port to listen on; 0 takes a free one (HOLDFAST_PORT, or 7410)')
    .option('--host <host>', 'address to listen on (HOLDFAST_HOST, or 127.0.0.1)')
    .option('--data <dir>', 'folder of the charter (HOLDFAST_DATA, or ./data)', notEmpty)
    .option('--founders <file>', 'who may found cells (everybody)', notEmpty)
    .option(
      '--trust-gateway <gateway>',
      'with --founders: file, folder or line of gateways to hear; may be repeated',
      collect,
      [],
    )
    .option('--log <level>', 'least level to log (HOLDFAST_LOG, or info)')
    .option(JSON_FLAG, 'a JSON line on stdout when ready, JSON logs on stderr')
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      finish(await run(io, flags, startRegistrar));
    });
}

async function run(io: CliIo, flags: Flags, startRegistrar: StartRegistrar): Promise<ExitCode> {
  const { values } = readEnv(io.env);
  const result = readServeConfig(flags, values, io.cwd, REGISTRAR_PORT_DEFAULT);
  if (result.kind === 'faults') throw faultsError(result.faults);
  const { config } = result;
  const founders = flags.founders === undefined ? undefined : readFounders(io, flags.founders);
  const release = takeDataLock(io, config.dataDir, 'holdfast registrar');
  try {
    const gateways = (flags.trustGateway ?? []).map((source) =>
      readTrustLine(source) === undefined ? resolve(io.cwd, source) : source,
    );
    return await startRegistrar({ config, founders, gateways, io, json: flags.json === true });
  } finally {
    release();
  }
}

function readFounders(io: CliIo, file: string): Founders {
  const path = resolve(io.cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw usage(`The list of founders ${path} cannot be read: ${messageOf(cause)}.`);
  }
  const founders = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.replace(/#.*/, '').trim();
    if (words === '') continue;
    const [operator, publicKey = '', ...rest] = words.split(/\s+/);
    const isGood = isWireName(operator) && publicKeyOf(publicKey) !== undefined;
    if (!isGood || rest.length > 0) {
      throw usage(`Line ${index + 1} of ${path} is not a name and an Ed25519 public key.`);
    }
    founders.set(publicKey, operator);
  }
  return founders;
}

function usage(message: string): CliError {
  return new CliError(EXIT.usage, 'founders', `${message} Nothing was started or changed.`);
}
