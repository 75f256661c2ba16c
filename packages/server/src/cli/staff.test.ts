import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runIn } from './cli.fixture.ts';
import type { Ran } from './cli.fixture.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 14);

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-staff-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const staff = (...args: readonly string[]): Promise<Ran> => {
  return runIn(dir, ['staff', ...args], { nowMs: () => NOW_MS });
};
const listed = async (): Promise<unknown> => JSON.parse((await staff('list', '--json')).out);

describe('holdfast staff', () => {
  it('CO3: adds a person and shows the code this once; the file has only a hash', async () => {
    const { exitCode, out, err } = await staff('add', 'alice');
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^([2-9A-Z]{4}-?){4}\n$/)]);
    expect(err).toContain('alice opens /console');
    const file = join(dir, 'data', 'console', 'staff.json');
    expect(readFileSync(file, 'utf8')).not.toContain(out.trim());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await listed()).toEqual({
      staff: [
        {
          name: 'alice',
          role: 'operator',
          addedAt: '2026-11-22T14:00:00.000Z',
          revokedAt: null,
          browsers: 0,
          codeExpiresAt: '2026-11-22T14:15:00.000Z',
        },
      ],
    });
  });

  it('CO6: gives somebody who is there another code, in the role they have', async () => {
    await staff('add', 'vera', '--role', 'viewer');
    const again = JSON.parse((await staff('add', 'vera', '--json')).out) as object;
    expect(again).toMatchObject({ name: 'vera', role: 'viewer' });
    const other = await staff('add', 'vera', '--role', 'operator');
    expect([other.exitCode, other.err]).toEqual([1, expect.stringContaining('another role')]);
  });

  it('CO7: gives a name once', async () => {
    await staff('add', 'alice');
    expect((await staff('revoke', 'alice')).out).toBe('Revoked alice.\n');
    expect(await listed()).toMatchObject({ staff: [{ revokedAt: '2026-11-22T14:00:00.000Z' }] });
    const again = await staff('add', 'alice');
    expect([again.exitCode, again.err]).toEqual([
      1,
      expect.stringContaining('Nothing was changed'),
    ]);
  });

  it.each([
    ['a name that is none', ['add', 'Alice Smith'], 2],
    ['a role that is none', ['add', 'alice', '--role', 'root'], 2],
    ['somebody who is not there', ['revoke', 'nobody'], 1],
  ])('refuses %s and changes nothing', async (_what, args, exitCode) => {
    expect((await staff(...args)).exitCode).toBe(exitCode);
    expect(await listed()).toEqual({ staff: [] });
  });

  it('CO30: leaves a line in the audit', async () => {
    await staff('add', 'alice');
    const audit = readFileSync(join(dir, 'data', 'console', 'console-audit.ndjson'), 'utf8');
    expect(JSON.parse(audit)).toEqual({
      at: '2026-11-22T14:00:00.000Z',
      who: 'the command line',
      what: 'add to staff',
      outcome: 'done',
      detail: 'alice, operator',
    });
  });
});
