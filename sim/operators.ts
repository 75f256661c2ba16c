// People who run a cell: they hand it over, change their minds, command both sides at once, and give
// commands that do not fit.

import type { PartyEvent } from '@holdfast/engine/handover/party-state.ts';
import type { Random } from '@holdfast/engine/testing/random.ts';
import type { SimParty } from './party.ts';
import { PERSON } from './registrar.ts';
import type { World } from './world.ts';

const LOOK_MS_MAX = 500;

type Temper = Readonly<{
  /** Of the looks at a hand-over, the part at which somebody stops it … */
  stops: number;
  /** … promotes the follower … */
  promotes: number;
  /** … gives a command that does not fit … */
  misfits: number;
  /** … and gives another to the other side at once. */
  twice: number;
  cuts: boolean;
}>;

const TEMPERS: readonly Temper[] = [
  { stops: 0, promotes: 0, misfits: 0, twice: 0, cuts: true },
  { stops: 0.15, promotes: 0, misfits: 0, twice: 0, cuts: true },
  { stops: 0.05, promotes: 0.1, misfits: 0.05, twice: 0.2, cuts: true },
  { stops: 0.02, promotes: 0.1, misfits: 0.05, twice: 0.1, cuts: false },
];

/** Lets people act until `endMs`. */
export function beginOperators(world: World, endMs: number): void {
  const random = world.random('operators');
  const temper = random.pick(TEMPERS);
  const look = (): void => {
    world.time.after(50 + random.below(LOOK_MS_MAX), () => {
      if (world.time.nowMs >= endMs) return;
      for (const party of world.parties) goOn(world, party, random, temper);
      act(world, random, temper);
      look();
    });
  };
  look();
}

/** What brings a hand-over on: a follower is taken up, and armed when it is close. */
export function goOn(world: World, party: SimParty, random: Random, temper: Temper): void {
  const { state } = party;
  switch (state?.kind) {
    case 'owning': {
      const follower = world.parties.find((other) => other !== party)?.me;
      if (follower === undefined || (!temper.cuts && random.chance(0.5))) return;
      const plan = { handover: `h-${state.entry.epoch}`, follower };
      command(world, party, { kind: 'start', plan, followerVersion: 1 });
      return;
    }
    case 'shadow':
      command(world, party, { kind: 'go', ownSeq: party.roles?.durableSeq() ?? 0 });
      return;
    case 'joint':
      if (temper.cuts && random.chance(0.4)) cut(world, party);
      return;
    default:
  }
}

function cut(world: World, party: SimParty): void {
  command(world, party, { kind: 'cut', verdict: { kind: 'green' }, nowMs: world.time.nowMs });
}

function command(world: World, party: SimParty, event: PartyEvent): void {
  if (!party.process.isUp) return;
  world.note(`${party.name} is told ${event.kind}`);
  party.tell(event).catch((error: unknown) => world.note(`${party.name} failed: ${String(error)}`));
}

function act(world: World, random: Random, temper: Temper): void {
  const { parties, time } = world;
  const stop: PartyEvent = { kind: 'stop', by: random.pick(['person', 'gate']), reason: PERSON };
  const promote: PartyEvent = { kind: 'promote', reason: PERSON };
  if (random.chance(temper.stops)) command(world, random.pick(parties), stop);
  if (random.chance(temper.promotes)) {
    for (const party of parties)
      if (party.state?.kind.startsWith('follow-')) command(world, party, promote);
  }
  if (random.chance(temper.misfits)) {
    const party = random.pick(parties);
    const plan = { handover: 'to itself', follower: party.me };
    const misfits: readonly PartyEvent[] = [
      { kind: 'start', plan, followerVersion: 1 },
      { kind: 'start', plan: { ...plan, follower: random.pick(parties).me }, followerVersion: 99 },
      { kind: 'cut', verdict: { kind: 'held', reasons: ['a gate is red'] }, nowMs: time.nowMs },
      { kind: 'retire', isAttested: false },
      { kind: 'follow' },
    ];
    command(world, party, random.pick(misfits));
  }
  if (random.chance(temper.twice)) {
    world.marks.hit('event: two commands at once');
    for (const party of parties) {
      const nowMs = time.nowMs;
      const events: readonly PartyEvent[] = [
        stop,
        promote,
        { kind: 'cut', verdict: { kind: 'green' }, nowMs },
      ];
      command(world, party, random.pick(events));
    }
  }
}
