import { describe, expect, it } from 'vitest';
import { newIdentity } from '../signed/signed.fixture.ts';
import type { EnvValues } from './env.ts';
import { readCellConfig, readGatewayConfig } from './part-config.ts';
import type { CellFlags } from './part-config.ts';

const registrar = 'http://127.0.0.1:7410';
const needed: CellFlags = { jurisdiction: 'us', registrar };

/** The names of what is to be mended. */
function faultsOf(flags: CellFlags, env: EnvValues = {}): readonly string[] {
  const result = readCellConfig(flags, env, '/srv');
  return result.kind === 'faults' ? result.faults.map(({ name }) => name) : [];
}

describe('how a cell is to be run', () => {
  it('needs a jurisdiction and a registrar, and nothing more', () => {
    expect(faultsOf({})).toEqual(['--jurisdiction', '--registrar']);
    const result = readCellConfig(needed, {}, '/srv');
    expect(result).toMatchObject({
      kind: 'ok',
      config: {
        jurisdiction: 'us',
        operator: 'local-operator',
        site: 'main',
        host: '127.0.0.1',
        port: 7420,
        dataDir: '/srv/data',
        url: undefined,
        registrar: { url: registrar, publicKey: undefined },
        trust: { kind: 'this-machine' },
      },
    });
  });

  it('can be told by the environment, and a flag beats it', () => {
    const env = {
      HOLDFAST_JURISDICTION: 'eu',
      HOLDFAST_REGISTRAR: registrar,
      HOLDFAST_OPERATOR: 'south',
      HOLDFAST_SITE: 'b',
    };
    const result = readCellConfig({ operator: 'north' }, env, '/srv');
    expect(result).toMatchObject({ config: { jurisdiction: 'eu', operator: 'north', site: 'b' } });
  });

  it('W119: names gateways and an address where others can reach it', () => {
    expect(faultsOf({ ...needed, host: '0.0.0.0' })).toEqual(['--url', '--trust-gateway']);
    expect(faultsOf({ ...needed, host: '10.1.2.3' })).toEqual(['--trust-gateway']);
    const url = 'https://us.north.example';
    expect(faultsOf({ ...needed, host: '0.0.0.0', url, trustGateway: ['./gateways'] })).toEqual([]);
  });

  it('H55: lets a copy take what bandwidth there is, or as much as it is told', () => {
    const config = (flags: CellFlags, env: EnvValues = {}) =>
      readCellConfig({ ...needed, ...flags }, env, '/srv');
    expect(config({})).toMatchObject({ config: { seedBytesPerSecondMax: undefined } });
    expect(config({ seedMbPerS: '40' })).toMatchObject({
      config: { seedBytesPerSecondMax: 40_000_000 },
    });
    expect(config({}, { HOLDFAST_SEED_MB_PER_S: '7' })).toMatchObject({
      config: { seedBytesPerSecondMax: 7_000_000 },
    });
    expect(faultsOf({ ...needed, seedMbPerS: '0' })).toEqual(['--seed-mb-per-s']);
  });

  it('W117: names gateways by file, folder or line', () => {
    const { operator, site, publicKey } = newIdentity('front');
    const line = `${operator} ${site} ${publicKey}`;
    const trustGateway = ['gateways', line];
    expect(readCellConfig({ ...needed, trustGateway }, {}, '/srv')).toMatchObject({
      config: { trust: { kind: 'listed', sources: ['/srv/gateways', line] } },
    });
    const env = { HOLDFAST_TRUST_GATEWAY: '/etc/gateways' };
    expect(readCellConfig(needed, env, '/srv')).toMatchObject({
      config: { trust: { kind: 'listed', sources: ['/etc/gateways'] } },
    });
  });

  it.each<[string, CellFlags]>([
    ['--jurisdiction', { ...needed, jurisdiction: 'U S' }],
    ['--registrar', { ...needed, registrar: 'registrar.example' }],
    ['--registrar', { ...needed, registrar: `${registrar}/v1` }],
    ['--registrar-key', { ...needed, registrarKey: 'AAAA' }],
    ['--operator', { ...needed, operator: 'North!' }],
    ['--site', { ...needed, site: '' }],
    ['--url', { ...needed, url: 'https://a.example/cell' }],
    ['--url', { ...needed, url: 'local:' }],
    ['--port', { ...needed, port: '70000' }],
  ])('says that %s is to be mended', (name, flags) => {
    expect(faultsOf(flags)).toEqual([name]);
  });
});

describe('how a gateway is to be run', () => {
  it('needs a registrar, and nothing more', () => {
    expect(readGatewayConfig({}, {}, '/srv')).toMatchObject({
      faults: [{ name: '--registrar' }],
    });
    expect(readGatewayConfig({ registrar }, {}, '/srv')).toMatchObject({
      kind: 'ok',
      config: { port: 7400, site: 'gateway', residency: undefined, countryHeader: undefined },
    });
  });

  it('can be told where people belong, and its keys', () => {
    const env = { HOLDFAST_RESIDENCY: 'eu', HOLDFAST_SERVICE_KEY: 'hfk_something-long' };
    const result = readGatewayConfig({ registrar }, env, '/srv');
    if (result.kind === 'faults') throw new Error('there are faults');
    expect(result.config.residency).toBe('eu');
    expect(result.secrets.serviceKey?.reveal()).toBe('hfk_something-long');
  });

  it('says what is to be mended', () => {
    const env = { HOLDFAST_RESIDENCY: 'E U', HOLDFAST_TRUST_PROXY: 'perhaps' };
    const result = readGatewayConfig({ registrar }, env, '/srv');
    const names = result.kind === 'faults' ? result.faults.map(({ name }) => name) : [];
    expect(names).toEqual(['HOLDFAST_RESIDENCY', 'HOLDFAST_TRUST_PROXY']);
  });
});
