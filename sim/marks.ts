// What the seeds have come across: a fault that never happened and a state that nobody entered has
// not been tested, however green the run.

import { PARTY_STATES } from '@holdfast/engine/handover/party-machine.ts';

const FAULTS = [
  'append kept though it failed',
  'append lost',
  'clock a day off',
  'copy broken',
  'disk full',
  'disk slow',
  'gateway with an old charter',
  'join late and copy broken',
  'journal trimmed',
  'kill gateway',
  'kill party',
  'kill registrar',
  'message cut off',
  'message late',
  'message lost',
  'message twice',
  'process held still',
  'store failed',
  'torn tail',
  'zombie owner',
] as const;
/** `renew` and `force` are for a command line that is not simulated. */
const ACTS = ['found', 'join', 'leave', 'cede', 'promote'] as const;
const EVENTS = [
  'a tail was set aside',
  'a copy was fetched',
  'a party told what was missed',
  'an append came too late',
  'an op was given up',
  'an op was sent again',
  'a person was refused',
  'a standby took over',
  'two commands at once',
] as const;

/** Entered only with a certificate of both operators, which no runtime is wired to here. */
const EXEMPT: ReadonlySet<string> = new Set(['retiring', 'retired']);

export type Fault = (typeof FAULTS)[number];
export type Mark =
  `fault: ${Fault}` | `act: ${string}` | `event: ${(typeof EVENTS)[number]}` | `state: ${string}`;

export const ALL_MARKS: readonly string[] = [
  ...FAULTS.map((name) => `fault: ${name}`),
  ...ACTS.map((name) => `act: ${name}`),
  ...EVENTS.map((name) => `event: ${name}`),
  ...PARTY_STATES.filter((kind) => !EXEMPT.has(kind)).map((kind) => `state: ${kind}`),
];

export class Marks {
  readonly hits = new Map<string, number>();

  hit(mark: Mark): void {
    this.hits.set(mark, (this.hits.get(mark) ?? 0) + 1);
  }

  add(other: Marks): void {
    for (const [mark, times] of other.hits) {
      this.hits.set(mark, (this.hits.get(mark) ?? 0) + times);
    }
  }

  /** What was to be come across and was not. */
  missing(): readonly string[] {
    return ALL_MARKS.filter((mark) => !this.hits.has(mark));
  }
}
