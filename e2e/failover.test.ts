// Two sites of one operator, each able to go on alone: the active one is killed under load, comes
// back as the other's follower, and takes over again when the other is killed.

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { apiOf, bodyOf, until } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { Installation, RunningServer } from './harness/installation.ts';
import { differencesOf, goesOn, LOAD_VIDEO, startLoad } from './harness/load.ts';
import { startPeople } from './harness/people.ts';

const TEST_MS_MAX = 300_000;
const VIDEOS = ['failover-0', 'failover-1', 'failover-2'];

let place: Installation | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

type Charter = Readonly<{
  entries: readonly Readonly<{
    cell: string;
    act: string;
    rule: string;
    owner: Readonly<{ site: string }>;
  }>[];
}>;

type World = Readonly<{
  place: Installation;
  registrar: RunningServer;
  url: string;
  /** Starts a site of the cell `us`, where it was before if it ran before. */
  start: (site: string) => Promise<void>;
  running: (site: string) => RunningServer;
}>;

async function openWorld(): Promise<World> {
  place = openInstallation();
  const { part, scratchDir } = place;
  const registrar = await part('registrar', ['registrar', '--port', '0']);
  const address = ['--registrar', registrar.url];
  const ports = new Map<string, number>();
  const sites = new Map<string, RunningServer>();
  const running = (site: string): RunningServer => {
    const found = sites.get(site);
    if (found === undefined) throw new Error(`${site} was not started`);
    return found;
  };
  const start = async (site: string): Promise<void> => {
    const port = ports.get(site) ?? 0;
    const who = ['--jurisdiction', 'us', '--operator', 'north', '--site', site, '--standby'];
    const started = await part(site, ['cell', ...who, ...address, '--port', String(port)]);
    ports.set(site, started.port);
    sites.set(site, started);
  };
  await start('east');
  // Both sites sign for one operator.
  const keys = join('operators', 'north');
  mkdirSync(join(scratchDir, 'west', keys), { recursive: true });
  cpSync(join(scratchDir, 'east', keys), join(scratchDir, 'west', keys), { recursive: true });
  await start('west');
  await part('eu', [
    'cell',
    '--jurisdiction',
    'eu',
    '--operator',
    'south',
    '--port',
    '0',
    ...address,
  ]);
  const { url } = await part('gateway', ['gateway', '--port', '0', ...address]);
  return { place, registrar, url, start, running };
}

async function newestOf({ registrar }: World): Promise<Charter['entries'][number] | undefined> {
  const answer = await apiOf(registrar.url).send('GET', '/v1/charter');
  return bodyOf<Charter>(answer).entries.findLast(({ cell }) => cell === 'us');
}

async function untilJoint(world: World, site: string): Promise<void> {
  await until(
    `both sites acknowledge together, and ${site} decides`,
    () => newestOf(world),
    (newest) => newest?.rule === 'joint' && newest.owner.site === site,
  );
}

it(
  'P1, P2, P7, W125: each site is killed in turn under load; nothing acknowledged is lost or doubled, and people who sign up and follow wait and are not refused',
  async () => {
    const world = await openWorld();
    const { url, start, running } = world;
    await untilJoint(world, 'east');
    for (const video of VIDEOS) await apiOf(url).video(video, LOAD_VIDEO);
    const options = { seed: 20_260_126, url, videos: VIDEOS, devices: 9, bulkSenders: 2 };
    const load = startLoad({ ...options, pauseMs: 5, eventful: true });
    await goesOn(load, 500);
    const people = await startPeople(url, 'us');
    for (const [lost, other] of [
      ['east', 'west'],
      ['west', 'east'],
    ] as const) {
      await running(lost).kill();
      await until(
        `${other} is promoted`,
        () => newestOf(world),
        (newest) => newest?.act === 'promote' && newest.owner.site === other,
      );
      await goesOn(load, 500);
      await start(lost);
      await untilJoint(world, other);
      await goesOn(load, 500);
    }
    expect([await people.finish(), people.faults]).toEqual([[], []]);
    await load.finish();
    expect(load.faults).toEqual([]);
    expect(await differencesOf(load, url)).toEqual([]);
    for (const site of ['east', 'west']) {
      await running(site).stop();
      const dir = join(world.place.scratchDir, site);
      const fsck = await world.place.holdfast('fsck', '--data', dir);
      expect([fsck.code, fsck.out]).toEqual([0, expect.stringContaining('0 differences')]);
    }
  },
  TEST_MS_MAX,
);
