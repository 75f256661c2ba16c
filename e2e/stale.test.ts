// A cell that is away: its counts go stale with their value and age, never to 0 and never to an
// error, while the other cell goes on; and it comes back by itself.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiOf, bodyOf, until, WATCHED_MS } from './harness/api.ts';
import type { Api, Count } from './harness/api.ts';
import { contractOf } from './harness/contract-check.ts';
import { openStream } from './harness/event-stream.ts';
import { killed, openInstallation } from './harness/installation.ts';
import type { Installation, RunningServer } from './harness/installation.ts';

const STOPPABLE = new URL('./harness/stoppable-cells.test-process.ts', import.meta.url);
const TEST_MS_MAX = 120_000;

let place: Installation;
let blocker: ChildProcess | undefined;
beforeEach(() => {
  place = openInstallation();
});
afterEach(async () => {
  if (blocker !== undefined) await killed(blocker);
  blocker = undefined;
  await place.close();
});

const journal = () => join(place.dataDir, 'cells', 'us', 'journal.db');

/** Holds the journal of `us` locked in a process of its own, until that is ended. */
async function lockJournal(): Promise<void> {
  const program = `
    const { DatabaseSync } = require('node:sqlite');
    const db = new DatabaseSync(process.argv[1]);
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    console.log('locked');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['-e', program, journal()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  blocker = child;
  await once(child.stdout, 'data');
}

/** Files of a folder that a server has open; none where the system does not tell. */
function openFilesUnder({ pid }: RunningServer, folder: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      const file = readlinkSync(`/proc/${pid}/fd/${name}`);
      return file.startsWith(folder) ? [file] : [];
    } catch {
      // Closed since the list was made.
      return [];
    }
  });
}

/** Makes `us` 2 likes and 1 view, `eu` 1 like; everything is known and saved. */
async function counted(): Promise<Readonly<{ us: string; eu: string }>> {
  const server = await place.start();
  const api = apiOf(server.url);
  await api.video('seen');
  const like = { n: 1, kind: 'like', video: 'seen' };
  const us = await api.grant('us', 'first');
  const eu = await api.grant('eu', 'third');
  await api.outcomes(us, [like, { n: 2, kind: 'view', video: 'seen', watchedMs: WATCHED_MS }]);
  await api.outcomes(await api.grant('us', 'second'), [like]);
  await api.outcomes(eu, [like]);
  await api.settled('seen');
  // The end of an orderly stop saves what readers were shown.
  await server.stop();
  return { us, eu };
}

/** What every answer must be while `us` is away. */
function expectStale({ likes, views, cells }: Count, euLikes: number): void {
  expect([likes.value, likes.state]).toEqual([2 + euLikes, 'stale']);
  expect([views.value, views.state]).toEqual([1, 'stale']);
  expect(cells['us']).toMatchObject({ likes: 2, views: 1, state: 'stale' });
  expect(cells['eu']).toMatchObject({ likes: euLikes, views: 0 });
  const asOfMs = Date.parse(likes.asOf ?? '');
  expect(asOfMs).toBeLessThanOrEqual(Date.now());
  expect(likes.asOf).toBe(cells['us']?.asOf);
}

async function countOf(api: Api): Promise<Count> {
  return bodyOf(await api.send('GET', '/v1/videos/seen/counts'));
}

async function startWithoutUs(): Promise<readonly [RunningServer, Api]> {
  const server = await place.start({ withoutCells: true });
  const api = apiOf(server.url, await contractOf(server.url));
  await until(
    'eu is up',
    async () => countOf(api),
    ({ cells }) => cells['eu']?.state === 'live',
  );
  return [server, api];
}

async function expectAway(api: Api, grants: Readonly<{ us: string; eu: string }>): Promise<void> {
  expectStale(await countOf(api), 1);
  const refused = await api.ops(grants.us, [{ n: 3, kind: 'unlike', video: 'seen' }]);
  expect(refused.status).toBe(503);
  expect(refused.body).toMatchObject({ code: 'cell-unavailable', retryable: true });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  const session = await api.service('POST', '/v1/sessions', {
    jurisdiction: 'us',
    subject: 'first',
  });
  expect([session.status, session.body]).toMatchObject([503, { code: 'cell-unavailable' }]);

  const ready = await api.send('GET', '/readyz');
  expect([ready.status, ready.body]).toMatchObject([503, { cells: ['us'] }]);
  expect((await api.send('GET', '/healthz')).status).toBe(200);
  const { cells } = bodyOf<{ cells: { jurisdiction: string; state: string }[] }>(
    await api.send('GET', '/v1/cells'),
  );
  const states = Object.fromEntries(cells.map(({ jurisdiction, state }) => [jurisdiction, state]));
  expect(states).toEqual({ us: 'stale', eu: 'live' });

  // The other cell goes on, and what it counts is shown beside the last value of the one away.
  expect(await api.outcomes(grants.eu, [{ n: 2, kind: 'unlike', video: 'seen' }])).toEqual([
    'counted',
  ]);
  const count = await until(
    'the unlike in eu',
    async () => countOf(api),
    ({ cells: parts }) => parts['eu']?.likes === 0,
  );
  expectStale(count, 0);
}

async function expectBack(api: Api, grant: string): Promise<void> {
  const live = await until(
    'live again',
    async () => countOf(api),
    ({ likes }) => likes.state === 'live',
  );
  expect([live.likes.value, live.views.value]).toEqual([2, 1]);
  expect((await api.send('GET', '/readyz')).status).toBe(200);
  expect(await api.outcomes(grant, [{ n: 3, kind: 'unlike', video: 'seen' }])).toEqual(['counted']);
  expect((await api.settled('seen')).likes.value).toBe(1);
}

describe('a gateway that starts while a cell is away', () => {
  it(
    'shows its counts from disk as stale, and takes it in when its journal is free',
    async () => {
      const grants = await counted();
      await lockJournal();
      const [, api] = await startWithoutUs();
      await expectAway(api, grants);
      if (blocker !== undefined) await killed(blocker);
      await expectBack(api, grants.us);
    },
    TEST_MS_MAX,
  );

  it(
    'shows its counts as stale when its journal is garbage, and changes nothing of it',
    async () => {
      const grants = await counted();
      renameSync(journal(), `${journal()}.good`);
      const garbage = Buffer.alloc(8_192, 'garbage ');
      writeFileSync(journal(), garbage);
      const [server, api] = await startWithoutUs();
      await expectAway(api, grants);
      const tries = () => server.err().split('the cell cannot start').length - 1;
      await until(
        'two tries',
        async () => tries(),
        (count) => count >= 2,
      );
      // Every try lets go of all that it had opened, once its thread has ended.
      const held = async () => openFilesUnder(server, join(place.dataDir, 'cells', 'us'));
      await until('no file of the cell open', held, (files) => files.length === 0);
      expect(readFileSync(journal()).equals(garbage)).toBe(true);
      renameSync(`${journal()}.good`, journal());
      await expectBack(api, grants.us);
    },
    TEST_MS_MAX,
  );
});

describe('a reader', () => {
  it(
    'of a cell that stops sees its last value grow old, and never a 0, until it is back',
    async () => {
      const awayDir = join(place.scratchDir, 'away');
      mkdirSync(awayDir);
      const main = fileURLToPath(STOPPABLE);
      const server = await place.start({ main, env: { E2E_AWAY_DIR: awayDir } });
      const api = apiOf(server.url);
      await api.video('seen');
      const like = { n: 1, kind: 'like', video: 'seen' };
      const grant = await api.grant('us', 'first');
      await api.outcomes(grant, [like]);
      await api.outcomes(await api.grant('eu', 'second'), [like]);
      await api.settled('seen');

      const stream = await openStream(api.url, '/v1/counts/stream?video=seen');
      const seen: Count[] = [];
      let isOver = false;
      const reading = (async () => {
        while (!isOver) {
          seen.push(await countOf(api));
          await sleep(10);
        }
      })();
      const last = () => seen.at(-1)?.likes.state;
      writeFileSync(join(awayDir, 'us'), '');
      await until(
        'stale',
        async () => last(),
        (state) => state === 'stale',
      );
      const refused = await api.ops(grant, [{ n: 2, kind: 'unlike', video: 'seen' }]);
      expect([refused.status, refused.body]).toMatchObject([503, { code: 'cell-unavailable' }]);
      rmSync(join(awayDir, 'us'));
      await until(
        'live again',
        async () => last(),
        (state) => state === 'live',
      );
      const told = () => stream.events.map(({ data }) => data.likes.state);
      await until(
        'told so',
        async () => told(),
        (states) => states.at(-1) === 'live',
      );
      expect(told()).toContain('stale');
      stream.close();
      isOver = true;
      await reading;
      for (const { likes, cells } of [...seen, ...stream.events.map(({ data }) => data)]) {
        expect(likes.value).toBe(2);
        expect(['live', 'stale']).toContain(likes.state);
        expect(cells['eu']?.state).toBe('live');
      }
      const ages = seen.map(({ likes }) => Date.parse(likes.asOf ?? ''));
      expect(ages).toEqual(ages.toSorted((left, right) => left - right));
      expect(await api.outcomes(grant, [{ n: 2, kind: 'unlike', video: 'seen' }])).toEqual([
        'counted',
      ]);
      expect((await api.settled('seen')).likes.value).toBe(1);
    },
    TEST_MS_MAX,
  );
});
