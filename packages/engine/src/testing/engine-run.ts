// An engine and the plain oracle, driven side by side by one script of steps. Requests that the
// engine could not take are sent again under the same names, as devices do.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import { invalidCodeOf, outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import type { PersonNo } from '../counting/numbers.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineOptions, EngineProblem } from '../engine/engine-options.ts';
import type { EngineReply, EngineRequest, OpsGroup, Who } from '../engine/requests.ts';
import type { Journal } from '../journal/journal.ts';
import type { StateStore } from '../state/state-store.ts';
import { START_MS } from './batches.ts';
import { checkAgainstRules, same } from './check-against-rules.ts';
import { openRig, TestClocks, TestJournal, TestStore } from './engine-rig.ts';
import { VIDEOS } from './model-run.ts';
import type { CorrectStep, OpWish, Step } from './model-run.ts';
import { RulesOracle, sourceOf } from './rules-oracle.ts';
import type { OracleOp, OracleSession } from './rules-oracle.ts';

const SUBJECTS = ['anna', 'bela', 'carl'] as const;
type Subject = (typeof SUBJECTS)[number];

/** Where an op comes from: a grant of a person, an anonymous grant, or an integrator's server. */
type Origin = Readonly<
  | { kind: 'grant'; name: string; subject: Subject; life: number }
  | { kind: 'anonymous'; name: string }
  | { kind: 'bulk'; name: string; subject: Subject | undefined }
>;

/** Times that something is sent again before a test gives up on the engine. */
const TRIES_MAX = 50;

type Waiting = { origin: Origin; ops: OracleOp[] };

export type EngineRunOptions = Readonly<{
  options?: Partial<EngineOptions>;
  journal?: (journal: Journal) => Journal;
  store?: (store: StateStore) => StateStore;
}>;

export class EngineRun {
  readonly clocks = new TestClocks();
  readonly journal = new TestJournal();
  store: TestStore;
  engine: Engine;
  readonly oracle = new RulesOracle();
  readonly #options: EngineRunOptions;
  /** How often each subject has been erased: whoever comes back is a new person (C18). */
  readonly #lives = new Map<Subject, number>();
  /** The number in the grants of each life. */
  readonly #numbers = new Map<string, PersonNo>();
  readonly #sent = new Map<string, { next: number; ops: OracleOp[] }>();
  #waiting: Waiting[] = [];
  #problems: readonly EngineProblem[] = [];

  private constructor(options: EngineRunOptions, store: TestStore, engine: Engine) {
    this.#options = options;
    this.store = store;
    this.engine = engine;
  }

  static async open(options: EngineRunOptions = {}): Promise<EngineRun> {
    const store = await TestStore.after([]);
    // The engine needs the run's own journal and clocks, so it is opened a second time below.
    const run = new EngineRun(options, store, undefined as unknown as Engine);
    await run.reopen();
    for (let no = 1; no <= VIDEOS; no += 1) {
      const creatorKey = no === 1 ? 'creator-anna' : 'nobody';
      const video = `v${no}` as VideoId;
      await run.#ask({ kind: 'video', video, durationMs: no * 1_500, creatorKey });
      run.oracle.addVideo(video, no * 1_500, creatorKey);
    }
    return run;
  }

