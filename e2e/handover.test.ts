// A country changes operator while people go on liking, by the commands that an operator types; it
// is taken back the same way, and both certificates are checked offline.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { apiOf, bodyOf, until } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { CommandResult, Installation, RunningServer } from './harness/installation.ts';
import { differencesOf, goesOn, LOAD_VIDEO, startLoad } from './harness/load.ts';
import { startPeople } from './harness/people.ts';

const TEST_MS_MAX = 300_000;
/** The gates are real: on a machine that is too busy for them a hand-over waits. */
const GATES_MS_MAX = 100_000;
const VIDEOS = ['handover-0', 'handover-1', 'handover-2'];

let place: Installation | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

type World = Readonly<{
  url: string;
  north: RunningServer;
  south: RunningServer;
  /** Runs `holdfast handover …` as the operator of a cell process. */
  handover: (as: 'north' | 'south', ...args: readonly string[]) => Promise<CommandResult>;
  /** The same as it stands in the API: no folder and no registrar are named. */
  bare: (...args: readonly string[]) => Promise<CommandResult>;
  certificates: (of: 'north' | 'south') => readonly string[];
  folder: (of: 'north' | 'south') => string;
  fsck: (of: 'north' | 'south') => Promise<CommandResult>;
}>;

async function openWorld(): Promise<World> {
  place = openInstallation();
  const { part, scratchDir, holdfast } = place;
  const registrar = await part('registrar', ['registrar', '--port', '0']);
  const address = ['--registrar', registrar.url];
  const cell = (operator: string, jurisdiction: string): Promise<RunningServer> => {
    const who = ['--jurisdiction', jurisdiction, '--operator', operator];
    return part(operator, ['cell', ...who, ...address, '--port', '0']);
  };
  const north = await cell('north', 'us');
  const south = await cell('south', 'us');
  await cell('east', 'eu');
  const { url } = await part('gateway', ['gateway', '--port', '0', ...address]);
  return {
    url,
    north,
    south,
    handover: (as, ...args) => {
      const whose = ['--cell', 'us', '--data', join(scratchDir, as)];
      return holdfast('handover', ...args, ...whose, ...address);
    },
    bare: (...args) => holdfast('handover', ...args),
    certificates: (of) => {
      const folder = join(scratchDir, of, 'certificates');
      if (!existsSync(folder)) return [];
      // Neither one side's half, nor a file that is being written.
      const isWhole = (name: string): boolean => /^[a-z0-9-]+\.json$/.test(name);
      const names = readdirSync(folder).filter(isWhole);
      return names.map((name) => join(folder, name));
    },
    folder: (of) => join(scratchDir, of),
    fsck: (of) => holdfast('fsck', '--data', join(scratchDir, of)),
  };
}

type AtHandover = Readonly<
  { handover: string } & {
    [side in 'closing' | 'opening']: Readonly<{ operator: string; likes: number }> | null;
  }
>;

/** What the gateway answers, kept in a file beside the certificates. */
async function balancesOf({ url, folder }: World, video = ''): Promise<readonly AtHandover[]> {
  const answer = await fetch(`${url}/v1/videos/${video}/balances`);
  const text = await answer.text();
  writeFileSync(join(folder('north'), 'balances.json'), text);
  return (JSON.parse(text) as Readonly<{ balances: readonly AtHandover[] }>).balances;
}

async function ownedBy({ url }: World, operator: string): Promise<void> {
  type Cells = Readonly<{ cells: readonly { jurisdiction: string; operator: string }[] }>;
  await until(
    `${operator} owns us`,
    async () => bodyOf<Cells>(await apiOf(url).send('GET', '/v1/cells')).cells,
    (cells) => cells.some((cell) => cell.jurisdiction === 'us' && cell.operator === operator),
    GATES_MS_MAX,
  );
}

it(
  'P1, P2, P7, W125: a cell is handed over and taken back while people like, sign up and follow, with two certificates that hold',
  async () => {
    const world = await openWorld();
    const { url, north, south, handover, certificates, fsck } = world;
    for (const video of VIDEOS) await apiOf(url).video(video, LOAD_VIDEO);
    const options = { seed: 20_260_127, url, videos: VIDEOS, devices: 9, bulkSenders: 2 };
    const load = startLoad({ ...options, pauseMs: 5, eventful: true });
    await goesOn(load, 300);
    const people = await startPeople(url, 'us');

    // H53: on the machine of the cells nothing else need be said.
    const dry = await world.bare('start', '--cell', 'us', '--to', south.url, '--dry-run');
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('Nothing was changed')]);
    expect((await handover('north', 'start', '--to', north.url)).code).not.toBe(0);
    const begun = await handover('north', 'start', '--to', south.url);
    expect([begun.code, begun.err]).toEqual([0, '']);
    await ownedBy(world, 'south');
    await goesOn(load, 300);

    const back = await handover('south', 'rollback');
    expect([back.code, back.err]).toEqual([0, '']);
    await ownedBy(world, 'north');
    await goesOn(load, 300);

    expect([await people.finish(), people.faults]).toEqual([[], []]);
    expect(people.signedUp()).toBeGreaterThan(0);
    await load.finish();
    expect(load.faults).toEqual([]);
    expect(await differencesOf(load, url)).toEqual([]);
    for (const of of ['north', 'south'] as const) {
      await until(
        'both certificates',
        () => Promise.resolve(certificates(of)),
        (all) => all.length === 2,
      );
      for (const file of certificates(of)) {
        const verified = await place?.holdfast('handover', 'verify', file);
        expect([verified?.code, verified?.out]).toEqual([0, expect.stringContaining('holds')]);
      }
    }
    const balances = await balancesOf(world, VIDEOS[0]);
    expect(balances.map(({ closing, opening }) => [closing?.operator, opening?.operator])).toEqual([
      ['south', 'north'],
      ['north', 'south'],
    ]);
    for (const { handover: name, closing, opening } of balances) {
      expect(closing?.likes).toBe(opening?.likes);
      const certificate = join(world.folder('north'), 'certificates', `${name}.json`);
      const file = join(world.folder('north'), 'balances.json');
      const checked = await place?.holdfast('handover', 'verify', certificate, '--balance', file);
      expect([checked?.code, checked?.out]).toEqual([0, expect.stringContaining('by south')]);
    }
    await Promise.all([north.stop(), south.stop()]);
    for (const of of ['north', 'south'] as const) {
      const { code, out } = await fsck(of);
      expect([code, out]).toEqual([0, expect.stringContaining('0 differences')]);
    }
  },
  TEST_MS_MAX,
);
