// Registrar, cells and gateway as processes of their own: the same API, and any of them may be
// killed at any moment.

import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { apiOf, bodyOf, until } from './harness/api.ts';
import type { Count } from './harness/api.ts';
import { openStream } from './harness/event-stream.ts';
import { openInstallation } from './harness/installation.ts';
import { differencesOf, goesOn, LOAD_VIDEO, startLoad } from './harness/load.ts';
import { openParts } from './harness/parts.ts';
import type { PartName, Parts } from './harness/parts.ts';

const TEST_MS_MAX = 300_000;
/** A count is stale after 2 s of silence. */
const STALE_MS = 2_500;
const VIDEOS = ['parts-0', 'parts-1', 'parts-2'];
const SAME_SITE = { 'sec-fetch-site': 'same-origin' };

let parts: Parts | undefined;

afterEach(async () => {
  await parts?.close();
  parts = undefined;
});

type Reader = Readonly<{
  /** States that were seen, of totals. */
  states: ReadonlySet<string>;
  finish: () => Promise<readonly string[]>;
}>;

/** Reads all the while, and notes every answer that no reader may get. */
function readCounts({ url }: Parts, isUp: () => boolean): Reader {
  const faults: string[] = [];
  const states = new Set<string>();
  const highest = new Map<string, number>();
  let isOver = false;
  const look = (video: string, { views }: Count): void => {
    const before = highest.get(video) ?? 0;
    states.add(views.state);
    // Views are never taken back here, so whatever is shown can only grow.
    if (views.value === null || views.value < before) {
      faults.push(`${video}: ${views.value} views (${views.state}) after ${before}`);
    }
    highest.set(video, Math.max(before, views.value ?? 0));
  };
  const reading = (async () => {
    while (!isOver) {
      const wasUp = isUp();
      try {
        for (const [video, count] of Object.entries(await apiOf(url).counts(VIDEOS))) {
          look(video, count);
        }
      } catch (cause) {
        if (wasUp && isUp()) faults.push(String(cause));
      }
      await sleep(20);
    }
  })();
  return {
    states,
    finish: async () => {
      isOver = true;
      await reading;
      return faults;
    },
  };
}

it(
  'loses nothing and lies to nobody while each part is killed in turn and started again',
  async () => {
    parts = await openParts();
    const { kill, start, url, place } = parts;
    const api = apiOf(url);
    for (const video of VIDEOS) await api.video(video, LOAD_VIDEO);
    const options = { seed: 20_261_122, url, videos: VIDEOS, devices: 9, bulkSenders: 2 };
    const load = startLoad({ ...options, pauseMs: 5, eventful: true });
    await goesOn(load, 500);
    let isUp = true;
    const reader = readCounts(parts, () => isUp);
    const stream = await openStream(url, `/v1/counts/stream?video=${VIDEOS[0]}`);

    await kill('registrar');
    await goesOn(load, 500);
    await start('registrar');

    for (const cell of ['us', 'eu'] as const) {
      await kill(cell);
      await sleep(STALE_MS);
      const [other] = (['us', 'eu'] as const).filter((name) => name !== cell);
      const [video = ''] = VIDEOS;
      const count = (await api.counts([video]))[video];
      expect(count?.cells[cell]?.state).toBe('stale');
      expect(count?.cells[other ?? '']?.state).toBe('live');
      expect(count?.views.value).toBeGreaterThan(0);
      const events = stream.events.length;
      await start(cell);
      await until(
        'live again',
        () => api.counts([video]),
        (all) => all[video]?.views.state === 'live',
      );
      await goesOn(load, 500);
      expect(stream.events.length).toBeGreaterThan(events);
    }

    isUp = false;
    await kill('gateway');
    await stream.ended;
    await start('gateway');
    isUp = true;
    await goesOn(load, 500);

    await load.finish();
    expect(await reader.finish()).toEqual([]);
    expect(reader.states).toContain('stale');
    expect(await differencesOf(load, url)).toEqual([]);
    for (const cell of ['us', 'eu'] as const) {
      await parts.running(cell).stop();
      const fsck = await place.holdfast('fsck', '--data', `${place.scratchDir}/${cell}`);
      expect([fsck.code, fsck.out]).toEqual([0, expect.stringContaining('0 differences')]);
    }
  },
  TEST_MS_MAX,
);

