// The page in every state it can be in, served on a port of this machine, with a history behind it.

import type { AddressInfo } from 'node:net';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Fault } from './fake-platform.fixture.ts';
import type { Assets } from './page/site.ts';
import type { Incident } from './rules/incident.ts';
import type { Order } from './rules/orders.ts';
import { countSeconds, tallyOf } from './rules/tally.ts';
import type { Tallies } from './rules/tally.ts';
import { COMPONENTS } from './rules/words.ts';
import type { State } from './rules/words.ts';
import { openStatusServer } from './serve/status-server.ts';
import type { StatusStore } from './store/status-store.ts';
import { openSubscribers } from './subscribe/subscribers.ts';
import { watched } from './watched.fixture.ts';
import type { Watched } from './watched.fixture.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 83;
const DAY_SECONDS = 86_400;
const CLEAN_SECONDS = 660;
const SETTLE_SECONDS = 90;

export const SHOWN = [
  'good',
  'degraded',
  'wrong',
  'outage',
  'unknown',
  'maintenance',
  'hand-over',
  'monitoring',
  'postmortem',
  'new',
] as const;
export type Shown = (typeof SHOWN)[number];

export type ShownPage = Readonly<{
  url: string;
  /** The address that shows the state best. */
  path: string;
  close: () => Promise<void>;
}>;

