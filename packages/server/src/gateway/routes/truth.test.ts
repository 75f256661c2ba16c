import { CORRECTIONS_LISTED_MAX } from '@holdfast/protocol/limits.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addVideos,
  ask,
  bearer,
  openWorld,
  OPERATOR_KEY,
  SERVICE_KEY,
  video,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
  await addVideos(world, 'a');
});
afterEach(() => world.close());

const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 } as const;
const asked = (name: string, of: 'us' | 'eu' = 'us') =>
  world.cells[of].asked.filter((each) => each.name === name).map((each) => each.ask);

describe('A63: cells', () => {
  it('A63: are told with owner, epoch and freshness, also when they are away', async () => {
    world.cells.eu.fail(AWAY);
    const reply = await ask(world, 'GET', '/v1/cells');
    expect(reply.json()).toEqual({
      cells: [
        {
          jurisdiction: 'us',
          operator: 'us-operator',
          epoch: 1,
          since: '2026-11-22T14:00:00.000Z',
          state: 'live',
          watermark: { epoch: 1, seq: 7, at: '2026-11-22T14:00:00.120Z' },
        },
        {
          jurisdiction: 'eu',
          operator: 'eu-operator',
          epoch: 1,
          since: '2026-11-22T14:00:00.000Z',
          state: 'unknown',
          watermark: null,
        },
      ],
    });
  });

  it('A63: show their books and what left them', async () => {
    const books = await ask(world, 'GET', '/v1/cells/us/books');
    expect(books.json()).toMatchObject({ cell: 'us', ops: 0, balanced: true });
    const border = await ask(world, 'GET', '/v1/cells/us/border');
    expect(border.json()).toMatchObject({ cell: 'us', types: [{ type: 'subtotals' }] });
    const none = await ask(world, 'GET', '/v1/cells/zz/books');
    expect(none.json()).toMatchObject({ status: 404, code: 'not-found' });
  });
});

