// How a cell and a gateway run that are processes of their own: flags and environment, checked once.

import { resolve } from 'node:path';
import { isPartyUrl, LOCAL_URL } from '@holdfast/engine/charter/charter-entry.ts';
import { isJurisdiction, isWireName } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { publicKeyOf } from '../signed/wire-key.ts';
import { LOCATION_CHARS_MAX } from '../border/records.ts';
import { readTrustLine } from '../cell/remote/gateway-trust.ts';
import type { TrustPolicy } from '../cell/remote/gateway-trust.ts';
import {
  FLUSH_ROWS_DEFAULT,
  FLUSH_SECONDS_DEFAULT,
  PORT_DEFAULT,
  readCount,
  readCountryHeader,
  readOperator,
  readSecrets,
  readServeConfig,
  readSwitch,
  resolveKeyFile,
  resolveMediaDir,
} from './config.ts';
import type {
  Config,
  ConfigFault,
  Fault,
  Secrets,
  ServeConfig,
  Setting,
  StartFlags,
} from './config.ts';
import type { EnvName, EnvValues } from './env.ts';

export const CELL_PORT_DEFAULT = 7420;
const SITE_OF_CELL = 'main';
const BYTES_PER_MB = 1_000_000;
const SITE_OF_GATEWAY = 'gateway';

/** Where the registrar is, and by which key it is known; absent, by the first it shows. */
export type RegistrarAddress = Readonly<{ url: string; publicKey: string | undefined }>;

export type CellConfig = ServeConfig &
  Pick<Config, 'operator' | 'flush' | 'keyFile'> &
  Readonly<{
    jurisdiction: Jurisdiction;
    site: string;
    /** Where others reach it; absent, at host and port. */
    url: string | undefined;
    /** Where its data lies, in words for everybody to read; absent, nobody is told. */
    location: string | undefined;
    registrar: RegistrarAddress;
    trust: TrustPolicy;
    /** Takes over by itself when the owner, another site of its operator, is lost. */
    isStandby: boolean;
    /** Bandwidth that a copy for another party may take; absent, all there is. */
    seedBytesPerSecondMax: number | undefined;
  }>;

export type CellFlags = StartFlags &
  Readonly<{
    jurisdiction?: string;
    operator?: string;
    site?: string;
    url?: string;
    location?: string;
    registrar?: string;
    registrarKey?: string;
    trustGateway?: readonly string[];
    standby?: true;
    seedMbPerS?: string;
  }>;

export type GatewayConfig = ServeConfig &
  Pick<Config, 'mediaDir' | 'operator' | 'countryHeader' | 'secureCookies' | 'trustProxy'> &
  Readonly<{
    site: string;
    /** Cell of people who do not say where they live; absent, the first of the charter. */
    residency: Jurisdiction | undefined;
    registrar: RegistrarAddress;
  }>;

export type GatewayFlags = StartFlags &
  Readonly<{ operator?: string; site?: string; registrar?: string; registrarKey?: string }>;

type Faults = Readonly<{ kind: 'faults'; faults: readonly ConfigFault[] }>;
export type CellConfigResult = Readonly<{ kind: 'ok'; config: CellConfig }> | Faults;
export type GatewayConfigResult =
  Readonly<{ kind: 'ok'; config: GatewayConfig; secrets: Secrets }> | Faults;

/** Hosts at which only this machine reaches a server. */
export const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', '::1', '[::1]', 'localhost'];
const ANY_HOSTS: readonly string[] = ['0.0.0.0', '::', '[::]'];

type Reading = Readonly<{
  serve: ServeConfig | undefined;
  fault: Fault;
  pick: (flag: string | undefined, flagName: string, name: EnvName) => Setting | undefined;
  /** The faults so far; empty when all is well. */
  faults: readonly ConfigFault[];
}>;

/** Checks everything that `holdfast cell` can be told. */
export function readCellConfig(flags: CellFlags, env: EnvValues, cwd: string): CellConfigResult {
  const reading = reader(flags, env, cwd, CELL_PORT_DEFAULT);
  const { serve, fault, pick } = reading;
  const jurisdiction = readJurisdiction(
    pick(flags.jurisdiction, '--jurisdiction', 'HOLDFAST_JURISDICTION'),
    fault,
  );
  const registrar = readRegistrar(flags, reading);
  const url = readUrl(pick(flags.url, '--url', 'HOLDFAST_URL'), serve?.host, fault);
  const part = {
    operator: readOperator(pick(flags.operator, '--operator', 'HOLDFAST_OPERATOR'), fault),
    site: readSite(pick(flags.site, '--site', 'HOLDFAST_SITE'), SITE_OF_CELL, fault),
    location: readLocation(pick(flags.location, '--location', 'HOLDFAST_LOCATION'), fault),
    trust: readTrust(flags.trustGateway ?? [], env, cwd, serve?.host, fault),
    keyFile: resolveKeyFile(flags, env, cwd),
    flush: {
      rowsMin: readCount(pick(undefined, '', 'HOLDFAST_FLUSH_ROWS'), FLUSH_ROWS_DEFAULT, fault),
      secondsMax: readCount(
        pick(undefined, '', 'HOLDFAST_FLUSH_SECONDS'),
        FLUSH_SECONDS_DEFAULT,
        fault,
      ),
    },
  };
  const isStandby = flags.standby === true;
  const seedMb = pick(flags.seedMbPerS, '--seed-mb-per-s', 'HOLDFAST_SEED_MB_PER_S');
  const seedBytesPerSecondMax =
    seedMb === undefined ? undefined : readCount(seedMb, 1, fault) * BYTES_PER_MB;
  const { faults } = reading;
  if (faults.length > 0 || serve === undefined || jurisdiction === undefined) {
    return { kind: 'faults', faults };
  }
  if (registrar === undefined) return { kind: 'faults', faults };
  return {
    kind: 'ok',
    config: { ...serve, ...part, jurisdiction, url, registrar, isStandby, seedBytesPerSecondMax },
  };
}