/** Begins a page, brings it into a state, and serves it. Its clock stands still from then on. */
export async function openShown(shown: Shown, assets: Assets): Promise<ShownPage> {
  const page = watched({
    beginMs: Date.now(),
    ...(shown !== 'new' && { before: writeHistory }),
  });
  const path = await SCENES[shown](page);
  let url = '';
  const subscribers = openSubscribers({
    store: page.store,
    nowMs: page.time.nowMs,
    randomText: () => 'random',
    resolve: () => Promise.resolve([]),
    post: () => Promise.resolve({ kind: 'failed', detail: 'no' }),
    sendMail: () => Promise.resolve('sent'),
    url: () => url,
    title: 'Holdfast status',
  });
  const app = await openStatusServer({
    ...page,
    subscribers,
    assets,
    clock: page.time,
    title: 'Holdfast status',
    url: () => url,
    onError: (error) => {
      throw error;
    },
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  // It listens on a host and port, so this is no pipe.
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    url,
    path,
    close: async () => {
      page.endPlaces();
      await app.close();
      page.close();
    },
  };
}

type Scene = (page: Watched) => Promise<string>;

const broken =
  (fault: Fault, seconds = 150): Scene =>
  async (page) => {
    await page.pass(SETTLE_SECONDS);
    page.platform.breakWith(fault);
    await page.pass(seconds);
    return '/status';
  };

const SCENES: Readonly<Record<Shown, Scene>> = {
  good: async (page) => {
    await page.pass(SETTLE_SECONDS);
    return '/status';
  },
  degraded: broken('late counts'),
  wrong: broken('lying count'),
  outage: broken('gateway down'),
  unknown: async (page) => {
    await page.pass(SETTLE_SECONDS);
    page.endPlaces();
    await page.pass(SETTLE_SECONDS);
    return '/status';
  },
  maintenance: async (page) => {
    await page.pass(SETTLE_SECONDS);
    const nowMs = page.time.nowMs();
    const work = { cells: ['us' as Jurisdiction], components: COMPONENTS, kind: 'maintenance' };
    give(page, {
      ...work,
      name: 'The United States move to south',
      body: 'South takes over from north. Likes and views go on counting; nothing is lost.',
      fromMs: nowMs - HOUR_MS / 4,
      untilMs: nowMs + HOUR_MS,
    } as Order);
    give(page, {
      ...work,
      name: 'A larger disk in Reston',
      body: 'Uploads wait for some minutes.',
      fromMs: nowMs + 2 * DAY_MS,
      untilMs: nowMs + 2 * DAY_MS + HOUR_MS,
    } as Order);
    await page.pass(SETTLE_SECONDS);
    return '/status';
  },
  'hand-over': broken('changing hands'),
  monitoring: async (page) => {
    await broken('doubled view')(page);
    sayWords(page);
    page.platform.breakWith(undefined);
    await page.pass(SETTLE_SECONDS);
    return '/status';
  },
  postmortem: async (page) => {
    await broken('doubled view')(page);
    const incident = sayWords(page);
    page.platform.breakWith(undefined);
    await page.pass(CLEAN_SECONDS);
    give(page, { kind: 'postmortem', incident, body: POST_MORTEM });
    await page.pass(2);
    return `/status/incidents/${incident}`;
  },
  new: async () => '/status',
};

function give(page: Watched, order: Order): void {
  page.store.giveOrder(page.time.nowMs(), 'kim', order);
}

/** What a person who is on duty writes; gives the incident. */
function sayWords(page: Watched): string {
  const incident = page.board.openIncidents[0]?.id ?? '';
  const day = new Date(page.time.nowMs()).toISOString().slice(0, 10);
  const cause = 'A gateway sent each view twice after a reconnect, under two names.';
  const body = 'Views of some clips are counted twice. We have found the gateway that does it.';
  give(page, { kind: 'words', incident, phase: 'identified', body });
  give(page, { kind: 'root-cause', incident, body: cause });
  give(page, { kind: 'action', incident, body: 'A name is kept over reconnects, by 1 December.' });
  give(page, { kind: 'late', incident, late: { metric: 'views', count: 3_112, day } });
  return incident;
}

const POST_MORTEM = `What people saw: the views of 14 clips were up to 3 too high for two minutes.

No like and no view was lost: the books balanced all the time, and every count was made again from its rows.

The cause: a gateway named an op anew when its connection broke, so the cell could not know it again.`;

const HOURS = 24;

/** Days of before: mostly quiet, one with wrong numbers, some with trouble, some nobody watched. */
function writeHistory(store: StatusStore, nowMs: number): void {
  const today = Math.floor(nowMs / DAY_MS);
  store.putMeta('cells', JSON.stringify(['eu', 'us']));
  store.together(() => {
    for (let back = 1; back <= DAYS; back += 1) {
      const tallies = dayBefore(back);
      store.putDay(today - back, tallies);
      for (let hour = 0; hour < HOURS && back < 5; hour += 1) {
        store.putHour((today - back) * HOURS + hour, hourOf());
      }
    }
    for (const incident of pastIncidents(nowMs)) store.putIncident(incident, false);
  });
}

type Trouble = Readonly<{ component: string; state: State; seconds: number }>;
const TROUBLES: Readonly<Record<number, Trouble>> = {
  9: { component: 'us/playback', state: 'partial_outage', seconds: 1_500 },
  23: { component: 'us/likes-right', state: 'major_outage', seconds: 140 },
  31: { component: 'eu/views-fresh', state: 'degraded_performance', seconds: 90 },
  40: { component: 'eu/sign-in', state: 'unknown', seconds: 60_000 },
  52: { component: 'eu/likes-fresh', state: 'major_outage', seconds: 5_000 },
};

function dayBefore(back: number): Tallies {
  const tallies: Tallies = new Map();
  const trouble = TROUBLES[back];
  for (const cell of ['us', 'eu']) {
    for (const component of COMPONENTS) {
      const name = `${cell}/${component}`;
      const tally = tallyOf(tallies, name);
      const bad = trouble?.component === name ? trouble : undefined;
      if (bad !== undefined) countSeconds(tally, bad.state, bad.seconds);
      countSeconds(tally, 'operational', DAY_SECONDS - (bad?.seconds ?? 0));
      tally.good = 8_640;
    }
  }
  return tallies;
}

function hourOf(): Tallies {
  const tallies: Tallies = new Map();
  for (const cell of ['us', 'eu']) {
    for (const component of COMPONENTS) {
      const tally = tallyOf(tallies, `${cell}/${component}`);
      tally.good = 360;
      countSeconds(tally, 'operational', 3_600);
    }
  }
  return tallies;
}

function pastIncidents(nowMs: number): readonly Incident[] {
  const us = 'us' as Jurisdiction;
  const past = [
    [9, 'Clips that do not play in the United States', 'playback', 'partial_outage', 'major'],
    [23, 'Wrong likes in the United States', 'likes-right', 'major_outage', 'critical'],
  ] as const;
  return past.map(([back, name, component, worst, impact]): Incident => {
    const atMs = nowMs - back * DAY_MS;
    const affected = [{ cell: us, component, worst, now: 'operational' } as const];
    const by = 'automatic';
    return {
      ...{ id: `past${back}`, name, impact, affected, phase: 'resolved' },
      ...{ openedAtMs: atMs, firstBadAtMs: atMs - 9_000, changedAtMs: atMs + 900_000 },
      ...{ cleanSinceMs: atMs + 300_000, resolvedAtMs: atMs + 900_000, evidence: [] },
      updates: [
        { id: 'a', atMs, phase: 'investigating', by, affected, body: `${name}: trouble.` },
        { id: 'b', atMs: atMs + 900_000, phase: 'resolved', by, affected, body: 'All works.' },
      ],
      ...{ rootCause: 'A disk failed.', actions: [], postmortem: undefined, late: [] },
    };
  });
}
