// How one installation runs: flags and environment, checked once into types that need no re-check.
//
// A flag beats the environment, and the environment beats the default. All faults are told at
// once, each with the name that the person used and what to do. Secrets are kept apart from the
// rest and behind a function, so that printing or logging a configuration cannot show one.

import { join, resolve } from 'node:path';
import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { EnvName, EnvValues } from './env.ts';

/** Cells of one process; each has a thread and files of its own. */
export const CELLS_MAX = 16;
export const PORT_DEFAULT = 7400;
export const HOST_DEFAULT = '127.0.0.1';
export const DATA_DEFAULT = './data';
/** In the data folder, where it is no protection from whoever has the whole folder. */
export const KEY_FILE_DEFAULT = 'at-rest.key';
export const MEDIA_DEFAULT = 'media';
export const FLUSH_ROWS_DEFAULT = 100_000;
export const FLUSH_SECONDS_DEFAULT = 5;
/** Largest count that a setting may have. */
const COUNT_MAX = 1_000_000_000;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Config = Readonly<{
  host: string;
  /** 0 asks the system for a free one. */
  port: number;
  /** Absolute path. */
  dataDir: string;
  /** Where the files of people's videos lie. Absolute path. */
  mediaDir: string;
  /** The operator's key, under which keys of data are wrapped. Absolute path. */
  keyFile: string;
  cells: readonly [Jurisdiction, ...Jurisdiction[]];
  /** One of `cells`. */
  residency: Jurisdiction;
  /** The header whose country code says where people belong; `undefined` trusts none. */
  countryHeader: string | undefined;
  operator: string;
  demo: boolean;
  /** Whether a status page is run beside the server. */
  status: boolean;
  secureCookies: boolean;
  trustProxy: boolean;
  /** When the rows derived from a journal are stored. */
  flush: Readonly<{ rowsMin: number; secondsMax: number }>;
  logLevel: LogLevel;
}>;

/** A value that shows itself only when asked: printed or logged it is an empty object. */
export type Secret = Readonly<{ reveal: () => string }>;

export type Secrets = Readonly<{
  serviceKey: Secret | undefined;
  operatorKey: Secret | undefined;
}>;

/** What `holdfast start` was called with; the flag's text as it stood. */
export type StartFlags = Readonly<{
  host?: string;
  port?: string;
  data?: string;
  media?: string;
  keyFile?: string;
  log?: string;
  demo?: boolean;
  status?: boolean;
}>;

export type ConfigFault = Readonly<{
  /** The flag or variable to change. */
  name: string;
  /** What is wrong with it and what would be right; never the value of a secret. */
  detail: string;
}>;

export type ConfigResult = Readonly<
  | { kind: 'ok'; config: Config; secrets: Secrets }
  | { kind: 'faults'; faults: readonly ConfigFault[] }
>;

/** One value, and the name that the person used for it. */
export type Setting = Readonly<{ name: string; text: string }>;

const OPERATOR_PATTERN = /^[a-z0-9][a-z0-9-]{0,31}$/;
const HEADER_PATTERN = /^[A-Za-z0-9-]{1,64}$/;
const HOST_PATTERN = /^[A-Za-z0-9.:_-]{1,253}$/;
// As `keys/keys.ts` wants it, told here with the name of the variable.
const SECRET_PATTERN = /^[!-~][ -~]{6,126}[!-~]$/;

const TRUE_WORDS = ['1', 'true', 'yes', 'on'];
const FALSE_WORDS = ['0', 'false', 'no', 'off'];

