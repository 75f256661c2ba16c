// Every move that a world can make next. A move is one event at one process, or one fault.
//
// What is left out on purpose, and why nothing is lost by it:
// - A process that is down for long is one that makes no move, so a crash restarts it at once.
// - The registrar answers nothing: whoever reads the charter may see any prefix of it at any time,
//   which is what a lost, late or repeated answer comes to. It keeps nothing but the charter, so
//   its crash is the loss of a message to it.
// - A gateway keeps nothing durable but what it shows.
// - An acknowledgement goes out as soon as the rule allows it: later would bind nobody earlier.

import { isSameParty } from '../charter-rules.ts';
import { AGREE_MS_MAX, PAUSE_MS_MAX } from '../owner-side.ts';
import type { CharterBody } from '../charter-rules.ts';
import type { PartyEffect, PartyEvent, PartyState, Step } from '../party-state.ts';
import { isAttested, isDead, isUntouched, keyOfEvent, reportOf, withSide } from './parts.ts';
import type { Report } from './parts.ts';
import { isOwnerKind } from './rules.ts';
import type { Rules } from './rules.ts';
import { chainOf, charters, messages, other, PARTIES, SEAL, states, WHO } from './world.ts';
import type { Config, Message, Rest, Who, World } from './world.ts';

export type Move = Readonly<{ label: string; world: World; isFault: boolean }>;

export class Moves {
  readonly #config: Config;
  readonly #rules: Rules;
  readonly #steps = new Map<string, Step>();
  readonly #prefixes = new Map<string, readonly CharterBody[]>();
  #moves: Move[] = [];

  constructor(config: Config, rules: Rules) {
    this.#config = config;
    this.#rules = rules;
  }

  of(world: World): readonly Move[] {
    this.#moves = [];
    this.#clients(world);
    for (const who of WHO) {
      this.#ownAffairs(world, who);
      this.#commands(world, who);
      this.#stream(world, who);
      this.#readCharter(world, who);
      if (world.rest.crashes > 0) {
        const rest = { ...world.rest, crashes: world.rest.crashes - 1 };
        this.#add(`crash ${who}`, this.#crashed({ ...world, rest }, who), true);
      }
    }
    this.#gateways(world);
    for (const id of world.flight) this.#network(world, id);
    return this.#moves;
  }

