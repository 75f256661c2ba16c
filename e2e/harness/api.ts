// What tests ask of a server again and again, in the words of the API.

import { setTimeout as sleep } from 'node:timers/promises';
import { OPERATOR_KEY, SERVICE_KEY } from './installation.ts';
import type { ContractCheck } from './contract-check.ts';
import { send } from './http.ts';
import type { Answer, Ask } from './http.ts';

export type State = 'live' | 'stale' | 'unknown';
export type Total = Readonly<{ value: number | null; state: State; asOf: string | null }>;
export type CellCount = Readonly<{
  likes: number | null;
  views: number | null;
  state: State;
  asOf: string | null;
  epoch: number;
  seq: number;
}>;
export type Count = Readonly<{ likes: Total; views: Total; cells: Record<string, CellCount> }>;
export type Position = Readonly<{ epoch: number; seq: number }>;
export type OpBody = Readonly<Record<string, unknown>>;
export type OpsBody = Readonly<{
  cell: string;
  epoch: number;
  seq: number;
  results: readonly { n: number; outcome: string; code?: string }[];
}>;
export type BulkBody = Readonly<{
  accepted: number;
  outcomes: Readonly<Record<string, number>>;
  positions: Readonly<Record<string, Position>>;
}>;
export type SessionBody = Readonly<{
  session: string;
  jurisdiction: string;
  grant: string;
  startedAt: string;
  expiresAt: string;
}>;
export type BooksBody = Readonly<{
  epoch: number;
  seq: number;
  ops: number;
  classes: Readonly<Record<string, number>>;
  balanced: boolean;
}>;

/** Counts follow what was acknowledged within this, or a test has found that they do not. */
const SETTLE_MS_MAX = 20_000;
const SETTLE_LOOK_MS = 20;

/** The body of an answer that must have this status; the words of any other are thrown. */
export function bodyOf<Body>(answer: Answer, status = 200): Body {
  if (answer.status !== status)
    throw new Error(`${answer.status} and not ${status}: ${answer.text}`);
  // The test that reads a field checks it; this only gives the fields their names.
  return answer.body as Body;
}

export type Api = Readonly<{
  url: string;
  send: (method: string, path: string, ask?: Ask) => Promise<Answer>;
  /** With the service key. */
  service: (method: string, path: string, body?: unknown) => Promise<Answer>;
  operator: (method: string, path: string, body?: unknown) => Promise<Answer>;
  video: (video: string, fields?: Readonly<Record<string, unknown>>) => Promise<Answer>;
  session: (jurisdiction: string, subject?: string) => Promise<SessionBody>;
  /** Opens a session of the subject and gives its grant. */
  grant: (jurisdiction: string, subject?: string) => Promise<string>;
  ops: (grant: string | undefined, ops: readonly OpBody[]) => Promise<Answer>;
  /** The outcomes alone, of ops that must be acknowledged. */
  outcomes: (grant: string, ops: readonly OpBody[]) => Promise<readonly string[]>;
  bulk: (lines: readonly OpBody[]) => Promise<Answer>;
  counts: (videos: readonly string[]) => Promise<Readonly<Record<string, Count>>>;
  /** The count of one video once every cell is live and includes all that was acknowledged. */
  settled: (video: string) => Promise<Count>;
  books: (jurisdiction: string) => Promise<BooksBody>;
}>;

/** `check` looks at every answer, and throws for one that may not be. */
export function apiOf(url: string, check: ContractCheck = () => undefined): Api {
  const ask: Api['send'] = async (method, path, what) => {
    const answer = await send(url, method, path, what);
    check(method, path, answer);
    return answer;
  };
  const service: Api['service'] = (method, path, body) =>
    ask(method, path, { body, bearer: SERVICE_KEY });
  const books: Api['books'] = async (jurisdiction) =>
    bodyOf(await ask('GET', `/v1/cells/${jurisdiction}/books`));
  const session: Api['session'] = async (jurisdiction, subject) => {
    const bearer = subject === undefined ? undefined : SERVICE_KEY;
    const body = { jurisdiction, ...(subject === undefined ? {} : { subject }) };
    return bodyOf(await ask('POST', '/v1/sessions', { body, bearer }), 201);
  };
  const ops: Api['ops'] = (bearer, list) => ask('POST', '/v1/ops', { body: { ops: list }, bearer });
  const counts: Api['counts'] = async (videos) => {
    const query = videos.map((video) => `video=${video}`).join('&');
    return bodyOf<{ counts: Record<string, Count> }>(await ask('GET', `/v1/counts?${query}`))
      .counts;
  };
  return {
    url,
    send: ask,
    service,
    operator: (method, path, body) => ask(method, path, { body, bearer: OPERATOR_KEY }),
    video: (video, fields) => service('PUT', `/v1/videos/${video}`, { ...SHORT_VIDEO, ...fields }),
    session,
    grant: async (jurisdiction, subject) => (await session(jurisdiction, subject)).grant,
    ops,
    outcomes: async (grant, list) =>
      bodyOf<OpsBody>(await ops(grant, list)).results.map(({ outcome }) => outcome),
    bulk: (lines) => {
      const body = lines.map((line) => JSON.stringify(line)).join('\n');
      return ask('POST', '/v1/ops/bulk', { body, bearer: SERVICE_KEY, type: NDJSON });
    },
    counts,
    settled: (video) => settled({ video, books, counts }),
    books,
  };
}

export const NDJSON = 'application/x-ndjson';

/** Half of it is watched in 2 s, so that a test can count views in a session that is young. */
export const SHORT_VIDEO = { durationMs: 4_000, creator: 'creator-of-the-tests' } as const;
/** The least that counts as a view of it. */
export const WATCHED_MS = 2_000;

type Settled = Pick<Api, 'books' | 'counts'> & Readonly<{ video: string }>;

async function settled({ video, books, counts }: Settled): Promise<Count> {
  const { [video]: first } = await counts([video]);
  if (first === undefined) throw new Error(`no count of ${video}`);
  const wanted = new Map<string, number>();
  for (const cell of Object.keys(first.cells)) wanted.set(cell, (await books(cell)).seq);
  const untilMs = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const count = (await counts([video]))[video];
    const isThere = [...wanted].every(([cell, seq]) => {
      const part = count?.cells[cell];
      return part?.state === 'live' && part.seq >= seq;
    });
    if (count !== undefined && isThere) return count;
    if (performance.now() > untilMs) throw new Error(`not settled: ${JSON.stringify(count)}`);
    await sleep(SETTLE_LOOK_MS);
  }
}

/** Asks again until the answer is as wanted; fails with the last one when it never is. */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value>,
  isWanted: (value: Value) => boolean,
  msMax = SETTLE_MS_MAX,
): Promise<Value> {
  const untilMs = performance.now() + msMax;
  for (;;) {
    const value = await ask();
    if (isWanted(value)) return value;
    if (performance.now() > untilMs) throw new Error(`never ${what}: ${JSON.stringify(value)}`);
    await sleep(SETTLE_LOOK_MS);
  }
}
