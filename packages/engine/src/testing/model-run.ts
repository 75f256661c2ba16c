// The core and the plain oracle, driven side by side by one script of steps. After every batch the
// two must agree in every number, and the core's own sums must add up.

import { invalidCodeOf, outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import { OP_KINDS, OUTCOMES } from '@holdfast/protocol/ops.ts';
import { admit, applyEntry, beginBatch, finishBatch } from '../counting/apply-batch.ts';
import type { Entry, NumberedOp } from '../counting/entries.ts';
import { COMMITTED } from '../counting/lines.ts';
import { dayOf, personOf, videoOf, videoOfDay } from '../counting/numbers.ts';
import type { PersonNo, VideoNo } from '../counting/numbers.ts';
import { isForgotten, shownLikes, shownViews } from '../counting/rows.ts';
import { emptyHash, hashHex, moveCount, moveLike, moveName } from '../counting/set-hash.ts';
import { textHash } from '../counting/set-hash.ts';
import { TALLY_SLOT, tallyTotal, unpackTally } from '../counting/tallies.ts';
import { countViewers } from '../counting/uniques.ts';
import { opsEntry, personEntry, PlainState, START_MS, videoEntry } from './batches.ts';
import { RulesOracle } from './rules-oracle.ts';
import type { OracleOp, OracleSession } from './rules-oracle.ts';

/** One thing that happens; numbers that run over a list begin anew. */
export type Step = Readonly<
  | { kind: 'send'; session: number; op: OpWish; skip: number }
  | { kind: 'resend'; session: number; back: number }
  | { kind: 'binge'; session: number; video: number }
  | { kind: 'tick'; ms: number }
  | { kind: 'cut' }
  | { kind: 'correct'; video: number; metric: 'likes' | 'views'; delta: number }
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
        this.#correct(step.video, step.metric, step.delta);
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
    this.state.keep(finishBatch(fold));
    this.oracle.giveBack();
  }

  #correct(video: number, metric: 'likes' | 'views', delta: number): void {
    const no = (video % VIDEOS) + 1;
    const what = { metric, delta, reason: 'fraud', note: '' } as const;
    const entry: Entry = { kind: 'correction', video: no as VideoNo, ...what };
    const fold = beginBatch(this.state.rows(), this.state.batch([entry], this.atMs));
    const isAccepted = admit(fold, [entry]) === undefined;
    same('correction accepted', this.oracle.correct(`v${no}`, metric, delta), isAccepted);
    if (!isAccepted) return;
    applyEntry(fold, entry);
    this.state.keep(finishBatch(fold));
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
    const { state, oracle } = this;
    for (const row of state.videos.values()) {
      const expected = oracle.videos.get(row.video);
      if (expected === undefined) throw new Error(`${row.video} is not known to the oracle`);
      same(`likes of ${row.video}`, expected.likers.size, row.likes);
      for (const field of COMMITTED) {
        if (field !== 'likes') same(`${field} of ${row.video}`, expected[field], row[field]);
      }
      if (shownLikes(row) < 0 || shownViews(row) < 0) throw new Error(`${row.video} below zero`);
      sameTally(`classes of ${row.video}`, expected.classes, unpackTally(row.tally));
    }
    same('ops accepted', oracle.opsAccepted, state.meta.opsAccepted);
    same('ops in the books', oracle.opsAccepted, tallyTotal(state.meta.books));
    sameTally('classes elsewhere', oracle.elsewhere, state.meta.elsewhere);
    this.#checkBooks();
    this.#checkRollups();
    this.#checkHashes();
    this.#checkViewers();
    this.#checkCorrections();
  }

  #checkBooks(): void {
    const { meta, videos } = this.state;
    meta.books.forEach((count, slot) => {
      let sum = meta.elsewhere[slot] ?? 0;
      for (const row of videos.values()) sum += unpackTally(row.tally)[slot] ?? 0;
      same(`C10: books at ${slot}`, sum, count);
    });
  }

  #checkRollups(): void {
    const found = new Map<string, number>();
    const sums = new Map<string, number>();
    for (const [minute, rows] of this.state.minutes) {
      for (const [video, row] of rows) {
        for (const field of ['likes', 'views', 'starts', 'loops', 'watchMs'] as const) {
          found.set(`${minute}/v${video}/${field}`, row[field]);
          sums.set(`${video}/${field}`, (sums.get(`${video}/${field}`) ?? 0) + row[field]);
        }
      }
    }
    for (const [key, value] of this.oracle.minutes)
      same(`C20: bucket ${key}`, value, found.get(key) ?? 0);
    for (const row of this.state.videos.values()) {
      for (const field of ['likes', 'views', 'starts', 'loops', 'watchMs'] as const) {
        const sum = sums.get(`${row.no}/${field}`) ?? 0;
        same(`C20: sum of ${field} of ${row.video}`, row[field], sum);
      }
    }
  }

  #checkHashes(): void {
    const { meta, likes, persons, videos } = this.state;
    const likesHash = emptyHash();
    for (const row of persons.values()) {
      if (!isForgotten(row)) moveName(likesHash, row.person, row.pseudonym, 1);
    }
    for (const key of likes.keys()) moveLike(likesHash, personOf(key), videoOf(key), 1);
    const countsHash = emptyHash();
    for (const row of videos.values()) {
      moveName(countsHash, row.no, textHash(row.video), 1);
      COMMITTED.forEach((field, slot) => moveCount(countsHash, row.no, slot, row[field]));
    }
    same('C23: likes hash', hashHex(likesHash), hashHex(meta.likesHash));
    same('C23: counts hash', hashHex(countsHash), hashHex(meta.countsHash));
    same('like rows', likes.size, meta.likeRows);
  }

  #checkViewers(): void {
    const found = new Map<string, number>();
    for (const [key, uniques] of this.state.uniques) {
      found.set(`${dayOf(key)}/v${videoOfDay(key)}`, countViewers(uniques));
    }
    same('days with viewers', this.oracle.viewersByDay.size, found.size);
    for (const [key, viewers] of this.oracle.viewersByDay) {
      same(`C22: viewers of ${key}`, viewers.size, found.get(key));
    }
  }

  #checkCorrections(): void {
    for (const row of this.state.videos.values()) {
      const own = this.state.corrections.filter((one) => one.video === row.no && !one.fromRows);
      const sum = (metric: string): number =>
        own.filter((one) => one.metric === metric).reduce((total, { delta }) => total + delta, 0);
      same(`C14: corrections of likes of ${row.video}`, row.likesCorrected, sum('likes'));
      same(`C14: corrections of views of ${row.video}`, row.viewsCorrected, sum('views'));
    }
  }
}

function numbered(op: OracleOp): NumberedOp {
  const no = Number(op.video.slice(1)) as VideoNo;
  const { n, kind, watchedMs } = op;
  return kind === 'view'
    ? { n, kind, video: no, watchedMs, source: 'feed' }
    : { n, kind, video: no };
}

/** Cheaper than `expect` by far, and it is called millions of times. */
function same(what: string, expected: unknown, found: unknown): void {
  if (expected === found) return;
  throw new Error(`${what}: the rules say ${String(expected)}, the core ${String(found)}`);
}

function sameTally(
  what: string,
  expected: ReadonlyMap<string, number>,
  tally: readonly number[],
): void {
  for (const kind of OP_KINDS) {
    for (const outcome of OUTCOMES) {
      const count = expected.get(`${kind}/${outcome}`) ?? 0;
      same(`${what}: ${kind} ${outcome}`, count, tally[TALLY_SLOT[kind][outcome]]);
    }
  }
}
