// A site is lost while its standby is away: nothing is promoted by itself, an operator is told what
// would be lost, forces the other site, and the lost one comes back as its follower.

import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { apiOf, bodyOf, until } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { CommandResult, Installation, RunningServer } from './harness/installation.ts';
import { LOAD_VIDEO } from './harness/load.ts';

const TEST_MS_MAX = 420_000;

let place: Installation | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

type Entry = Readonly<{
  cell: string;
  act: string;
  rule: string;
  reason: string;
  owner: Readonly<{ site: string }>;
}>;

type World = Readonly<{
  place: Installation;
  registrar: RunningServer;
  start: (site: string) => Promise<RunningServer>;
  newest: () => Promise<Entry | undefined>;
  force: (at: RunningServer, ...args: readonly string[]) => Promise<CommandResult>;
}>;

async function openWorld(): Promise<World> {
  const opened = openInstallation();
  place = opened;
  const { part, scratchDir } = opened;
  const registrar = await part('registrar', ['registrar', '--port', '0']);
  const address = ['--registrar', registrar.url];
  const ports = new Map<string, number>();
  const start = async (site: string): Promise<RunningServer> => {
    const port = String(ports.get(site) ?? 0);
    const who = ['--jurisdiction', 'us', '--operator', 'north', '--site', site, '--standby'];
    const started = await part(site, ['cell', ...who, ...address, '--port', port]);
    ports.set(site, started.port);
    return started;
  };
  return {
    place: opened,
    registrar,
    start,
    newest: async () => {
      const answer = await apiOf(registrar.url).send('GET', '/v1/charter');
      const { entries } = bodyOf<{ entries: readonly Entry[] }>(answer);
      return entries.findLast(({ cell }) => cell === 'us');
    },
    force: (at, ...args) => {
      const where = ['--cell', 'us', '--at', at.url, '--data', join(scratchDir, 'west')];
      return opened.holdfast('handover', 'force', ...where, ...args);
    },
  };
}

it(
  'H42, H43: a cell is forced to a copy that is not joint, by a word that says what is lost',
  async () => {
    const world = await openWorld();
    const { start, newest, force, registrar } = world;
    const { part, scratchDir, holdfast } = world.place;
    const until_ = (what: string, isSo: (entry: Entry) => boolean): Promise<unknown> =>
      until(what, newest, (entry) => entry !== undefined && isSo(entry));
    const east = await start('east');
    // Both sites sign for one operator.
    const keys = join('operators', 'north');
    mkdirSync(join(scratchDir, 'west', keys), { recursive: true });
    cpSync(join(scratchDir, 'east', keys), join(scratchDir, 'west', keys), { recursive: true });
    const firstWest = await start('west');
    await until_('joint', ({ rule }) => rule === 'joint');
    const gateway = ['gateway', '--port', '0', '--registrar', registrar.url];
    const { url } = await part('gateway', gateway);
    const api = apiOf(url);
    await api.video('forced', LOAD_VIDEO);
    let n = 0;
    const like = async (subject: string): Promise<void> => {
      n += 1;
      const op = { n, kind: 'like', video: 'forced', jurisdiction: 'us', session: 's', subject };
      expect((await api.bulk([op])).status).toBe(200);
    };
    await like('both-have-it');
    const joint = await force(firstWest, '--dry-run');
    expect([joint.code === 0, joint.err]).toEqual([false, expect.stringContaining('joint')]);

    await firstWest.kill();
    await until_('east goes on alone', ({ act }) => act === 'leave');
    await like('only-east-has-it');
    await east.kill();
    const west = await start('west');
    const dry = await until(
      'the owner counts as lost',
      () => force(west, '--dry-run'),
      ({ code }) => code === 0,
    );
    expect(dry.out).toContain('Nothing was changed');
    expect(dry.out).toContain('not known');
    // What it says to do is what does it.
    expect(dry.out).toMatch(/--cell us --at http:\S+ --data '.+west' --yes-lose unknown$/m);
    expect((await newest())?.act).toBe('leave');
    expect((await force(west, '--yes-lose', '0')).err).toContain('unknown now');
    const forced = await force(west, '--yes-lose', 'unknown');
    expect([forced.code, forced.err]).toEqual([0, '']);
    expect(await newest()).toMatchObject({
      act: 'force',
      owner: { site: 'west' },
      reason: expect.stringContaining('forced by a person') as string,
    });
    const likes = async (): Promise<number | null> =>
      (await api.counts(['forced']))['forced']?.likes.value ?? null;
    await until('the count is what west has', likes, (value) => value === 1);
    await like('after');

    await start('east');
    await until_('both acknowledge again', ({ rule, owner }) => {
      return rule === 'joint' && owner.site === 'west';
    });
    await until('the count is told', likes, (value) => value === 2);
    const aside = join(scratchDir, 'east', 'cells', 'us', 'set-aside');
    expect(existsSync(aside) && readdirSync(aside).length).toBe(1);
    const trust = bodyOf<{ handovers: readonly object[] }>(await api.send('GET', '/v1/trust/us'));
    expect(trust.handovers).toMatchObject([{ act: 'force', certificate: null }]);
    await west.stop();
    const fsck = await holdfast('fsck', '--data', join(scratchDir, 'west'));
    expect([fsck.code, fsck.out]).toEqual([0, expect.stringContaining('0 differences')]);
  },
  TEST_MS_MAX,
);
