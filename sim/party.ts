// One cell process of a simulated world: the real runtime, roles, engine, follower and vigil, over
// simulated disk and network. What is written out here is only what the product does with sockets.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import { ENGINE_LIMITS } from '@holdfast/engine/engine/engine-options.ts';
import { hashAt } from '@holdfast/engine/engine/replay.ts';
import type { Cut, Party } from '@holdfast/engine/handover/charter-rules.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyEvent, PartyState } from '@holdfast/engine/handover/party-state.ts';
import { identify } from '@holdfast/engine/testing/engine-rig.ts';
import type { Random } from '@holdfast/engine/testing/random.ts';
import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import type { Publication } from '@holdfast/server/border/publication.ts';
import type { OpGroup, Position, SubmitReply } from '@holdfast/server/cell/cell-client.ts';
import { LedgerRoles } from '@holdfast/server/cell/ledger-roles.ts';
import { opsGroupsOf, submitReplyOf } from '@holdfast/server/cell/ops-requests.ts';
import { NO_RESYNCS, Publisher, TICK_MS } from '@holdfast/server/cell/publisher.ts';
import type { Resyncs } from '@holdfast/server/cell/publisher.ts';
import { ENTRIES_PAGE_MAX } from '@holdfast/server/cell/remote/cell-wire.ts';
import type {
  Declined,
  EntriesResult,
  OpsResult,
} from '@holdfast/server/cell/remote/remote-cell.ts';
import type { OperatorKey } from '@holdfast/server/registrar/charter-entry.ts';
import { knownParty } from '@holdfast/server/replication/known-party.ts';
import { PartyRuntime } from '@holdfast/server/replication/party-runtime.ts';
import type { CellAccounts } from '@holdfast/server/replication/party-ports.ts';
import type {
  DecisionAnswer,
  Delivery,
  PeerLine,
  Question,
  Report,
} from '@holdfast/server/replication/peer.ts';
import type { RoleSlot } from '@holdfast/server/replication/role-slot.ts';
import { STANDBY_PREFIX, Vigil } from '@holdfast/server/replication/vigil.ts';
import type { Around, PartyDoor, Snapshot, Stream } from './around.ts';
import type { Disk } from './disk.ts';
import { HookedRoles } from './hooked-roles.ts';
import { Process } from './process.ts';
import type { Life } from './process.ts';
import { US } from './registrar.ts';
import type { CharterCopy } from './registrar.ts';

/** As the product's: how often the machine looks at the time, and how long silences may be. */
const LOOK_MS = 50;
const PEER_SILENCE_MS = 2_000;
const APPEND_SILENCE_MS = 3_000;
const NEWS_MS_MAX = 100;
const SNAPSHOT_SILENCE_MS = 5_000;
/** A snapshot is on its way for up to so long. */
const COPY_MS_MAX = 400;
const FLUSH_MS_MAX = 1_000;
const START_AGAIN_MS = 1_000;
const START_MS = Date.UTC(2026, 0, 25, 12);

const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_000 } as const;

/** People with accounts are not simulated: both sides hold none, and agree on that. */
const NO_HEAD = { changeNo: 0, rowsHash: '0'.repeat(64) } as const;
const NO_ACCOUNTS: CellAccounts = {
  head: () => NO_HEAD,
  changesAfter: () => ({ head: NO_HEAD, from: 0, through: 0, rows: [] }),
  take: () => 'equal',
  startAnew: () => undefined,
  serve: () => undefined,
  rest: () => undefined,
};

/** What one life of the process holds. */
type Run = {
  readonly life: Life;
  readonly charter: CharterCopy;
  readonly roles: HookedRoles;
  /** By stream, the resync that it waits for. */
  readonly streams: Map<Stream, number>;
  resyncs: number;
  /** How far the resyncs are of whoever published last. */
  told: Resyncs;
  runtime: PartyRuntime | undefined;
  vigil: Vigil | undefined;
  engine: Engine | undefined;
  publisher: Publisher | undefined;
  snapshot: Snapshot | undefined;
};

