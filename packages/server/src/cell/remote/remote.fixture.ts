// A cell behind a real port, and what gateways send it, for tests.

import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction, Seq, SubjectId, VideoId } from '@holdfast/protocol/ids.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import type { Publication } from '../../border/publication.ts';
import { listenSigned, newIdentity } from '../../signed/signed.fixture.ts';
import type { ListeningServer } from '../../signed/signed.fixture.ts';
import type { SignedRoute } from '../../signed/signed-server.ts';
import type { WireIdentity } from '../../signed/wire-key.ts';
import type {
  CellClient,
  CellUnavailable,
  OpGroup,
  Position,
  SubmitReply,
} from '../cell-client.ts';
import { cellRoutes } from './cell-routes.ts';
import type { PartyRole } from './party-role.ts';

export const US = 'us' as Jurisdiction;
export const EPOCH = 3 as Epoch;
export const SHUT: CellUnavailable = {
  kind: 'unavailable',
  code: 'shutting-down',
  retryAfterMs: 1,
};

export const like = (n: number, video = 'v1'): Op => ({
  n,
  kind: 'like',
  video: video as VideoId,
});

/** Ops of a session that a grant names. */
export function granted(session: string, ...ops: readonly Op[]): readonly OpGroup[] {
  const who = { kind: 'person', person: 7 } as const;
  return [{ sessionKey: `~${session}`, who, startedAtMs: 1_000, ops }];
}

/** Ops of a session that an integrator names. */
export function bulk(session: string, ...ops: readonly Op[]): readonly OpGroup[] {
  const who = { kind: 'subject', tenant: 'default', subject: 'somebody' as SubjectId } as const;
  return [{ sessionKey: `default/${session}`, who, startedAtMs: undefined, ops }];
}

/** Says that everything counted, one batch a request. */
export function durable(groups: readonly OpGroup[], seq = 1): SubmitReply {
  const ops = groups.reduce((sum, group) => sum + group.ops.length, 0);
  return { kind: 'durable', epoch: EPOCH, seq: seq as Seq, outcomes: new Uint8Array(ops) };
}

/** A cell that remembers what it was given; its answers and publications are the test's. */
export type StubCell = Readonly<{
  client: CellClient;
  submitted: (readonly OpGroup[])[];
  resyncs: (Position | undefined)[];
  publish: (publication: Publication) => void;
  /** Publications of a resync, sent when it is asked for. */
  onResync: { publications: readonly Publication[] };
  answer: { submit: (groups: readonly OpGroup[], done: (reply: SubmitReply) => void) => void };
  readiness: { isReady: boolean };
}>;

export function stubCell(): StubCell {
  const submitted: (readonly OpGroup[])[] = [];
  const resyncs: (Position | undefined)[] = [];
  const listeners = new Set<(publication: Publication) => void>();
  const publish = (publication: Publication): void => {
    for (const listener of listeners) listener(publication);
  };
  const onResync: StubCell['onResync'] = { publications: [] };
  const readiness = { isReady: true };
  const answer: StubCell['answer'] = {
    submit: (groups, done) => setImmediate(() => done(durable(groups, submitted.length))),
  };
  const client: CellClient = {
    jurisdiction: US,
    submit: (groups, done) => {
      submitted.push(groups);
      answer.submit(groups, done);
    },
    call: () => Promise.resolve(SHUT),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    resync: (position) => {
      resyncs.push(position);
      for (const publication of onResync.publications) publish(publication);
    },
    ready: () => readiness.isReady,
  };
  return { client, submitted, resyncs, publish, onResync, answer, readiness };
}

export type StubRole = PartyRole & {
  admission: ReturnType<PartyRole['admit']>;
  entry: ReturnType<PartyRole['newest']>;
  /** The charter as this party knows it. */
  entries: ReturnType<PartyRole['entriesAfter']>;
  run: AbortController;
  isServing: boolean;
};

/** A role that is what the test says. */
export function stubRole(cell: StubCell): StubRole {
  const role: StubRole = {
    admission: 'admit',
    entry: undefined,
    entries: [],
    run: new AbortController(),
    isServing: true,
    admit: () => role.admission,
    newest: () => role.entry,
    entriesAfter: (n, entriesMax) => role.entries.slice(n, n + entriesMax),
    serving: () => (role.isServing ? { client: cell.client, ended: role.run.signal } : undefined),
    routes: [],
    knows: () => false,
    close: () => Promise.resolve(),
  };
  return role;
}

export type ListeningCell = Readonly<{
  identity: WireIdentity;
  gateway: WireIdentity;
  cell: StubCell;
  role: StubRole;
  server: ListeningServer;
  party: Party;
  close: () => Promise<void>;
}>;

type CellNames = Readonly<{ operator: string; gateway: WireIdentity }>;

/** A cell on a port of its own that trusts one gateway, or a server with other routes. */
export async function listenCell(
  routes?: readonly SignedRoute[],
  { operator = 'north', gateway = newIdentity('front', 'gateway') }: Partial<CellNames> = {},
): Promise<ListeningCell> {
  const identity = newIdentity(operator);
  const cell = stubCell();
  const role = stubRole(cell);
  const until = new AbortController();
  const server = await listenSigned(
    identity,
    routes ??
      cellRoutes({
        jurisdiction: US,
        role,
        isGateway: ({ keyId }) => keyId === gateway.keyId,
        until: until.signal,
      }),
  );
  const { site, publicKey } = identity;
  return {
    identity,
    gateway,
    cell,
    role,
    server,
    party: { operator, site, publicKey, url: server.url },
    close: async () => {
      until.abort();
      role.run.abort();
      await server.close();
    },
  };
}
