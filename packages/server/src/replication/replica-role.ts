// The role of a party in a cell that can change hands: it fills the seam between what is served to
// gateways and the machine that decides who owns the cell.
//
// Rules: docs/spec/handover.md (H9, H14), docs/spec/wire.md (W120, W121).

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellClient, SubmitReply } from '../cell/cell-client.ts';
import type { PartyRole, Serving } from '../cell/remote/party-role.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import { knownParty } from './known-party.ts';
import { fetchSnapshot, installSnapshot } from './snapshot-fetch.ts';
import type { FetchProgress } from './snapshot-fetch.ts';
import { openSnapshotServer } from './snapshot-server.ts';
import type { SnapshotServer } from './snapshot-server.ts';
import { PartyRuntime } from './party-runtime.ts';
import type { PartyCell } from './party-cell.ts';
import type { PartyFile } from './party-file.ts';
import type { CharterLine } from './party-ports.ts';
import type { Report } from './peer.ts';
import { peerLine } from './peer-line.ts';
import { isSibling, peerRoutes } from './peer-routes.ts';
import { PEER_ROUTES } from './peer-wire.ts';
import { Vigil } from './vigil.ts';
import type { VigilOptions } from './vigil.ts';

/** A snapshot waits so long for what is in memory. */
const FLUSH_MS_MAX = 1_000;
/** How often the machine looks at the time. */
const TICK_MS = 50;

export type ReplicaRoleOptions = Readonly<{
  jurisdiction: Jurisdiction;
  key: OperatorKey;
  file: PartyFile;
  charter: CharterLine;
  newest: () => CharterEntry | undefined;
  entriesAfter: PartyRole['entriesAfter'];
  /** Opens the files of the cell, unless they are gone; called once. */
  openCell: (isGone: boolean) => Promise<PartyCell>;
  /** Destroys the copy of a party that retires; rejects when something is left. */
  destroyCopy: (cell: PartyCell) => Promise<boolean>;
  /** A signed line to another party. */
  connect: (party: Party) => SignedClient;
  /** Takes over by itself when its owner is lost (H22). */
  isStandby: boolean;
  registrarHears: VigilOptions['registrarHears'];
  onNoJointCopy?: NonNullable<VigilOptions['onNoJointCopy']>;
  nowMs: () => number;
  monotonicMs: () => number;
  pause: (pauseMs: number, signal: AbortSignal) => Promise<void>;
  /** Resolves when so many bytes of a snapshot may be sent. */
  pace: (bytes: number) => Promise<void>;
  /** Told how long each acknowledgement took, from when its ops arrived. */
  onAcknowledged: (tookMs: number) => void;
  onState: (state: PartyState) => void;
  onReport: (report: Report) => void;
  /** Told when the files are open, before anything is done with them; waited for. */
  onOpened: (cell: PartyCell) => Promise<void>;
  onProgress: (progress: FetchProgress) => void;
  onFault: (what: string, error: unknown) => void;
}>;

/** What a party consists of once it has begun. */
export type Begun = Readonly<{
  me: Party;
  runtime: PartyRuntime;
  cell: PartyCell;
  snapshots: SnapshotServer;
  vigil: Vigil;
}>;

export type ReplicaRole = PartyRole &
  Readonly<{
    /** Goes on where the party's record and the charter say that it is. Before it nothing is served. */
    begin: (me: Party) => Promise<void>;
    begun: () => Begun | undefined;
  }>;

/** States in which this party serves gateways, held back by a seal or not. */
const SERVES: ReadonlySet<PartyState['kind']> = new Set([
  'owning',
  'seeding',
  'catching-up',
  'shadow',
  'arming',
  'joining',
  'joint',
  'leaving',
  'sealing',
  'sealed',
]);

export function replicaRole(options: ReplicaRoleOptions): ReplicaRole {
  const { jurisdiction, onFault, monotonicMs } = options;
  let begun: Begun | undefined;
  let ended = new AbortController();
  let ticks: NodeJS.Timeout | undefined;

  const onState = (state: PartyState, snapshots: SnapshotServer): void => {
    if (!SERVES.has(state.kind)) {
      ended.abort();
      ended = new AbortController();
    }
    // A snapshot holds what has been deleted since; it stays only as long as somebody fetches it.
    if (state.kind !== 'seeding') snapshots.clear();
    options.onState(state);
  };
  const tick = async ({ runtime, vigil }: Begun): Promise<void> => {
    await runtime.dispatch({ kind: 'tick', nowMs: monotonicMs() });
    await vigil.look();
  };

  return {
    begin: async (me) => {
      begun = await beginParty(options, me, onState);
      const party = begun;
      ticks = setInterval(() => {
        tick(party).catch((error: unknown) => onFault('a step of the hand-over failed', error));
      }, TICK_MS);
    },
    begun: () => begun,
    // Not begun: there is no cell to answer yet, and `serving` says so.
    admit: (epoch) => begun?.runtime.admission(epoch) ?? 'admit',
    serving: () => begun && servingOf(options, begun, ended.signal),
    newest: options.newest,
    entriesAfter: options.entriesAfter,
    routes: peerRoutes({ cell: jurisdiction, begun: () => begun }),
    knows: (claimed) =>
      begun !== undefined &&
      (knownParty(begun.runtime.state, claimed) !== undefined || isSibling(begun.me, claimed)),
    close: async () => {
      clearInterval(ticks);
      ended.abort();
      await begun?.runtime.close();
      begun?.snapshots.clear();
      await begun?.cell.close();
    },
  };
}