export class SimParty implements PartyDoor {
  readonly process: Process;
  readonly me: Party;
  readonly disk: Disk;
  readonly isStandby: boolean;
  clockOffMs = 0;
  readonly #world: Around;
  readonly #key: OperatorKey;
  readonly #random: Random;
  readonly #entries: CharterEntry[] = [];
  #run: Run | undefined;

  constructor(
    world: Around,
    parts: Readonly<{
      me: Party;
      key: OperatorKey;
      disk: Disk;
      random: Random;
      isStandby: boolean;
    }>,
  ) {
    this.#world = world;
    this.me = parts.me;
    this.disk = parts.disk;
    this.isStandby = parts.isStandby;
    this.#key = parts.key;
    this.#random = parts.random;
    this.process = new Process(this.name, world.time);
  }

  get name(): string {
    return this.me.site;
  }

  get state(): PartyState | undefined {
    return this.#run?.runtime?.state;
  }

  get engine(): Engine | undefined {
    return this.#run?.engine;
  }

  get roles(): RoleSlot | undefined {
    return this.#run?.roles;
  }

  /** Starts on what the disk has. */
  start(): void {
    const life = this.process.begin();
    const charter = this.#world.registrar.copyFor(life, this.#entries);
    const run: Run = {
      life,
      charter,
      roles: new HookedRoles(this.#rolesOf(life), this.#world.hooks),
      streams: new Map(),
      resyncs: 0,
      told: NO_RESYNCS,
      runtime: undefined,
      vigil: undefined,
      engine: undefined,
      publisher: undefined,
      snapshot: undefined,
    };
    this.#run = run;
    this.#open(run).catch((error: unknown) => {
      this.#fault(life, 'it could not start', error);
      // As whoever looks after the process does.
      if (!life.isOver) void this.kill();
      this.#world.time.after(START_AGAIN_MS, () => this.process.isUp || this.start());
    });
  }

  /** As kill -9, of the process or of its machine. */
  async kill(): Promise<void> {
    this.process.end();
    this.#run = undefined;
    await this.disk.crash();
  }

  #fault(life: Life, what: string, error: unknown): void {
    if (!life.isOver) this.#world.note(`${this.name} fault: ${what}: ${String(error)}`);
  }

  async #open(run: Run): Promise<void> {
    const { life, charter, roles } = run;
    const monotonicMs = (): number => this.#world.time.nowMs;
    const runtime = await PartyRuntime.open({
      me: this.me,
      key: this.#key,
      file: this.#recordOf(life),
      charter: this.#charterLine(life, charter),
      roles,
      accounts: () => NO_ACCOUNTS,
      copy: {
        fetch: (owner) => this.#fetch(run, owner),
        setAside: (cut) => this.#setAside(run, cut),
        destroy: async () => false,
        freeBytes: () => (this.disk.isFull ? 0 : 1e12),
      },
      connect: (party) => this.#lineTo(life, party),
      monotonicMs,
      nowMs: this.nowMs,
      pause: (pauseMs, signal) => life.pause(pauseMs, signal),
      onState: (state) => this.#entered(run, state),
      onReport: () => run.vigil?.noteHeard(),
      onFault: (what, error) => this.#fault(life, what, error),
    });
    if (life.isOver) return;
    run.runtime = runtime;
    this.#entered(run, runtime.state);
    const vigil = new Vigil({
      isStandby: this.isStandby,
      me: this.me,
      state: () => runtime.state,
      durableSeq: () => roles.durableSeq(),
      dispatch: (event) => runtime.dispatch(event),
      registrarHears: (owner, agoMsMax) => this.#registrarHears(life, owner, agoMsMax),
      askOwner: (owner) => this.#askOwner(life, owner),
      monotonicMs,
    });
    run.vigil = vigil;
    const look = async (): Promise<void> => {
      await runtime.dispatch({ kind: 'tick', nowMs: monotonicMs() });
      await vigil.look();
    };
    life.every(LOOK_MS, () => {
      look().catch((error: unknown) => this.#fault(life, 'a step failed', error));
    });
    life.every(TICK_MS, () => {
      run.publisher?.tick().catch((error: unknown) => this.#fault(life, 'publishing', error));
    });
  }

  readonly nowMs = (): number => START_MS + this.#world.time.nowMs + this.clockOffMs;

  #entered(run: Run, state: PartyState): void {
    if (run.life.isOver) return;
    this.#world.entered(this.name, state);
    if (!('followerSeq' in state) && !('plan' in state) && state.kind !== 'owning') {
      for (const { end } of run.streams.keys()) end();
      run.streams.clear();
      run.snapshot = undefined;
    }
  }

  #recordOf(life: Life): ReturnType<Disk['record']> {
    const file = this.disk.record(life);
    return {
      read: file.read,
      write: (state) => {
        if (this.#world.hooks.isRecorded(state)) file.write(state);
      },
    };
  }

  #rolesOf(life: Life): LedgerRoles {
    const limits = { ...ENGINE_LIMITS, flushAgeMsMax: 1_500 };
    return new LedgerRoles({
      ledger: {
        epoch: 1 as Epoch,
        ...this.disk.files(life),
        clocks: { nowMs: this.nowMs, monotonicMs: () => this.#world.time.nowMs },
        limits,
        after: (delayMs, run) => life.after(delayMs, run),
        onApplied: (meta, videos) => {
          if (life.isOver) return;
          this.#run?.publisher?.note(videos);
          this.#world.applied(this.name, meta, videos);
        },
        onProblem: ({ message, error }) => this.#fault(life, message, error),
        onReplay: () => undefined,
      },
      role: { identify, limits },
      onEngine: async (engine) => {
        if (life.isOver) return;
        await this.#serve(engine);
      },
      random: () => this.#random.below(1_000) / 1_000,
    });
  }

  async #serve(engine: Engine | undefined): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    await run.publisher?.tick();
    run.told = run.publisher?.resyncs ?? run.told;
    run.engine = engine;
    run.publisher =
      engine &&
      new Publisher(
        {
          jurisdiction: US,
          epoch: () => engine.epoch,
          meta: () => engine.meta,
          nowMs: () => engine.clock.nowMs(),
          monotonicMs: () => this.#world.time.nowMs,
          videosAfter: (after, videosMax) => engine.view.videosAfter(after, videosMax),
          publish: (publication) => this.#publish(run, publication, Infinity),
          publishWatermark: (watermark, resynced) => this.#publish(run, watermark, resynced),
        },
        run.told,
      );
  }

  /** A watermark says nothing to a stream whose resync is not done; `done` is the newest that is. */
  #publish({ life, streams }: Run, told: Publication, done: number): void {
    const ahead = this.#world.hooks.publishesAhead;
    const publication =
      told.kind === 'subtotals'
        ? { ...told, views: told.views.map((views) => views + ahead) }
        : told;
    for (const [stream, awaited] of streams) {
      if (done < awaited) continue;
      this.#world.network.sendInOrder(life, stream.to, stream.line, () => stream.take(publication));
    }
  }

  #charterLine(life: Life, charter: CharterCopy) {
    const { registrar, network } = this.#world;
    return {
      entries: () => charter.entries(),
      follows: () => charter.follows(),
      subscribe: (onEntry: () => void) => charter.watch(onEntry),
      append: async (signed: Parameters<typeof registrar.append>[0]) => {
        const { process } = registrar;
        const answer = await network.ask(
          life,
          process,
          async () => registrar.append(signed),
          APPEND_SILENCE_MS,
        );
        if (answer === undefined) throw new Error('the registrar is away');
        if (answer.newest !== undefined) charter.take([answer.newest]);
      },
      refresh: async () => {
        const heard = new AbortController();
        const end = charter.watch(() => heard.abort());
        await life.pause(NEWS_MS_MAX, heard.signal);
        end();
      },
    };
  }

  #lineTo(life: Life, party: Party): PeerLine {
    const { network } = this.#world;
    const to = this.#world.partyOf(party);
    const away = { kind: 'away', detail: 'no answer' } as const;
    return {
      deliver: async (delivery) => {
        const serve = async (): Promise<Report | undefined> => to.takeDelivery(this.me, delivery);
        return (await network.ask(life, to.process, serve, PEER_SILENCE_MS)) ?? away;
      },
      ask: async (question) => {
        const serve = async (): Promise<DecisionAnswer | undefined> => to.decide(this.me, question);
        return (await network.ask(life, to.process, serve, PEER_SILENCE_MS)) ?? away;
      },
      close: () => undefined,
    };
  }

  async takeDelivery(from: Party, delivery: Delivery): Promise<Report | undefined> {
    const { runtime, vigil } = this.#run ?? {};
    if (runtime === undefined || knownParty(runtime.state, from) === undefined) return undefined;
    vigil?.noteHeard();
    if (runtime.state.kind === 'idle') await runtime.dispatch({ kind: 'follow' });
    return this.#world.hooks.report(await runtime.receive(from, delivery), delivery);
  }

  async decide(from: Party, question: Question): Promise<DecisionAnswer | undefined> {
    const { runtime } = this.#run ?? {};
    const owner = runtime?.state.entry?.owner;
    if (owner === undefined || !isSameParty(from, owner)) return undefined;
    return runtime?.decide(question);
  }

  async #registrarHears(
    life: Life,
    owner: Party,
    agoMsMax: number,
  ): Promise<'yes' | 'no' | 'unknown'> {
    const { registrar, network } = this.#world;
    const ask = async (): Promise<'yes' | 'no'> => registrar.hears(owner.site, agoMsMax);
    return (await network.ask(life, registrar.process, ask, PEER_SILENCE_MS)) ?? 'unknown';
  }

  async #askOwner(life: Life, owner: Party): Promise<void> {
    const to = this.#world.partyOf(owner);
    const serve = async (): Promise<unknown> =>
      to.tell({
        kind: 'start',
        plan: { handover: `${STANDBY_PREFIX}${this.name}`, follower: this.me },
        followerVersion: 1,
      });
    await this.#world.network.ask(life, to.process, serve, PEER_SILENCE_MS);
  }

  /** As the product does it: a snapshot that was made a moment ago is handed out again. */
  async makeSnapshot(to: Party): Promise<Snapshot | undefined> {
    const run = this.#run;
    const state = run?.runtime?.state;
    if (run === undefined || state === undefined) return undefined;
    const follower = 'plan' in state ? state.plan.follower : state.entry?.follower;
    if (follower === undefined || !isSameParty(follower, to)) return undefined;
    const base = await run.roles.journal().base();
    if (run.snapshot === undefined || run.snapshot.seq < base.seq) {
      // As the product: a batch may be waiting for the very follower that asks.
      const { flusher } = await run.roles.current.open();
      await Promise.race([flusher.flushAll(), run.life.pause(FLUSH_MS_MAX)]);
      const flushes = this.#world.hooks.snapshot([...this.disk.flushes]);
      const seq = (flushes.at(-1)?.meta.seq ?? 0) as Seq;
      run.snapshot = { flushes, seq, chain: await hashAt(run.roles.journal(), seq) };
    }
    return run.snapshot;
  }

  async #fetch(run: Run, owner: Party): Promise<void> {
    const { life, roles } = run;
    const from = this.#world.partyOf(owner);
    const serve = async (): Promise<Snapshot | undefined> => from.makeSnapshot(this.me);
    const got = await this.#world.network.ask(life, from.process, serve, SNAPSHOT_SILENCE_MS);
    if (got === undefined) throw new Error('the snapshot was not fetched');
    await life.pause(this.#random.below(COPY_MS_MAX));
    if (this.disk.isFull) throw new Error('the snapshot does not fit the disk');
    await roles.current.close();
    await life.whileAlive(() => undefined);
    await this.disk.replace(got.flushes, { seq: got.seq, hash: got.chain });
    this.#world.history.replaced(this.name, Buffer.from(got.chain).toString('hex'));
    roles.put(this.#rolesOf(life));
    this.#world.marks.hit('event: a copy was fetched');
  }

  async #setAside({ life, roles }: Run, cut: Cut): Promise<boolean> {
    const journal = roles.journal();
    const head = await journal.head();
    if ((head?.seq ?? 0) > cut.seq) this.#world.marks.hit('event: a tail was set aside');
    const stored = await this.disk.files(life).store.meta();
    if ((roles.view()?.meta.seq ?? stored?.seq ?? 0) > cut.seq) return false;
    await journal.truncate(cut.seq);
    return true;
  }

  /** What a person, or what acts for one, tells this party. */
  async tell(event: PartyEvent): Promise<unknown> {
    const { runtime } = this.#run ?? {};
    const done = await runtime?.dispatch(event);
    if (done?.kind === 'refused') this.#world.marks.hit('event: a person was refused');
    return done?.kind === 'done' ? {} : undefined;
  }

  /** Ops of a gateway, as `cell-routes.ts` takes them. */
  async ops(epoch: Epoch, requests: readonly (readonly OpGroup[])[]): Promise<OpsResult> {
    const { runtime, engine } = this.#run ?? {};
    const declined = this.#declines(epoch);
    if (declined !== undefined) return declined;
    if (runtime === undefined || engine === undefined) return AWAY;
    const replies = await Promise.all(
      requests.map(
        (groups) =>
          new Promise<SubmitReply>((resolve) => {
            engine.submit({ kind: 'ops', groups: opsGroupsOf(groups) }, (reply) => {
              const answer = submitReplyOf(reply);
              if (answer.kind === 'durable') this.#world.acked(this.name, answer);
              resolve(whyNot(runtime, answer));
            });
          }),
      ),
    );
    return { kind: 'replies', replies };
  }

  #declines(epoch: Epoch): Declined | typeof AWAY | undefined {
    const { runtime, charter } = this.#run ?? {};
    if (runtime === undefined) return AWAY;
    const admission = runtime.admission(epoch);
    if (admission === 'admit') return undefined;
    const newest = charter?.newest();
    return { kind: admission, epoch: newest?.epoch ?? (0 as Epoch), newest };
  }

  /** What this party knows of the charter, as `cell-routes.ts` gives it. */
  entriesAfter(n: number): EntriesResult {
    const entries = this.#run?.charter.after(n, ENTRIES_PAGE_MAX);
    return entries === undefined ? AWAY : { kind: 'entries', entries };
  }

  /** Opens a stream of what this party publishes. */
  listen(
    epoch: Epoch,
    after: Position | undefined,
    stream: Stream,
  ): Declined | typeof AWAY | undefined {
    const declined = this.#declines(epoch);
    if (declined !== undefined) return declined;
    if (this.#run?.publisher === undefined) return AWAY;
    this.#run.resyncs += 1;
    this.#run.streams.set(stream, this.#run.resyncs);
    this.#run.publisher.resync(after, this.#run.resyncs);
    return undefined;
  }
}

function whyNot(runtime: PartyRuntime, reply: SubmitReply): SubmitReply {
  if (reply.kind !== 'unavailable' || reply.code === 'overloaded') return reply;
  const epoch = (runtime.state.entry?.epoch ?? 0) as Epoch;
  const admission = runtime.admission(epoch);
  return admission === 'admit' ? reply : { kind: admission, epoch };
}
