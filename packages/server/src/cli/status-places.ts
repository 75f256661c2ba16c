// `holdfast status place`: places that look from elsewhere.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { placeKey, publicKeyIn, publicText } from '../status/places/place-key.ts';
import { isPlace } from '../status/rules/observation.ts';
import { openStatusStore } from '../status/store/status-store.ts';
import type { StatusStore } from '../status/store/status-store.ts';
import { writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { columns } from './columns.ts';
import { JSON_FLAG, JSON_HELP } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { notEmpty } from './start.ts';
import {
  addPlaceFlags,
  logLevelOf,
  originOf,
  placeOptions,
  STATUS_DATA_FLAG,
  STATUS_DATA_HELP,
  statusDataDir,
  usage,
} from './status-flags.ts';
import type { PlaceFlags } from './status-flags.ts';
import { statusFile } from './status-run.ts';
import type { StartStatus } from './status-run.ts';

type DataFlags = Readonly<{ data?: string; json?: true }>;
type RunFlags = PlaceFlags & Readonly<{ page: string; data?: string; log?: string; json?: true }>;
const PLACE_DATA_DEFAULT = './place';

export function addPlaceCommands(
  status: Command,
  context: CommandContext,
  startStatus: StartStatus,
): void {
  const { io, finish } = context;
  const place = status.command('place').summary('places that look from elsewhere');
  const run = place
    .command('run')
    .description(
      'Looks from here and reports to a page elsewhere, signed with the key of this place.',
    )
    .requiredOption('--page <url>', 'the page to report to')
    .option(
      '--data <dir>',
      `folder of the place: its key and canaries (${PLACE_DATA_DEFAULT})`,
      notEmpty,
    )
    .option('--log <level>', 'least level to log (HOLDFAST_LOG, or info)')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (flags: RunFlags) => {
      const { values } = readEnv(io.env);
      finish(
        await startStatus.place({
          io,
          json: flags.json === true,
          logLevel: logLevelOf(flags.log, values),
          dataDir: resolve(io.cwd, flags.data ?? PLACE_DATA_DEFAULT),
          pageUrl: originOf('--page', flags.page),
          place: placeOptions(flags, values),
        }),
      );
    });
  addPlaceFlags(run);
  place
    .command('key')
    .description('Shows the public key of the place in a folder, and makes it where there is none.')
    .option('--data <dir>', `folder of the place (${PLACE_DATA_DEFAULT})`, notEmpty)
    .action((flags: DataFlags) => {
      const dataDir = resolve(io.cwd, flags.data ?? PLACE_DATA_DEFAULT);
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      io.out.write(`${publicText(placeKey(join(dataDir, 'place.key')))}\n`);
      finish(EXIT.ok);
    });
  addRegister(place, context);
}

function addRegister(place: Command, { io, finish }: CommandContext): void {
  const withData = (command: Command): Command =>
    command.option(STATUS_DATA_FLAG, STATUS_DATA_HELP, notEmpty).option(JSON_FLAG, JSON_HELP);
  withData(place.command('add <name> <public-key>'))
    .description('Names a place to the page; its reports are taken from now on.')
    .action((name: string, key: string, flags: DataFlags) => {
      if (!isPlace(name)) throw usage('place-invalid', 'A place is 1 to 32 of a-z 0-9 -.');
      if (publicKeyIn(key) === undefined) {
        throw usage('key-invalid', 'That is no Ed25519 public key as `place key` shows it.');
      }
      withStore(io, flags, (store) => store.putPlace(name, key, io.nowMs()));
      io.out.write(`Reports of ${name} are taken from now on.\n`);
      finish(EXIT.ok);
    });
  withData(place.command('remove <name>'))
    .description('Takes no more reports of a place.')
    .action((name: string, flags: DataFlags) => {
      const isGone = withStore(io, flags, (store) => store.removePlace(name));
      io.out.write(
        isGone ? `No more reports of ${name} are taken.\n` : `There is no place ${name}.\n`,
      );
      finish(isGone ? EXIT.ok : EXIT.failed);
    });
  withData(place.command('list'))
    .description('Lists the places that the page knows.')
    .action((flags: DataFlags) => {
      const places = withStore(io, flags, (store) => store.places());
      if (flags.json === true) writeJson(io, { places });
      else
        io.out.write(
          `${columns(places.map(({ name, publicKey }) => [name, publicKey])).join('\n')}\n`,
        );
      finish(EXIT.ok);
    });
}

/** Works on the file of the page, which may be running at the same time. */
export function withStore<Value>(
  io: CliIo,
  flags: Readonly<{ data?: string }>,
  work: (store: StatusStore) => Value,
): Value {
  const dataDir = statusDataDir(io, flags.data);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const store = openStatusStore(statusFile(dataDir));
  try {
    return work(store);
  } finally {
    store.close();
  }
}
