// A cell as gateways reach it over the network: ops, calls, and the stream of what it publishes.
//
// Rules: docs/spec/wire.md (W100 and up).
//
// Why it is safe: who sends is proven before a handler runs (W1 to W11); what they send is read in
// every field before the cell sees it; and everything that goes out has passed the border of the
// cell, for the only source here is its client. Whoever does not own the cell takes nothing.

import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { SignedAnswer, SignedRoute } from '../../signed/signed-server.ts';
import type { WireParty } from '../../signed/wire-key.ts';
import type { CellUnavailable, OpGroup, SubmitReply } from '../cell-client.ts';
import { readCall } from './calls-wire.ts';
import {
  CELL_ROUTES,
  ENTRIES_PAGE_MAX,
  FRAME_BYTES_MAX,
  readEntriesPath,
  readPublicationsPath,
} from './cell-wire.ts';
import { readOpsFrame, writeOpsAnswer } from './ops-wire.ts';
import { openStreams } from './publication-streams.ts';
import type { PartyRole, Serving } from './party-role.ts';

/** Ops that gateways have sent and that are not answered; beyond it frames are refused. */
export const OPS_UNDER_WAY_MAX = 100_000;
/** Calls that are not answered. */
export const CALLS_UNDER_WAY_MAX = 2_000;
const RETRY_AFTER_MS = 1_000;
const STATUS = { malformed: 400, forbidden: 403, elsewhere: 404, notServed: 409, away: 503 };

export type CellRoutesOptions = Readonly<{
  jurisdiction: Jurisdiction;
  role: PartyRole;
  isGateway: (sender: WireParty) => boolean;
  /** Aborted when the process is about to stop: streams end, so that it need not wait for them. */
  until: AbortSignal;
}>;

type Handle = SignedRoute['handle'];

/** The routes of a cell, with those that its role adds. */
export function cellRoutes(options: CellRoutesOptions): readonly SignedRoute[] {
  const { jurisdiction, role, isGateway } = options;
  const guarded =
    (handle: Handle): Handle =>
    (request) => {
      if (!isGateway(request.sender)) return forbidden();
      if (request.params['cell'] !== jurisdiction) return elsewhere(options);
      return handle(request);
    };
  return [
    {
      method: 'POST',
      url: CELL_ROUTES.ops,
      bodyBytesMax: FRAME_BYTES_MAX,
      handle: guarded(opsHandler(role)),
    },
    {
      method: 'POST',
      url: CELL_ROUTES.calls,
      bodyBytesMax: FRAME_BYTES_MAX,
      handle: guarded(callHandler(role)),
    },
    {
      method: 'GET',
      url: CELL_ROUTES.publications,
      bodyBytesMax: 0,
      handle: guarded(subscriptionHandler(options)),
    },
    {
      method: 'GET',
      url: CELL_ROUTES.entries,
      bodyBytesMax: 0,
      handle: guarded(entriesHandler(role)),
    },
    ...role.routes,
  ];
}

function opsHandler(role: PartyRole): Handle {
  let opsUnderWay = 0;
  return async ({ body }) => {
    const frame = readOpsFrame(body);
    if ('kind' in frame) return malformed(frame.detail);
    const serving = servingUnder(role, frame.epoch);
    if ('status' in serving) return serving;
    const ops = opsIn(frame.requests);
    if (opsUnderWay + ops > OPS_UNDER_WAY_MAX) return unavailable('overloaded');
    opsUnderWay += ops;
    try {
      const replies = await submitAll(serving, frame.requests);
      const writer = new ByteWriter();
      writeOpsAnswer(writer, replies);
      return { kind: 'bytes', status: 200, body: writer.take() };
    } finally {
      opsUnderWay -= ops;
    }
  };
}

function callHandler(role: PartyRole): Handle {
  let callsUnderWay = 0;
  return async ({ body, params }) => {
    const asked = readCall(params['name'] ?? '', body);
    if ('kind' in asked) return malformed(asked.detail);
    const serving = servingUnder(role, asked.epoch);
    if ('status' in serving) return serving;
    if (callsUnderWay >= CALLS_UNDER_WAY_MAX) return unavailable('overloaded');
    callsUnderWay += 1;
    try {
      const { name, ask } = asked.call;
      const reply = await serving.client.call(name, ask);
      // Nothing was done, because the cell changes hands: the next owner is to be asked.
      const isTurnedAway = reply.kind === 'unavailable' && reply.code === 'shutting-down';
      return (isTurnedAway ? refusalUnder(role, asked.epoch) : undefined) ?? json(200, reply);
    } finally {
      callsUnderWay -= 1;
    }
  };
}

