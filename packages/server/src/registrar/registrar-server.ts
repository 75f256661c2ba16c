// The registrar as a server: the charter to read for everybody, appends and heartbeats as signed
// messages. Rules R16 to R20.

import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { readSignedDecision } from '@holdfast/engine/charter/charter-entry.ts';
import type { SignedDecision } from '@holdfast/engine/charter/charter-entry.ts';
import { addSignedRoutes } from '../signed/signed-server.ts';
import type { SignedAnswer, SignedRequest, SignedRoute } from '../signed/signed-server.ts';
import { wireIdentity } from '../signed/wire-key.ts';
import type { WireParty } from '../signed/wire-key.ts';
import { addCharterRoutes, CHARTER_PATH } from './charter-routes.ts';
import { signHead } from './charter-head.ts';
import { heardBook } from './heard.ts';
import type { HeardBook } from './heard.ts';
import { RegistrarError } from './registrar-error.ts';
import { registrarProblem } from './registrar-problem.ts';
import type { RegistrarProblemCode } from './registrar-problem.ts';
import type { Registrar } from './registrar.ts';
import { retirementWitnessRoute } from './retirement-witness.ts';
import { witnessRoute } from './witness-route.ts';

export const ENTRIES_PATH: string = `${CHARTER_PATH}/entries`;
export const HEARTBEAT_PATH: string = `${CHARTER_PATH}/heartbeat`;
export const HEARD_PATH: string = `${CHARTER_PATH}/heard`;

/** A decision with all its signatures is some 3 KiB. */
const DECISION_BYTES_MAX: number = 16 * 1024;
const HEARTBEAT_BYTES_MAX = 256;
const REQUEST_MS_MAX = 10_000;
const CONNECTIONS_MAX = 4_000;
const CLOSE_CHECK_MS = 20;

export type RegistrarServer = Readonly<{
  registrar: Registrar;
  /** Who may found a cell, as operator by public key; `undefined` lets everybody who gets here. */
  founders: ReadonlyMap<string, string> | undefined;
  /** Gateways that may say that they live though they found nothing (R19). */
  isGateway?: (claimed: WireParty) => boolean;
  nowMs: () => number;
  monotonicMs: () => number;
  randomBytes: (bytes: number) => Buffer;
  /** Told of what failed here, and of each entry that was recorded. */
  onError: (error: unknown) => void;
  heartbeatMs?: number;
}>;

/** Builds the server; the caller listens and closes, and closes the registrar after it. */
export async function openRegistrarServer(options: RegistrarServer): Promise<FastifyInstance> {
  const { registrar, founders, nowMs, randomBytes, onError, heartbeatMs } = options;
  const { privateKey, charter } = registrar;
  const identity = wireIdentity({ operator: 'registrar', site: 'main', privateKey });
  const heard = heardBook(options.monotonicMs);
  const app = fastify({ requestTimeout: REQUEST_MS_MAX, return503OnClosing: false });
  app.server.maxConnections = CONNECTIONS_MAX;
  closeWhatFallsIdle(app);
  app.get('/healthz', () => ({ status: 'up' }));
  app.get(HEARD_PATH, (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { heard: heard.list() };
  });
  const { publicKey } = identity;
  addCharterRoutes(app, {
    registrar,
    publicKey: () => publicKey,
    head: () => signHead(charter, nowMs(), privateKey),
    ...(heartbeatMs !== undefined && { heartbeatMs }),
  });
  const lookup = (claimed: WireParty): WireParty | undefined => {
    const { operator } = claimed;
    const isFounder = founders === undefined || founders.get(claimed.publicKey) === operator;
    const isKnown = isFounder || charter.hasParty(claimed) || options.isGateway?.(claimed) === true;
    return isKnown ? claimed : undefined;
  };
  const signed = { identity, lookup, nowMs, randomBytes, onError };
  await addSignedRoutes(app, signed, [
    appendRoute(options),
    heartbeatRoute(registrar, heard),
    witnessRoute(registrar, nowMs),
    retirementWitnessRoute(registrar, nowMs),
  ]);
  return app;
}

