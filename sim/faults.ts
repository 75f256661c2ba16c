// What goes wrong in a run, and when: drawn from the seed, until faults stop.

import type { Random } from '@holdfast/engine/testing/random.ts';
import { FAIR } from './network.ts';
import type { SimParty } from './party.ts';
import { PERSON } from './registrar.ts';
import type { World } from './world.ts';

/** A process that was killed comes back after so long, a registrar or an owner perhaps later. */
const AWAY_MS_MAX = 2_500;
const LONG_AWAY_MS_MAX = 6_000;
const LATE_JOINS = 0.3;
const LATE_MS = 1_200;
const DAY_MS = 86_400_000;

type FaultKind = Readonly<{ weight: number; happen: (world: World, random: Random) => string }>;

const party = ({ parties }: World, random: Random): SimParty => random.pick(parties);
const owner = ({ parties }: World, random: Random): SimParty =>
  parties.find(({ engine }) => engine !== undefined) ?? random.pick(parties);

function killParty(world: World, at: SimParty, awayMs: number): string {
  if (!at.process.isUp) return 'nothing';
  world.marks.hit('fault: kill party');
  void at.kill();
  world.time.after(awayMs, () => {
    if (!at.process.isUp) at.start();
  });
  return `kill ${at.name} for ${awayMs} ms`;
}

const KINDS: readonly FaultKind[] = [
  {
    weight: 5,
    happen: (world, random) =>
      killParty(world, party(world, random), 50 + random.below(AWAY_MS_MAX)),
  },
  {
    weight: 3,
    happen: (world, random) =>
      killParty(world, owner(world, random), random.below(LONG_AWAY_MS_MAX)),
  },
  {
    weight: 2,
    happen: (world, random) => {
      const gateway = random.pick(world.gateways);
      if (!gateway.process.isUp) return 'nothing';
      world.marks.hit('fault: kill gateway');
      gateway.kill();
      const [awayMs, isCopyOld] = [random.below(AWAY_MS_MAX), random.chance(0.4)];
      world.time.after(awayMs, () => gateway.process.isUp || gateway.start(isCopyOld));
      return `kill ${gateway.name} for ${awayMs} ms`;
    },
  },
  {
    weight: 2,
    happen: ({ registrar, marks, time }, random) => {
      if (!registrar.process.isUp) return 'nothing';
      marks.hit('fault: kill registrar');
      registrar.process.end();
      const awayMs = random.below(LONG_AWAY_MS_MAX);
      time.after(awayMs, () => registrar.process.isUp || registrar.start());
      return `kill registrar for ${awayMs} ms`;
    },
  },
  {
    weight: 3,
    happen: (world, random) => {
      const { registrar, gateways, parties, time, marks } = world;
      const { process } = random.pick([registrar, ...gateways, ...parties, ...parties]);
      const stillMs = random.below(random.chance(0.2) ? LONG_AWAY_MS_MAX : AWAY_MS_MAX);
      process.stillUntilMs = time.nowMs + stillMs;
      marks.hit('fault: process held still');
      return `hold ${process.name} for ${stillMs} ms`;
    },
  },
  {
    weight: 5,
    happen: (world, random) => {
      const { network, registrar, gateways, parties, time } = world;
      const all = [registrar, ...gateways, ...parties, ...parties].map(
        ({ process }) => process.name,
      );
      const [from, to] = [random.pick(all), random.pick(all)];
      const untilMs = time.nowMs + random.below(LONG_AWAY_MS_MAX);
      network.cut(from, to, untilMs);
      if (random.chance(0.5)) network.cut(to, from, untilMs);
      return `cut ${from} from ${to} until ${untilMs}`;
    },
  },
  {
    // The owner loses sight of the registrar and of the other party, and gateways still reach it.
    weight: 2,
    happen: (world, random) => {
      const at = owner(world, random);
      const untilMs = world.time.nowMs + 1_000 + random.below(LONG_AWAY_MS_MAX);
      const others = [world.registrar, ...world.parties].filter((other) => other !== at);
      for (const { process } of others) {
        world.network.cut(at.name, process.name, untilMs);
        world.network.cut(process.name, at.name, untilMs);
      }
      world.marks.hit('fault: zombie owner');
      return `${at.name} sees gateways alone until ${untilMs}`;
    },
  },
  {
    weight: 3,
    happen: ({ network, time }, random) => {
      network.weather = {
        lossPart: random.below(20) / 100,
        twicePart: random.below(20) / 100,
        delayMsMax: random.below(random.chance(0.2) ? 3_000 : 300),
      };
      time.after(500 + random.below(3_000), () => (network.weather = FAIR));
      return `weather ${JSON.stringify(network.weather)}`;
    },
  },
  {
    weight: 2,
    happen: (world, random) => {
      const { disk, name } = party(world, random);
      disk.fullUntilMs = world.time.nowMs + random.below(AWAY_MS_MAX);
      return `disk of ${name} full until ${disk.fullUntilMs}`;
    },
  },
  {
    weight: 2,
    happen: (world, random) => {
      const { disk, name } = party(world, random);
      disk.slowUntilMs = world.time.nowMs + random.below(AWAY_MS_MAX);
      disk.slowMsMax = random.pick([20, 100, 500]);
      return `disk of ${name} slow`;
    },
  },
  {
    weight: 4,
    happen: (world, random) => {
      const { disk, name } = party(world, random);
      disk.fates = [random.pick(['lost', 'kept'] as const)];
      return `append of ${name} will be ${disk.fates[0]}`;
    },
  },
  {
    weight: 1,
    happen: (world, random) => {
      const { disk, name } = party(world, random);
      disk.failStores(1 + random.below(2));
      return `stores of ${name} fail`;
    },
  },
  {
    weight: 1,
    happen: (world, random) => {
      const at = party(world, random);
      at.clockOffMs = random.pick([-DAY_MS, DAY_MS, 0]);
      world.marks.hit('fault: clock a day off');
      return `clock of ${at.name} ${at.clockOffMs} ms off`;
    },
  },
  {
    weight: 1,
    happen: (world, random) => {
      const at = party(world, random);
      void at.disk.trim();
      return `journal of ${at.name} trimmed`;
    },
  },
  {
    weight: 1,
    happen: (world) => {
      const at = world.parties.find(({ state }) => state?.kind.startsWith('follow-'));
      if (at === undefined) return 'nothing';
      at.tell({ kind: 'copy', finding: 'broken' }).catch(() => undefined);
      world.marks.hit('fault: copy broken');
      return `copy of ${at.name} is broken`;
    },
  },
];

