// `holdfast status`: the page, its places, its export, its drills, and the words of people.

import { envHelpOf, readEnv } from '../config/env.ts';
import type { EnvValues } from '../config/env.ts';
import type { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { columns } from './columns.ts';
import { JSON_FLAG, takeDataLock } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import type { ExitCode } from './exit-codes.ts';
import { notEmpty } from './start.ts';
import { addDrillCommand } from './status-drill.ts';
import { addStatusExportCommand } from './status-export.ts';
import {
  addPlaceFlags,
  logLevelOf,
  originOf,
  placeOptions,
  portOf,
  STATUS_DATA_FLAG,
  STATUS_DATA_HELP,
  STATUS_PORT_DEFAULT,
  statusDataDir,
  usage,
} from './status-flags.ts';
import type { PlaceFlags } from './status-flags.ts';
import { addIncidentCommands } from './status-orders.ts';
import { addPlaceCommands } from './status-places.ts';
import type { StartStatus } from './status-run.ts';
import { takeOver } from './status-take-over.ts';

const TITLE_DEFAULT = 'Holdfast status';
const TITLE_CHARS_MAX = 80;

type Flags = PlaceFlags &
  Readonly<{
    port?: string;
    host?: string;
    data?: string;
    url?: string;
    title?: string;
    log?: string;
    json?: true;
    own: boolean;
    withParent?: true;
  }>;

const HELP = `
The page watches from the outside, over the public API, and shares nothing with what it watches:
its own process, its own file, its own port. Run it on another machine, best at another provider.

Examples:
  $ HOLDFAST_SERVICE_KEY=hfk_… holdfast status --gateway https://api.example
  $ holdfast status --no-own --port 7440             only other places look; see \`status place\`
  $ holdfast status export ./site                    plain files that any host can serve
  $ holdfast status incident list                    what is open
  $ holdfast status drill                            break a copy, and see it turn red

The service key lets the page make its canaries: people and videos of its own that it likes, views
and counts again every 10 s. They are kept apart from all public totals.

Environment (a flag beats it):
${columns(
  envHelpOf([
    'HOLDFAST_SERVICE_KEY',
    'HOLDFAST_STATUS_URL',
    'HOLDFAST_SMTP_URL',
    'HOLDFAST_SMTP_FROM',
    'HOLDFAST_REGISTRAR_KEY',
    'HOLDFAST_LOG',
  ]),
)
  .map((line) => `  ${line}`)
  .join('\n')}`;

export function addStatusCommand(
  program: Command,
  context: CommandContext,
  startStatus: StartStatus,
): void {
  const { io, finish } = context;
  const status = program
    .command('status')
    .summary('run the status page')
    // Its parts have flags of the same names; each takes those that come after its own name.
    .enablePositionalOptions()
    .description('Runs the public status page, which measures by itself what it shows.')
    .option('--port <port>', `port to listen on; 0 takes a free one (${STATUS_PORT_DEFAULT})`)
    .option('--host <host>', 'address to listen on (127.0.0.1)')
    .option(STATUS_DATA_FLAG, STATUS_DATA_HELP, notEmpty)
    .option('--url <url>', 'origin under which others reach the page (HOLDFAST_STATUS_URL)')
    .option('--title <text>', 'what the page calls itself')
    .option('--no-own', 'look at nothing from here; other places report')
    .option('--log <level>', 'least level to log (HOLDFAST_LOG, or info)')
    .option('--with-parent', 'ends some time after standard input ends')
    .option(JSON_FLAG, 'a JSON line on stdout when ready, JSON logs on stderr')
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      finish(await run(io, flags, startStatus));
    });
  addPlaceFlags(status);
  addStatusExportCommand(status, context);
  addPlaceCommands(status, context, startStatus);
  addIncidentCommands(status, context);
  addDrillCommand(status, context);
}

function smtpOf({ HOLDFAST_SMTP_URL: url, HOLDFAST_SMTP_FROM: from }: EnvValues) {
  if (url === undefined) return undefined;
  if (from === undefined) throw usage('smtp', 'HOLDFAST_SMTP_URL needs HOLDFAST_SMTP_FROM.');
  return { url, from };
}

async function run(io: CliIo, flags: Flags, startStatus: StartStatus): Promise<ExitCode> {
  const { values } = readEnv(io.env);
  const publicUrl = flags.url ?? values.HOLDFAST_STATUS_URL;
  const hasParent = flags.withParent === true;
  const options = {
    io,
    json: flags.json === true,
    logLevel: logLevelOf(flags.log, values),
    host: flags.host ?? '127.0.0.1',
    port: portOf(flags.port),
    dataDir: statusDataDir(io, flags.data),
    publicUrl: publicUrl === undefined ? undefined : originOf('--url', publicUrl),
    title: (flags.title ?? TITLE_DEFAULT).slice(0, TITLE_CHARS_MAX),
    own: flags.own ? placeOptions(flags, values) : undefined,
    smtp: smtpOf(values),
    hasParent,
  };
  const lock = (): (() => void) => takeDataLock(io, options.dataDir, 'holdfast status');
  const release = hasParent ? await takeOver(options.dataDir, lock) : lock();
  try {
    return await startStatus.page(options);
  } finally {
    release();
  }
}
