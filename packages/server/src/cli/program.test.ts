import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { foundCells } from '../registrar/found-cells.ts';
import { openRegistrar } from '../registrar/registrar.ts';
import { HOLDER, runIn, runWhileInUse } from './cli.fixture.ts';
import type { Given, Ran } from './cli.fixture.ts';
import type { FsckReport } from './fsck.ts';
import { lockDataDir } from './instance-lock.ts';
import type { Works } from './program.ts';

const CLEAN: FsckReport = {
  kind: 'clean',
  differences: [],
  checked: { batches: 1_200, notYetApplied: 3 },
};

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

const run = (args: readonly string[], given?: Given): Promise<Ran> => runIn(dir, args, given);
const whileInUse = (args: readonly string[]): Promise<Ran> => runWhileInUse(dir, args);

function makeData(): void {
  mkdirSync(join(dir, 'data', 'registrar'), { recursive: true });
}

describe('holdfast', () => {
  it.each([
    [['--help']],
    [['help', 'start']],
    [['start', '--help']],
    [['keys', 'create', '--help']],
    [['export', '--help']],
  ])('%j teaches, with exit codes, and exits 0', async (args) => {
    const { exitCode, out, err } = await run(args);
    expect(exitCode).toBe(0);
    expect(out).toContain('Exit codes:\n  0  done');
    expect(err).toBe('');
  });

  it.each([
    [[]],
    [['strat']],
    [['start', '--prot', '1']],
    [['start', 'here']],
    [['keys', 'create']],
    [['keys', 'create', '--name', 'x', '--kind', 'master']],
    [['export', 'likes']],
    [['backup']],
  ])('%j is wrong usage: exit 2, said on stderr', async (args) => {
    const { exitCode, out, err } = await run(args);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });

  it('guesses what a misspelled command was meant to be', async () => {
    expect((await run(['strat'])).err).toContain('Did you mean start?');
  });

  it('answers wrong usage as JSON too', async () => {
    const { exitCode, out } = await run(['fsck', '--json', '--dta', 'x']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'usage' } });
  });

  it('says its version', async () => {
    expect((await run(['version'])).out).toMatch(/^holdfast \d+\.\d+\.\d+ \(Node 24/);
    expect(JSON.parse((await run(['version', '--json'])).out)).toHaveProperty('sqlite');
  });
});

