// The world that the explorer walks through: two parties, a registrar, two gateways, clients with a
// few ops, and the messages between them. Only what is durable survives a crash.
//
// The parties run the real step function; what a party does not do itself (its journal, its disk,
// the network) is modelled here as small as it can be.

import type { Epoch, Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';
import type { CharterBody, Cut, Party } from '../charter-rules.ts';
import type { FollowerPhase, PartyState } from '../party-state.ts';

export type Who = 0 | 1;
export const WHO: readonly Who[] = [0, 1];
export const other = (who: Who): Who => (who === 0 ? 1 : 0);

export const PARTIES: readonly [Party, Party] = [
  { operator: 'a', site: 'x', publicKey: 'ka', url: 'ua' },
  { operator: 'b', site: 'y', publicKey: 'kb', url: 'ub' },
];
export const PLAN = { handover: 'h', follower: PARTIES[1] };

/** The name of an op, from 0; a batch holds one op, or the seal. */
export type Name = number;
export const SEAL: Name = -1;

/** A batch in a journal; its seq is its place, from 1. */
export type Batch = Readonly<{ epoch: number; name: Name }>;
export type Journal = readonly Batch[];

export type Side = Readonly<{
  state: PartyState;
  /** The state that was persisted last. */
  stored: PartyState;
  journal: Journal;
  /** Ops that wait for their batch to become acknowledgeable. Lost in a crash. */
  waiting: readonly Readonly<{ name: Name; seq: number }>[];
}>;

export type Message = Readonly<
  | { kind: 'batch'; to: Who; epoch: number; seq: number; previousChain: string; batch: Batch }
  | { kind: 'report'; to: Who; epoch: number; phase: FollowerPhase; seq: number }
  | { kind: 'answer'; to: Who; body: CharterBody; agrees: boolean }
  | { kind: 'append'; body: CharterBody }
>;

/** What the first gateway shows. */
export type Shown = Readonly<{ epoch: number; seq: number; value: number }>;

export type Rest = Readonly<{
  /** The newest epoch that each gateway knows; 0 for none. */
  known: readonly number[];
  shown: Shown | undefined;
  /** Ops that some party has acknowledged: bit by name. A ghost: nobody in the world reads it. */
  acked: number;
  /** Ops that the client knows to be acknowledged. */
  done: number;
  /** Faults and commands that may still come. */
  crashes: number;
  duplicates: number;
  losses: number;
  broken: number;
  turns: number;
}>;

export type World = Readonly<{
  charter: readonly CharterBody[];
  sides: readonly [Side, Side];
  /** Ids of messages, ascending, each once. */
  flight: readonly number[];
  rest: Rest;
}>;

/** Gives equal values one object and one number, so that worlds are compared by a few numbers. */
export class Interner<Value extends object> {
  readonly #ids = new WeakMap<Value, number>();
  readonly #byText = new Map<string, number>();
  readonly #values: Value[] = [];
  readonly #textOf: (value: Value) => string;
  readonly #isKept: boolean;

  /** `isKept` says that an object is asked for again, also when it is not the first of its value. */
  constructor(
    isKept: boolean,
    textOf: (value: Value) => string = (value) => JSON.stringify(value),
  ) {
    this.#isKept = isKept;
    this.#textOf = textOf;
  }

  id(value: Value): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const text = this.#textOf(value);
    let id = this.#byText.get(text);
    if (id === undefined) {
      id = this.#values.length;
      this.#values.push(value);
      this.#byText.set(text, id);
      this.#ids.set(value, id);
    } else if (this.#isKept) {
      this.#ids.set(value, id);
    }
    return id;
  }

  value(id: number): Value {
    const value = this.#values[id];
    if (value === undefined) throw new Error(`no value has id ${id}`);
    return value;
  }
}

export const states = new Interner<PartyState>(true);
export const charters = new Interner<readonly CharterBody[]>(true);
const flights = new Interner<readonly number[]>(false, (ids) => ids.join());
const rests = new Interner<Rest>(
  false,
  ({ known, shown, acked, done, crashes, duplicates, losses, broken, turns }) =>
    `${known.join()} ${shown?.epoch} ${shown?.seq} ${shown?.value} ${acked} ${done} ` +
    `${crashes} ${duplicates} ${losses} ${broken} ${turns}`,
);
const sides = new Interner<Side>(false, ({ state, stored, journal, waiting }) => {
  let text = `${states.id(state)} ${states.id(stored)} ${chainOf(journal)}`;
  for (const { name, seq } of waiting) text += ` ${name}:${seq}`;
  return text;
});
export const messages = new Interner<Message>(false);

/** The five numbers that a world is. */
export type WorldKey = readonly [number, number, number, number, number];

export function keyOf({ charter, sides: [a, b], flight, rest }: World): WorldKey {
  return [charters.id(charter), sides.id(a), sides.id(b), flights.id(flight), rests.id(rest)];
}