async function beginParty(
  options: ReplicaRoleOptions,
  me: Party,
  onState: (state: PartyState, snapshots: SnapshotServer) => void,
): Promise<Begun> {
  const { jurisdiction, connect, openCell, nowMs, pace } = options;
  const stored = options.file.read()?.kind;
  const isGone = stored === 'retiring' || stored === 'retired';
  const cell = await openCell(isGone);
  if (!isGone) await options.onOpened(cell);
  const snapshots = openSnapshotServer({
    dir: cell.dir,
    journal: () => cell.roles.journal(),
    secret: () => cell.secret,
    flush: () => withinTime(cell.flush(), options.pause),
    nowMs,
    pace,
  });
  const heard: { vigil?: Vigil } = {};
  const runtime = await PartyRuntime.open({
    ...options,
    me,
    roles: cell.roles,
    accounts: () => cell.accounts,
    connect: (party) => peerLine(connect(party), jurisdiction),
    copy: {
      fetch: (owner) => fetchCopy(options, cell, owner),
      setAside: (cut) => cell.setAside(cut),
      destroy: () => options.destroyCopy(cell),
      freeBytes: () => cell.freeBytes(),
    },
    onState: (state) => onState(state, snapshots),
    onReport: (report) => {
      heard.vigil?.noteHeard();
      options.onReport(report);
    },
  });
  heard.vigil = new Vigil({
    ...options,
    me,
    state: () => runtime.state,
    durableSeq: () => cell.roles.durableSeq(),
    dispatch: (event) => runtime.dispatch(event),
    askOwner: (owner) => askOwner(options, me, owner),
  });
  return { me, runtime, cell, snapshots, vigil: heard.vigil };
}

/** Asks to be the standby; an owner that does not answer is asked again later. */
async function askOwner(
  { connect, jurisdiction }: ReplicaRoleOptions,
  { url }: Party,
  owner: Party,
): Promise<void> {
  const client = connect(owner);
  try {
    const path = PEER_ROUTES.standby.replace(':cell', jurisdiction);
    await client.ask({ method: 'POST', path, body: JSON.stringify({ url }) });
  } finally {
    client.close();
  }
}

/** Resolves when the work is done, or after a time; the work goes on. */
async function withinTime(work: Promise<void>, pause: ReplicaRoleOptions['pause']): Promise<void> {
  const ended = new AbortController();
  await Promise.race([work, pause(FLUSH_MS_MAX, ended.signal)]);
  ended.abort();
}

async function fetchCopy(
  options: ReplicaRoleOptions,
  cell: PartyCell,
  owner: Party,
): Promise<void> {
  const { connect, jurisdiction, onProgress } = options;
  const client = connect(owner);
  try {
    const { dir } = cell;
    const { keys } = cell;
    const fetched = await fetchSnapshot({ client, cell: jurisdiction, dir, onProgress });
    await cell.replace(() => installSnapshot(dir, fetched, keys));
  } finally {
    client.close();
  }
}

type Clocked = Pick<ReplicaRoleOptions, 'monotonicMs' | 'onAcknowledged'>;

function servingOf(
  clocked: Clocked,
  { runtime, cell }: Begun,
  ended: AbortSignal,
): Serving | undefined {
  if (!SERVES.has(runtime.state.kind)) return undefined;
  return { client: handOverClient(clocked, runtime, cell), ended };
}

/** Ops that the seal or the loss of the cell turned away are for the next owner, not for an error. */
function handOverClient(
  { monotonicMs, onAcknowledged }: Clocked,
  runtime: PartyRuntime,
  { line }: PartyCell,
): CellClient {
  return {
    jurisdiction: line.jurisdiction,
    submit: (groups, done) => {
      const arrivedMs = monotonicMs();
      line.submit(groups, (reply) => {
        if (reply.kind === 'durable') onAcknowledged(monotonicMs() - arrivedMs);
        done(whyNot(runtime, reply));
      });
    },
    call: line.call,
    subscribe: line.subscribe,
    resync: line.resync,
    ready: line.ready,
  };
}

function whyNot(runtime: PartyRuntime, reply: SubmitReply): SubmitReply {
  if (reply.kind !== 'unavailable' || reply.code === 'overloaded') return reply;
  const epoch = (runtime.state.entry?.epoch ?? 0) as Epoch;
  const admission = runtime.admission(epoch);
  return admission === 'admit' ? reply : { kind: admission, epoch };
}