it(
  'has sessions, accounts, likes, corrections and erasures as in one process',
  async () => {
    parts = await openParts();
    const api = apiOf(parts.url);
    await api.video('whole');
    const cells = bodyOf<{ cells: { jurisdiction: string; operator: string }[] }>(
      await api.send('GET', '/v1/cells'),
    );
    const byName = cells.cells.map(({ jurisdiction, operator }) => `${jurisdiction} ${operator}`);
    expect(byName.toSorted()).toEqual(['eu south', 'us north']);

    const grant = await api.grant('eu', 'somebody');
    expect(await api.outcomes(grant, [{ n: 1, kind: 'like', video: 'whole' }])).toEqual([
      'counted',
    ]);
    expect(await api.outcomes(grant, [{ n: 1, kind: 'like', video: 'whole' }])).toEqual([
      'duplicate',
    ]);
    const likes = await api.send('GET', '/v1/me/likes?video=whole', { bearer: grant });
    expect(likes.body).toEqual({ likes: { whole: true } });

    const account = { handle: 'parts.person', password: 'four unlikely words here' };
    const made = await api.send('POST', '/v1/accounts', {
      body: { ...account, jurisdiction: 'us' },
    });
    expect(made.status).toBe(201);
    const cookie = made.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    const me = await api.send('GET', '/v1/me', { headers: { cookie, ...SAME_SITE } });
    expect(me.body).toMatchObject({ handle: 'parts.person' });

    const correction = {
      jurisdiction: 'eu',
      metric: 'likes',
      delta: 4,
      reason: 'import',
      note: '',
    };
    expect((await api.operator('POST', '/v1/videos/whole/corrections', correction)).status).toBe(
      201,
    );
    expect((await api.settled('whole')).likes.value).toBe(5);
    expect((await api.service('DELETE', '/v1/subjects/somebody?jurisdiction=eu')).status).toBe(202);
    expect((await api.settled('whole')).likes.value).toBe(4);
  },
  TEST_MS_MAX,
);

it(
  'W120: cells and gateway start again while the registrar is away',
  async () => {
    parts = await openParts();
    const { kill, start, url } = parts;
    await apiOf(url).video('alone');
    const grant = await apiOf(url).grant('us', 'somebody');
    await apiOf(url).outcomes(grant, [{ n: 1, kind: 'like', video: 'alone' }]);
    for (const name of ['us', 'gateway', 'registrar'] satisfies PartName[]) await kill(name);
    await start('us');
    await start('gateway');
    await until(
      'ready',
      () => apiOf(url).send('GET', '/readyz'),
      ({ status }) => status === 200,
    );
    // The grant was signed in a run that is over, and is checked with the charter on disk.
    expect(await apiOf(url).outcomes(grant, [{ n: 2, kind: 'unlike', video: 'alone' }])).toEqual([
      'counted',
    ]);
  },
  TEST_MS_MAX,
);

it(
  'W120: a cell that comes back at another address is found there',
  async () => {
    parts = await openParts();
    const { kill, start, url } = parts;
    const api = apiOf(url);
    await api.video('moved');
    const grant = await api.grant('us', 'somebody');
    await api.outcomes(grant, [{ n: 1, kind: 'like', video: 'moved' }]);
    await kill('us');
    await start('us', 'elsewhere');
    await until(
      'ready',
      () => api.send('GET', '/readyz'),
      ({ status }) => status === 200,
    );
    await api.outcomes(grant, [{ n: 2, kind: 'unlike', video: 'moved' }]);
    const { likes, cells } = await api.settled('moved');
    expect([likes.value, cells['us']?.epoch]).toEqual([0, 2]);
  },
  TEST_MS_MAX,
);