describe('colours', () => {
  const works = { fsckData: () => Promise.resolve(CLEAN) };
  // oxlint-disable-next-line no-control-regex
  const COLOUR = /\u001B\[\d/;

  it('are for terminals', async () => {
    makeData();
    expect((await run(['fsck'], { works, isTerminal: true })).out).toMatch(COLOUR);
    expect((await run(['fsck'], { works })).out).not.toMatch(COLOUR);
  });

  it.each([
    [['fsck'], { NO_COLOR: '1' }],
    [['fsck', '--json'], {}],
    [['start', '--help'], { NO_COLOR: '1' }],
  ])('are left out of %j with %j', async (args, env) => {
    makeData();
    const { out } = await run(args, {
      works,
      env: env as Record<string, string>,
      isTerminal: true,
    });
    expect(out).not.toMatch(COLOUR);
  });
});

describe('holdfast start', () => {
  it('hands over a checked configuration and exits as the server says', async () => {
    const seen: unknown[] = [];
    const works: Partial<Works> = {
      startServer: ({ config, json }) => (seen.push([config.port, json]), Promise.resolve(0)),
    };
    const { exitCode } = await run(['start', '--port', '81', '--json'], { works });
    expect([exitCode, seen]).toEqual([0, [[81, true]]]);
  });

  it('names every fault, starts nothing and touches nothing', async () => {
    const { exitCode, err } = await run(['start', '--port', 'x'], { env: { HOLDFAST_CELLS: '?' } });
    expect(exitCode).toBe(2);
    expect(err).toMatch(/--port must be .*"x"/);
    expect(err).toContain('HOLDFAST_CELLS must be');
    expect(readdirSync(dir)).toEqual([]);
  });

  it('points out variables that are misspelled', async () => {
    const works: Partial<Works> = { startServer: () => Promise.resolve(0) };
    const { err } = await run(['start'], { works, env: { HOLDFAST_PROT: '1' } });
    expect(err).toContain('HOLDFAST_PROT is no setting');
  });

  it('is refused on a folder in use: exit 3, by whom, nothing changed, what to do', async () => {
    const { exitCode, err } = await whileInUse(['start']);
    expect(exitCode).toBe(3);
    expect(err).toContain('in use by `holdfast start`, process 4242, since 2026-11-22T14:00:00Z');
    expect(err).toContain('Nothing was opened or changed');
    expect(err).toContain('kill 4242');
  });

  it('lets the folder go when the server ends or throws', async () => {
    for (const end of [() => Promise.resolve(0 as const), () => Promise.reject(new Error('no'))]) {
      await run(['start'], { works: { startServer: end } });
      const lock = lockDataDir(join(dir, 'data'), HOLDER);
      expect(lock.kind).toBe('held');
      if (lock.kind === 'held') lock.release();
    }
  });

  it('holds the folder while the server runs', async () => {
    let inside: string | undefined;
    const works: Partial<Works> = {
      startServer: () => {
        inside = lockDataDir(join(dir, 'data'), HOLDER).kind;
        return Promise.resolve(0);
      },
    };
    await run(['start'], { works });
    expect(inside).toBe('taken');
  });
});

describe('holdfast keys', () => {
  it('makes a key before the first start and puts only its secret on stdout', async () => {
    const { exitCode, out, err } = await run(['keys', 'create', '--name', 'my-site']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^hfk_[\w-]{43}\n$/);
    expect(err).toContain('shown this once');
    expect(err).not.toContain(out.trim());
  });

  it('lists keys without their secrets, and revokes one for good', async () => {
    const made = await run(['keys', 'create', '--name', 'a', '--kind', 'operator', '--json']);
    const { id, secret } = JSON.parse(made.out) as { id: string; secret: string };
    expect(secret).toMatch(/^hfo_/);
    const listed = await run(['keys', 'list']);
    expect(listed.out).toMatch(new RegExp(`${id} +operator +default +2026-11-22\\S+ +good +a`));
    expect(listed.out).not.toContain(secret);
    expect((await run(['keys', 'revoke', id])).out).toBe(`Revoked ${id} "a"\n`);
    expect((await run(['keys', 'revoke', id])).exitCode).toBe(0);
    const { keys } = JSON.parse((await run(['keys', 'list', '--json'])).out) as {
      keys: readonly { revokedAt: string | null }[];
    };
    expect(keys.map(({ revokedAt }) => revokedAt)).toEqual(['2026-11-22T14:00:00.000Z']);
  });

  it('makes no folder where there is nothing to list or revoke', async () => {
    expect((await run(['keys', 'list'])).exitCode).toBe(0);
    expect((await run(['keys', 'revoke', 'key_x'])).exitCode).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([[['--name', ' ']], [['--name', 'x', '--tenant', 'A B']]])(
    'refuses %j as wrong usage',
    async (flags) => {
      expect((await run(['keys', 'create', ...flags])).exitCode).toBe(2);
    },
  );

  it('says what is wrong with a damaged key store, and exits 1', async () => {
    mkdirSync(join(dir, 'data'));
    writeFileSync(join(dir, 'data', 'keys.db'), 'no database, but longer than a header'.repeat(9));
    const { exitCode, out, err } = await run(['keys', 'list', '--json']);
    expect(exitCode).toBe(1);
    expect(err).toContain('damaged');
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'keys-corrupt' } });
  });
});