/** Checks everything that `holdfast start` can be told. `cwd` anchors a relative data folder. */
export function readConfig(flags: StartFlags, env: EnvValues, cwd: string): ConfigResult {
  const faults: ConfigFault[] = [];
  const fault = ({ name }: Readonly<{ name: string }>, detail: string): void => {
    faults.push({ name, detail });
  };
  const pick = (flag: string | undefined, flagName: string, name: EnvName): Setting | undefined =>
    flag === undefined ? fromEnv(env, name) : { name: flagName, text: flag };

  const cells = readCells(fromEnv(env, 'HOLDFAST_CELLS'), fault);
  const config: Config = {
    host: readHost(pick(flags.host, '--host', 'HOLDFAST_HOST'), fault),
    port: readPort(pick(flags.port, '--port', 'HOLDFAST_PORT'), PORT_DEFAULT, fault),
    dataDir: resolveDataDir(flags.data, env, cwd),
    mediaDir: resolveMediaDir(flags, env, cwd),
    keyFile: resolveKeyFile(flags, env, cwd),
    cells,
    residency: readResidency(fromEnv(env, 'HOLDFAST_RESIDENCY'), cells, fault),
    countryHeader: readCountryHeader(fromEnv(env, 'HOLDFAST_COUNTRY_HEADER'), fault),
    operator: readOperator(fromEnv(env, 'HOLDFAST_OPERATOR'), fault),
    demo: flags.demo ?? true,
    status: flags.status !== false && readSwitch(fromEnv(env, 'HOLDFAST_STATUS'), fault, true),
    secureCookies: readSwitch(fromEnv(env, 'HOLDFAST_SECURE_COOKIES'), fault),
    trustProxy: readSwitch(fromEnv(env, 'HOLDFAST_TRUST_PROXY'), fault),
    flush: {
      rowsMin: readCount(fromEnv(env, 'HOLDFAST_FLUSH_ROWS'), FLUSH_ROWS_DEFAULT, fault),
      secondsMax: readCount(fromEnv(env, 'HOLDFAST_FLUSH_SECONDS'), FLUSH_SECONDS_DEFAULT, fault),
    },
    logLevel: readLogLevel(pick(flags.log, '--log', 'HOLDFAST_LOG'), fault),
  };
  const secrets = readSecrets(env, fault);
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'ok', config, secrets };
}

/** What every process that serves can be told; `portDefault` is its own. */
export type ServeConfig = Pick<Config, 'host' | 'port' | 'dataDir' | 'logLevel'>;

export type ServeConfigResult = Readonly<
  { kind: 'ok'; config: ServeConfig } | { kind: 'faults'; faults: readonly ConfigFault[] }
>;

/** Checks what a part that runs on its own can be told; flags and names are those of `start`. */
export function readServeConfig(
  flags: StartFlags,
  env: EnvValues,
  cwd: string,
  portDefault: number,
): ServeConfigResult {
  const faults: ConfigFault[] = [];
  const fault: Fault = ({ name }, detail) => {
    faults.push({ name, detail });
  };
  const pick = (flag: string | undefined, flagName: string, name: EnvName): Setting | undefined =>
    flag === undefined ? fromEnv(env, name) : { name: flagName, text: flag };
  const config: ServeConfig = {
    host: readHost(pick(flags.host, '--host', 'HOLDFAST_HOST'), fault),
    port: readPort(pick(flags.port, '--port', 'HOLDFAST_PORT'), portDefault, fault),
    dataDir: resolveDataDir(flags.data, env, cwd),
    logLevel: readLogLevel(pick(flags.log, '--log', 'HOLDFAST_LOG'), fault),
  };
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'ok', config };
}

/** The data folder, for every command that has one. Absolute. */
export function resolveDataDir(flag: string | undefined, env: EnvValues, cwd: string): string {
  return resolve(cwd, flag ?? env.HOLDFAST_DATA ?? DATA_DEFAULT);
}

/** Where the files of people's videos lie; in the data folder unless it is named. */
export function resolveMediaDir(
  { media, data }: Readonly<{ media?: string | undefined; data?: string | undefined }>,
  env: EnvValues,
  cwd: string,
): string {
  const named = media ?? env.HOLDFAST_MEDIA;
  if (named !== undefined) return resolve(cwd, named);
  return join(resolveDataDir(data, env, cwd), MEDIA_DEFAULT);
}

/** The operator's key of a data folder; it lies in the folder itself unless it is named. */
export function resolveKeyFile(
  { keyFile, data }: Readonly<{ keyFile?: string | undefined; data?: string | undefined }>,
  env: EnvValues,
  cwd: string,
): string {
  const named = keyFile ?? env.HOLDFAST_KEY_FILE;
  if (named !== undefined) return resolve(cwd, named);
  return join(resolveDataDir(data, env, cwd), KEY_FILE_DEFAULT);
}

export type Fault = (setting: Readonly<{ name: string }>, detail: string) => void;

function fromEnv(env: EnvValues, name: EnvName): Setting | undefined {
  const text = env[name];
  return text === undefined ? undefined : { name, text };
}

export function readCount(setting: Setting | undefined, byDefault: number, fault: Fault): number {
  if (setting === undefined) return byDefault;
  const count = Number(setting.text);
  if (!/^\d+$/.test(setting.text) || count < 1 || count > COUNT_MAX) {
    fault(setting, `must be a whole number from 1 to ${COUNT_MAX}`);
  }
  return count;
}

