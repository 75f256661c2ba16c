// A clock that jumps by a day, forwards and backwards, under the server's feet or while it is down.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf, until } from './harness/api.ts';
import type { Api } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';
import { shiftedClock } from './harness/shifted-clock.ts';

const place = openInstallation();
const DAY_MS = 86_400_000;
const clock = shiftedClock(place);
const VIDEO = { durationMs: 60_000 };

let server: RunningServer;
let api: Api;
let people = 0;
let probes = 0;
/** A session that began before any jump. */
let oldest: Readonly<Record<string, string>>;
let oldestN = 0;

async function start(): Promise<void> {
  server = await place.start({ env: clock.env });
  api = apiOf(server.url);
}

/** What the server itself takes for the time: it notes when it first heard of a video. */
async function clockOfServer(): Promise<number> {
  probes += 1;
  const { createdAt } = bodyOf<{ createdAt: string }>(await api.video(`probe-${probes}`), 201);
  return Date.parse(createdAt);
}

async function jump(shiftMs: number): Promise<void> {
  clock.set(shiftMs);
  await until('at the new time', clockOfServer, (atMs) => {
    return Math.abs(atMs - Date.now() - shiftMs) < DAY_MS / 4;
  });
}

/** People old and new like and view in both cells, and everything counts. */
async function expectCounting(): Promise<void> {
  oldestN += 1;
  for (const cell of ['us', 'eu']) {
    people += 1;
    const fresh = await api.grant(cell, `timely-${people}`);
    // More than the time that has passed, and within what the rule grants.
    const view = { kind: 'view', video: 'timely', watchedMs: 25_000 };
    expect(
      await api.outcomes(fresh, [
        { n: 1, kind: 'like', video: 'timely' },
        { ...view, n: 2 },
      ]),
    ).toEqual(['counted', 'counted']);
    const like = { n: oldestN, kind: oldestN % 2 === 1 ? 'like' : 'unlike', video: 'swayed' };
    expect(await api.outcomes(oldest[cell] ?? '', [like])).toEqual(['counted']);
  }
  const { likes, views } = await api.settled('timely');
  expect([likes.value, views.value]).toEqual([people, people]);
  expect((await api.settled('swayed')).likes.value).toBe(oldestN % 2 === 1 ? 2 : 0);
}

beforeAll(async () => {
  clock.set(0);
  await start();
  await api.video('timely', VIDEO);
  await api.video('swayed', VIDEO);
  oldest = { us: await api.grant('us', 'oldest-us'), eu: await api.grant('eu', 'oldest-eu') };
  await expectCounting();
});
afterAll(place.close);

describe('counts stay right and live', () => {
  it.each([
    ['a day forwards', DAY_MS],
    ['two days backwards', -DAY_MS],
    ['to where it was', 0],
  ])('while the clock jumps %s', async (_where, shiftMs) => {
    await jump(shiftMs);
    await expectCounting();
  });

  it.each([
    ['a day forwards', DAY_MS],
    ['two days backwards', -DAY_MS],
    ['to where it was', 0],
  ])('when the clock has jumped %s while the server was down', async (_where, shiftMs) => {
    await server.kill();
    clock.set(shiftMs);
    await start();
    await jump(shiftMs);
    await expectCounting();
  });

  it('and no view was held or late, and a check finds nothing', async () => {
    for (const cell of ['us', 'eu']) {
      const { classes, balanced } = await api.books(cell);
      expect([classes['held'], classes['late'], balanced]).toEqual([0, 0, true]);
    }
    await server.stop();
    const check = await place.holdfast('fsck');
    expect([check.code, check.out]).toEqual([0, expect.stringContaining('0 differences')]);
  });
});
