// Runs hand-overs of one party for the people who ask for them: looks at the gates, tells the
// machine when to go on, when to cut and when to stop, and says how it stands.
//
// Rules: docs/spec/handover.md (H29, H34, H36 to H41).
//
// Why it is safe: it has no power of its own. Everything it does is an event that a person could
// tell the machine; what may be acknowledged, and who owns the cell, are the machine's and the
// charter's. A controller that is wrong or gone costs time.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { judgeGates } from '@holdfast/engine/handover/gates.ts';
import type { Gate } from '@holdfast/engine/handover/gates.ts';
import type { OpsInPause } from '@holdfast/engine/charter/certificate.ts';
import { HANDOVER_VERSION, HANDOVER_VERSION_MIN } from '@holdfast/engine/handover/preflight.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CharterClient } from '../registrar/charter-client.ts';
import type { ControlRecord } from './control-record.ts';
import type { GatewayBook } from './gateway-book.ts';
import type { HandoverStatus, RunningHandover } from './handover-status.ts';
import { endOf, handoverIn, MAY_STOP, nameOf, stepsOf, whyNotHere } from './handover-words.ts';
import { HandoverObserver } from './observer.ts';
import type { Now } from './observer.ts';
import type { Report } from './peer.ts';
import { NO_MEMORY, pilot, SETTLE_MS_DEFAULT } from './pilot.ts';
import type { HandoverMode, PilotAct } from './pilot.ts';
import type { Begun } from './replica-role.ts';
import { BACK_PREFIX } from './vigil.ts';
import { RoundTrips } from './round-trips.ts';
import type { SeedPace } from './seed-pace.ts';
import { askTarget, judgeTarget } from './target.ts';
import type { AskTarget, PreflightCheck, TargetFacts } from './target.ts';

/** How often it looks. */
const LOOK_EVERY_MS = 50;
/** How often the registrar is asked how it is, and what it hears. */
const ASK_REGISTRAR_EVERY_MS = 500;
/** A gateway that the registrar has not heard for longer confirms nothing by it. */
const HEARD_MS_MAX = 3_000;

export type ControllerOptions = Readonly<{
  cell: Jurisdiction;
  record: ControlRecord;
  charter: Pick<CharterClient, 'charter' | 'heartbeat' | 'heard'>;
  gateways: Pick<GatewayBook, 'gateways' | 'opsTurnedAway'>;
  /** The party; `undefined` until it has begun. */
  begun: () => Pick<Begun, 'me' | 'runtime' | 'cell'> | undefined;
  connect: AskTarget['connect'];
  fetch: typeof globalThis.fetch;
  /** Size of what a follower fetches; `undefined` when it cannot be told. */
  copyBytes: () => number | undefined;
  /** What holds back the bytes of a snapshot. */
  seedPace: Pick<SeedPace, 'begin' | 'hold' | 'reason'>;
  /** A name for a new hand-over; an id. */
  newName: (epoch: number) => string;
  nowMs: () => number;
  monotonicMs: () => number;
  /** How long all gates are green before both sides acknowledge. */
  settleMs?: number;
  /** Whether the persons that a cut needs approve it; asked at each look while it waits for them. */
  personsApprove?: (
    cut: Readonly<{ handover: string; epoch: number; gates: readonly Gate[] }>,
  ) => boolean;
  /** How the certificate of the newest hand-over stands. */
  certificate: (handover: string) => HandoverStatus['certificate'];
  /** What gateways told of the pause of a hand-over. */
  opsInPause: (handover: string) => OpsInPause | undefined;
  log: (level: 'info' | 'warn', fields: object, message: string) => void;
}>;

/** Nothing was changed. */
export type Refusal = Readonly<{ kind: 'refused'; code: string; detail: string }>;
export type Started = Readonly<
  | { kind: 'started'; handover: string; checks: readonly PreflightCheck[] }
  | { kind: 'dry-run'; checks: readonly PreflightCheck[]; steps: readonly string[]; fits: boolean }
  | (Refusal & { checks?: readonly PreflightCheck[] })
