// Runs the pure party machine of one cell process: events in, one at a time; effects out, in order.
//
// Rules: docs/spec/handover.md. The machine decides; this file only does what it says, and keeps
// three things in step with its state: which role works on the ledger, what may be acknowledged,
// and whether batches are sent to a follower.
//
// Why a crash anywhere is safe: a state that others could act on is on disk before they hear of it
// (`persist` comes first), every effect may be repeated, and what this party has become it reads in
// the charter, never in the outcome of its own request.

import type { DecisionSignature } from '@holdfast/engine/charter/charter-entry.ts';
import { assert } from '@holdfast/engine/counting/assert.ts';
import { ackableSeq, admission } from '@holdfast/engine/handover/ack-rule.ts';
import type { Admission } from '@holdfast/engine/handover/ack-rule.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import { recover, step } from '@holdfast/engine/handover/party-machine.ts';
import type {
  HandoverRefusal,
  PartyEffect,
  PartyEvent,
  PartyState,
} from '@holdfast/engine/handover/party-state.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import { signDecision } from '../registrar/charter-entry.ts';
import { acceptedOps, NOTHING_ACCEPTED } from './accepted-ops.ts';
import { AckGate } from './ack-gate.ts';
import { BatchSender } from './batch-sender.ts';
import { cutOf, takeDelivery } from './batch-receiver.ts';
import { followerReport } from './follower-report.ts';
import { followerOf, HAS_NO_JOURNAL } from './state-questions.ts';
import { JointAccounts } from './joint-accounts.ts';
import type { CellAccounts, CellCopy, CellRoles, CharterLine } from './party-ports.ts';
import type { PartyFile } from './party-file.ts';
import type { DecisionAnswer, Delivery, PeerLine, Question, Report } from './peer.ts';

/** A seal waits so long for what was admitted before it; less than the pause may last (H17). */
export const DRAIN_MS_MAX = 500;

export type PartyRuntimeOptions = Readonly<{
  me: Party;
  key: OperatorKey;
  file: PartyFile;
  charter: CharterLine;
  roles: CellRoles;
  /** Those of the files that are in place now. */
  accounts: () => CellAccounts;
  copy: CellCopy;
  /** A line to another party. */
  connect: (party: Party) => PeerLine;
  monotonicMs: () => number;
  nowMs: () => number;
  pause: (pauseMs: number, signal: AbortSignal) => Promise<void>;
  /** Told of every state that the party enters. */
  onState: (state: PartyState) => void;
  /** Told of every report of the follower, for lag, comparison and gates. */
  onReport: (report: Report) => void;
  onFault: (what: string, error: unknown) => void;
}>;

/** Why nothing was changed. */
export type Refused = Readonly<{ kind: 'refused'; reason: HandoverRefusal; detail: string }>;
export type Dispatched = Readonly<{ kind: 'done'; state: PartyState }> | Refused;

type Link = Readonly<{ party: Party; line: PeerLine; sender: BatchSender }>;

export class PartyRuntime {
  readonly #options: PartyRuntimeOptions;
  readonly #gate = new AckGate();
  readonly #accounts: JointAccounts;
  readonly #signatures = new Map<string, DecisionSignature>();
  #state: PartyState;
  #link: Link | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #answers: Readonly<{ body: CharterBody; agrees: boolean }>[] = [];
  #appending = new Set<string>();
  #isOnFiles = false;
  #isEnded = false;
  #unsubscribe: () => void = () => undefined;