function subscriptionHandler({ role, until }: CellRoutesOptions): Handle {
  const streams = openStreams();
  return ({ path, sender, signal }) => {
    const wanted = readPublicationsPath(path);
    if (wanted === undefined) return malformed('it does not say from where');
    // Whoever owns nothing publishes nothing: an old number would be taken for the newest.
    const serving = servingUnder(role, wanted.epoch as Epoch);
    if ('status' in serving) return serving;
    if (!serving.client.ready()) return unavailable('cell-unavailable');
    const isOver = AbortSignal.any([signal, until]);
    return { kind: 'stream', chunks: streams.open(serving, sender, wanted.after, isOver) };
  };
}

/** W128: also of a party that owns nothing, for it is the one that turns a gateway away. */
function entriesHandler(role: PartyRole): Handle {
  return ({ path }) => {
    const after = readEntriesPath(path);
    if (after === undefined) return malformed('it does not say after which entry');
    return json(200, { entries: role.entriesAfter(after, ENTRIES_PAGE_MAX) });
  };
}

/** The cell to ask, or why this party takes nothing that was sent under the epoch. */
function servingUnder(
  role: PartyRole,
  epoch: Epoch,
): Serving | Extract<SignedAnswer, { kind: 'bytes' }> {
  return refusalUnder(role, epoch) ?? role.serving() ?? unavailable('cell-unavailable');
}

function refusalUnder(
  role: PartyRole,
  epoch: Epoch,
): Extract<SignedAnswer, { kind: 'bytes' }> | undefined {
  const admission = role.admit(epoch);
  if (admission === 'admit') return undefined;
  const newest = role.newest();
  return json(STATUS.notServed, { kind: admission, epoch: newest?.epoch ?? 0, newest });
}

function opsIn(requests: readonly (readonly OpGroup[])[]): number {
  let ops = 0;
  for (const groups of requests) for (const group of groups) ops += group.ops.length;
  return ops;
}

/** All in one turn and in order, so that the cell can make one batch of them. */
function submitAll(
  { client }: Serving,
  requests: readonly (readonly OpGroup[])[],
): Promise<readonly SubmitReply[]> {
  return new Promise((resolve) => {
    const replies = new Array<SubmitReply>(requests.length);
    let left = requests.length;
    for (const [index, groups] of requests.entries()) {
      client.submit(groups, (reply) => {
        replies[index] = reply;
        left -= 1;
        if (left === 0) resolve(replies);
      });
    }
  });
}

function json(status: number, value: unknown): Extract<SignedAnswer, { kind: 'bytes' }> {
  return { kind: 'bytes', status, body: JSON.stringify(value) };
}

function unavailable(code: CellUnavailable['code']): Extract<SignedAnswer, { kind: 'bytes' }> {
  const reply: CellUnavailable = { kind: 'unavailable', code, retryAfterMs: RETRY_AFTER_MS };
  return json(STATUS.away, reply);
}

function problem(status: number, code: string, detail: string): SignedAnswer {
  return json(status, { type: `urn:holdfast:problem:${code}`, status, detail, code });
}

function malformed(detail: string): SignedAnswer {
  return problem(
    STATUS.malformed,
    'cell-malformed',
    `The message is not of the form that this cell takes: ${detail}. Nothing was recorded.`,
  );
}

function forbidden(): SignedAnswer {
  return problem(
    STATUS.forbidden,
    'cell-forbidden',
    'Only a gateway that this cell was told to trust may ask this. Nothing was recorded.',
  );
}

function elsewhere({ jurisdiction }: CellRoutesOptions): SignedAnswer {
  return problem(
    STATUS.elsewhere,
    'cell-elsewhere',
    `This is the cell of ${jurisdiction} and of no other. Nothing was recorded.`,
  );
}