const WEIGHTS = KINDS.reduce((sum, { weight }) => sum + weight, 0);

/** Of the joins that are sent, a part is late, and the copy is fetched anew meanwhile. */
function spoilJoins(world: World, random: Random, endMs: number): void {
  const { network, time, marks, parties } = world;
  world.onState.push((name, { kind }) => {
    if (kind !== 'joining' || time.nowMs >= endMs || !random.chance(LATE_JOINS)) return;
    const follower = parties.find((other) => other.name !== name);
    network.weather = { lossPart: 0, twicePart: 0, delayMsMax: 2 * LATE_MS };
    time.after(LATE_MS, () => (network.weather = FAIR));
    time.after(random.below(30), () => {
      marks.hit('fault: join late and copy broken');
      world.note(`the join of ${name} is late, and the copy is broken`);
      follower?.tell({ kind: 'copy', finding: 'broken' }).catch(() => undefined);
    });
    // Whoever is joint has everything, and is put to the test.
    time.after(LATE_MS + random.below(500), () => {
      if (follower?.state?.kind !== 'follow-joint') return;
      follower.tell({ kind: 'promote', reason: PERSON }).catch(() => undefined);
    });
  });
}

/** Lets things go wrong now and then until `endMs`. */
export function beginFaults(world: World, endMs: number): void {
  const random = world.random('faults');
  spoilJoins(world, world.random('joins'), endMs);
  const everyMs = random.pick([300, 700, 1_500, 4_000]);
  const next = (): void => {
    world.time.after(20 + random.below(2 * everyMs), () => {
      if (world.time.nowMs >= endMs) return;
      let at = random.below(WEIGHTS);
      const kind = KINDS.find(({ weight }) => (at -= weight) < 0);
      world.note(kind?.happen(world, random) ?? 'nothing');
      next();
    });
  };
  next();
}

/** Everything works again, and everybody is there. */
export function endFaults({ network, registrar, gateways, parties, time }: World): void {
  network.heal();
  for (const { process } of [registrar, ...gateways, ...parties]) {
    process.stillUntilMs = Math.min(process.stillUntilMs, time.nowMs);
  }
  for (const { disk } of parties) disk.heal();
  if (!registrar.process.isUp) registrar.start();
  for (const one of [...gateways, ...parties]) if (!one.process.isUp) one.start();
}
