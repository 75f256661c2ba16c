import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FsckReport } from './fsck.ts';
import { lockDataDir } from './instance-lock.ts';
import { runCli } from './program.ts';
import type { Works } from './program.ts';

const CLEAN: FsckReport = { kind: 'clean', differences: [], checked: { batches: 1_200 } };
const HOLDER = { pid: 4_242, command: 'holdfast start', startedAt: '2026-11-22T14:00:00Z' };

type Ran = Readonly<{ exitCode: number; out: string; err: string }>;
type Given = Readonly<{
  works?: Partial<Works>;
  env?: Record<string, string>;
  isTerminal?: boolean;
}>;

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

const unexpected = (): never => {
  throw new Error('this command must not do that');
};

async function run(args: readonly string[], given: Given = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const isTerminal = given.isTerminal ?? false;
  const io = {
    env: given.env ?? {},
    cwd: dir,
    out: { write: (text: string) => void (out += text), isTerminal, columns: 80 },
    err: { write: (text: string) => void (err += text), isTerminal, columns: 80 },
    nowMs: () => Date.UTC(2026, 10, 22, 14),
  };
  const none = { startServer: unexpected, fsckData: unexpected, backupData: unexpected };
  const exitCode = await runCli(args, io, { ...none, fetch: unexpected, ...given.works });
  return { exitCode, out, err };
}

function makeData(): void {
  mkdirSync(join(dir, 'data', 'registrar'), { recursive: true });
}