  private constructor(options: PartyRuntimeOptions, state: PartyState) {
    this.#options = options;
    this.#state = state;
    this.#accounts = new JointAccounts({
      accounts: options.accounts,
      state: () => this.#state,
      poke: () => this.#link?.sender.poke(),
    });
  }

  /** Goes on where the record on disk says (H24), and learns the charter before anything else. */
  static async open(options: PartyRuntimeOptions): Promise<PartyRuntime> {
    const { file, me, roles, charter, monotonicMs } = options;
    const stored: PartyState = file.read() ?? { kind: 'idle', me, entry: undefined };
    const epoch = HAS_NO_JOURNAL.has(stored.kind) ? undefined : stored.entry?.epoch;
    const sealed = epoch === undefined ? undefined : await roles.sealedAt(epoch);
    const seal = sealed === undefined ? undefined : cutOf(sealed);
    const runtime = new PartyRuntime(options, recover(stored, { seal, nowMs: monotonicMs() }));
    runtime.#unsubscribe = charter.subscribe(() =>
      runtime.#inBackground('charter', runtime.learn()),
    );
    await runtime.learn();
    await runtime.#settle();
    return runtime;
  }

  get state(): PartyState {
    return this.#state;
  }

  /** What to do with an op that a gateway sent under an epoch (H14). */
  admission(opEpoch: number): Admission {
    return admission(this.#state, opEpoch);
  }

  /** Handles an event after those before it, with all its effects. */
  async dispatch(event: PartyEvent): Promise<Dispatched> {
    return this.#inTurn(async () => this.#handle(event));
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Reads the charter as this process has it, and becomes what it says. */
  async learn(): Promise<void> {
    await this.#inTurn(async () => {
      const { charter, roles, me } = this.#options;
      const entries = charter.entries();
      const newest = entries.at(-1);
      const isNews = newest !== undefined && newest.epoch > (this.#state.entry?.epoch ?? 0);
      if (isNews && roles.isServing() && !isSameParty(newest.owner, me)) {
        // Before the journal's end is looked at, or one more batch could be written behind it.
        this.#lose();
        await roles.rest();
      }
      await this.#handle({ kind: 'charter', entries, ownSeq: roles.durableSeq() });
    });
  }

  /** Takes a delivery of the owner; the answer says how far this side is. */
  async receive(from: Party, delivery: Delivery): Promise<Report> {
    // A heartbeat too may tell of an entry that this side has yet to read.
    if (delivery.epoch > (this.#state.entry?.epoch ?? 0)) await this.#refreshCharter();
    const follower = this.#options.roles.follower();
    let accounts: Report['accounts'];
    if (follower !== undefined) {
      const taken = this.#accounts.take(from, delivery);
      accounts = taken.report;
      const { end, seal } = await takeDelivery(follower, () => this.#state, from, delivery);
      if (seal !== undefined) await this.dispatch({ kind: 'seal-taken', cut: seal });
      const isDiverged = end === 'diverged' || taken.isBroken;
      await this.#judgeCopy(delivery, isDiverged, accounts.isEqual);
    }
    return followerReport(this.#options, this.#state, delivery, accounts);
  }

  /** The owner asks for this side's signature (H10, H16). */
  async decide({ body, accounts }: Question): Promise<DecisionAnswer> {
    return this.#inTurn(async (): Promise<DecisionAnswer> => {
      this.#answers = [];
      await this.#handle({ kind: 'asked', body });
      const answer = this.#answers.at(-1);
      if (answer === undefined) return { kind: 'no-opinion' };
      if (!answer.agrees || !this.#accounts.agrees(body, accounts)) return { kind: 'refuses' };
      const { charter, key } = this.#options;
      return { kind: 'agrees', signature: signDecision(body, charter.follows(), key) };
    });
  }

  /** Ends; nothing that waits is acknowledged any more. */
  async close(): Promise<void> {
    this.#isEnded = true;
    this.#unsubscribe();
    this.#lose();
    await this.#queue;
    await this.#unlink();
    await this.#options.roles.rest();
  }

  async #handle(event: PartyEvent): Promise<Dispatched> {
    if (this.#isEnded) return { kind: 'done', state: this.#state };
    // H10: everything acknowledged alone has to be covered, also what was since the event was made.
    const ownSeq = this.#options.roles.durableSeq();
    const { state, effects } = step(
      this.#state,
      event.kind === 'go' ? { ...event, ownSeq } : event,
    );
    let refused: Refused | undefined;
    // What must be on disk first is; then the new state holds, and the rest follows from it.
    const [first, ...others] = effects;
    const persists = first?.kind === 'persist';
    if (persists) this.#options.file.write(first.state);
    await this.#enter(state);
    for (const effect of persists ? others : effects) {
      if (effect.kind === 'refuse') {
        refused = { kind: 'refused', reason: effect.reason, detail: effect.detail };
      } else await this.#perform(effect);
    }
    return refused ?? { kind: 'done', state: this.#state };
  }

  async #enter(state: PartyState): Promise<void> {
    const isNews = state.kind !== this.#state.kind || state.entry !== this.#state.entry;
    const before = this.#state;
    this.#state = state;
    this.#openGate();
    this.#accounts.entered(before);
    if (!isNews) return;
    this.#options.onState(state);
    await this.#settle();
  }

  /** Lets go what may be acknowledged in the state as it is now. */
  #openGate(): void {
    this.#gate.open(ackableSeq(this.#state, this.#options.roles.durableSeq()));
  }

  /** Brings role and link in line with the state. */
  async #settle(): Promise<void> {
    const { roles } = this.#options;
    const { kind, entry } = this.#state;
    switch (kind) {
      case 'owning':
      case 'seeding':
      case 'catching-up':
      case 'shadow':
      case 'arming':
      case 'joining':
      case 'joint':
      case 'leaving':
        // H21: after a restart the journal may hold batches that the follower has yet to confirm.
        if (entry !== undefined && (roles.isServing() || this.#isConfirmed())) {
          if (!roles.isServing()) this.#gate.begin();
          this.#accounts.serve();
          await roles.serve(entry.epoch, this.#acknowledge);
        }
        break;
      case 'sealing':
      case 'sealed':
        this.#accounts.rest();
        break;
      case 'follow-catching-up':
      case 'follow-shadow':
      case 'follow-joint':
      case 'follow-sealed':
      case 'fencing':
        this.#lose();
        await roles.follow();
        break;
      default:
        this.#lose();
        await roles.rest();
    }
    await this.#linkTo(followerOf(this.#state));
  }

  #lose(): void {
    this.#gate.lose();
    this.#accounts.lose();
  }

  /** Whether everything in this journal may be acknowledged. */
  #isConfirmed(): boolean {
    const ownSeq = this.#options.roles.durableSeq();
    return ackableSeq(this.#state, ownSeq) >= ownSeq;
  }

  readonly #acknowledge = async (seq: number): Promise<'acknowledged' | 'lost'> => {
    if (this.#isEnded) return 'lost';
    this.#link?.sender.poke();
    if (ackableSeq(this.#state, seq) >= seq) return 'acknowledged';
    const waiting = this.#gate.acknowledge(seq);
    this.#openGate();
    return waiting;
  };

  async #linkTo(party: Party | undefined): Promise<void> {
    if (party === undefined) return this.#unlink();
    if (this.#link?.party.url === party.url && this.#link.party.publicKey === party.publicKey) {
      return;
    }
    await this.#unlink();
    const { connect, roles, monotonicMs, pause, onFault } = this.#options;
    const line = connect(party);
    const sender = new BatchSender({
      journal: roles.journal(),
      line,
      epoch: () => this.#state.entry?.epoch ?? 0,
      monotonicMs,
      accepted: () => {
        const meta = roles.view()?.meta;
        return meta === undefined ? NOTHING_ACCEPTED : acceptedOps(meta);
      },
      probes: () => roles.probes(),
      accounts: (changeNo) => this.#options.accounts().changesAfter(changeNo),
      pause,
      onReport: (report) => this.#inBackground('report', this.#heard(report)),
      onAway: () => undefined,
      onFault: (error) => onFault('the journal could not be sent to the follower', error),
    });
    this.#link = { party, line, sender };
  }

  async #unlink(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    this.#accounts.forgetFollower();
    link?.line.close();
    await link?.sender.stop();
  }

  async #heard(report: Report): Promise<void> {
    this.#options.onReport(report);
    const { epoch, phase, seq } = report;
    this.#accounts.heard(report);
    await this.dispatch({ kind: 'report', epoch, phase, seq });
    if (!this.#options.roles.isServing()) await this.#inTurn(async () => this.#settle());
    if (epoch > (this.#state.entry?.epoch ?? 0)) await this.#refreshCharter();
  }

  async #refreshCharter(): Promise<void> {
    try {
      await this.#options.charter.refresh();
    } catch (error) {
      this.#options.onFault('the charter could not be read anew', error);
    }
    await this.learn();
  }

  async #judgeCopy(
    delivery: Delivery,
    isDiverged: boolean,
    hasAllAccounts: boolean,
  ): Promise<void> {
    const seq = this.#options.roles.durableSeq();
    if (isDiverged || seq < delivery.baseSeq) {
      await this.dispatch({ kind: 'copy', finding: 'broken' });
      return;
    }
    const { kind } = this.#state;
    const isClose = seq >= delivery.ownerSeq && hasAllAccounts;
    if (kind === 'follow-catching-up' && isClose) {
      await this.dispatch({ kind: 'copy', finding: 'close' });
    }
  }

  async #perform(effect: Exclude<PartyEffect, { kind: 'refuse' }>): Promise<void> {
    switch (effect.kind) {
      case 'persist':
        this.#options.file.write(effect.state);
        return;
      case 'append':
        this.#inBackground('append', this.#append(effect.body));
        return;
      case 'ask':
        this.#inBackground('ask', this.#ask(effect.body));
        return;
      case 'answer':
        this.#answers.push(effect);
        return;
      case 'report':
        // The owner asks twenty times a second; the next answer says it.
        return;
      case 'write-seal':
        this.#inBackground('seal', this.#seal());
        return;
      case 'take-cut':
        this.#inBackground('cut', this.#takeCut());
        return;
      case 'copy':
        this.#inBackground(
          'the copy of the owner could not be fetched',
          this.#onFiles(() => this.#fetchCopy()),
        );
        return;
      case 'set-aside':
        await this.#finish(async () => this.#options.copy.setAside(effect.cut));
        return;
      case 'destroy':
        this.#inBackground(
          'destroy',
          this.#onFiles(() => this.#destroyCopy()),
        );
        return;
    }
  }

  /** Work whose end is an event of its own; a failure is told and tried again at the next tick. */
  #inBackground(what: string, work: Promise<void>): void {
    work.catch((error: unknown) => this.#options.onFault(what, error));
  }

  async #append(body: CharterBody): Promise<void> {
    const { charter, key } = this.#options;
    const name = bodyName(body, charter.follows());
    // One at a time: the tick asks again while the first is under way.
    if (this.#appending.has(name)) return;
    this.#appending.add(name);
    try {
      const own = signDecision(body, charter.follows(), key);
      const other =
        this.#signatures.get(name) ?? this.#recorded() ?? (await this.#signatureOf(body));
      // Two sites of one operator sign with one key, and once is enough.
      const isOther = other !== undefined && other.publicKey !== own.publicKey;
      const signatures = isOther ? [own, other] : [own];
      await charter.append({ decision: body, signatures });
    } finally {
      this.#appending.delete(name);
      await this.#refreshCharter();
    }
  }

  /** H11: the follower's signature of a join that was sent, which the follower may not outlive. */
  #recorded(): DecisionSignature | undefined {
    return this.#state.kind === 'joining' ? this.#state.signed : undefined;
  }

  /** After a restart the follower's signature is asked for again. */
  async #signatureOf(body: CharterBody): Promise<DecisionSignature | undefined> {
    if (body.act !== 'join' && body.act !== 'cede') return undefined;
    const answer = await this.#link?.line.ask(this.#question(body));
    return answer?.kind === 'agrees' ? answer.signature : undefined;
  }

  #question(body: CharterBody): Question {
    return { body, accounts: this.#options.accounts().head() };
  }

  async #ask(body: CharterBody): Promise<void> {
    // The next tick asks again.
    if (body.act === 'join' && !this.#accounts.mayJoin()) return;
    const answer = await this.#link?.line.ask(this.#question(body));
    if (answer === undefined || answer.kind === 'away' || answer.kind === 'no-opinion') return;
    if (answer.kind === 'agrees') {
      this.#signatures.clear();
      this.#signatures.set(bodyName(body, this.#options.charter.follows()), answer.signature);
    }
    const signed = answer.kind === 'agrees' ? { signed: answer.signature } : {};
    await this.dispatch({ kind: 'answer', body, agrees: answer.kind === 'agrees', ...signed });
  }

  async #seal(): Promise<void> {
    const { roles, pause } = this.#options;
    const { entry } = this.#state;
    const [late, ended] = [new AbortController(), new AbortController()];
    void pause(DRAIN_MS_MAX, ended.signal).then(() => late.abort());
    // H51: nothing is changed any more since `sealing` was entered.
    const isConfirmed = await this.#accounts.areConfirmed(late.signal);
    const position = isConfirmed ? await roles.seal(entry?.handover ?? '', late.signal) : undefined;
    ended.abort();
    this.#link?.sender.poke();
    await this.dispatch(
      position === undefined
        ? { kind: 'seal', result: 'failed' }
        : { kind: 'seal', result: 'written', cut: cutOf(position) },
    );
  }

  async #takeCut(): Promise<void> {
    const follower = this.#options.roles.follower();
    if (follower === undefined) throw new Error('a party that fences has a copy');
    await follower.applied();
    await this.dispatch({ kind: 'fenced', cut: cutOf(follower.position) });
  }

  async #fetchCopy(): Promise<PartyEvent> {
    const { entry } = this.#state;
    assert(entry !== undefined, 'a copy is fetched of an owner in the charter');
    await this.#options.copy.fetch(entry.owner);
    return { kind: 'copy', finding: 'whole' };
  }

  async #destroyCopy(): Promise<PartyEvent> {
    return { kind: 'done', isGood: await this.#options.copy.destroy() };
  }

  /** It may take minutes: one at a time, and what fails is told and tried again at the next tick. */
  async #onFiles(work: () => Promise<PartyEvent>): Promise<void> {
    if (this.#isOnFiles) return;
    this.#isOnFiles = true;
    const event = await work().finally(() => (this.#isOnFiles = false));
    await this.dispatch(event);
  }

  /** Called within a turn: the event that tells of the end is handled in a turn of its own. */
  async #finish(work: () => Promise<boolean>): Promise<void> {
    const isGood = await work();
    this.#inBackground(
      'done',
      this.dispatch({ kind: 'done', isGood }).then(() => undefined),
    );
  }
}

function bodyName({ epoch, act }: CharterBody, follows: string): string {
  return `${follows}/${epoch}/${act}`;
}