  /** Opens an engine on the journal and on the store as its last flush left it. */
  async reopen(flushes = this.store.flushes): Promise<void> {
    const { clocks, journal } = this;
    this.store = await TestStore.after(flushes);
    const ports = {
      clocks,
      journal: this.#options.journal?.(journal.port) ?? journal.port,
      store: this.#options.store?.(this.store.port) ?? this.store.port,
    };
    const { engine, problems } = await openRig(ports, this.#options.options);
    this.engine = engine;
    this.#problems = problems;
  }

  async step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'send':
        this.#send(this.#origin(step.session), step.op, step.skip);
        return;
      case 'resend': {
        const origin = this.#origin(step.session);
        const ops = this.#sent.get(origin.name)?.ops ?? [];
        const op = ops[ops.length - 1 - (step.back % Math.max(1, ops.length))];
        if (op !== undefined) this.#enqueue(origin, op);
        return;
      }
      case 'binge': {
        const origin = this.#origin(step.session);
        const op = { kind: 'view', video: step.video, watchedMs: 2_000 } as const;
        for (let times = 0; times <= 10; times += 1) this.#send(origin, op, 0);
        return;
      }
      case 'tick':
        await this.cut();
        this.clocks.pass(step.ms);
        return;
      case 'cut':
        await this.cut();
        return;
      case 'correct':
        await this.cut();
        await this.#correct(step);
        return;
      case 'erase':
        await this.cut();
        await this.#erase(SUBJECTS[step.person % SUBJECTS.length] ?? 'anna');
        return;
    }
  }

  /** Two grants a person, two anonymous ones, and two names of an integrator. */
  #origin(session: number): Origin {
    const subject = SUBJECTS[Math.floor(session / 2)];
    if (session === 6 || session === 7) return { kind: 'anonymous', name: `~anon${session}` };
    if (session === 8) return { kind: 'bulk', name: 'default/web', subject: undefined };
    if (subject === undefined) return { kind: 'bulk', name: 'default/app', subject: 'bela' };
    // Grants of an erased life are still about: only now and then does a subject get a new one.
    const life = session % 2 === 0 ? 0 : (this.#lives.get(subject) ?? 0);
    return { kind: 'grant', name: `~${subject}${session % 2}/${life}`, subject, life };
  }

  #send(origin: Origin, { kind, video, watchedMs }: OpWish, skip: number): void {
    const sent = this.#sent.get(origin.name) ?? { next: 1, ops: [] };
    this.#sent.set(origin.name, sent);
    const n = sent.next + skip;
    sent.next = n + 1;
    const op = { n, kind, video: `v${video % (VIDEOS + 1)}`, watchedMs };
    sent.ops.push(op);
    this.#enqueue(origin, op);
  }

  #enqueue(origin: Origin, op: OracleOp): void {
    const last = this.#waiting.at(-1);
    if (last?.origin.name === origin.name) last.ops.push(op);
    else this.#waiting.push({ origin, ops: [op] });
  }

  /** Sends what waits, all in one turn, and compares every answer. */
  async cut(): Promise<void> {
    let waiting = this.#waiting.splice(0);
    for (const { origin } of waiting) await this.#who(origin);
    for (let tries = 0; waiting.length > 0; tries += 1) {
      this.#expectPatience(tries);
      const groups = await Promise.all(
        waiting.map(async ({ origin, ops }) => this.#group(origin, ops)),
      );
      const replies = await Promise.all(
        groups.map(async (group) => this.engine.ask({ kind: 'ops', groups: [group] })),
      );
      const atMs = this.engine.clock.nowMs();
      const again: Waiting[] = [];
      for (const [index, one] of waiting.entries()) {
        const reply = replies[index];
        if (reply?.kind === 'unavailable') again.push(one);
        else if (reply !== undefined) this.#compare(one, reply, atMs);
      }
      this.oracle.giveBack();
      waiting = again;
    }
  }

  #compare({ origin, ops }: Waiting, reply: EngineReply, atMs: number): void {
    const session = this.#oracleSession(origin);
    const numbers = ops.map(({ n }) => n);
    const refused = this.oracle.refusedNumber(session, numbers, atMs);
    same('refused number', refused, reply.kind === 'op-window' ? reply.n : undefined);
    if (reply.kind !== 'durable') return;
    const found = Array.from(reply.outcomes, (byte) => invalidCodeOf(byte) ?? outcomeOf(byte));
    const expected = ops.map((op) => this.oracle.op(session, op, atMs));
    same(`outcomes of ${origin.name}`, expected.join(), found.join());
  }

  #oracleSession(origin: Origin): OracleSession {
    const { name } = origin;
    const startedAtMs = origin.kind === 'bulk' ? undefined : START_MS;
    const vouched = origin.kind === 'bulk';
    if (origin.kind === 'anonymous' || origin.subject === undefined) {
      return { name, person: undefined, startedAtMs, vouched };
    }
    const life = origin.kind === 'grant' ? origin.life : (this.#lives.get(origin.subject) ?? 0);
    const person = `${origin.subject}/${life}`;
    if (!this.oracle.erased.has(person)) {
      this.oracle.creatorOf.set(person, `creator-${origin.subject}`);
    }
    return { name, person, startedAtMs, vouched };
  }

  async #who(origin: Origin): Promise<Who> {
    if (origin.kind === 'anonymous' || origin.subject === undefined) return { kind: 'anonymous' };
    if (origin.kind === 'bulk') return { kind: 'subject', subjectKey: origin.subject };
    const life = `${origin.subject}/${origin.life}`;
    const held = this.#numbers.get(life);
    if (held !== undefined) return { kind: 'person', person: held };
    const isPast = origin.life < (this.#lives.get(origin.subject) ?? 0);
    // A grant that nobody had drawn before the erasure does not exist: its number was never given.
    if (isPast) return { kind: 'person', person: 1_000 as PersonNo };
    const reply = await this.#ask({ kind: 'person', subjectKey: origin.subject });
    const person = reply.kind === 'durable' ? reply.person : (0 as PersonNo);
    this.#numbers.set(life, person);
    return { kind: 'person', person };
  }

  async #group(origin: Origin, ops: readonly OracleOp[]): Promise<OpsGroup> {
    const { startedAtMs, vouched } = this.#oracleSession(origin);
    const who = await this.#who(origin);
    return { sessionKey: origin.name, who, startedAtMs, vouched, ops: ops.map(opOf) };
  }

  async #correct({ video: index, metric, delta, name }: CorrectStep): Promise<void> {
    const video = `v${(index % VIDEOS) + 1}`;
    const what = { metric, delta, reason: 'fraud', note: '', sessionKey: name } as const;
    const reply = await this.#ask({ kind: 'correction', video: video as VideoId, ...what });
    const atMs = this.engine.clock.nowMs();
    const expected = this.oracle.correct({ id: video, metric, delta, name, atMs });
    const found = reply.kind === 'durable' ? outcomeOf(reply.outcomes[0] ?? 0) : 'refused';
    same('outcome of a correction', expected, found);
  }

  async #erase(subject: Subject): Promise<void> {
    const person = `${subject}/${this.#lives.get(subject) ?? 0}`;
    const isKnown = this.oracle.creatorOf.has(person);
    await this.#ask({ kind: 'erase', who: { kind: 'subject', subjectKey: subject } });
    if (!isKnown) return;
    this.oracle.erase(person, this.engine.clock.nowMs());
    this.oracle.giveBack();
    this.#lives.set(subject, (this.#lives.get(subject) ?? 0) + 1);
  }

  /** Asks until there is an answer. */
  async #ask(request: EngineRequest): Promise<EngineReply> {
    for (let tries = 0; ; tries += 1) {
      this.#expectPatience(tries);
      const reply = await this.engine.ask(request);
      if (reply.kind !== 'unavailable') return reply;
    }
  }

  #expectPatience(tries: number): void {
    const problem = this.#problems.at(-1);
    if (tries > TRIES_MAX) throw new Error('the engine takes nothing any more', { cause: problem });
  }

  /** Stores everything and throws when any row is not what the rules say. */
  async check(): Promise<void> {
    await this.cut();
    await this.engine.flush();
    const { rows } = this.store;
    rows.meta = structuredClone(this.engine.meta);
    checkAgainstRules(rows, this.oracle);
  }
}

function opOf({ n, kind, video, watchedMs }: OracleOp): Op {
  const id = video as VideoId;
  return kind === 'view'
    ? { n, kind, video: id, watchedMs, source: sourceOf(n) }
    : { n, kind, video: id };
}
