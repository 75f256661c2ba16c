import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeTime } from '../../exchange/fake-time.ts';
import { newIdentity } from '../../signed/signed.fixture.ts';
import {
  openGatewayTrust,
  readTrustLine,
  TRUST_FILE_BYTES_MAX,
  trustLine,
} from './gateway-trust.ts';
import type { GatewayTrust } from './gateway-trust.ts';

const one = newIdentity('front', 'one');
const two = newIdentity('front', 'two');
const lineOf = (identity: typeof one): string => `${trustLine(identity)}\n`;

let dir: string;
let time: FakeTime;
let problems: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-trust-'));
  time = new FakeTime();
  problems = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

function trusting(...sources: readonly string[]): GatewayTrust {
  return openGatewayTrust({
    policy: { kind: 'listed', sources },
    monotonicMs: time.clock.monotonicMs,
    onProblem: (problem) => problems.push(problem),
  });
}

describe('the gateways that a cell trusts', () => {
  it('W117: are those of its lines, files and folders', () => {
    const file = join(dir, 'gateways.txt');
    writeFileSync(file, `# ours\n\n${lineOf(one)}`);
    const folder = join(dir, 'more');
    mkdirSync(folder);
    writeFileSync(join(folder, 'two.pub'), lineOf(two));
    writeFileSync(join(folder, 'notes.txt'), 'nothing of this is a gateway');
    expect(trusting(file).isGateway(one)).toBe(true);
    expect(trusting(file).isGateway(two)).toBe(false);
    expect(trusting(folder).isGateway(two)).toBe(true);
    expect(trusting(trustLine(one), folder).isGateway(one)).toBe(true);
    expect(problems).toEqual([]);
  });

  it('W117: are known by name and key together', () => {
    const trust = trusting(trustLine(one));
    expect(trust.lookup({ ...one, site: 'two' })).toBe(undefined);
    expect(trust.lookup({ ...two, operator: one.operator, site: one.site })).toBe(undefined);
    expect(trust.lookup(one)).toMatchObject({ operator: 'front', site: 'one' });
  });

  it('W117: come and go with their files, within a second', () => {
    const file = join(dir, 'one.pub');
    const trust = trusting(dir);
    expect(trust.isGateway(one)).toBe(false);
    writeFileSync(file, lineOf(one));
    time.pass(1_000);
    expect(trust.isGateway(one)).toBe(true);
    rmSync(file);
    time.pass(1_000);
    expect(trust.isGateway(one)).toBe(false);
  });

  it('W117: are not kept out by a line or file that cannot be used, which is told once', () => {
    const large = join(dir, 'a-large.pub');
    writeFileSync(large, '#'.repeat(TRUST_FILE_BYTES_MAX + 1));
    writeFileSync(join(dir, 'one.pub'), `front one\n${lineOf(one)}`);
    const trust = trusting(dir);
    expect(trust.isGateway(one)).toBe(true);
    time.pass(1_000);
    expect(trust.isGateway(one)).toBe(true);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain(large);
    expect(problems[1]).toContain('line 1');
  });

  it('W118: are all that get there when none was named', () => {
    const { monotonicMs } = time.clock;
    const policy = { kind: 'this-machine' } as const;
    const trust = openGatewayTrust({ policy, monotonicMs, onProblem: () => undefined });
    expect(trust.isGateway(newIdentity('anybody'))).toBe(true);
  });

  it.each([
    '',
    'front one',
    `Front one ${one.publicKey}`,
    `front one ${one.publicKey} more`,
    'front one AAAA',
  ])('W117: have a line of operator, site and key: %j is none', (text) => {
    expect(readTrustLine(text)).toBe(undefined);
  });
});