async function whileInUse(args: readonly string[]): Promise<Ran> {
  const lock = lockDataDir(join(dir, 'data'), HOLDER);
  try {
    return await run(args);
  } finally {
    if (lock.kind === 'held') lock.release();
  }
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
    expect([exitCode, out]).toEqual([0, 'Checked 1,200 batches.\n0 differences\n']);
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

describe('holdfast export', () => {
  const count = (value: number | null) => ({
    value,
    state: value === null ? 'unknown' : 'live',
    asOf: value === null ? null : '2026-11-22T14:00:00.000Z',
  });
  const us = { likes: 2, views: 5, state: 'live', asOf: 'T', epoch: 1, seq: 9 };

  function server(answers: Record<string, unknown>): Partial<Works> {
    return {
      fetch: (input) => {
        const url = new URL(input as URL);
        const body = answers[url.pathname + url.search] ?? answers[url.pathname];
        const status = body === undefined ? 404 : 200;
        const problem = { code: 'not-found', detail: 'Nothing is here.' };
        return Promise.resolve(new Response(JSON.stringify(body ?? problem), { status }));
      },
    };
  }

  const answers = {
    '/v1/cells': { cells: [{ jurisdiction: 'us' }, { jurisdiction: 'eu' }] },
    '/v1/feed?limit=50': { items: [{ video: 'v1' }], next: 'c' },
    '/v1/feed?limit=50&cursor=c': { items: [{ video: '-v2' }], next: null },
    '/v1/counts?video=v1': { counts: { v1: { likes: count(2), views: count(5), cells: { us } } } },
    '/v1/counts?video=-v2': {
      counts: { '-v2': { likes: count(null), views: count(null), cells: {} } },
    },
    '/v1/counts?video=nope': { counts: { nope: { error: 'unknown-video' } } },
  };

  it('writes the counts of all videos, page by page, with the part of every cell', async () => {
    const { exitCode, out } = await run(['export', 'counts'], { works: server(answers) });
    expect(exitCode).toBe(0);
    expect(out.split('\r\n')).toEqual([
      'video,likes,likes_state,likes_as_of,views,views_state,views_as_of,' +
        'us_likes,us_views,us_state,us_as_of,us_epoch,us_seq,' +
        'eu_likes,eu_views,eu_state,eu_as_of,eu_epoch,eu_seq',
      'v1,2,live,2026-11-22T14:00:00.000Z,5,live,2026-11-22T14:00:00.000Z,' +
        '2,5,live,T,1,9,,,unknown,,,',
      "'-v2,,unknown,,,unknown,,,,unknown,,,,,,unknown,,,",
      '',
    ]);
  });

  it('writes JSON in which nothing is changed', async () => {
    const { out } = await run(['export', 'counts', '--json'], { works: server(answers) });
    const { videos } = JSON.parse(out) as { videos: readonly { video: string }[] };
    expect(videos.map(({ video }) => video)).toEqual(['v1', '-v2']);
    expect(videos[0]).toMatchObject({ likes: count(2), cells: { us } });
  });

  it('makes a file that is there only when it is whole', async () => {
    const works = server(answers);
    const done = await run(['export', 'counts', '--video', 'v1', '--out', 'a.csv'], { works });
    expect([done.exitCode, done.out]).toEqual([0, '']);
    expect(readFileSync(join(dir, 'a.csv'), 'utf8')).toMatch(/^video,[^]*\r\nv1,2,live/);
    const broken = server({ ...answers, '/v1/counts?video=-v2': undefined });
    const failed = await run(['export', 'counts', '--out', 'b.csv'], { works: broken });
    expect(failed.exitCode).toBe(1);
    expect(failed.err).toContain('No file was made');
    expect(readdirSync(dir)).toEqual(['a.csv']);
  });

  it('takes videos from a file, and says which the server does not know', async () => {
    writeFileSync(join(dir, 'ids.txt'), 'nope\r\n');
    const args = ['export', 'counts', '--videos', 'ids.txt'];
    const { exitCode, err } = await run(args, { works: server(answers) });
    expect([exitCode, err]).toEqual([1, 'holdfast: the server does not know nope\n']);
  });

  it('writes analytics, a line a bucket', async () => {
    const series = [{ at: 'T1', value: 3, partial: true }];
    const path =
      '/v1/videos/v1/analytics?metric=likes&grain=hour&from=2026-11-01T00%3A00%3A00.000Z&tz=UTC';
    const works = server({ [path]: { series, asOf: 'T2' } });
    const args = ['export', 'analytics', '--video', 'v1', '--metric', 'likes', '--grain', 'hour'];
    const { exitCode, out } = await run([...args, '--from', '2026-11-01'], { works });
    expect([exitCode, out]).toEqual([
      0,
      'video,metric,grain,tz,at,value,partial,as_of\r\nv1,likes,hour,UTC,T1,3,true,T2\r\n',
    ]);
  });

  it('sends the service key of the environment and shows it nowhere', async () => {
    let sent: string | null = null;
    const works: Partial<Works> = {
      fetch: (_input, init) => {
        sent = new Headers(init?.headers).get('authorization');
        const problem = { code: 'key-invalid', detail: 'The key is not known.' };
        return Promise.resolve(new Response(JSON.stringify(problem), { status: 401 }));
      },
    };
    const env = { HOLDFAST_SERVICE_KEY: 'hfk_hush' };
    const { exitCode, out, err } = await run(['export', 'counts'], { works, env });
    expect([exitCode, sent]).toEqual([1, 'Bearer hfk_hush']);
    expect(err).toContain('Set HOLDFAST_SERVICE_KEY');
    expect(out + err).not.toContain('hush');
  });

  it('exits 4 when the server cannot be reached', async () => {
    const reason = new Error('connect ECONNREFUSED 127.0.0.1:1');
    const works: Partial<Works> = {
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: reason })),
    };
    const { exitCode, err } = await run(['export', 'counts'], { works });
    expect(exitCode).toBe(4);
    expect(err).toContain('http://127.0.0.1:7400 cannot be reached: connect ECONNREFUSED');
  });

  it('does not take the answer of some other server for counts', async () => {
    const works = server({ '/v1/cells': { cells: 'many' } });
    const { exitCode, err } = await run(['export', 'counts'], { works });
    expect(exitCode).toBe(1);
    expect(err).toContain('no usable "cells"');
  });

  it.each([
    [['counts', '--video', 'a/b'], 'no id of a video'],
    [['counts', '--url', 'ftp://x'], '--url'],
    [['counts', '--json', '--format', 'csv'], 'only one'],
    [['counts', '--videos', 'missing.txt'], 'cannot be read'],
    [['analytics'], '--video'],
    [['analytics', '--video', 'v1', '--from', 'soon'], '--from'],
    [['analytics', '--video', 'v1', '--grain', 'week'], 'hour'],
  ])('refuses %j as wrong usage', async (args, words) => {
    const { exitCode, err } = await run(['export', ...args]);
    expect(exitCode).toBe(2);
    expect(err).toContain(words);
  });
});
