// A party is killed in the moment in which it has taken a country over, before it has written down
// what each video had: it has the very same balances all the same.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { apiOf, bodyOf, until } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { Installation, RunningServer } from './harness/installation.ts';
import { goesOn, LOAD_VIDEO, startLoad } from './harness/load.ts';

const TEST_MS_MAX = 300_000;
const LOOK_MS = 20;
const VIDEOS = ['balance-0', 'balance-1', 'balance-2'];

let place: Installation | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

type Cells = Readonly<{ cells: readonly { jurisdiction: string; operator: string }[] }>;
/** A cut waits for green gates, on a busy machine for long: the test's own end is the limit. */
async function isOwnedBySouth(url: string): Promise<boolean> {
  const { cells } = bodyOf<Cells>(await apiOf(url).send('GET', '/v1/cells'));
  return cells.some((one) => one.jurisdiction === 'us' && one.operator === 'south');
}

type Side = Readonly<{ operator: string; likes: number; views: number }> | null;
type Balances = Readonly<{ balances: readonly { closing: Side; opening: Side }[] }>;

it(
  'BL7: both sides have their balances though one is killed right after the cut, under load',
  async () => {
    place = openInstallation();
    const { part, scratchDir, holdfast } = place;
    const registrar = await part('registrar', ['registrar', '--port', '0']);
    const address = ['--registrar', registrar.url];
    const cell = (operator: string, jurisdiction: string, port = '0'): Promise<RunningServer> => {
      const who = ['--jurisdiction', jurisdiction, '--operator', operator];
      return part(operator, ['cell', ...who, ...address, '--port', port]);
    };
    await cell('north', 'us');
    const south = await cell('south', 'us');
    await cell('east', 'eu');
    const { url } = await part('gateway', ['gateway', '--port', '0', ...address]);
    for (const video of VIDEOS) await apiOf(url).video(video, LOAD_VIDEO);
    const options = { seed: 20_260_128, url, videos: VIDEOS, devices: 6, bulkSenders: 1 };
    const load = startLoad({ ...options, pauseMs: 5, eventful: true });
    await goesOn(load, 200);

    const whose = ['--cell', 'us', '--data', join(scratchDir, 'north'), ...address];
    const begun = await holdfast('handover', 'start', '--to', south.url, '--json', ...whose);
    const { handover } = JSON.parse(begun.out) as Readonly<{ handover: string }>;
    while (!(await isOwnedBySouth(url))) await sleep(LOOK_MS);
    await south.kill();
    await cell('south', 'us', new URL(south.url).port);
    await goesOn(load, 200);
    await load.finish();

    const certificate = join(scratchDir, 'south', 'certificates', `${handover}.json`);
    await until(
      'the certificate',
      () => Promise.resolve(existsSync(certificate)),
      (isThere) => isThere,
    );
    const { body } = JSON.parse(readFileSync(certificate, 'utf8')) as {
      body: Record<'from' | 'to', { balances: { videos: number } | null }>;
    };
    expect(body.from.balances?.videos).toBeGreaterThanOrEqual(VIDEOS.length);
    expect(body.to.balances).toEqual(body.from.balances);
    for (const video of VIDEOS) {
      const answer = await apiOf(url).send('GET', `/v1/videos/${video}/balances`);
      const [balance, ...others] = bodyOf<Balances>(answer).balances;
      expect(others).toEqual([]);
      expect(balance?.opening).toMatchObject({ operator: 'south' });
      const { likes, views } = balance?.closing ?? {};
      expect(balance?.opening).toMatchObject({ likes, views });
    }
  },
  TEST_MS_MAX,
);