function readHost(setting: Setting | undefined, fault: Fault): string {
  if (setting === undefined) return HOST_DEFAULT;
  if (!HOST_PATTERN.test(setting.text)) {
    fault(setting, 'must be an address or a host name, such as 127.0.0.1, 0.0.0.0 or ::1');
  }
  return setting.text;
}

function readPort(setting: Setting | undefined, byDefault: number, fault: Fault): number {
  if (setting === undefined) return byDefault;
  const port = Number(setting.text);
  if (!/^\d{1,5}$/.test(setting.text) || port > 65_535) {
    fault(setting, `must be a whole number from 0 to 65535, not ${quoted(setting)}`);
  }
  return port;
}

function readCells(setting: Setting | undefined, fault: Fault): Config['cells'] {
  const fallback: Config['cells'] = ['us' as Jurisdiction, 'eu' as Jurisdiction];
  if (setting === undefined) return fallback;
  const cells: Jurisdiction[] = [];
  for (const name of setting.text.split(',').map((part) => part.trim())) {
    if (!isJurisdiction(name)) {
      fault(setting, `must be names of 2 to 8 letters a-z apart by commas, such as us,eu,row`);
      return fallback;
    }
    if (cells.includes(name)) {
      fault(setting, `names ${name} twice; name each cell once`);
      return fallback;
    }
    cells.push(name);
  }
  if (cells.length > CELLS_MAX) fault(setting, `may name at most ${CELLS_MAX} cells`);
  const [first, ...rest] = cells;
  return first === undefined ? fallback : [first, ...rest];
}

function readResidency(
  setting: Setting | undefined,
  cells: Config['cells'],
  fault: Fault,
): Jurisdiction {
  if (setting === undefined) return cells[0];
  const cell = cells.find((name) => name === setting.text);
  if (cell === undefined) {
    fault(setting, `must be one of the cells (${cells.join(', ')}), not ${quoted(setting)}`);
  }
  return cell ?? cells[0];
}

export function readCountryHeader(setting: Setting | undefined, fault: Fault): string | undefined {
  if (setting !== undefined && !HEADER_PATTERN.test(setting.text)) {
    fault(setting, 'must be the name of a header, such as cf-ipcountry');
  }
  return setting?.text.toLowerCase();
}

export function readOperator(setting: Setting | undefined, fault: Fault): string {
  if (setting === undefined) return 'local-operator';
  if (!OPERATOR_PATTERN.test(setting.text)) {
    fault(setting, 'must be 1 to 32 of a-z 0-9 -, beginning with a letter or digit');
  }
  return setting.text;
}

export function readSwitch(setting: Setting | undefined, fault: Fault, byDefault = false): boolean {
  if (setting === undefined) return byDefault;
  const word = setting.text.toLowerCase();
  if (!TRUE_WORDS.includes(word) && !FALSE_WORDS.includes(word)) {
    fault(setting, `must be 1 or 0, not ${quoted(setting)}`);
  }
  return TRUE_WORDS.includes(word);
}

function readLogLevel(setting: Setting | undefined, fault: Fault): LogLevel {
  if (setting === undefined) return 'info';
  const level = LOG_LEVELS.find((name) => name === setting.text);
  if (level === undefined) {
    fault(setting, `must be one of ${LOG_LEVELS.join(', ')}, not ${quoted(setting)}`);
  }
  return level ?? 'info';
}

export function readSecrets(env: EnvValues, fault: Fault): Secrets {
  const read = (name: EnvName): Secret | undefined => {
    const text = env[name];
    if (text === undefined) return undefined;
    if (!SECRET_PATTERN.test(text)) {
      fault({ name }, 'must be 8 to 128 printable ASCII characters, as it is sent in a header');
    }
    return { reveal: () => text };
  };
  const secrets = {
    serviceKey: read('HOLDFAST_SERVICE_KEY'),
    operatorKey: read('HOLDFAST_OPERATOR_KEY'),
  };
  if (secrets.serviceKey !== undefined && env.HOLDFAST_SERVICE_KEY === env.HOLDFAST_OPERATOR_KEY) {
    const detail = 'must differ from HOLDFAST_SERVICE_KEY: one secret cannot be two kinds of key';
    fault({ name: 'HOLDFAST_OPERATOR_KEY' }, detail);
  }
  return secrets;
}

// Long enough to recognise what was typed, short enough for one line of a terminal.
const QUOTED_CHARS_MAX = 40;

function quoted({ text }: Setting): string {
  return JSON.stringify(
    text.length > QUOTED_CHARS_MAX ? `${text.slice(0, QUOTED_CHARS_MAX)}…` : text,
  );
}
