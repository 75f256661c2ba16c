// One run: a world, faults and people for a while, then calm until everything has come to rest, then
// the checkers.

import { beginFaults, endFaults } from './faults.ts';
import { beginOperators, goOn } from './operators.ts';
import { checkEnd, notShown, oneDecision, sidesEqual, unrest } from './checkers.ts';
import { REAL } from './hooks.ts';
import type { Hooks } from './hooks.ts';
import type { Marks } from './marks.ts';
import type { Violation } from './promises.ts';
import { World } from './world.ts';

const TROUBLE_MS_MIN = 4_000;
const TROUBLE_MS_MAX = 10_000;
/** Within so long after the last fault everybody is served and both copies are equal. */
export const REST_MS_MAX = 30_000;
/** What was counted is shown within so long. */
const SHOW_MS_MAX = 5_000;
const LOOK_MS = 100;
/** Of calm people: they bring a copy up, and cut nothing. */
const CALM = { stops: 0, promotes: 0, misfits: 0, twice: 0, cuts: false } as const;

export type Outcome = Readonly<{
  seed: number;
  violations: readonly Violation[];
  lastLines: readonly string[];
  marks: Marks;
  /** Ops that people made, and acts in the charter. */
  ops: number;
  acts: number;
  virtualMs: number;
  /** The same for the same seed. */
  digest: string;
}>;

export async function runSeed(seed: number, hooks: Hooks = REAL): Promise<Outcome> {
  const world = await World.begin(seed, hooks);
  const random = world.random('length');
  const troubleMs = TROUBLE_MS_MIN + random.below(TROUBLE_MS_MAX - TROUBLE_MS_MIN);
  const { time } = world;
  const endMs = time.nowMs + troubleMs;
  beginFaults(world, endMs);
  beginOperators(world, endMs);
  const looks = setLooks(world);
  const isBroken = (): boolean => world.violations.length > 0;
  await time.pass(endMs, isBroken);
  world.note('faults end');
  endFaults(world);
  if (world.audience !== undefined) world.audience.isActive = false;
  if (!isBroken()) await comeToRest(world, isBroken);
  looks.end();
  return {
    seed,
    violations: world.violations,
    lastLines: world.lastLines,
    marks: world.marks,
    ops: world.audience?.made ?? 0,
    acts: world.registrar.entries.length,
    virtualMs: time.nowMs,
    digest: world.end(),
  };
}

function setLooks(world: World): Readonly<{ end: () => void }> {
  let isOver = false;
  const look = (): void => {
    world.time.after(LOOK_MS, () => {
      if (isOver) return;
      world.look();
      look();
    });
  };
  look();
  return { end: () => (isOver = true) };
}

async function comeToRest(world: World, isBroken: () => boolean): Promise<void> {
  const { time } = world;
  const random = world.random('calm');
  const endMs = time.nowMs + REST_MS_MAX;
  while (time.nowMs < endMs) {
    await time.pass(time.nowMs + LOOK_MS, isBroken);
    if (isBroken()) return;
    for (const party of world.parties) {
      if (party.state?.kind === 'owning') goOn(world, party, random, { ...CALM });
    }
    if (unrest(world) === undefined) break;
  }
  oneDecision(world);
  const why = unrest(world);
  if (why !== undefined) {
    world.broken('EndsWell', `${REST_MS_MAX} ms after the last fault ${why}`);
    return;
  }
  const showMs = time.nowMs + SHOW_MS_MAX;
  while (notShown(world) !== undefined && time.nowMs < showMs && !isBroken()) {
    await time.pass(time.nowMs + LOOK_MS, isBroken);
  }
  await judge(world);
  const wrong = notShown(world);
  if (wrong !== undefined) world.broken('EndsWell', wrong);
}

/** The last of the work is done in virtual time too, so it passes meanwhile. */
async function judge(world: World): Promise<void> {
  const owner = world.parties.find(({ engine }) => engine?.isOpen === true);
  if (owner === undefined) return;
  const state = { isDone: false };
  const judging = checkEnd(world, owner)
    .then(async () => sidesEqual(world))
    .finally(() => {
      state.isDone = true;
    });
  await world.time.pass(world.time.nowMs + REST_MS_MAX, () => state.isDone);
  if (!state.isDone) world.broken('EndsWell', 'the state of the owner could not be stored');
  else await judging;
}