it(
  'W121: a second party of a cell runs and takes nothing',
  async () => {
    parts = await openParts();
    const args = ['cell', '--jurisdiction', 'us', '--operator', 'west', '--port', '0'];
    const registrar = ['--registrar', parts.running('registrar').url];
    const second = await parts.place.part('us-west', [...args, ...registrar]);
    expect(JSON.parse(second.out())).toMatchObject({ isOwner: false, owner: 'north', epoch: 1 });
    expect((await apiOf(second.url).send('GET', '/readyz')).status).toBe(503);
    expect((await second.stop()).code).toBe(0);
  },
  TEST_MS_MAX,
);

it(
  'W118: a cell of this machine answers under a loopback name alone',
  async () => {
    parts = await openParts();
    const { port } = parts.running('us');
    const statusAs = (host: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const path = '/v1/wire';
        request({ port, path, headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    expect(await statusAs(`127.0.0.1:${port}`)).toBe(200);
    expect(await statusAs(`localhost:${port}`)).toBe(200);
    expect(await statusAs('page.example')).toBe(403);
  },
  TEST_MS_MAX,
);

it(
  'opens anew for a cell that is founded later, and ends cleanly part by part',
  async () => {
    parts = await openParts();
    const { url, place } = parts;
    const registrar = ['--registrar', parts.running('registrar').url];
    await apiOf(url).video('before');
    const args = ['cell', '--jurisdiction', 'row', '--operator', 'east', '--port', '0'];
    const row = await place.part('row', [...args, ...registrar]);
    const outcomes = async (): Promise<readonly string[]> => {
      try {
        const grant = await apiOf(url).grant('row', 'somebody');
        return await apiOf(url).outcomes(grant, [{ n: 1, kind: 'like', video: 'before' }]);
      } catch {
        // It does not know the cell yet, or is opening anew.
        return [];
      }
    };
    expect(await until('counted in row', outcomes, (got) => got.length > 0)).toEqual(['counted']);
    for (const name of ['gateway', 'us', 'eu', 'registrar'] satisfies PartName[]) {
      expect(await parts.running(name).stop()).toEqual({ code: 0, signal: null });
    }
    expect((await row.stop()).code).toBe(0);
  },
  TEST_MS_MAX,
);

it(
  'serves every cell also when all parts are started at once',
  async () => {
    const place = openInstallation();
    try {
      const registrar = await place.part('registrar', ['registrar', '--port', '0']);
      const at = ['--registrar', registrar.url, '--port', '0'];
      const names = ['us', 'eu', 'row', 'uk'];
      const [gateway] = await Promise.all([
        place.part('gateway', ['gateway', ...at]),
        ...names.map((name) => place.part(name, ['cell', '--jurisdiction', name, ...at])),
      ]);
      const isEach = async (): Promise<boolean> => {
        const opened = names.map((name) => apiOf(gateway.url).grant(name, 'somebody'));
        return (await Promise.allSettled(opened)).every(({ status }) => status === 'fulfilled');
      };
      expect(await until('serving each', isEach, (is) => is)).toBe(true);
    } finally {
      await place.close();
    }
  },
  TEST_MS_MAX,
);

it('W119: a cell that others can reach does not start without gateways to trust', async () => {
  const place = openInstallation();
  try {
    const where = ['--host', '0.0.0.0', '--url', 'http://192.0.2.1:7420'];
    const needed = ['--jurisdiction', 'us', '--registrar', 'http://127.0.0.1:1'];
    const { code, err } = await place.holdfast('cell', ...needed, ...where);
    expect(code).toBe(2);
    expect(err).toContain('--trust-gateway');
  } finally {
    await place.close();
  }
});
