// What a party answers to the other party of its cell.
//
// Rules: docs/spec/wire.md. Who asks is proven by the signature; whether they may is asked here of
// the charter: batches come from the owner alone, snapshots go to whoever is to follow.

import { isPartyUrl } from '@holdfast/engine/charter/charter-entry.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { SignedAnswer, SignedRequest, SignedRoute } from '../signed/signed-server.ts';
import { HANDOVER_VERSION } from '@holdfast/engine/handover/preflight.ts';
import { knownParty } from './known-party.ts';
import { BACK_PREFIX, STANDBY_PREFIX } from './vigil.ts';
import type { Vigil } from './vigil.ts';
import type { PartyRuntime } from './party-runtime.ts';
import {
  ASK_BYTES_MAX,
  DELIVERY_MESSAGE_BYTES_MAX,
  jsonIn,
  PEER_ROUTES,
  readAsked,
  readDelivery,
  writeReport,
} from './peer-wire.ts';
import type { SnapshotServer } from './snapshot-server.ts';

/** An offer names an address and nothing else. */
const STANDBY_BYTES_MAX = 1_024;

export type PeerRoutesOptions = Readonly<{
  cell: Jurisdiction;
  /** The party; `undefined` until it has begun. */
  begun: () =>
    | Readonly<{ me: Party; runtime: PartyRuntime; snapshots: SnapshotServer; vigil: Vigil }>
    | undefined;
}>;

type Begun = NonNullable<ReturnType<PeerRoutesOptions['begun']>>;
type Handle = (begun: Begun, request: SignedRequest, from: Party) => Promise<SignedAnswer>;

export function peerRoutes({ cell, begun }: PeerRoutesOptions): readonly SignedRoute[] {
  const route = (
    method: 'GET' | 'POST',
    url: string,
    bodyBytesMax: number,
    handle: Handle,
  ): SignedRoute => ({
    method,
    url,
    bodyBytesMax,
    handle: async (request) => {
      if (request.params['cell'] !== cell) return problem(404, `this party is of the cell ${cell}`);
      const party = begun();
      if (party === undefined) return problem(503, 'this party has not begun yet');
      const from = knownParty(party.runtime.state, request.sender);
      if (from === undefined) return problem(403, 'the sender is no party of this cell');
      return handle(party, request, from);
    },
  });
  return [
    route('POST', PEER_ROUTES.deliver, DELIVERY_MESSAGE_BYTES_MAX, takeBatches),
    route('POST', PEER_ROUTES.ask, ASK_BYTES_MAX, takeDecision),
    {
      method: 'POST',
      url: PEER_ROUTES.standby,
      bodyBytesMax: STANDBY_BYTES_MAX,
      handle: async (request) => {
        const party = begun();
        if (party === undefined) return problem(503, 'this party has not begun yet');
        if (request.params['cell'] !== cell) return problem(404, 'this party is of another cell');
        return takeStandby(party, request);
      },
    },
    route('GET', PEER_ROUTES.manifest, 0, async ({ runtime, snapshots }, _request, from) => {
      if (!isFollower(runtime.state, from)) return problem(403, 'only a follower gets a snapshot');
      const manifest = await snapshots.manifest();
      return manifest === undefined ? problem(409, 'no snapshot can be made now') : ok(manifest);
    }),
    route('GET', PEER_ROUTES.chunk, 0, async ({ runtime, snapshots }, { params }, from) => {
      if (!isFollower(runtime.state, from)) return problem(403, 'only a follower gets a snapshot');
      const { snapshot = '', file = '', chunk = '' } = params;
      const part = await snapshots.chunk(snapshot, file, Number(chunk));
      if (part === undefined) return problem(404, 'no such part of a snapshot is here');
      const { bytes, sha256, release } = part;
      return { kind: 'bytes', status: 200, body: bytes, sha256, onSent: release };
    }),
  ];
}

async function takeBatches(
  { runtime, vigil }: Begun,
  { body }: SignedRequest,
  from: Party,
): Promise<SignedAnswer> {
  const delivery = readDelivery(body);
  if ('kind' in delivery) return problem(400, delivery.detail);
  vigil.noteOwner(delivery.ownerSeq, delivery.accepted);
  // Whoever runs a process for this cell that owns nothing agrees to hold a copy of it.
  if (runtime.state.kind === 'idle') await runtime.dispatch({ kind: 'follow' });
  return ok(writeReport(await runtime.receive(from, delivery)));
}

async function takeDecision(
  { runtime }: Begun,
  { body }: SignedRequest,
  from: Party,
): Promise<SignedAnswer> {
  const asked = readAsked(body);
  if ('kind' in asked) return problem(400, asked.detail);
  const owner = runtime.state.entry?.owner;
  if (owner === undefined || !isSameParty(from, owner)) {
    return problem(403, 'only the owner asks for decisions');
  }
  return ok(JSON.stringify(await runtime.decide(asked)));
}

/** Another site of this operator, with the operator's own key, offers to be the standby. */
async function takeStandby(
  { me, runtime }: Begun,
  { sender, body }: SignedRequest,
): Promise<SignedAnswer> {
  const { operator, site, publicKey } = sender;
  const asked = jsonIn(body);
  const url = typeof asked === 'object' && asked !== null && 'url' in asked ? asked.url : undefined;
  if (!isSibling(me, sender))
    return problem(403, 'only another site of this operator may ask that');
  if (!isPartyUrl(url)) return problem(400, 'it does not say where the standby is');
  const follower: Party = { operator, site, publicKey, url };
  const plan = { handover: `${STANDBY_PREFIX}${site}`, follower };
  // H38: a copy that is only kept up gives way.
  const { state } = runtime;
  if ('plan' in state && state.plan.handover.startsWith(BACK_PREFIX)) {
    await runtime.dispatch({ kind: 'stop', by: 'person', reason: 'a standby takes its place' });
  }
  const done = await runtime.dispatch({ kind: 'start', plan, followerVersion: HANDOVER_VERSION });
  return done.kind === 'done' ? ok('{}') : problem(409, done.detail);
}

/** Whether somebody is another site of the same operator, by the operator's own key. */
export function isSibling(
  me: Party,
  { operator, site, publicKey }: SignedRequest['sender'],
): boolean {
  return operator === me.operator && publicKey === me.publicKey && site !== me.site;
}

/** Whether somebody follows this party, or is to. */
function isFollower(state: PartyState, from: Party): boolean {
  const follower = 'plan' in state ? state.plan.follower : state.entry?.follower;
  return follower !== undefined && isSameParty(follower, from);
}

function ok(body: Uint8Array | string): SignedAnswer {
  return { kind: 'bytes', status: 200, body };
}

function problem(status: number, detail: string): SignedAnswer {
  const text = `Nothing was done: ${detail}.`;
  return { kind: 'bytes', status, body: JSON.stringify({ code: 'peer-refused', detail: text }) };
}
