import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { describe, expect, it } from 'vitest';
import { ask, eu, openWorld, us } from './fakes/fake-world.ts';
import { residencyOf } from './residency.ts';

const row = 'row' as Jurisdiction;

const home = (
  cells: readonly Jurisdiction[],
  headers: Readonly<Record<string, unknown>>,
  countryHeader: string | undefined = 'CF-IPCountry',
): Jurisdiction =>
  residencyOf({ cells, byDefault: us, countryHeader })({ ip: '192.0.2.1', headers });

describe('residency', () => {
  it('A71: heeds no header that is not configured', () => {
    const heedless = residencyOf({ cells: [us, eu], byDefault: us, countryHeader: undefined });
    expect(heedless({ ip: '192.0.2.1', headers: { 'cf-ipcountry': 'DE' } })).toBe('us');
    expect(home([us, eu], { 'x-country': 'DE' })).toBe('us');
  });

  it.each([
    ['US', 'us'],
    ['PR', 'us'],
    ['DE', 'eu'],
    ['gr', 'eu'],
    ['RE', 'eu'],
    ['GB', 'row'],
    ['CH', 'row'],
    ['JP', 'row'],
  ])('A72: is by the country %s in %s', (country, cell) => {
    expect(home([eu, us, row], { 'cf-ipcountry': country })).toBe(cell);
  });

  it('A72: knows 27 member states', () => {
    const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
    const codes = letters.flatMap((first) => letters.map((second) => first + second));
    const inside = codes.filter((code) => home([us, eu, row], { 'cf-ipcountry': code }) === eu);
    const territories = ['AX', 'GF', 'GP', 'MF', 'MQ', 'RE', 'YT'];
    expect(inside.filter((code) => !territories.includes(code))).toHaveLength(27);
  });

  it.each([
    ['DE', [us, row], 'row'],
    ['JP', [us, eu], 'us'],
    ['DE', [us], 'us'],
  ] as const)('A72: of %s among the cells %j is %s', (country, cells, cell) => {
    expect(home(cells, { 'cf-ipcountry': country })).toBe(cell);
  });

  it.each([undefined, '', 'XX', 'T1', 'Germany', 'DE, FR', ['DE'], '__proto__'])(
    'A72: takes %j for no country',
    (value) => {
      expect(home([us, eu, row], { 'cf-ipcountry': value })).toBe('us');
    },
  );

  it('A72: decides where sessions and accounts are that name no jurisdiction', async () => {
    const residency = residencyOf({ cells: [us, eu], byDefault: us, countryHeader: 'X-Country' });
    const world = await openWorld({ residency });
    const headers = { 'x-country': 'FR' };
    const session = await ask(world, 'POST', '/v1/sessions', { headers, body: {} });
    expect(session.json()).toMatchObject({ jurisdiction: 'eu' });
    const body = { handle: 'alice', password: 'correct horse' };
    const account = await ask(world, 'POST', '/v1/accounts', { headers, body });
    expect(account.json()).toMatchObject({ jurisdiction: 'eu' });
    const said = { body: { jurisdiction: 'us' }, headers };
    const other = await ask(world, 'POST', '/v1/sessions', said);
    expect(other.json()).toMatchObject({ jurisdiction: 'us' });
    await world.close();
  });
});
