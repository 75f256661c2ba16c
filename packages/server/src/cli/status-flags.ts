// The flags that the parts of `holdfast status` share, and how they are checked.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import { LOG_LEVELS } from '../config/config.ts';
import type { LogLevel } from '../config/config.ts';
import type { EnvValues } from '../config/env.ts';
import { isPlace } from '../status/rules/observation.ts';
import { CliError } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { collect } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import type { PlaceOptions } from './status-run.ts';

export const STATUS_PORT_DEFAULT = 7440;
export const STATUS_DATA_DEFAULT = './status';
export const STATUS_DATA_FLAG = '--data <dir>';
export const STATUS_DATA_HELP = 'folder of the page (./status)';
const GATEWAY_DEFAULT = 'http://127.0.0.1:7400';

export type PlaceFlags = Readonly<{
  gateway: readonly string[];
  cell: readonly string[];
  reference: readonly string[];
  place?: string;
  registrarKey?: string;
}>;

/** What a place needs to know; the same for the page's own and for one elsewhere. */
export function addPlaceFlags(command: Command): void {
  command
    .option('--gateway <url>', `a gateway to watch; repeatable (${GATEWAY_DEFAULT})`, collect, [])
    .option('--cell <name>', 'a cell that must be there; repeatable', collect, [])
    .option(
      '--reference <url>',
      'an address of somebody else: while none answers, this place is blind; repeatable',
      collect,
      [],
    )
    .option('--place <name>', 'what this place is called (here)')
    .option('--registrar-key <key>', 'checks certificates against it (HOLDFAST_REGISTRAR_KEY)');
}

export function usage(code: string, message: string): CliError {
  return new CliError(EXIT.usage, code, `${message} Nothing was started or changed.`);
}

/** Checks the flags of a place. Throws `CliError`. */
export function placeOptions(flags: PlaceFlags, env: EnvValues): PlaceOptions {
  const { HOLDFAST_SERVICE_KEY: serviceKey, HOLDFAST_REGISTRAR_KEY: registrarKey } = env;
  if (serviceKey === undefined) {
    throw usage(
      'key-missing',
      'A place needs a service key for its canaries. Make one with `holdfast keys create --name ' +
        'status --tenant canary`, and set HOLDFAST_SERVICE_KEY.',
    );
  }
  const place = flags.place ?? 'here';
  if (!isPlace(place)) throw usage('place-invalid', '--place must be 1 to 32 of a-z 0-9 -.');
  const cells = flags.cell.map((cell) => {
    if (!isJurisdiction(cell)) throw usage('cell-invalid', `--cell ${cell} is no name of a cell.`);
    return cell;
  });
  const gateways = (flags.gateway.length > 0 ? flags.gateway : [GATEWAY_DEFAULT]).map((text) =>
    originOf('--gateway', text),
  );
  const references = flags.reference.map((text) => originOf('--reference', text));
  const key = flags.registrarKey ?? registrarKey;
  return { place, gateways, cells, references, serviceKey, registrarKey: key };
}

export function originOf(flag: string, text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw usage('url-invalid', `${flag} must be an address such as https://api.example.`);
  }
  return url.origin;
}

export function portOf(text: string | undefined): number {
  if (text === undefined) return STATUS_PORT_DEFAULT;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw usage('port-invalid', '--port must be a whole number from 0 to 65535.');
  }
  return port;
}

export function statusDataDir(io: CliIo, flag: string | undefined): string {
  return resolve(io.cwd, flag ?? STATUS_DATA_DEFAULT);
}

export function logLevelOf(flag: string | undefined, env: EnvValues): LogLevel {
  const text = flag ?? env.HOLDFAST_LOG ?? 'info';
  const level = LOG_LEVELS.find((name) => name === text);
  if (level === undefined) throw usage('log-invalid', `--log must be ${LOG_LEVELS.join(', ')}.`);
  return level;
}