describe('A64: corrections', () => {
  const wanted = { jurisdiction: 'eu', metric: 'views', delta: 5, reason: 'fraud', note: 'Why' };
  const correct = (change: object, key = OPERATOR_KEY, id = 'a') =>
    ask(world, 'POST', `/v1/videos/${id}/corrections`, {
      headers: bearer(key),
      body: { ...wanted, ...change },
    });

  it('A64: are made in the cell that they name', async () => {
    const reply = await correct({});
    expect(reply.statusCode).toBe(201);
    expect(reply.json()).toEqual({ cell: 'eu', epoch: 1, seq: 2, outcome: 'counted' });
    expect(asked('correct', 'eu')).toEqual([
      { video: 'a', metric: 'views', delta: 5, reason: 'fraud', note: 'Why' },
    ]);
    expect(asked('correct')).toEqual([]);
  });

  it('A74: with a name count once, and a repeat says so', async () => {
    const named = (name: string) =>
      ask(world, 'POST', '/v1/videos/a/corrections', {
        headers: { ...bearer(OPERATOR_KEY), 'idempotency-key': name },
        body: wanted,
      });
    expect((await named('refund-1')).json()).toMatchObject({ outcome: 'counted' });
    const repeat = await named('refund-1');
    expect([repeat.statusCode, repeat.json()]).toMatchObject([200, { outcome: 'duplicate' }]);
    expect((await named('refund-2')).statusCode).toBe(201);
    const refused = await named('a name with blanks');
    expect(refused.json()).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('A64: are listed for everybody, of all cells or not at all', async () => {
    const list = () => ask(world, 'GET', '/v1/videos/a/corrections');
    expect((await list()).json<{ items: readonly object[] }>().items).toHaveLength(2);
    world.cells.eu.fail(AWAY);
    expect((await list()).statusCode).toBe(503);
  });

  it('A64: say so when a cell lists as many as it may, so that there may be more', async () => {
    const list = async () => (await ask(world, 'GET', '/v1/videos/a/corrections')).json<object>();
    expect(await list()).not.toHaveProperty('more');
    const one = await world.cells.us.client.call('corrections', { video: video('a') });
    if (one.kind !== 'corrections') throw new Error('the fake lists none');
    const items = Array.from({ length: CORRECTIONS_LISTED_MAX }, () => one.items).flat();
    world.cells.us.answer('corrections', () => ({ kind: 'corrections', items }));
    expect(await list()).toMatchObject({ more: true });
  });

  it('A64: below zero are 409 with the value that there is', async () => {
    const reply = await correct({ delta: -5 });
    expect(reply.json()).toMatchObject({ status: 409, code: 'correction-below-zero', value: 0 });
  });

  it('A64: need an operator key', async () => {
    expect((await correct({}, SERVICE_KEY)).json()).toMatchObject({ status: 403 });
    expect(asked('correct', 'eu')).toEqual([]);
  });

  it.each([
    ['no jurisdiction', { jurisdiction: undefined }, 'unknown-jurisdiction'],
    ['an unknown jurisdiction', { jurisdiction: 'zz' }, 'unknown-jurisdiction'],
    ['an unknown metric', { metric: 'loves' }, 'invalid-request'],
    ['a delta of 0', { delta: 0 }, 'invalid-request'],
    ['a delta of 1.5', { delta: 1.5 }, 'invalid-request'],
    ['a delta of 2^53', { delta: 2 ** 53 }, 'invalid-request'],
    ['a delta as text', { delta: '5' }, 'invalid-request'],
    ['no reason', { reason: undefined }, 'invalid-request'],
    ['another reason', { reason: 'mood' }, 'invalid-request'],
    ['a note of 501 characters', { note: 'n'.repeat(501) }, 'invalid-request'],
    ['a note with half a character', { note: '\udfff' }, 'invalid-request'],
  ])('A5: with %s are refused, and no cell is asked', async (_, change, code) => {
    expect((await correct(change)).json()).toMatchObject({ status: 400, code });
    expect([...asked('correct'), ...asked('correct', 'eu')]).toEqual([]);
  });

  it('A64: of a video that is not known are 404', async () => {
    const reply = await correct({}, OPERATOR_KEY, 'nothing');
    expect(reply.json()).toMatchObject({ status: 404, code: 'unknown-video' });
    expect(asked('correct', 'eu')).toEqual([]);
  });
});

describe('A65: erasing a subject', () => {
  const erase = (url: string, key = SERVICE_KEY) =>
    ask(world, 'DELETE', `/v1/subjects/${url}`, { headers: bearer(key) });
  const who = { kind: 'subject', tenant: 'acme', subject: 'user-1' };

  it('A65: erases in every cell and answers with a position for each', async () => {
    const reply = await erase('user-1');
    expect(reply.statusCode).toBe(202);
    const position = { epoch: 1, seq: 2 };
    expect(reply.json()).toEqual({
      cell: 'us',
      ...position,
      positions: { us: position, eu: position },
    });
    expect([asked('erase'), asked('erase', 'eu')]).toEqual([[{ who }], [{ who }]]);
    expect((await erase('user-1')).statusCode).toBe(202);
  });

  it('A65: erases in one cell when it is named', async () => {
    const reply = await erase('user-1?jurisdiction=eu');
    expect(reply.json()).toMatchObject({ cell: 'eu', positions: { eu: { epoch: 1, seq: 2 } } });
    expect(asked('erase')).toEqual([]);
  });

  it('A65: is 503 until every cell has done it', async () => {
    world.cells.eu.fail(AWAY);
    expect((await erase('user-1')).json()).toMatchObject({ status: 503, retryable: true });
  });

  it.each([
    ['a%20b', SERVICE_KEY, 'invalid-request'],
    ['user-1?jurisdiction=zz', SERVICE_KEY, 'unknown-jurisdiction'],
    ['user-1', OPERATOR_KEY, 'forbidden'],
    ['user-1', 'hfk_nobody', 'key-invalid'],
  ])(
    'A5: of %s with the key %s is refused as %3$s, and no cell is asked',
    async (url, key, code) => {
      expect((await erase(url, key)).json()).toMatchObject({ code });
      expect(asked('erase')).toEqual([]);
    },
  );
});

describe('A66: health', () => {
  it('A66: is 200 while the process runs, whatever the cells do', async () => {
    world.cells.us.fail(AWAY);
    expect((await ask(world, 'GET', '/healthz')).json()).toEqual({ status: 'ok' });
  });

  it('A66: is ready when every cell can acknowledge, and else names those that cannot', async () => {
    expect((await ask(world, 'GET', '/readyz')).json()).toEqual({ status: 'ready' });
    world.cells.eu.fail(AWAY);
    const reply = await ask(world, 'GET', '/readyz');
    expect(reply.json()).toMatchObject({ status: 503, code: 'cell-unavailable', cells: ['eu'] });
    expect(reply.headers['retry-after']).toBe('1');
  });
});

describe('A67: metrics', () => {
  it('A67: count requests by route and status, and ops by cell and outcome', async () => {
    const session = await ask(world, 'POST', '/v1/sessions', {
      headers: bearer(SERVICE_KEY),
      body: { subject: 'marker-person' },
    });
    const { grant } = session.json<{ grant: string }>();
    const ops = [
      { n: 1, kind: 'like', video: 'a' },
      { n: 1, kind: 'like', video: 'a' },
    ];
    const send = () => ask(world, 'POST', '/v1/ops', { headers: bearer(grant), body: { ops } });
    await send();
    await ask(world, 'GET', '/v1/videos/marker-video/counts');
    world.cells.us.fail({ ...AWAY, code: 'overloaded' });
    await send();
    const { body } = await ask(world, 'GET', '/metrics');
    const lines = body.split('\n').filter((line) => line.startsWith('holdfast_'));
    expect(lines).toEqual(
      expect.arrayContaining([
        'holdfast_http_requests_total{method="POST",route="/v1/ops",status="200"} 1',
        'holdfast_http_requests_total{method="POST",route="/v1/ops",status="503"} 1',
        'holdfast_http_requests_total{method="GET",route="/v1/videos/:id/counts",status="404"} 1',
        'holdfast_ops_total{cell="us",outcome="counted"} 1',
        'holdfast_ops_total{cell="us",outcome="duplicate"} 1',
        'holdfast_op_requests_refused_total{cell="us",reason="overloaded"} 1',
        'holdfast_cell_ready{cell="us"} 0',
        'holdfast_cell_ready{cell="eu"} 1',
        'holdfast_exchange_live{cell="us"} 1',
        'holdfast_catalog_videos 1',
      ]),
    );
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).not.toContain('marker');
  });
});
