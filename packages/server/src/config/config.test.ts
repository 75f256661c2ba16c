import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openKeys } from '../keys/keys.ts';
import { readConfig } from './config.ts';
import type { Config, ConfigFault, Secrets, StartFlags } from './config.ts';
import { readEnv } from './env.ts';

type Env = Readonly<Record<string, string>>;

function read(flags: StartFlags, env: Env): Readonly<{ config: Config; secrets: Secrets }> {
  const result = readConfig(flags, readEnv(env).values, '/srv');
  if (result.kind === 'faults') throw new Error(JSON.stringify(result.faults));
  return result;
}

function faultsOf(flags: StartFlags, env: Env): readonly ConfigFault[] {
  const result = readConfig(flags, readEnv(env).values, '/srv');
  return result.kind === 'faults' ? result.faults : [];
}

describe('configuration', () => {
  it('has a default for everything', () => {
    expect(read({}, {})).toMatchObject({
      config: {
        host: '127.0.0.1',
        port: 7400,
        dataDir: '/srv/data',
        keyFile: '/srv/data/at-rest.key',
        cells: ['us', 'eu'],
        residency: 'us',
        countryHeader: undefined,
        operator: 'local-operator',
        demo: true,
        flush: { rowsMin: 100_000, secondsMax: 5 },
        secureCookies: false,
        trustProxy: false,
        logLevel: 'info',
      },
      secrets: { serviceKey: undefined, operatorKey: undefined },
    });
  });

  it('takes every setting from the environment', () => {
    const { config, secrets } = read(
      {},
      {
        HOLDFAST_HOST: '::1',
        HOLDFAST_PORT: '8080',
        HOLDFAST_DATA: '/var/holdfast',
        HOLDFAST_MEDIA: '/srv/films',
        HOLDFAST_CELLS: 'row, us',
        HOLDFAST_RESIDENCY: 'us',
        HOLDFAST_COUNTRY_HEADER: 'CF-IPCountry',
        HOLDFAST_OPERATOR: 'north',
        HOLDFAST_SECURE_COOKIES: 'true',
        HOLDFAST_TRUST_PROXY: '1',
        HOLDFAST_STATUS: '0',
        HOLDFAST_LOG: 'warn',
        HOLDFAST_SERVICE_KEY: 'service-secret',
        HOLDFAST_OPERATOR_KEY: 'operator-secret',
      },
    );
    expect(config).toEqual({
      host: '::1',
      port: 8080,
      dataDir: '/var/holdfast',
      mediaDir: '/srv/films',
      keyFile: '/var/holdfast/at-rest.key',
      cells: ['row', 'us'],
      residency: 'us',
      countryHeader: 'cf-ipcountry',
      operator: 'north',
      demo: true,
      flush: { rowsMin: 100_000, secondsMax: 5 },
      secureCookies: true,
      trustProxy: true,
      status: false,
      logLevel: 'warn',
    });
    expect(secrets.serviceKey?.reveal()).toBe('service-secret');
    expect(secrets.operatorKey?.reveal()).toBe('operator-secret');
  });

  it('lets a flag beat the environment', () => {
    const flags = { host: '0.0.0.0', port: '0', data: 'here', log: 'error', demo: false };
    const env = {
      HOLDFAST_HOST: '::1',
      HOLDFAST_PORT: '8080',
      HOLDFAST_DATA: '/var/holdfast',
      HOLDFAST_LOG: 'debug',
    };
    expect(read(flags, env).config).toMatchObject({
      host: '0.0.0.0',
      port: 0,
      dataDir: '/srv/here',
      logLevel: 'error',
      demo: false,
    });
  });

  it('does not judge a value that a flag replaces', () => {
    expect(read({ port: '1' }, { HOLDFAST_PORT: 'seven' }).config.port).toBe(1);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(read({}, { HOLDFAST_PORT: '', HOLDFAST_SERVICE_KEY: ' ' })).toMatchObject({
      config: { port: 7400 },
      secrets: { serviceKey: undefined },
    });
  });

  it.each([
    [{ port: '65536' }, {}, '--port', '65535'],
    [{ port: '-1' }, {}, '--port', '"-1"'],
    [{ port: '1.5' }, {}, '--port', 'whole number'],
    [{ port: '' }, {}, '--port', 'whole number'],
    [{ host: 'http://x/' }, {}, '--host', 'address'],
    [{ log: 'loud' }, {}, '--log', 'debug, info'],
    [{}, { HOLDFAST_PORT: 'seven' }, 'HOLDFAST_PORT', '"seven"'],
    [{}, { HOLDFAST_CELLS: 'us;eu' }, 'HOLDFAST_CELLS', 'commas'],
    [{}, { HOLDFAST_CELLS: 'us,,eu' }, 'HOLDFAST_CELLS', 'commas'],
    [{}, { HOLDFAST_CELLS: '../etc' }, 'HOLDFAST_CELLS', 'letters'],
    [{}, { HOLDFAST_CELLS: 'us,us' }, 'HOLDFAST_CELLS', 'twice'],
    [{}, { HOLDFAST_CELLS: cellNames(17) }, 'HOLDFAST_CELLS', 'at most 16'],
    [{}, { HOLDFAST_RESIDENCY: 'row' }, 'HOLDFAST_RESIDENCY', 'us, eu'],
    [{}, { HOLDFAST_COUNTRY_HEADER: 'a b' }, 'HOLDFAST_COUNTRY_HEADER', 'header'],
    [{}, { HOLDFAST_OPERATOR: '../x' }, 'HOLDFAST_OPERATOR', 'a-z'],
    [{}, { HOLDFAST_SECURE_COOKIES: 'maybe' }, 'HOLDFAST_SECURE_COOKIES', '1 or 0'],
    [{}, { HOLDFAST_TRUST_PROXY: '2' }, 'HOLDFAST_TRUST_PROXY', '1 or 0'],
    [{}, { HOLDFAST_SERVICE_KEY: 'short' }, 'HOLDFAST_SERVICE_KEY', '8 to 128'],
  ] as const)('refuses %j %j, naming %s', (flags, env, name, words) => {
    const faults = faultsOf(flags, env);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.name).toBe(name);
    expect(faults[0]?.detail).toContain(words);
  });

  it('tells all faults at once', () => {
    const faults = faultsOf({ port: 'x' }, { HOLDFAST_CELLS: '?', HOLDFAST_LOG: 'loud' });
    expect(faults.map(({ name }) => name)).toEqual(['HOLDFAST_CELLS', '--port', 'HOLDFAST_LOG']);
  });

  it('refuses one secret as two kinds of key', () => {
    const env = { HOLDFAST_SERVICE_KEY: 'same-secret', HOLDFAST_OPERATOR_KEY: 'same-secret' };
    expect(faultsOf({}, env).map(({ name }) => name)).toEqual(['HOLDFAST_OPERATOR_KEY']);
  });

  it('shows no secret when printed, logged or refused', () => {
    const env = { HOLDFAST_SERVICE_KEY: 'hush-hush', HOLDFAST_OPERATOR_KEY: 'hush-too' };
    const { secrets } = read({}, env);
    const refused = faultsOf({}, { HOLDFAST_SERVICE_KEY: 'hush\u0007hush' });
    expect(inspect(secrets) + JSON.stringify(secrets) + JSON.stringify(refused)).not.toContain(
      'hush',
    );
  });

  it('accepts no key that the key store would refuse', () => {
    const candidates = [
      '12345678',
      'a'.repeat(128),
      'a'.repeat(129),
      'with space ok',
      '1234567',
      'é'.repeat(9),
    ];
    for (const secret of candidates) {
      const accepted = faultsOf({}, { HOLDFAST_SERVICE_KEY: secret }).length === 0;
      expect([secret, accepted]).toEqual([secret, keyStoreTakes(secret)]);
    }
  });
});

describe('environment', () => {
  it('points out names that are misspelled and leaves other programs alone', () => {
    const reading = readEnv({ HOLDFAST_PROT: '1', HOLDFAST_PORT: '2', PATH: '/bin' });
    expect(reading).toEqual({ values: { HOLDFAST_PORT: '2' }, unknownNames: ['HOLDFAST_PROT'] });
  });
});

function cellNames(cells: number): string {
  return Array.from({ length: cells }, (_, index) => `c${String.fromCharCode(97 + index)}`).join();
}

function keyStoreTakes(secret: string): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
  try {
    openKeys({
      file: join(dir, 'keys.db'),
      nowMs: () => 0,
      randomBytes: (bytes) => new Uint8Array(bytes),
      fixed: [{ kind: 'service', secret, name: 'environment' }],
    }).close();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
