// The core and the plain oracle, driven side by side by one script of steps. After every batch the
// two must agree in every number, and the core's own sums must add up.

import { invalidCodeOf, outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import { admit, applyEntry, beginBatch, finishBatch } from '../counting/apply-batch.ts';
import type { Entry, NumberedOp } from '../counting/entries.ts';
import type { PersonNo, VideoNo } from '../counting/numbers.ts';
import { chainAt, opsEntry, personEntry, PlainState } from './batches.ts';
import { START_MS, videoEntry } from './batches.ts';
import { checkAgainstRules, same } from './check-against-rules.ts';
import { RulesOracle, sourceOf } from './rules-oracle.ts';
import type { OracleOp, OracleSession } from './rules-oracle.ts';

export type CorrectStep = Readonly<{
  kind: 'correct';
  video: number;
  metric: 'likes' | 'views';
  delta: number;
  name: string | undefined;
}>;

/** One thing that happens; numbers that run over a list begin anew. */
export type Step = Readonly<
  | { kind: 'send'; session: number; op: OpWish; skip: number }
  | { kind: 'resend'; session: number; back: number }
  | { kind: 'binge'; session: number; video: number }
  | { kind: 'tick'; ms: number }
  | { kind: 'cut' }
  | CorrectStep
  | { kind: 'erase'; person: number }
>;
export type OpWish = Readonly<{
  kind: 'like' | 'unlike' | 'view';
  video: number;
  watchedMs: number;
}>;

export const PERSONS = 3;
export const VIDEOS = 4;

/** Two sessions a person, two anonymous ones, and two names of an integrator. */
export const SESSIONS: readonly (OracleSession & { no: number })[] = [
  ...[1, 2, 3].flatMap((no) => [
    { no, name: `~p${no}a`, person: `${no}`, startedAtMs: START_MS, vouched: false },
    { no, name: `~p${no}b`, person: `${no}`, startedAtMs: START_MS + 5_000, vouched: false },
  ]),
  { no: 0, name: '~anon1', person: undefined, startedAtMs: START_MS, vouched: false },
  { no: 0, name: '~anon2', person: undefined, startedAtMs: START_MS, vouched: false },
  { no: 0, name: 'default/web', person: undefined, startedAtMs: undefined, vouched: true },
  { no: 2, name: 'default/app', person: '2', startedAtMs: undefined, vouched: true },
];

type Sent = { next: number; ops: OracleOp[] };

/** One run: its two sides, and what waits for the next batch. */
export class ModelRun {
  readonly state = new PlainState();
  readonly oracle = new RulesOracle();
  opsApplied = 0;
  atMs: number = START_MS + 10_000;
  readonly #sent: Sent[] = SESSIONS.map(() => ({ next: 1, ops: [] }));
  #waiting: { session: number; ops: OracleOp[] }[] = [];

  constructor() {
    const entries: Entry[] = [];
    for (let no = 1; no <= PERSONS; no += 1) {
      entries.push(personEntry(no));
      this.oracle.creatorOf.set(`${no}`, `creator-${no}`);
    }
    for (let no = 1; no <= VIDEOS; no += 1) {
      // Person 1 made video 1; the videos are short and long.
      const durationMs = no * 1_500;
      const creator = no === 1 ? 'creator-1' : 'nobody';
      entries.push(videoEntry(no, durationMs, creator));
      this.oracle.addVideo(`v${no}`, durationMs, creator);
    }
    this.state.apply(entries, START_MS);
  }

  /** Does one step; true when a batch was applied. */
  step(step: Step): boolean {
    switch (step.kind) {
      case 'send':
        this.#send(step.session % SESSIONS.length, step.op, step.skip);
        return false;
      case 'resend':
        this.#resend(step.session % SESSIONS.length, step.back);
        return false;
      case 'binge':
        this.#binge(step.session % SESSIONS.length, step.video);
        return false;
      case 'tick':
        this.cut();
        this.atMs += step.ms;
        return true;
      case 'cut':
        this.cut();
        return true;
      case 'correct':
        this.cut();
        this.#correct(step);
        return true;
      case 'erase':
        this.cut();
        this.#erase((step.person % PERSONS) + 1);
        return true;
    }
  }

  #send(session: number, { kind, video, watchedMs }: OpWish, skip: number): void {
    const sent = this.#sent[session] as Sent;
    const n = sent.next + skip;
    sent.next = n + 1;
    // Numbers that were skipped belong to ops that are still on their way.
    for (let late = n - skip; late < n; late += 1) {
      sent.ops.push({ n: late, kind: 'like', video: `v${(late % VIDEOS) + 1}`, watchedMs: 0 });
    }
    const op = { n, kind, video: `v${video % (VIDEOS + 1)}`, watchedMs };
    sent.ops.push(op);
    this.#enqueue(session, op);
  }

  /** One more view of a video than the cap of a day allows (V3). */
  #binge(session: number, video: number): void {
    for (let times = 0; times <= 10; times += 1) {
      this.#send(session, { kind: 'view', video, watchedMs: 2_000 }, 0);
    }
  }

  #resend(session: number, back: number): void {
    const { ops } = this.#sent[session] as Sent;
    const op = ops[ops.length - 1 - (back % Math.max(1, ops.length))];
    if (op !== undefined) this.#enqueue(session, op);
  }

  #enqueue(session: number, op: OracleOp): void {
    const last = this.#waiting.at(-1);
    if (last?.session === session) last.ops.push(op);
    else this.#waiting.push({ session, ops: [op] });
  }

  /** Applies what waits as one batch, request by request. */
  cut(): void {
    const fold = beginBatch(this.state.rows(), this.state.batch([], this.atMs));
    for (const { session, ops } of this.#waiting.splice(0)) {
      const who = SESSIONS[session] as (typeof SESSIONS)[number];
      const entry = opsEntry(ops.map(numbered), {
        session: who.name,
        person: who.no,
        startedAtMs: who.startedAtMs,
        vouched: who.vouched,
      });
      const numbers = ops.map(({ n }) => n);
      const refused = this.oracle.refusedNumber(who, numbers, this.atMs);
      const refusal = admit(fold, [entry]);
      same('refused number', refused, refusal?.kind === 'op-window' ? refusal.n : undefined);
      if (refusal !== undefined) continue;
      const before = fold.outcomes.length;
      applyEntry(fold, entry);
      const found = fold.outcomes
        .slice(before)
        .map((byte) => invalidCodeOf(byte) ?? outcomeOf(byte));
      const expected = ops.map((op) => this.oracle.op(who, op, this.atMs));
      same(`outcomes of ${who.name}`, expected.join(), found.join());
      this.opsApplied += ops.length;
    }
    this.state.keep(finishBatch(fold, chainAt(fold.seq)));
    this.oracle.giveBack();
  }

  #correct({ video, metric, delta, name }: CorrectStep): void {
    const no = (video % VIDEOS) + 1;
    const what = { metric, delta, reason: 'fraud', note: '', sessionKey: name } as const;
    const entry: Entry = { kind: 'correction', video: no as VideoNo, ...what };
    const fold = beginBatch(this.state.rows(), this.state.batch([entry], this.atMs));
    const isAccepted = admit(fold, [entry]) === undefined;
    const wanted = { id: `v${no}`, metric, delta, name, atMs: this.atMs };
    const expected = this.oracle.correct(wanted);
    same('correction accepted', expected !== 'refused', isAccepted);
    if (!isAccepted) return;
    applyEntry(fold, entry);
    same('outcome of a correction', expected, fold.outcomes.map(outcomeOf).join());
    this.state.keep(finishBatch(fold, chainAt(fold.seq)));
  }

  #erase(person: number): void {
    const before = this.state.corrections.length;
    this.state.apply([{ kind: 'erase', person: person as PersonNo }], this.atMs);
    const lost = this.oracle.erase(`${person}`, this.atMs);
    const listed = this.state.corrections.slice(before).filter(({ fromRows }) => fromRows);
    same('likes lost to erasure', lost, -listed.reduce((sum, { delta }) => sum + delta, 0));
    this.oracle.giveBack();
  }

  /** Throws when the two sides differ anywhere, or the core with itself. */
  check(): void {
    checkAgainstRules(this.state, this.oracle);
  }
}

function numbered(op: OracleOp): NumberedOp {
  const no = Number(op.video.slice(1)) as VideoNo;
  const { n, kind, watchedMs } = op;
  return kind === 'view'
    ? { n, kind, video: no, watchedMs, source: sourceOf(n) }
    : { n, kind, video: no };
}
