// Stands between a prober and a gateway and breaks what passes, in one way at a time.
//
// For drills alone: it changes answers and ops on their way to a copy that is thrown away after.

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { at, jsonOf, textAt } from '../probe/ask.ts';

export const DRILLS = {
  'lost-like': { component: 'likes-right', says: 'a like is acknowledged and not counted' },
  'doubled-view': { component: 'views-right', says: 'a view is counted twice' },
  'lost-row': { component: 'likes-right', says: 'the row of a like is gone from the disk' },
  'stale-gateway': { component: 'likes-fresh', says: 'a gateway shows counts that stand still' },
  'dead-cell': { component: 'views-fresh', says: 'a cell acknowledges nothing' },
  'lying-count': { component: 'likes-right', says: 'a gateway shows three likes too many' },
} as const;
export type Drill = keyof typeof DRILLS;

/** The cell that is broken. */
export const BROKEN_CELL = 'us';
const BODY_BYTES_MAX = 1_048_576;
const TOO_MANY = 3;

export type FaultProxy = Readonly<{
  url: string;
  breakWith: (drill: Drill | undefined) => void;
  close: () => Promise<void>;
}>;

type Passing = Readonly<{
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}>;
type Passed = Readonly<{ status: number; headers: Headers; body: Buffer }>;
type Fields = Record<string, unknown>;

/** Opens the proxy on a free port of this machine. */
export async function openFaultProxy(
  upstream: string,
  serviceKey: string,
  nowMs: () => number,
): Promise<FaultProxy> {
  let drill: Drill | undefined;
  let sinceMs = 0;
  const pass = async ({ method, path, headers, body }: Passing): Promise<Passed> => {
    // What comes from the page's own origin must still do so behind the proxy.
    const own = headers['origin'] === undefined ? headers : { ...headers, origin: upstream };
    const response = await fetch(`${upstream}${path}`, {
      method,
      headers: own,
      ...(body.length > 0 && { body }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, body: bytes };
  };
  const server = createServer((request, response) => {
    const work = async (): Promise<void> => {
      const passing = await readPassing(request);
      const broken = drill;
      const asked = broken === 'lost-like' ? withoutLikes(passing) : passing;
      const passed = await pass(asked);
      if (broken === 'doubled-view') await again(passing, upstream, serviceKey, passed);
      sendPassed(
        response,
        broken === undefined ? passed : changed(broken, passing, passed, sinceMs),
      );
    };
    work().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on a host and port, so this is no pipe.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    breakWith: (next) => {
      drill = next;
      sinceMs = nowMs();
    },
    close: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

const DROPPED_HEADERS = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'];

async function readPassing(request: IncomingMessage): Promise<Passing> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('too large');
    parts.push(part);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && !DROPPED_HEADERS.includes(name)) headers[name] = value;
  }
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers,
    body: Buffer.concat(parts),
  };
}

function sendPassed(response: ServerResponse, { status, headers, body }: Passed): void {
  response.statusCode = status;
  for (const name of ['content-type', 'content-range', 'location']) {
    const value = headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.end(status === 204 ? undefined : body);
}

const isOps = ({ path }: Passing): boolean => path === '/v1/ops';

/** A like becomes an unlike that changes nothing; `changed` then says that it counted. */
function withoutLikes(passing: Passing): Passing {
  if (!isOps(passing)) return passing;
  const text = passing.body.toString('utf8').replaceAll('"kind":"like"', '"kind":"unlike"');
  return { ...passing, body: Buffer.from(text) };
}

/** Sends a view once more, in a session of its own. */
async function again(
  passing: Passing,
  upstream: string,
  serviceKey: string,
  { body }: Passed,
): Promise<void> {
  if (!isOps(passing) || !passing.body.includes('"view"')) return;
  const jurisdiction = textAt(jsonOf({ bytes: body }), 'cell');
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${serviceKey}` };
  const opened = await fetch(`${upstream}/v1/sessions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ jurisdiction }),
  });
  const grant = textAt(await opened.json(), 'grant') ?? '';
  await fetch(`${upstream}/v1/ops`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${grant}` },
    body: passing.body,
  }).then((answer) => answer.arrayBuffer());
}

function changed(drill: Drill, passing: Passing, passed: Passed, sinceMs: number): Passed {
  const { path } = passing;
  const value = jsonOf({ bytes: passed.body });
  if (drill === 'lost-like' && isOps(passing) && passing.body.includes('"like"')) {
    return {
      ...passed,
      body: Buffer.from(passed.body.toString().replaceAll('unchanged', 'counted')),
    };
  }
  if (drill === 'dead-cell') {
    const isOfCell =
      textAt(value, 'cell') === BROKEN_CELL || path.startsWith(`/v1/cells/${BROKEN_CELL}/`);
    const isSession = path === '/v1/sessions' && textAt(value, 'jurisdiction') === BROKEN_CELL;
    if (isOfCell || isSession) {
      return { ...passed, status: 503, body: Buffer.from('{"code":"cell-unavailable"}') };
    }
  }
  if (!path.startsWith('/v1/counts')) return passed;
  const counts = at(value, 'counts');
  if (typeof counts !== 'object' || counts === null) return passed;
  for (const video of Object.values(counts as Fields)) changeCount(drill, video, sinceMs);
  return { ...passed, body: Buffer.from(JSON.stringify(value)) };
}

function changeCount(drill: Drill, video: unknown, sinceMs: number): void {
  const part = at(video, 'cells', BROKEN_CELL);
  const likes = at(video, 'likes');
  if (typeof part !== 'object' || part === null || typeof likes !== 'object' || likes === null)
    return;
  if (drill === 'lying-count') {
    Object.assign(part, { likes: Number(at(part, 'likes')) + TOO_MANY });
    Object.assign(likes, { value: Number(at(likes, 'value')) + TOO_MANY });
  } else if (drill === 'stale-gateway') {
    // Standing still, and called live all the same.
    Object.assign(part, { asOf: new Date(sinceMs).toISOString(), seq: 0 });
  } else if (drill === 'dead-cell') Object.assign(part, { state: 'stale' });
}
