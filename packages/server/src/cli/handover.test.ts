import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  certificateOf,
  like,
  openControlledParties,
  until,
  V1,
} from '../replication/control.fixture.ts';
import type { ControlledParties, ControlledParty } from '../replication/control.fixture.ts';
import { WIRE_VERSION } from '../signed/preimage.ts';
import { newIdentity } from '../signed/signed.fixture.ts';
import { runIn } from './cli.fixture.ts';
import type { Ran } from './cli.fixture.ts';

const TEST_MS_MAX = 60_000;

let dir: string;
let parties: ControlledParties;
let north: ControlledParty;
let south: ControlledParty;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
  parties = await openControlledParties();
  north = await parties.run('north');
  south = await parties.run('south');
  await north.client().call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  await like(north.client(), 'anna');
});
afterEach(async () => {
  await parties.close();
  rmSync(dir, { recursive: true });
});

function run(at: ControlledParty, args: readonly string[], isTerminal = false): Promise<Ran> {
  const env = { HOLDFAST_REGISTRAR: parties.registrarUrl, HOLDFAST_DATA: at.dataDir };
  const given = { env, isTerminal, works: { fetch }, nowMs: () => Date.now() };
  return runIn(dir, ['handover', ...args], given);
}

const json = ({ out }: Ran): unknown => JSON.parse(out);

describe('holdfast handover', { timeout: TEST_MS_MAX }, () => {
  test('start, watch, status and verify: from the first word to a certificate', async () => {
    const args = ['start', '--cell', 'us', '--to', south.me.url];
    const started = await run(north, [...args, '--json']);
    expect(started).toMatchObject({ exitCode: 0, err: '' });
    const { handover } = json(started) as { handover: string };
    const watched = await run(north, ['watch', '--cell', 'us']);
    expect(watched.exitCode).toBe(0);
    expect(watched.out).toContain(`${handover} handed-over: planned hand-over; pause `);
    const status = json(await run(north, ['status', '--cell', 'us', '--json']));
    expect(status).toMatchObject({ act: 'cede', epoch: 3, owner: { operator: 'south' } });
    const file = join(north.dataDir, 'certificates', `${handover}.json`);
    const verified = await run(north, ['verify', file]);
    expect(verified).toMatchObject({ exitCode: 0 });
    expect(verified.out).toContain('What this file cannot prove:');
    const balances = await (await fetch(`${south.me.url}/v1/videos/${V1}/balances`)).text();
    writeFileSync(join(dir, 'balances.json'), balances);
    const proven = await run(north, ['verify', file, '--balance', 'balances.json']);
    expect(proven).toMatchObject({ exitCode: 0 });
    expect(proven.out).toMatch(/closing +v1: \d+ likes, 0 views, by north/);
    expect(proven.out).toMatch(/opening +v1: \d+ likes, 0 views, by south/);
    writeFileSync(join(dir, 'bent.json'), balances.replaceAll('"likes":', '"likes":1'));
    const bent = await run(north, ['verify', file, '--balance', 'bent.json']);
    expect(bent).toMatchObject({ exitCode: 1 });
    expect(bent.out).toContain('the balance does NOT fit it');
    expect((await run(south, ['status', '--cell', 'us'])).out).toContain('a copy is kept at north');
    const back = await run(south, ['rollback', '--cell', 'us', '--dry-run']);
    expect(back).toMatchObject({ exitCode: 0 });
    expect(back.out).toContain('go on with the copy at north/main');
  });

  test('start --dry-run tells what would happen; the picture shows what runs', async () => {
    const dry = await run(north, ['start', '--cell', 'us', '--to', south.me.url, '--dry-run']);
    expect(dry.exitCode).toBe(0);
    expect(dry.out).toMatch(/It fits\. Nothing was changed.*\n {2}1\. copy \d+ bytes to south/);
    expect((await run(north, ['status', '--cell', 'us'])).out).not.toContain('Hand-over');
    await run(north, ['start', '--cell', 'us', '--to', south.me.url, '--approve']);
    await until('joint', () => north.runtime().state.kind === 'joint');
    const { out } = await run(north, ['status', '--cell', 'us'], true);
    expect(out).toContain('WAITS for `holdfast handover approve`');
    expect(out).toMatch(/ {2}lag {7}\S*(?:green|red|unknown)/);
    expect(await run(north, ['abort', '--cell', 'us'])).toMatchObject({ exitCode: 0 });
    const watched = await run(north, ['watch', '--cell', 'us']);
    expect(watched).toMatchObject({ exitCode: 1 });
    expect(watched.out).toContain('aborted: stopped by the operator');
  });

  test('HF17, H30: start --dry-run to a process of another version says which side to upgrade', async () => {
    const { operator, publicKey } = newIdentity('east');
    const newer = createServer((_request, response) => {
      response.end(JSON.stringify({ operator, publicKey, versions: [WIRE_VERSION + 1] }));
    });
    newer.listen(0, '127.0.0.1');
    await once(newer, 'listening');
    const to = `http://127.0.0.1:${(newer.address() as AddressInfo).port}`;
    const dry = await run(north, ['start', '--cell', 'us', '--to', to, '--dry-run']);
    newer.close();
    expect(dry.exitCode).toBe(1);
    expect(dry.out).toContain('It does not fit. Nothing was changed.');
    expect(dry.out).toMatch(/red +version .*bring this side to the newer version of Holdfast/);
  });

  test.each([
    [
      'to itself',
      () => ['start', '--cell', 'us', '--to', north.me.url],
      1,
      'owns the cell already',
    ],
    ['of a cell that is not', () => ['status', '--cell', 'eu'], 1, 'has no cell eu'],
    ['without a cell', () => ['status'], 2, '--cell'],
    ['of no cell', () => ['status', '--cell', 'U S'], 2, 'is not the name of a cell'],
    ['that is not running', () => ['abort', '--cell', 'us'], 1, 'no hand-over is running here'],
    ['that waits for nobody', () => ['approve', '--cell', 'us'], 1, 'no hand-over is running'],
    ['that has no way back', () => ['rollback', '--cell', 'us'], 1, 'no way back'],
  ])('says why it refuses one %s', async (_what, args, exitCode, words) => {
    const ran = await run(north, args());
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.err).toContain(words);
  });

  test('H41: takes no word of somebody without the key of the operator', async () => {
    const ran = await run(south, ['abort', '--cell', 'us']);
    expect(ran).toMatchObject({ exitCode: 1 });
    expect(ran.err).toContain('us is run by north/main, and there is no key');
  });

  test('says so when the registrar or the party cannot be reached', async () => {
    const away = ['status', '--cell', 'us', '--registrar', 'http://127.0.0.1:1'];
    expect(await run(north, away)).toMatchObject({ exitCode: 4 });
  });

  test('HF15, T7: verify does not hold for a changed file, in words and as JSON', async () => {
    await run(north, ['start', '--cell', 'us', '--to', south.me.url]);
    const id = (): string => north.control.controller.newest()?.id ?? '';
    await until('certified', () => certificateOf(north, id()) !== undefined);
    const text = certificateOf(north, id()) ?? '';
    writeFileSync(join(dir, 'bad.json'), text.replace('"likes": 1', '"likes": 2'));
    const bad = await run(north, ['verify', 'bad.json', '--json']);
    expect(bad).toMatchObject({ exitCode: 1 });
    expect(json(bad)).toMatchObject({ holds: false });
    expect((await run(north, ['verify', 'bad.json'])).out).toContain('does NOT hold');
    expect(await run(north, ['verify', 'none.json'])).toMatchObject({ exitCode: 2 });
  });
});