describe('holdfast fsck', () => {
  it('says 0 differences and exits 0', async () => {
    makeData();
    const works: Partial<Works> = { fsckData: () => Promise.resolve(CLEAN) };
    const { exitCode, out } = await run(['fsck'], { works });
    expect([exitCode, out]).toEqual([
      0,
      'Checked 1,200 batches, 3 not yet applied.\n0 differences\n',
    ]);
  });

  it('says each difference and exits 1', async () => {
    makeData();
    const difference = { cell: 'us', what: 'likes of v1', expected: 5, found: 4 };
    const report: FsckReport = { kind: 'differences', differences: [difference], checked: {} };
    const works: Partial<Works> = { fsckData: () => Promise.resolve(report) };
    const human = await run(['fsck'], { works });
    expect([human.exitCode, human.out]).toEqual([
      1,
      '✗ us: likes of v1: expected 5, found 4\n1 difference\n',
    ]);
    const machine = await run(['fsck', '--json'], { works });
    expect([machine.exitCode, JSON.parse(machine.out)]).toEqual([1, report]);
  });

  it('checks the folder that it was given, alone on it', async () => {
    mkdirSync(join(dir, 'other', 'cells'), { recursive: true });
    const works: Partial<Works> = {
      fsckData: ({ dataDir }) => {
        expect(dataDir).toBe(join(dir, 'other'));
        expect(lockDataDir(dataDir, HOLDER).kind).toBe('taken');
        return Promise.resolve(CLEAN);
      },
    };
    expect((await run(['fsck', '--data', 'other'], { works })).err).toBe('');
  });

  it('misses a cell of the charter whose journal is gone', async () => {
    const dataDir = join(dir, 'data');
    const registrar = openRegistrar({ dataDir, nowMs: () => 1, onTornTail: () => undefined });
    foundCells(registrar, { dataDir, cells: ['us' as Jurisdiction], operator: 'north' });
    registrar.close();
    const works: Partial<Works> = { fsckData: () => Promise.resolve(CLEAN) };
    const { exitCode, out } = await run(['fsck'], { works });
    expect(exitCode).toBe(1);
    expect(out).toContain('✗ us: journal of a cell: expected one, found none\n1 difference\n');
  });

  it('does not pass over a broken charter', async () => {
    makeData();
    writeFileSync(join(dir, 'data', 'registrar', 'charter.jsonl'), '{}\n');
    const works: Partial<Works> = { fsckData: () => Promise.resolve(CLEAN) };
    const { exitCode, err } = await run(['fsck'], { works });
    expect([exitCode, err]).toEqual([1, expect.stringContaining('is broken at line 1')]);
  });

  it('is wrong usage where no data is, and makes none', async () => {
    expect((await run(['fsck', '--data', 'none'])).exitCode).toBe(2);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is refused while a server runs', async () => {
    makeData();
    expect((await whileInUse(['fsck'])).exitCode).toBe(3);
  });

  it('exits 1 when it cannot be done, saying why', async () => {
    makeData();
    const works: Partial<Works> = { fsckData: () => Promise.reject(new Error('disk gone')) };
    const { exitCode, err } = await run(['fsck'], { works });
    expect([exitCode, err]).toEqual([1, 'holdfast: disk gone\n']);
  });
});

describe('holdfast backup', () => {
  it('copies to a new folder', async () => {
    makeData();
    const works: Partial<Works> = {
      backupData: ({ toDir }) => (mkdirSync(toDir), Promise.resolve({ files: 3, bytes: 4_096 })),
    };
    const { exitCode, out } = await run(['backup', '--to', 'copy'], { works });
    expect(exitCode).toBe(0);
    expect(out).toContain('Copied 3 files, 4,096 bytes, to ');
  });

  it.each(['data', 'data/copy', 'full', '.'])('refuses %s as a target', async (target) => {
    makeData();
    mkdirSync(join(dir, 'full', 'something'), { recursive: true });
    const { exitCode, err } = await run(['backup', '--to', target]);
    expect(exitCode).toBe(2);
    expect(err).toContain('Nothing was copied');
  });
});
