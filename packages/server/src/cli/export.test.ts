import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import { openCatalog } from '../catalog/open-catalog.ts';
import { subtotals, watermark } from '../exchange/fake-publications.ts';
import { openExchange } from '../exchange/open-exchange.ts';
import { foundCells } from '../registrar/found-cells.ts';
import { openRegistrar } from '../registrar/registrar.ts';
import { runIn, runWhileInUse, unexpected } from './cli.fixture.ts';
import type { Given, Ran } from './cli.fixture.ts';
import { dataLayout } from './data-layout.ts';
import type { Works } from './program.ts';

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

  it('A70: with a service key writes the counts of every video of its tenant', async () => {
    const works = server({
      ...answers,
      '/v1/videos?limit=100': { items: [{ video: '-v2' }], next: 'c' },
      '/v1/videos?limit=100&cursor=c': { items: [{ video: 'v1' }] },
    });
    const args = ['export', 'counts', '--key', 'hfk_mine', '--json'];
    const { exitCode, out } = await run(args, { works });
    const { videos } = JSON.parse(out) as { videos: readonly { video: string }[] };
    expect([exitCode, videos.map(({ video }) => video)]).toEqual([0, ['-v2', 'v1']]);
  });

  it('says of which videos there were none', async () => {
    const none = server({ ...answers, '/v1/videos': { items: [] }, '/v1/feed': { items: [] } });
    const withKey = await run(['export', 'counts', '--key', 'hfk_mine'], { works: none });
    expect(withKey.err).toContain('no video was registered with a key of this tenant');
    const without = await run(['export', 'counts'], {
      works: server({ '/v1/cells': answers['/v1/cells'], '/v1/feed': { items: [] } }),
    });
    expect(without.err).toContain('send a service key to list yours');
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

  it('writes the last saved counts of a stopped server, as stale and never as 0', async () => {
    await leaveSavedCounts(join(dir, 'data'));
    const { exitCode, out } = await run(['export', 'counts', '--data', 'data', '--json']);
    expect(exitCode).toBe(0);
    const { videos } = JSON.parse(out) as { videos: readonly Record<string, unknown>[] };
    expect(videos).toMatchObject([
      { video: 'v1', likes: { value: 2, state: 'stale' }, cells: { us: { views: 5 } } },
      { video: 'v2', likes: { value: null, state: 'unknown', asOf: null } },
    ]);
  });

  it('does not read the folder of a running server', async () => {
    makeData();
    expect((await whileInUse(['export', 'counts', '--data', 'data'])).exitCode).toBe(3);
  });

  it('makes nothing in a folder that has no catalog', async () => {
    makeData();
    const { exitCode, err } = await run(['export', 'counts', '--data', 'data']);
    expect(exitCode).toBe(1);
    expect(err).toContain('No video is registered');
    expect(readdirSync(join(dir, 'data'))).toEqual(['holdfast.lock', 'registrar']);
  });

  it.each([
    [['counts', '--video', 'a/b'], 'no id of a video'],
    [['counts', '--url', 'ftp://x'], '--url'],
    [['counts', '--json', '--format', 'csv'], 'only one'],
    [['counts', '--videos', 'missing.txt'], 'cannot be read'],
    [['analytics'], '--video'],
    [['analytics', '--data', 'data'], '--data is for counts'],
    [['counts', '--data', 'data', '--url', 'http://x'], 'only one'],
    [['analytics', '--video', 'v1', '--from', 'soon'], '--from'],
    [['analytics', '--video', 'v1', '--grain', 'week'], 'hour'],
  ])('refuses %j as wrong usage', async (args, words) => {
    const { exitCode, err } = await run(['export', ...args]);
    expect(exitCode).toBe(2);
    expect(err).toContain(words);
  });
});

/** A data folder with two videos, of which one has counts that a gateway has saved. */
async function leaveSavedCounts(dataDir: string): Promise<void> {
  const us = 'us' as Jurisdiction;
  const layout = dataLayout(dataDir);
  mkdirSync(layout.gatewayDir, { recursive: true });
  const nowMs = (): number => 1_000;
  const registrar = openRegistrar({ dataDir, nowMs, onTornTail: unexpected });
  foundCells(registrar, { dataDir, cells: [us], operator: 'north' });
  registrar.close();

  const onDeliveryFailed = unexpected;
  const catalog = openCatalog({ file: layout.catalog, cells: new Map(), nowMs, onDeliveryFailed });
  for (const video of ['v1', 'v2'] as VideoId[]) {
    const about = { durationMs: 9_000, creator: 'c', realm: 't:default', title: video } as const;
    const rest = { caption: '', tags: [], mediaUrl: undefined, posterUrl: undefined };
    await catalog.put({ video, ...about, ...rest });
  }
  await catalog.close();

  const clock = { nowMs, monotonicMs: nowMs };
  const onProblem = unexpected;
  const exchange = openExchange({ file: layout.exchange, cells: [us], clock, onProblem });
  exchange.accept(subtotals(us, 1, 9, { v1: [2, 5] }));
  exchange.accept(watermark(us, 1, 9, 1_000));
  await exchange.close();
}