>;
export type Done = Readonly<{ kind: 'done' }> | Refusal;

const NOTHING_TOLD = { held: null, retried: null, refused: null, clientErrors: null };

const refused = (code: string, detail: string): Refusal => ({ kind: 'refused', code, detail });

export class HandoverController {
  readonly #options: ControllerOptions;
  readonly #trips = new RoundTrips();
  #observer = new HandoverObserver();
  #memory = NO_MEMORY;
  #gates: readonly Gate[] = [];
  /** Key ids of parts whose newest entry the registrar has heard of, by that entry's number. */
  #heard: ReadonlyMap<string, number> = new Map();
  #turnedAwayBefore = 0;
  #isStarting = false;
  #isLooking = false;
  #isAsking = false;
  #isSeeding = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /** Begins to look; the party has begun. */
  begin(): void {
    const { log } = this.#options;
    const told = (error: unknown): void =>
      log('warn', { err: error }, 'the hand-over could not be looked at; it is tried again');
    this.#timers = [
      setInterval(() => void this.look().catch(told), LOOK_EVERY_MS),
      setInterval(() => void this.#askRegistrar().catch(told), ASK_REGISTRAR_EVERY_MS),
    ];
    void this.#askRegistrar().catch(told);
    const state = this.#options.begun()?.runtime.state;
    // A pause that this process did not see begin is not measured.
    if (state !== undefined) this.#noteEnd(state);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Told of every state, in the turn in which the party enters it. */
  onState(state: PartyState): void {
    const isSeeding = state.kind === 'seeding';
    if (isSeeding && !this.#isSeeding) this.#options.seedPace.begin();
    this.#isSeeding = isSeeding;
    this.#observer.noteState(state.kind, this.#options.monotonicMs());
    this.#noteEnd(state);
  }

  #noteEnd(state: PartyState): void {
    const running = this.#options.record.read();
    if (running === undefined || running.ended !== null) return;
    const ended = endOf(running, state, this.#options.nowMs());
    if (ended === undefined) return;
    this.#options.record.write({ ...running, ended });
    this.#options.log('info', { handover: running.id, ...ended }, 'a hand-over has ended');
  }

  /** Told of every report of the follower. */
  async onReport(report: Report): Promise<void> {
    const view = this.#options.begun()?.cell.roles.view();
    this.#sample();
    await this.#observer.report(report, view, this.#now());
  }

  /** Holds bytes of a snapshot back as long as they have to wait, and notes that they went. */
  async pace(bytes: number): Promise<void> {
    const { seedPace, monotonicMs } = this.#options;
    await seedPace.hold(bytes);
    this.#observer.sent(bytes, monotonicMs());
  }

  /** The hand-over that this party runs or ran last. */
  newest(): RunningHandover | undefined {
    return this.#options.record.read();
  }

  /** Whole milliseconds that the pause of the newest hand-over took; `null` when not measured. */
  pauseMs(): number | null {
    return this.#observer.pause(this.#options.monotonicMs())?.pauseMs ?? null;
  }

  turnedAway(): number {
    return this.#options.gateways.opsTurnedAway - this.#turnedAwayBefore;
  }

  /** Looks once, and tells the machine what is to be done. */
  async look(): Promise<void> {
    const { begun, monotonicMs, settleMs = SETTLE_MS_DEFAULT } = this.#options;
    const party = begun();
    if (party === undefined || this.#isLooking) return;
    this.#sample();
    const running = this.#running(party.runtime.state);
    if (running === undefined) {
      this.#gates = [];
      this.#memory = NO_MEMORY;
      return;
    }
    this.#gates = this.#judge(party.runtime.state);
    const { memory, act } = pilot(this.#memory, {
      state: party.runtime.state.kind,
      gates: this.#gates,
      intent: { mode: running.mode, isApproved: this.#isApproved(party.runtime.state, running) },
      settleMs,
      nowMs: monotonicMs(),
    });
    this.#memory = memory;
    this.#isLooking = true;
    try {
      await this.#tell(party, act);
    } finally {
      this.#isLooking = false;
    }
  }

  /** H29: looks at the target and begins, or says why not; a dry run changes nothing. */
  async start(
    asked: Readonly<{ url: string; mode: HandoverMode; dryRun: boolean }>,
  ): Promise<Started> {
    if (this.#isStarting) return refused('already-running', 'another start is under way');
    this.#isStarting = true;
    try {
      return await this.#start(asked);
    } finally {
      this.#isStarting = false;
    }
  }

  /** The same to whoever had the cell before; its copy is there already. */
  async rollback(asked: Readonly<{ mode: HandoverMode; dryRun: boolean }>): Promise<Started> {
    const before = this.#ownerBefore();
    if (before === undefined) {
      const detail = 'this party did not get the cell from another one, so there is no way back';
      return refused('no-way-back', detail);
    }
    return this.start({ ...asked, url: before.url });
  }

  /** Keeps a copy at the party that had the cell before, so that the way back is short. */
  async followBack(): Promise<void> {
    const before = this.#ownerBefore();
    const party = this.#options.begun();
    if (before === undefined || party?.runtime.state.kind !== 'owning') return;
    const epoch = party.runtime.state.entry.epoch;
    await this.#begin(party, before, 'follow', `${BACK_PREFIX}${this.#options.newName(epoch)}`);
  }

  async approve(): Promise<Done> {
    const party = this.#options.begun();
    const running = party && this.#running(party.runtime.state);
    if (running === undefined) return refused('not-running', 'no hand-over is running here');
    if (running.mode !== 'approve') {
      return refused('not-asked', `this hand-over waits for no approval: it is ${running.mode}`);
    }
    this.#options.record.write({ ...running, isApproved: true });
    return { kind: 'done' };
  }

  async abort(reason: string): Promise<Done> {
    const party = this.#options.begun();
    if (party === undefined) return refused('not-begun', 'this party has not begun yet');
    const { kind, entry } = party.runtime.state;
    if (!MAY_STOP.has(kind)) return refused('not-running', whyNotHere(kind, entry));
    const result = await party.runtime.dispatch({ kind: 'stop', by: 'person', reason });
    return result.kind === 'refused' ? refused(result.reason, result.detail) : { kind: 'done' };
  }

  /** What this party says of itself to another one that asks before a hand-over. */
  facts(): TargetFacts | undefined {
    const { begun, cell, charter, nowMs } = this.#options;
    const party = begun();
    if (party === undefined) return undefined;
    return {
      cell,
      party: party.me,
      handoverVersion: HANDOVER_VERSION,
      handoverVersionMin: HANDOVER_VERSION_MIN,
      state: party.runtime.state.kind,
      freeBytes: party.cell.freeBytes() ?? null,
      nowMs: nowMs(),
      newestHash: charter.charter.newest(cell)?.hash ?? '',
    };
  }

  status(): HandoverStatus | undefined {
    const party = this.#options.begun();
    if (party === undefined) return undefined;
    const { me, runtime } = party;
    const { copyBytes, seedPace } = this.#options;
    const { state } = runtime;
    const handover = this.#options.record.read() ?? null;
    const now = this.#now();
    return {
      cell: this.#options.cell,
      party: nameOf(me),
      state: state.kind,
      epoch: state.entry?.epoch ?? 0,
      owner: state.entry === undefined ? null : nameOf(state.entry.owner),
      act: state.entry?.act ?? null,
      handover,
      progress: this.#observer.progress(state.kind, now, copyBytes(), seedPace.reason()),
      lag: this.#observer.readings(now, undefined).lag,
      rates: this.#observer.rates(now.monotonicMs),
      gates: this.#gates,
      pause: this.#observer.pause(now.monotonicMs),
      ops: this.#ops(handover?.id),
      certificate: handover === null ? null : this.#options.certificate(handover.id),
    };
  }

  /** What gateways held they tell after the cut; until then it is not known. */
  #ops(handover: string | undefined): HandoverStatus['ops'] {
    const told = handover === undefined ? undefined : this.#options.opsInPause(handover);
    return { ...(told ?? NOTHING_TOLD), turnedAway: this.turnedAway() };
  }

  async #start({
    url,
    mode,
    dryRun,
  }: Readonly<{ url: string; mode: HandoverMode; dryRun: boolean }>): Promise<Started> {
    const { begun, cell, charter, copyBytes, fetch, connect, nowMs } = this.#options;
    const party = begun();
    if (party === undefined) return refused('not-begun', 'this party has not begun yet');
    const busy = this.#whyBusy(party.runtime.state);
    if (busy !== undefined) return busy;
    const target = await askTarget({ cell, fetch, connect, nowMs }, url);
    if (target.kind === 'unfit') return unfit([target.check], dryRun);
    const newestHash = charter.charter.newest(cell)?.hash ?? '';
    const own = { me: party.me, cell, newestHash, copyBytes: copyBytes() };
    const checks = judgeTarget(own, target);
    if (checks.some(({ light }) => light !== 'green')) return unfit(checks, dryRun);
    const { facts } = target;
    if (dryRun) {
      return { kind: 'dry-run', checks, steps: stepsOf(own.copyBytes, facts, mode), fits: true };
    }
    if (this.#running(party.runtime.state)?.mode === 'follow') {
      await party.runtime.dispatch({ kind: 'stop', by: 'person', reason: 'a hand-over begins' });
    }
    const handover = this.#options.newName(party.runtime.state.entry?.epoch ?? 0);
    const begin = await this.#begin(party, facts.party, mode, handover);
    return begin.kind === 'done' ? { kind: 'started', handover, checks } : begin;
  }

  async #begin(
    { runtime }: Pick<Begun, 'runtime'>,
    follower: Party,
    mode: HandoverMode,
    handover: string,
  ): Promise<Done> {
    const before = this.#options.record.read();
    this.#observer = new HandoverObserver();
    this.#memory = NO_MEMORY;
    this.#turnedAwayBefore = this.#options.gateways.opsTurnedAway;
    this.#options.record.write({
      id: handover,
      mode,
      isApproved: false,
      target: nameOf(follower),
      startedAtMs: this.#options.nowMs(),
      ended: null,
    });
    const plan = { handover, follower };
    const result = await runtime.dispatch({
      kind: 'start',
      plan,
      followerVersion: HANDOVER_VERSION,
    });
    if (result.kind === 'done') return { kind: 'done' };
    if (before !== undefined) this.#options.record.write(before);
    return refused(result.reason, result.detail);
  }

  /** Why no hand-over can begin here now; a copy that is only kept up is no reason. */
  #whyBusy(state: PartyState): Refusal | undefined {
    if (state.kind === 'owning' || this.#running(state)?.mode === 'follow') return undefined;
    const { entry } = state;
    if (MAY_STOP.has(state.kind) || state.kind === 'joining' || state.kind === 'leaving') {
      const detail = 'a hand-over or a standby of this cell is running; end it first';
      return refused('already-running', detail);
    }
    return refused('not-owner', whyNotHere(state.kind, entry));
  }

  /** The hand-over of people that the machine is in the middle of. */
  #running(state: PartyState): RunningHandover | undefined {
    const running = this.#options.record.read();
    if (running === undefined || running.ended !== null) return undefined;
    return handoverIn(state) === running.id ? running : undefined;
  }

  /** By the operator's own key, for good; or by persons, as long as their word stands. */
  #isApproved({ kind, entry }: PartyState, { id, isApproved }: RunningHandover): boolean {
    const { personsApprove } = this.#options;
    if (isApproved || kind !== 'joint' || personsApprove === undefined) return isApproved;
    return personsApprove({ handover: id, epoch: entry.epoch, gates: this.#gates });
  }

  async #tell({ runtime, cell }: Pick<Begun, 'runtime' | 'cell'>, act: PilotAct): Promise<void> {
    const { log, monotonicMs } = this.#options;
    switch (act.kind) {
      case 'wait':
        return;
      case 'go':
        log('info', {}, 'all gates are green; both sides are to acknowledge from here on');
        await runtime.dispatch({ kind: 'go', ownSeq: cell.roles.durableSeq() });
        return;
      case 'cut': {
        const result = await runtime.dispatch({ ...act, nowMs: monotonicMs() });
        log('info', { result: result.kind }, 'the cut of a hand-over was asked for');
        return;
      }
      case 'stop':
        log('warn', { reason: act.reason }, 'a gate is red; the hand-over is stopped');
        await runtime.dispatch({ kind: 'stop', by: 'gate', reason: act.reason.slice(0, 300) });
    }
  }

  #judge({ entry }: PartyState): readonly Gate[] {
    const newestEpoch = entry?.epoch ?? 0;
    const { first } = this.#observer.compared;
    const gates = judgeGates({
      ...this.#observer.readings(this.#now(), this.#options.copyBytes()),
      charterRoundTripMs: this.#trips.usualMs(this.#options.monotonicMs()),
      newestEpoch,
      gateways: this.#gateways(newestEpoch),
    });
    if (first === undefined) return gates;
    return gates.map((gate) => {
      return gate.name === 'compare' ? { ...gate, reason: `${gate.reason}: ${first}` } : gate;
    });
  }

  /** H40: by the epoch under which it last asked, or by what the registrar heard it knows. */
  #gateways(newestEpoch: number): readonly Readonly<{ name: string; epoch: number }>[] {
    const { cell, charter, gateways } = this.#options;
    const n = charter.charter.entryOf(cell, newestEpoch as Epoch)?.n ?? Infinity;
    return gateways.gateways().map(({ name, keyId, epoch }) => {
      const knows = (this.#heard.get(keyId) ?? 0) >= n;
      return { name, epoch: knows ? newestEpoch : epoch };
    });
  }

  async #askRegistrar(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const { charter, monotonicMs } = this.#options;
      const beganMs = monotonicMs();
      const answer = await charter.heartbeat();
      const endedMs = monotonicMs();
      if (answer.kind === 'heard') this.#trips.note(endedMs, endedMs - beganMs);
      if (this.#gates.length === 0) return;
      const heard = (await charter.heard()) ?? [];
      const fresh = heard.filter(({ agoMs }) => agoMs <= HEARD_MS_MAX);
      this.#heard = new Map(fresh.map(({ keyId, newest }) => [keyId, newest]));
    } finally {
      this.#isAsking = false;
    }
  }

  /** Whoever owned the cell before this party, by the entry that made it the owner. */
  #ownerBefore(): Party | undefined {
    const { cell, charter, begun } = this.#options;
    const me = begun()?.me;
    let entry: CharterEntry | undefined = charter.charter.newest(cell);
    if (me === undefined || entry === undefined || !isSameParty(entry.owner, me)) return undefined;
    while (entry !== undefined && isSameParty(entry.owner, me)) {
      entry = charter.charter.entryOf(cell, (entry.epoch - 1) as Epoch);
    }
    return entry?.owner;
  }

  #sample(): void {
    const view = this.#options.begun()?.cell.roles.view();
    if (view !== undefined) this.#observer.sample(view.meta, this.#options.monotonicMs());
  }

  #now(): Now {
    return { monotonicMs: this.#options.monotonicMs(), nowMs: this.#options.nowMs() };
  }
}

function unfit(checks: readonly PreflightCheck[], dryRun: boolean): Started {
  if (dryRun) return { kind: 'dry-run', checks, steps: [], fits: false };
  const detail = checks
    .filter(({ light }) => light !== 'green')
    .map(({ name, light, reason }) => `${name} is ${light}: ${reason}`)
    .join('; ');
  return { kind: 'refused', code: 'target-unfit', detail, checks };
}