export function worldOf([charter, a, b, flight, rest]: WorldKey): World {
  return {
    charter: charters.value(charter),
    sides: [sides.value(a), sides.value(b)],
    flight: flights.value(flight),
    rest: rests.value(rest),
  };
}

/** A perfect hash of a journal: its content. */
export function chainOf(journal: Journal): string {
  let chain = '';
  for (const { epoch, name } of journal) chain += name === SEAL ? `${epoch}S ` : `${epoch}${name} `;
  return chain;
}

const CELL = 'us' as Jurisdiction;

export const FOUNDED: CharterBody = {
  cell: CELL,
  epoch: 1 as Epoch,
  act: 'found',
  owner: PARTIES[0],
  rule: 'solo',
  reason: '',
};

export function cutOf(journal: Journal, value: number): Cut {
  const seq = journal.length as Seq;
  return { seq, chain: chainOf(journal), likesHash: String(value), countsHash: '' };
}

export type Config = Readonly<{
  name: string;
  /**
   * `new` begins with an owner alone; `shadow` with a follower that is close; `late-batch` after the
   * cell went over and came back, with a batch of the first ownership still on its way.
   */
  from: 'new' | 'shadow' | 'late-batch';
  ops: number;
  crashes: number;
  duplicates: number;
  losses: number;
  /** Times that a follower finds its own copy broken. */
  broken: number;
  /** Commands of people and gates. */
  turns: number;
  /** Messages in flight at once. */
  flightMax: number;
  /**
   * What batches and reports do: `fly` like all messages, or arrive `at-once`, which leaves out only
   * that they may be overtaken.
   */
  stream: 'fly' | 'at-once';
  /**
   * What gateways know: each keeps the newest entry it read, or each op is sent by a gateway that
   * knows `any` one entry, which is more than can happen with two gateways that forget in a crash.
   */
  gateways: 'keep' | 'any';
  hasDisplay: boolean;
  /** Whether people tell parties to retire, with whatever certificate there is. */
  retires: boolean;
}>;

export function startOf(config: Config): World {
  const { crashes, duplicates, losses, broken, turns } = config;
  const known = config.gateways === 'keep' ? [1, 1] : [];
  const budget = { known, shown: undefined, crashes, duplicates, losses, broken, turns };
  const rest: Rest = { ...budget, acked: 0, done: 0 };
  switch (config.from) {
    case 'new':
      return { charter: [FOUNDED], sides: [owningSide(), idleSide()], flight: [], rest };
    case 'shadow':
      return { charter: [FOUNDED], sides: shadowSides(FOUNDED, []), flight: [], rest };
    case 'late-batch':
      return afterTwoPromotions(rest);
  }
}

function owningSide(): Side {
  const state: PartyState = { kind: 'owning', me: PARTIES[0], entry: FOUNDED };
  return { state, stored: state, journal: [], waiting: [] };
}

function idleSide(): Side {
  const state: PartyState = { kind: 'idle', me: PARTIES[1], entry: FOUNDED };
  return { state, stored: state, journal: [], waiting: [] };
}

function shadowSides(entry: CharterBody, journal: Journal): [Side, Side] {
  const [me, follower] = PARTIES;
  const rest = { journal, waiting: [] };
  return [
    {
      ...rest,
      state: { kind: 'shadow', me, entry, plan: PLAN },
      stored: { kind: 'seeding', me, entry, plan: PLAN },
    },
    {
      ...rest,
      state: { kind: 'follow-shadow', me: follower, entry },
      stored: { kind: 'follow-catching-up', me: follower, entry },
    },
  ];
}

/** Op 0 is acknowledged; op 1 was sent on by the first owner and never acknowledged. */
function afterTwoPromotions(rest: Rest): World {
  const [a, b] = PARTIES;
  const journal = [{ epoch: 1, name: 0 }];
  const cut = cutOf(journal, 1);
  const next = (epoch: number): Pick<CharterBody, 'cell' | 'epoch' | 'reason'> => ({
    cell: CELL,
    epoch: epoch as Epoch,
    reason: '',
  });
  const newest: CharterBody = { ...next(5), act: 'promote', owner: a, rule: 'solo', cut };
  const charter: CharterBody[] = [
    FOUNDED,
    { ...next(2), act: 'join', owner: a, follower: b, rule: 'joint' },
    { ...next(3), act: 'promote', owner: b, rule: 'solo', cut },
    { ...next(4), act: 'join', owner: b, follower: a, rule: 'joint' },
    newest,
  ];
  const late: Message = {
    kind: 'batch',
    to: 1,
    epoch: 2,
    seq: 2,
    previousChain: chainOf(journal),
    batch: { epoch: 2, name: 1 },
  };
  return {
    charter,
    sides: shadowSides(newest, journal),
    flight: [messages.id(late)],
    rest: { ...rest, acked: 1, done: 1 },
  };
}