  #add(label: string, world: World | undefined, isFault = false): void {
    if (world !== undefined) this.#moves.push({ label, world: this.#withoutDead(world), isFault });
  }

  /** Forgets messages that can never have an effect any more, for epochs only grow. */
  #withoutDead(world: World): World {
    if (world.flight.length === 0) return world;
    const flight = world.flight.filter((id) => !isDead(world, messages.value(id), this.#rules));
    return flight.length === world.flight.length ? world : { ...world, flight };
  }

  // Clients and gateways.

  /**
   * An op goes from client through gateway to party in one move: one that is late is one that is
   * sent late, by a gateway that knows as little as it did. A repeat makes a batch of its own when
   * it is counted as a duplicate; else it waits for the batch that is there already.
   */
  #clients(world: World): void {
    const { known, done, duplicates } = world.rest;
    const isKept = this.#config.gateways === 'keep';
    const gateways = isKept ? known : world.charter.map(({ epoch }) => epoch);
    for (const [gateway, epoch] of gateways.entries()) {
      const choice = this.#rules.route({
        newest: world.charter[epoch - 1],
        arrivedAtMs: 0,
        last: { kind: 'unsent' },
        nowMs: 0,
        heldOps: 0,
      });
      if (choice.kind !== 'send') continue;
      const to: Who = isSameParty(choice.to, PARTIES[0]) ? 0 : 1;
      let isNewSent = false;
      for (let name = 0; name < this.#config.ops; name += 1) {
        // Ops that have left no trace are all alike, so one of them stands for the others.
        if (isUntouched(world, name)) {
          if (isNewSent) continue;
          isNewSent = true;
        }
        const label = isKept ? `op by gateway ${gateway}` : `op by who knows ${epoch}`;
        if (((done >> name) & 1) === 0) {
          this.#takeOp(world, to, name, choice.epoch, label, false);
        }
        if (duplicates > 0) {
          const rest = { ...world.rest, duplicates: duplicates - 1 };
          this.#takeOp({ ...world, rest }, to, name, choice.epoch, `${label} repeated`, true);
        }
      }
    }
  }

  #gateways(world: World): void {
    const { rest, charter } = world;
    for (const [gateway, knows] of rest.known.entries()) {
      const set = (epoch: number): Rest['known'] => rest.known.with(gateway, epoch);
      for (const offered of charter) {
        const epoch = this.#rules.newerEntry(charter[knows - 1], offered)?.epoch ?? 0;
        if (epoch === knows) continue;
        this.#add(`gateway ${gateway} reads epoch ${epoch}`, {
          ...world,
          rest: { ...rest, known: set(epoch) },
        });
      }
      if (rest.crashes > 0 && knows > 0) {
        const known = set(0);
        const crashed = { ...world, rest: { ...rest, crashes: rest.crashes - 1, known } };
        this.#add(`crash gateway ${gateway}`, crashed, true);
      }
    }
    if (this.#config.hasDisplay) for (const who of WHO) this.#publish(world, who);
  }

  #publish(world: World, who: Who): void {
    const { state, journal } = world.sides[who];
    const seq = this.#rules.publishableSeq(state, journal.length);
    const { entry } = state;
    if (entry === undefined || seq === 0 || !isOwnerKind(state)) return;
    const { rest, charter } = world;
    const looked =
      (rest.known[0] ?? entry.epoch) >= entry.epoch ? charter[entry.epoch - 1] : undefined;
    const offered = { epoch: entry.epoch, seq };
    if (!this.#rules.takesSubtotal(rest.shown, offered, PARTIES[who], looked)) return;
    const value = this.#rules.countOf(journal.slice(0, seq));
    const shown = { ...offered, value };
    this.#add(`publish ${who}`, { ...world, rest: { ...rest, shown } });
  }

  // Parties.

  #commands(world: World, who: Who): void {
    if (world.rest.turns === 0) return;
    const spent = { ...world, rest: { ...world.rest, turns: world.rest.turns - 1 } };
    const { state, journal } = world.sides[who];
    const tell = (event: PartyEvent): void => this.#event(spent, who, event, event.kind);
    switch (state.kind) {
      case 'owning':
        tell({
          kind: 'start',
          plan: { handover: 'h', follower: PARTIES[other(who)] },
          followerVersion: 1,
        });
        break;
      case 'shadow':
        tell({ kind: 'go', ownSeq: journal.length });
        break;
      case 'joint':
        tell({ kind: 'cut', verdict: { kind: 'green' }, nowMs: 0 });
        tell({ kind: 'stop', by: 'gate', reason: '' });
        break;
      case 'arming':
      case 'joining':
        tell({ kind: 'stop', by: 'gate', reason: '' });
        tell({ kind: 'stop', by: 'person', reason: '' });
        break;
      case 'sealing':
      case 'sealed':
        tell({ kind: 'stop', by: 'person', reason: '' });
        break;
      case 'follow-joint':
      case 'follow-sealed':
        tell({ kind: 'promote', reason: '' });
        break;
      default:
    }
  }

  #ownAffairs(world: World, who: Who): void {
    const side = world.sides[who];
    const { state, journal } = side;
    switch (state.kind) {
      case 'idle':
        if (state.entry !== undefined) this.#event(world, who, { kind: 'follow' });
        break;
      case 'sealing': {
        const epoch = state.entry.epoch;
        const sealed = [...journal, { epoch, name: SEAL }];
        const cut = this.#rules.takeCut(sealed);
        const event: PartyEvent = { kind: 'seal', result: 'written', cut };
        this.#event(withSide(world, who, { ...side, journal: sealed }), who, event, 'seal written');
        this.#event(world, who, { kind: 'seal', result: 'failed' }, 'seal failed');
        break;
      }
      case 'sealed':
        this.#event(world, who, { kind: 'tick', nowMs: AGREE_MS_MAX }, 'tick late');
        this.#event(world, who, { kind: 'tick', nowMs: PAUSE_MS_MAX }, 'tick too late');
        break;
      case 'follow-seeding':
        this.#copy(world, who, state);
        break;
      case 'follow-catching-up':
        this.#event(world, who, { kind: 'copy', finding: 'close' }, 'close');
        break;
      case 'fencing': {
        if (state.promote !== undefined) break;
        this.#event(world, who, { kind: 'fenced', cut: this.#rules.takeCut(journal) });
        break;
      }
      case 'returning': {
        const left = this.#rules.setAside(journal, state.cut.seq);
        const isGood = chainOf(journal.slice(0, state.cut.seq)) === state.cut.chain;
        const next = withSide(world, who, { ...side, journal: left });
        this.#event(next, who, { kind: 'done', isGood }, 'set aside');
        break;
      }
      case 'retiring': {
        const emptied = withSide(world, who, { ...side, journal: [] });
        this.#event(emptied, who, { kind: 'done', isGood: true }, 'destroyed');
        break;
      }
      default:
    }
    if (this.#config.retires) {
      this.#event(world, who, { kind: 'retire', isAttested: isAttested(world, who) });
    }
    if (world.rest.broken > 0 && state.kind.startsWith('follow-') && journal.length > 0) {
      const rest = { ...world.rest, broken: world.rest.broken - 1 };
      this.#event({ ...world, rest }, who, { kind: 'copy', finding: 'broken' }, 'copy broken');
    }
    this.#event(world, who, { kind: 'tick', nowMs: 0 }, 'tick');
  }

  #copy(world: World, who: Who, state: PartyState): void {
    const source = world.sides[other(who)];
    const isOwner = isOwnerKind(source.state) && source.state.entry?.epoch === state.entry?.epoch;
    if (!isOwner) return;
    const journal = this.#rules.copyOf(source.journal);
    const copied = withSide(world, who, { ...world.sides[who], journal });
    this.#event(copied, who, { kind: 'copy', finding: 'whole' }, 'copied');
  }

  #stream(world: World, who: Who): void {
    const from = world.sides[other(who)];
    if (this.#config.stream === 'at-once') {
      const report = reportOf(world.sides[who], other(who));
      if (report !== undefined) this.#hearReport(world, report, 'report', false);
    }
    const { state, journal } = world.sides[who];
    const seq = journal.length + 1;
    const batch = from.journal[seq - 1];
    if (batch === undefined || !isOwnerKind(from.state) || from.state.entry === undefined) return;
    const { epoch } = from.state.entry;
    const previousChain = chainOf(from.journal.slice(0, seq - 1));
    const head = { seq: journal.length, chain: chainOf(journal) };
    const streamed = { from: PARTIES[other(who)], epoch, seq, previousChain };
    const answer = this.#rules.takesBatch(state, head, streamed);
    if (answer !== 'take' && answer !== 'behind') return;
    const message: Message = { kind: 'batch', to: who, epoch, seq, previousChain, batch };
    if (this.#config.stream === 'at-once') {
      this.#takeBatch(world, message, 'batch', false);
      return;
    }
    const sent = this.#send(world, message);
    if (sent !== world) this.#add(`batch ${seq} to ${who}`, sent);
  }

  #readCharter(world: World, who: Who): void {
    const { state, journal } = world.sides[who];
    const known = state.entry?.epoch ?? 0;
    for (let end = known + 1; end <= world.charter.length; end += 1) {
      const entries = this.#prefix(world.charter, end);
      const event: PartyEvent = { kind: 'charter', entries, ownSeq: journal.length };
      this.#event(world, who, event, `reads epoch ${end}`);
    }
  }

  /** The same array for the same prefix, so that its number is looked up and not worked out. */
  #prefix(charter: readonly CharterBody[], end: number): readonly CharterBody[] {
    const key = `${charters.id(charter)} ${end}`;
    let prefix = this.#prefixes.get(key);
    if (prefix === undefined) {
      prefix = charter.slice(0, end);
      this.#prefixes.set(key, prefix);
    }
    return prefix;
  }

  /** One event at one party, with a crash behind each of its effects but the last. */
  #event(
    world: World,
    who: Who,
    event: PartyEvent,
    label: string = event.kind,
    isFault = false,
  ): void {
    const side = world.sides[who];
    const { state, effects } = this.#step(side.state, event);
    const waiting = this.#rules.isWaitedFor(state) ? side.waiting : [];
    let next: World | undefined = withSide(world, who, { ...side, state, waiting });
    for (const [index, effect] of effects.entries()) {
      next = this.#effect(next, who, effect);
      if (next === undefined) return;
      if (world.rest.crashes === 0 || index === effects.length - 1) continue;
      const rest = { ...next.rest, crashes: next.rest.crashes - 1 };
      const crashed = this.#crashed({ ...next, rest }, who);
      this.#add(`${label} at ${who}, crash after ${effect.kind}`, crashed, true);
    }
    if (effects.length === 0 && state === side.state) {
      // What changed nothing at the party may still have used up a message or a fault.
      return this.#add(`${label} at ${who}, no effect`, next, isFault);
    }
    this.#settle(`${label} at ${who}`, next, who, isFault);
  }

  /** The step function is pure, so each question is asked once. */
  #step(state: PartyState, event: PartyEvent): Step {
    const key = `${states.id(state)} ${keyOfEvent(event)}`;
    let answer = this.#steps.get(key);
    if (answer === undefined) {
      answer = this.#rules.step(state, event);
      this.#steps.set(key, answer);
    }
    return answer;
  }

  #effect(world: World, who: Who, effect: PartyEffect): World | undefined {
    const side = world.sides[who];
    switch (effect.kind) {
      case 'persist':
        return withSide(world, who, { ...side, stored: effect.state });
      case 'copy':
        return withSide(world, who, { ...side, journal: [] });
      case 'append':
        return this.#send(world, { kind: 'append', body: effect.body });
      case 'ask':
        // What is asked leaves no trace at the follower, so only its answer has to fly.
        return this.#asked(world, other(who), effect.body);
      case 'answer': {
        const { body, agrees } = effect;
        return this.#send(world, { kind: 'answer', to: other(who), body, agrees });
      }
      case 'report': {
        const report = this.#config.stream === 'fly' ? reportOf(side, other(who)) : undefined;
        return report === undefined ? world : this.#send(world, report);
      }
      default:
        // What these begin is a move of its own, as long as the state asks for it.
        return world;
    }
  }

  /** With a stream that does not fly, the owner hears at once of what was taken. */
  #reported(world: World, who: Who, label: string, isFault: boolean): void {
    const report = reportOf(world.sides[who], other(who));
    const owner = world.sides[other(who)];
    const isHeard = 'followerSeq' in owner.state && owner.state.entry.epoch === report?.epoch;
    if (this.#config.stream === 'fly' || report === undefined || !isHeard) {
      return this.#add(label, world, isFault);
    }
    this.#hearReport(world, report, label, isFault);
  }

  #asked(world: World, who: Who, body: CharterBody): World | undefined {
    const { effects } = this.#step(world.sides[who].state, { kind: 'asked', body });
    const answer = effects.find((effect) => effect.kind === 'answer');
    return answer === undefined ? world : this.#effect(world, who, answer);
  }

  #crashed(world: World, who: Who): World {
    const { stored, journal } = world.sides[who];
    const last = journal.at(-1);
    const isSealed = last?.name === SEAL && last.epoch === stored.entry?.epoch;
    const seal = isSealed ? this.#rules.takeCut(journal) : undefined;
    const state = this.#rules.recover(stored, { seal, nowMs: 0 });
    return withSide(world, who, { state, stored, journal, waiting: [] });
  }

  /** Acknowledges whatever a party now may; the client hears it, or the answer is lost. */
  #settle(label: string, world: World, who: Who, isFault = false): void {
    const side = world.sides[who];
    const through = this.#rules.ackableSeq(side.state, side.journal.length);
    const ready = side.waiting.filter(({ seq }) => seq <= through);
    if (ready.length === 0) return this.#add(label, world, isFault);
    const bits = ready.reduce((all, { name }) => all | (1 << name), 0);
    const waiting = side.waiting.filter(({ seq }) => seq > through);
    const { rest } = world;
    const acked = rest.acked | bits;
    const settled = withSide(world, who, { ...side, waiting });
    this.#add(label, { ...settled, rest: { ...rest, acked, done: rest.done | bits } }, isFault);
    if (rest.losses > 0 && (rest.done & bits) !== bits) {
      const lost = { ...rest, acked, losses: rest.losses - 1 };
      this.#add(`${label}, answer lost`, { ...settled, rest: lost }, true);
    }
  }

  // The network.

  /** The same world when the message is in flight already; `undefined` when there is no room. */
  #send(world: World, message: Message): World | undefined {
    const id = messages.id(message);
    const { flight } = world;
    if (flight.includes(id)) return world;
    if (flight.length >= this.#config.flightMax) return undefined;
    return { ...world, flight: [...flight, id].sort((left, right) => left - right) };
  }

  #network(world: World, id: number): void {
    const message = messages.value(id);
    const { rest } = world;
    const without = { ...world, flight: world.flight.filter((one) => one !== id) };
    const label = message.kind;
    this.#deliver(without, message, label, false);
    if (rest.losses > 0) {
      const lost = { ...without, rest: { ...rest, losses: rest.losses - 1 } };
      this.#add(`${label} lost`, lost, true);
    }
    if (rest.duplicates > 0) {
      const twice = { ...world, rest: { ...rest, duplicates: rest.duplicates - 1 } };
      this.#deliver(twice, message, `${label} repeated`, true);
    }
  }

  #deliver(world: World, message: Message, label: string, isFault: boolean): void {
    switch (message.kind) {
      case 'append':
        return this.#add(
          `${label} ${message.body.act}`,
          this.#record(world, message.body),
          isFault,
        );
      case 'batch':
        return this.#takeBatch(world, message, label, isFault);
      case 'report':
        return this.#hearReport(world, message, label, isFault);
      case 'answer': {
        const { body, agrees } = message;
        return this.#event(world, message.to, { kind: 'answer', body, agrees }, label, isFault);
      }
    }
  }

  #hearReport(
    world: World,
    { to, epoch, phase, seq }: Report,
    label: string,
    isFault: boolean,
  ): void {
    this.#event(world, to, { kind: 'report', epoch, phase, seq }, label, isFault);
  }

  #record(world: World, body: CharterBody): World {
    const { charter } = world;
    if (this.#rules.mayAppend(charter.at(-1), body).kind === 'refused') return world;
    return { ...world, charter: [...charter, body] };
  }

  #takeOp(
    world: World,
    to: Who,
    name: number,
    epoch: number,
    label: string,
    isFault: boolean,
  ): void {
    const side = world.sides[to];
    const { state, journal } = side;
    if (this.#rules.admission(state, epoch) !== 'admit' || state.entry === undefined) return;
    const isThere = journal.some((batch) => batch.name === name);
    if (isFault && !isThere) return;
    const longer = isThere && !isFault ? journal : [...journal, { epoch: state.entry.epoch, name }];
    const seq = longer.findLastIndex((batch) => batch.name === name) + 1;
    const isWaiting = side.waiting.some((one) => one.name === name && one.seq === seq);
    if (isWaiting) return;
    const waiting = [...side.waiting, { name, seq }];
    const next = withSide(world, to, { ...side, journal: longer, waiting });
    this.#settle(`${label}: ${name} at ${to}`, next, to, isFault);
  }

  #takeBatch(
    world: World,
    { to, epoch, seq, previousChain, batch }: Extract<Message, { kind: 'batch' }>,
    label: string,
    isFault: boolean,
  ): void {
    const side = world.sides[to];
    const head = { seq: side.journal.length, chain: chainOf(side.journal) };
    const streamed = { from: PARTIES[other(to)], epoch, seq, previousChain };
    if (this.#rules.takesBatch(side.state, head, streamed) !== 'take') {
      return this.#add(`${label} not taken`, world, isFault);
    }
    const journal = [...side.journal, batch];
    const taken = withSide(world, to, { ...side, journal });
    const isSeal = batch.name === SEAL && batch.epoch === side.state.entry?.epoch;
    if (!isSeal) return this.#reported(taken, to, `${label} ${seq} at ${to}`, isFault);
    const cut = this.#rules.takeCut(journal);
    this.#event(taken, to, { kind: 'seal-taken', cut }, 'seal', isFault);
  }
}
