// Load from many devices and an integrator's server at once, that survives whatever the server
// does: an op is sent under its name until it is acknowledged, as the API asks of its clients.

import { setTimeout as sleep } from 'node:timers/promises';
import { apiOf, until } from './api.ts';
import type { OpBody, SessionBody } from './api.ts';
import { NDJSON } from './api.ts';
import { send } from './http.ts';
import type { Answer, Ask } from './http.ts';
import { SERVICE_KEY } from './installation.ts';
import { openOracle } from './oracle.ts';
import type { Entered, Kind, Oracle, Viewer } from './oracle.ts';
import { between, randomOf } from './random.ts';
import type { Random } from './random.ts';

/** Half of it is watched in no time, so that no view claims more than has passed. */
export const LOAD_VIDEO = { durationMs: 10, creator: 'nobody-here' } as const;
const VIEW_MS = 5;
const GLANCE_MS = 4;
const RETRY_MS = 25;
const CELLS_DEFAULT: readonly string[] = ['us', 'eu'];
const OPS_PER_SESSION = 150;

export type LoadOptions = Readonly<{
  seed: number;
  url: string;
  videos: readonly string[];
  devices: number;
  bulkSenders: number;
  /** Rest between two requests of one sender. */
  pauseMs?: number;
  /** Devices also have themselves erased, and videos are registered. */
  eventful?: boolean;
  /** The cells that it is for: all that there are. */
  cells?: readonly string[];
}>;

export type Load = Readonly<{
  oracle: Oracle;
  videos: () => readonly string[];
  /** Ops acknowledged so far. */
  acknowledged: () => number;
  /** How often each refusal was met, by status and code. */
  refusals: ReadonlyMap<string, number>;
  /** What no server may answer; empty when all is well. */
  faults: readonly string[];
  /** Where the server is now. */
  moveTo: (url: string) => void;
  cells: readonly string[];
  /** Holds still, with everything acknowledged, while the work is done; then goes on. */
  atRest: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Makes no more ops, and resolves when all are acknowledged. */
  finish: () => Promise<void>;
}>;

type World = {
  readonly cells: readonly string[];
  readonly options: LoadOptions;
  readonly oracle: Oracle;
  readonly videos: string[];
  readonly refusals: Map<string, number>;
  readonly faults: string[];
  url: string;
  isOver: boolean;
  /** A sender has met what no server may answer: all end, and nothing is sent any more. */
  isBroken: boolean;
  acknowledged: number;
  /** Resolves when senders may go on; absent while nobody has asked them to hold still. */
  rest: Promise<void> | undefined;
  resting: number;
};

/** Begins at once. Videos must be registered with `LOAD_VIDEO`. */
export function startLoad(options: LoadOptions): Load {
  const world: World = {
    options,
    cells: options.cells ?? CELLS_DEFAULT,
    oracle: openOracle(),
    videos: [...options.videos],
    refusals: new Map(),
    faults: [],
    url: options.url,
    isOver: false,
    isBroken: false,
    acknowledged: 0,
    rest: undefined,
    resting: 0,
  };
  const senders = Array.from({ length: options.devices }, (_, index) => {
    const random = randomOf(options.seed + index);
    return index % 3 === 2 ? viewingDevice(world, random, index) : device(world, random, index);
  });
  for (let index = 0; index < options.bulkSenders; index += 1) {
    senders.push(bulkSender(world, randomOf(options.seed + 1_000 + index), index));
  }
  const all = Promise.all(senders);
  // A fault of the load itself is told by `finish`, and must not end the test process before.
  all.catch(() => undefined);
  return {
    oracle: world.oracle,
    videos: () => world.videos,
    acknowledged: () => world.acknowledged,
    refusals: world.refusals,
    faults: world.faults,
    moveTo: (url) => {
      world.url = url;
    },
    cells: world.cells,
    atRest: async (work) => {
      const over = Promise.withResolvers<void>();
      world.rest = over.promise;
      try {
        const isStill = until(
          'at rest',
          async () => world.resting,
          (resting) => resting === senders.length,
        );
        // Senders end before they are asked to only when one has failed.
        await Promise.race([isStill, all]);
        return await work();
      } finally {
        world.rest = undefined;
        over.resolve();
      }
    },
    finish: async () => {
      world.isOver = true;
      await all;
    },
  };
}

/** Waits until so many more ops were acknowledged. */
export async function goesOn(load: Load, ops: number): Promise<void> {
  const wanted = load.acknowledged() + ops;
  await until(
    'acknowledged more',
    () => Promise.resolve(load.acknowledged()),
    (now) => now >= wanted,
  );
}

/** Sends until the answer is one of those that are good; any other than a 503 is a fault. */
async function insist(
  world: World,
  method: string,
  path: string,
  ask: Ask,
  good: readonly number[],
): Promise<Answer> {
  for (;;) {
    let answer: Answer | undefined;
    try {
      answer = await send(world.url, method, path, ask);
    } catch {
      // The server is away, or was killed before it answered: the same names are sent again.
    }
    if (answer !== undefined && good.includes(answer.status)) return answer;
    if (answer !== undefined) noteRefusal(world, `${method} ${path}`, answer);
    if (world.isBroken) throw new Error('another sender has failed');
    await sleep(RETRY_MS);
  }
}