/** Checks everything that `holdfast gateway` can be told. */
export function readGatewayConfig(
  flags: GatewayFlags,
  env: EnvValues,
  cwd: string,
): GatewayConfigResult {
  const reading = reader(flags, env, cwd, PORT_DEFAULT);
  const { serve, fault, pick } = reading;
  const registrar = readRegistrar(flags, reading);
  const residency = pick(undefined, '', 'HOLDFAST_RESIDENCY');
  const part = {
    operator: readOperator(pick(flags.operator, '--operator', 'HOLDFAST_OPERATOR'), fault),
    site: readSite(pick(flags.site, '--site', 'HOLDFAST_SITE'), SITE_OF_GATEWAY, fault),
    residency: residency === undefined ? undefined : readJurisdiction(residency, fault),
    mediaDir: resolveMediaDir(flags, env, cwd),
    countryHeader: readCountryHeader(pick(undefined, '', 'HOLDFAST_COUNTRY_HEADER'), fault),
    secureCookies: readSwitch(pick(undefined, '', 'HOLDFAST_SECURE_COOKIES'), fault),
    trustProxy: readSwitch(pick(undefined, '', 'HOLDFAST_TRUST_PROXY'), fault),
  };
  const secrets = readSecrets(env, fault);
  const { faults } = reading;
  if (faults.length > 0 || serve === undefined || registrar === undefined) {
    return { kind: 'faults', faults };
  }
  return { kind: 'ok', config: { ...serve, ...part, registrar }, secrets };
}

function reader(flags: StartFlags, env: EnvValues, cwd: string, portDefault: number): Reading {
  const served = readServeConfig(flags, env, cwd, portDefault);
  const faults: ConfigFault[] = served.kind === 'faults' ? [...served.faults] : [];
  return {
    serve: served.kind === 'ok' ? served.config : undefined,
    faults,
    fault: ({ name }, detail) => {
      faults.push({ name, detail });
    },
    pick: (flag, flagName, name) => {
      if (flag !== undefined) return { name: flagName, text: flag };
      const text = env[name];
      return text === undefined ? undefined : { name, text };
    },
  };
}

function readJurisdiction(setting: Setting | undefined, fault: Fault): Jurisdiction | undefined {
  if (isJurisdiction(setting?.text)) return setting.text;
  fault(setting ?? { name: '--jurisdiction' }, 'must be 2 to 8 letters a-z, such as us');
  return undefined;
}

function readSite(setting: Setting | undefined, byDefault: string, fault: Fault): string {
  if (setting === undefined) return byDefault;
  if (!isWireName(setting.text)) {
    fault(setting, 'must be 1 to 32 of a-z 0-9 -, beginning with a letter or digit');
  }
  return setting.text;
}

function readLocation(setting: Setting | undefined, fault: Fault): string | undefined {
  const text = setting?.text.trim();
  if (setting === undefined || text === undefined || text === '') return undefined;
  if (text.length <= LOCATION_CHARS_MAX && !/\p{Cc}/u.test(text)) return text;
  fault(setting, `must be one line of at most ${LOCATION_CHARS_MAX} characters`);
  return undefined;
}

function readUrl(
  setting: Setting | undefined,
  host: string | undefined,
  fault: Fault,
): string | undefined {
  if (setting !== undefined) {
    if (!isPartyUrl(setting.text) || setting.text === LOCAL_URL) {
      fault(setting, 'must be an origin without a path, such as https://cell.example:7420');
    }
    return setting.text;
  }
  if (host !== undefined && ANY_HOSTS.includes(host)) {
    fault({ name: '--url' }, `is needed with --host ${host}: the address that others reach`);
  }
  return undefined;
}

function readRegistrar(
  flags: Pick<CellFlags, 'registrar' | 'registrarKey'>,
  { pick, fault }: Reading,
): RegistrarAddress | undefined {
  const address = pick(flags.registrar, '--registrar', 'HOLDFAST_REGISTRAR');
  const key = pick(flags.registrarKey, '--registrar-key', 'HOLDFAST_REGISTRAR_KEY');
  if (key !== undefined && publicKeyOf(key.text) === undefined) {
    fault(key, 'must be an Ed25519 public key as `holdfast registrar` shows it');
  }
  if (address === undefined || !isPartyUrl(address.text) || address.text === LOCAL_URL) {
    fault(
      address ?? { name: '--registrar' },
      'must be the address of the registrar, such as http://127.0.0.1:7410',
    );
    return undefined;
  }
  return { url: address.text, publicKey: key?.text };
}

function readTrust(
  flags: readonly string[],
  env: EnvValues,
  cwd: string,
  host: string | undefined,
  fault: Fault,
): TrustPolicy {
  const { HOLDFAST_TRUST_GATEWAY: fromEnv } = env;
  const named = flags.length > 0 ? flags : [fromEnv ?? ''].filter((source) => source !== '');
  const sources = named.map((source) =>
    readTrustLine(source) === undefined ? resolve(cwd, source) : source,
  );
  if (sources.length > 0) return { kind: 'listed', sources };
  if (host !== undefined && !LOOPBACK_HOSTS.includes(host)) {
    fault(
      { name: '--trust-gateway' },
      `is needed with --host ${host}: others than this machine can reach it there, and a gateway ` +
        'speaks for people. Name the file gateway/gateway.pub of each gateway, or a folder of them',
    );
  }
  return { kind: 'this-machine' };
}