function appendRoute({ registrar, founders, onError }: RegistrarServer): SignedRoute {
  return {
    method: 'POST',
    url: ENTRIES_PATH,
    bodyBytesMax: DECISION_BYTES_MAX,
    handle: (request) => {
      const asked = readSignedDecision(jsonOf(request));
      if (asked === undefined) {
        return refuse('charter-decision-malformed', 'This is no decision. Nothing was recorded.');
      }
      return refusalToSender(asked, request.sender, founders) ?? append(registrar, asked, onError);
    },
  };
}

/** The parties' signatures decide; this only keeps strangers from using the registrar at all. */
function refusalToSender(
  { decision, signatures }: SignedDecision,
  { publicKey }: WireParty,
  founders: RegistrarServer['founders'],
): SignedAnswer | undefined {
  if (!signatures.some((by) => by.publicKey === publicKey)) {
    const detail = 'The sender is not one of those who signed. Nothing was recorded.';
    return refuse('charter-sender-differs', detail);
  }
  const { act, owner } = decision;
  const isClosed = founders !== undefined && founders.get(owner.publicKey) !== owner.operator;
  if (act !== 'found' || !isClosed) return undefined;
  const detail =
    `${owner.operator} is not among those who may found a cell here. Nothing was recorded. Add ` +
    "its key to the registrar's list of founders.";
  return refuse('charter-founding-closed', detail);
}

function append(
  registrar: Registrar,
  asked: SignedDecision,
  onError: (error: unknown) => void,
): SignedAnswer {
  try {
    const result = registrar.append(asked);
    if (result.kind === 'appended') {
      const body = JSON.stringify({ entry: result.entry });
      return { kind: 'bytes', status: result.isNew ? 201 : 200, body };
    }
    if (result.kind === 'refused') {
      const { code: reason, detail } = result;
      const text = `The decision cannot be recorded: ${detail}. Nothing was changed.`;
      return refuse('charter-decision-refused', text, { reason });
    }
    const { newest } = result;
    const detail = `The newest epoch of the cell is ${newest?.epoch ?? 0}. Nothing was recorded.`;
    return refuse('charter-not-next', detail, { newest: newest ?? null });
  } catch (cause) {
    if (!(cause instanceof RegistrarError)) throw cause;
    onError(cause);
    const detail = 'The disk of the registrar failed; see its log. Ask again, the same way.';
    return refuse('charter-storage', detail);
  }
}

function heartbeatRoute({ charter }: Registrar, heard: HeardBook): SignedRoute {
  return {
    method: 'POST',
    url: HEARTBEAT_PATH,
    bodyBytesMax: HEARTBEAT_BYTES_MAX,
    handle: (request) => {
      const newest = newestIn(jsonOf(request));
      if (newest === undefined) {
        return refuse('charter-query-invalid', 'A heartbeat says `newest`, a number. Ignored.');
      }
      heard.note(request.sender, newest);
      const body = JSON.stringify({ newest: charter.size(), newestHash: charter.newestHash() });
      return { kind: 'bytes', status: 200, body };
    },
  };
}

function refuse(
  code: RegistrarProblemCode,
  detail: string,
  members?: Readonly<Record<string, unknown>>,
): SignedAnswer {
  return { kind: 'bytes', ...registrarProblem(code, detail, members) };
}

function jsonOf({ body }: SignedRequest): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function newestIn(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('newest' in value)) return undefined;
  const { newest } = value;
  return typeof newest === 'number' && Number.isSafeInteger(newest) ? newest : undefined;
}

/** Node closes connections that are idle when it is told to close, not those that become so. */
function closeWhatFallsIdle(app: FastifyInstance): void {
  app.addHook('preClose', (done) => {
    const timer = setInterval(() => app.server.closeIdleConnections(), CLOSE_CHECK_MS);
    app.server.once('close', () => clearInterval(timer));
    if (!app.server.listening) clearInterval(timer);
    done();
  });
}