function noteRefusal(world: World, what: string, { status, body, text }: Answer): void {
  const { code = '' } = (body ?? {}) as Readonly<{ code?: string }>;
  const name = `${status} ${code}`;
  world.refusals.set(name, (world.refusals.get(name) ?? 0) + 1);
  if (status === 503) return;
  world.isBroken = true;
  throw new Error(`${what}: ${status} ${text.slice(0, 300)}`);
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  // Half of everything goes to the first, so that one video is hot.
  const item = random() < 0.5 ? items[0] : items[between(random, 0, items.length - 1)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

type Made = Readonly<{ body: OpBody; entered: Entered }>;

function makeOp(
  world: World,
  cell: string,
  viewer: Viewer,
  n: number,
  asked: Kind,
  random: Random,
): Made {
  const video = pick(random, world.videos);
  const { kind, ...entered } = world.oracle.enter(cell, viewer, asked, video);
  const watched = { view: VIEW_MS, glance: GLANCE_MS, like: undefined, unlike: undefined }[kind];
  const named = { n, kind: watched === undefined ? kind : 'view', video };
  return { body: watched === undefined ? named : { ...named, watchedMs: watched }, entered };
}

function kindOf(random: Random, isNobody: boolean): Kind {
  const at = random();
  if (isNobody && at < 0.05) return 'like';
  if (isNobody) return at < 0.85 ? 'view' : 'glance';
  if (at < 0.4) return 'like';
  if (at < 0.65) return 'unlike';
  return at < 0.9 ? 'view' : 'glance';
}

/** Every outcome must be the one that was entered, or `duplicate` when it was taken before. */
function checkOutcomes(world: World, made: readonly Made[], { body }: Answer): void {
  const { results } = body as Readonly<{ results: readonly { n: number; outcome: string }[] }>;
  for (const [index, { body: op, entered }] of made.entries()) {
    const outcome = results[index]?.outcome;
    if (outcome === entered.outcome || outcome === 'duplicate') continue;
    world.faults.push(`${JSON.stringify(op)} ended as ${outcome} and not ${entered.outcome}`);
  }
}

async function sendOps(world: World, grant: string, made: readonly Made[]): Promise<void> {
  const ask = { body: { ops: made.map(({ body }) => body) }, bearer: grant };
  const answer = await insist(world, 'POST', '/v1/ops', ask, [200]);
  checkOutcomes(world, made, answer);
  world.acknowledged += made.length;
}

async function openSession(
  world: World,
  cell: string,
  subject: string | undefined,
): Promise<string> {
  const body = { jurisdiction: cell, ...(subject === undefined ? {} : { subject }) };
  const ask = { body, bearer: subject === undefined ? undefined : SERVICE_KEY };
  const answer = await insist(world, 'POST', '/v1/sessions', ask, [201]);
  return (answer.body as SessionBody).grant;
}

/** Between two requests, when nothing of a sender waits to be acknowledged. */
async function pause(world: World): Promise<void> {
  await sleep(world.options.pauseMs ?? 0);
  if (world.rest === undefined) return;
  world.resting += 1;
  await world.rest;
  world.resting -= 1;
}

/** A person who likes, unlikes and views, one request after the other. */
async function device(world: World, random: Random, index: number): Promise<void> {
  const cell = world.cells[index % world.cells.length] ?? 'us';
  const isNobody = index % 5 === 4;
  const subject = isNobody ? undefined : `device-${index}`;
  while (!world.isOver) {
    const viewer = world.oracle.viewer(isNobody);
    // A person keeps likes and views over sessions; nobody is another one each time.
    await livesOf(world, random, { cell, subject, viewer });
    if (world.options.eventful === true) await leave(world, { cell, subject, viewer }, index);
  }
}

type Who = Readonly<{ cell: string; subject: string | undefined; viewer: Viewer }>;

async function livesOf(
  world: World,
  random: Random,
  { cell, subject, viewer }: Who,
): Promise<void> {
  const sessions = subject === undefined ? 1 : between(random, 2, 4);
  for (let count = 0; count < sessions || world.options.eventful !== true; count += 1) {
    if (world.isOver || (subject === undefined && count > 0)) return;
    const grant = await openSession(world, cell, subject);
    let n = 0;
    let last: readonly Made[] = [];
    while (!world.isOver && n < OPS_PER_SESSION) {
      const made = Array.from({ length: between(random, 1, 20) }, () => {
        n += 1;
        return makeOp(world, cell, viewer, n, kindOf(random, subject === undefined), random);
      });
      await sendOps(world, grant, made);
      // An answer may be lost on its way: the device then sends what was acknowledged again.
      if (last.length > 0 && random() < 0.1) await sendOps(world, grant, last);
      last = made;
      await pause(world);
    }
  }
}

/** Has the person erased, and registers a video on the way. */
async function leave(world: World, { cell, subject, viewer }: Who, index: number): Promise<void> {
  if (subject === undefined) return;
  const bearer = SERVICE_KEY;
  await insist(world, 'DELETE', `/v1/subjects/${subject}`, { bearer }, [202]);
  world.oracle.erased(cell, viewer);
  const video = `made-on-the-way-${index}-${world.videos.length}`;
  const ask = { body: LOAD_VIDEO, bearer };
  await insist(world, 'PUT', `/v1/videos/${video}`, ask, [200, 201]);
  world.videos.push(video);
}

/** A device whose requests overtake each other; it only views, so their order means nothing. */
async function viewingDevice(world: World, random: Random, index: number): Promise<void> {
  const cell = world.cells[index % world.cells.length] ?? 'us';
  while (!world.isOver) {
    const grant = await openSession(world, cell, undefined);
    const viewer = world.oracle.viewer(true);
    let n = 0;
    while (!world.isOver && n < OPS_PER_SESSION) {
      // 4 requests of 16 ops are exactly what a session may have unacknowledged.
      const requests = Array.from({ length: 4 }, () =>
        Array.from({ length: 16 }, () => {
          n += 1;
          const kind = random() < 0.9 ? 'view' : 'glance';
          return makeOp(world, cell, viewer, n, kind, random);
        }),
      );
      await Promise.all(requests.map((made) => sendOps(world, grant, made)));
      await pause(world);
    }
  }
}

/** An integrator's server: many sessions of its own names in one request, over both cells. */
async function bulkSender(world: World, random: Random, index: number): Promise<void> {
  let round = 0;
  while (!world.isOver) {
    round += 1;
    const sessions = Array.from({ length: 6 }, (_, at) => {
      const subject = at % 2 === 0 ? `bulk-user-${index}-${round}-${at}` : undefined;
      return {
        jurisdiction: world.cells[at % 3 === 0 ? world.cells.length - 1 : 0] ?? 'us',
        session: `bulk-${index}-${round}-${at}`,
        ...(subject === undefined ? {} : { subject }),
        viewer: world.oracle.viewer(subject === undefined),
        n: 0,
      };
    });
    for (let requests = 0; requests < 4 && !world.isOver; requests += 1) {
      const made = Array.from({ length: between(random, 1, 120) }, () => {
        const session = sessions[between(random, 0, sessions.length - 1)];
        if (session === undefined) throw new Error('no session');
        session.n += 1;
        const { viewer, n, jurisdiction, ...names } = session;
        const kind = kindOf(random, viewer.isNobody);
        const { body } = makeOp(world, jurisdiction, viewer, n, kind, random);
        return { jurisdiction, ...names, ...body };
      });
      const body = made.map((line) => JSON.stringify(line)).join('\n');
      const ask = { body, bearer: SERVICE_KEY, type: NDJSON };
      const answer = await insist(world, 'POST', '/v1/ops/bulk', ask, [200]);
      const { accepted } = answer.body as Readonly<{ accepted: number }>;
      if (accepted !== made.length) world.faults.push(`bulk took ${accepted} of ${made.length}`);
      world.acknowledged += made.length;
      await pause(world);
    }
  }
}

/** Every difference between the server and the oracle, in words; none when all is well. */
export async function differencesOf(load: Load, url: string): Promise<readonly string[]> {
  const api = apiOf(url);
  const found: string[] = [...load.faults];
  const expect = (what: string, expected: number, actual: number | null | undefined): void => {
    if (expected !== actual) found.push(`${what}: expected ${expected}, found ${actual}`);
  };
  for (const video of load.videos()) {
    const count = await api.settled(video);
    const sum = { likes: 0, views: 0 };
    for (const cell of load.cells) {
      const { likes, views } = load.oracle.totals(cell, video);
      sum.likes += likes;
      sum.views += views;
      expect(`likes of ${video} in ${cell}`, likes, count.cells[cell]?.likes);
      expect(`views of ${video} in ${cell}`, views, count.cells[cell]?.views);
    }
    expect(`likes of ${video}`, sum.likes, count.likes.value);
    expect(`views of ${video}`, sum.views, count.views.value);
  }
  for (const cell of load.cells) {
    const { ops, classes, balanced } = await api.books(cell);
    if (!balanced) found.push(`the books of ${cell} do not balance`);
    const expected = load.oracle.classes(cell);
    // What was sent again is a duplicate; every op under its name is in one other class, once.
    for (const name of Object.keys(classes)) {
      if (name !== 'duplicate') expect(`${name} of ${cell}`, expected[name] ?? 0, classes[name]);
    }
    const names = Object.values(expected).reduce((total, count) => total + count, 0);
    expect(`ops of ${cell} but duplicates`, names, ops - (classes['duplicate'] ?? 0));
  }
  return found;
}
