// What every request to the console's API goes through before anybody acts on it (CO2, CO14 to CO16).

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LOOPBACK_HOSTS } from '../config/part-config.ts';
import { ConsoleError } from './console-error.ts';
import { consoleRefusal, sendConsoleRefusal } from './console-problem.ts';
import type { ConsoleRefusal } from './console-problem.ts';
import { activePerson, hasStaff } from './staff.ts';
import type { Person } from './staff.ts';
import type { StaffFile } from './staff-file.ts';
import type { SignIns, StaffSession } from './sign-ins.ts';

const BODY_BYTES_MAX = 4_096;

/** What a handler answers; `cookie` is the value of a `Set-Cookie`. */
export type ConsoleAnswer =
  Readonly<{ kind: 'ok'; body: object; cookie?: string }> | ConsoleRefusal;

/** Somebody who is signed in, and has not been revoked since. */
export type Who = Readonly<{ person: Person; session: StaffSession; token: string }>;

export type GuardOptions = Readonly<{
  staffFile: Pick<StaffFile, 'read'>;
  /** The address at which others reach this process, when it was given one. */
  ownUrl: string | undefined;
  onError: (error: unknown) => void;
}>;

/** Puts the guards on a scope that has nothing but the console's API. */
export function guard(scope: FastifyInstance, options: GuardOptions): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
    (_request, body, done) => {
      try {
        done(null, JSON.parse(body));
      } catch {
        done(new MalformedBody('the body is no JSON'));
      }
    },
  );
  scope.addHook('onRequest', (request, reply, done) => {
    const refused = refusalBefore(options, request);
    if (refused === undefined) done();
    else sendConsoleRefusal(reply, refused);
  });
  scope.setErrorHandler((error, _request, reply) =>
    sendConsoleRefusal(reply, refusalOfError(error, options.onError)),
  );
  scope.setNotFoundHandler((_request, reply) =>
    sendConsoleRefusal(reply, consoleRefusal('console-not-found', 'Nothing is here.')),
  );
}

class MalformedBody extends Error {
  override readonly name = 'MalformedBody';
}

/** CO2: whether there is a console here at all. */
export function whyOff(staffFile: Pick<StaffFile, 'read'>): ConsoleRefusal | undefined {
  try {
    if (hasStaff(staffFile.read())) return undefined;
  } catch (error) {
    if (error instanceof ConsoleError) return consoleRefusal('console-staff', error.message);
    throw error;
  }
  return consoleRefusal(
    'console-off',
    'This process serves no console: nobody was added. On its machine, run: ' +
      'holdfast staff add NAME --data DIR',
  );
}

function refusalBefore(
  { staffFile, ownUrl }: GuardOptions,
  request: FastifyRequest,
): ConsoleRefusal | undefined {
  const off = whyOff(staffFile);
  if (off !== undefined || request.method === 'GET') return off;
  if (isOwnOrigin(request, ownUrl)) return undefined;
  return consoleRefusal(
    'console-cross-site',
    'The request came from another page than the console of this cell. Nothing was done. ' +
      'Open /console at the address of the cell itself.',
  );
}

/** CO15: from the page of this very process, and said so by the browser. */
function isOwnOrigin(request: FastifyRequest, ownUrl: string | undefined): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return false;
  if (ownUrl !== undefined && origin === new URL(ownUrl).origin) return true;
  // Of an address that was not given, only that of the machine itself cannot be made up by others.
  return LOOPBACK_HOSTS.includes(request.hostname) && origin === `http://${host}`;
}

function refusalOfError(error: unknown, onError: GuardOptions['onError']): ConsoleRefusal {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const detail = `The body is larger than ${BODY_BYTES_MAX} bytes. Nothing was done.`;
    return consoleRefusal('console-too-large', detail);
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || code === 'FST_ERR_CTP_EMPTY_TYPE') {
    const detail = 'Only application/json is taken here. Nothing was done.';
    return consoleRefusal('console-media-type', detail);
  }
  if (error instanceof MalformedBody) return malformed();
  onError(error);
  return consoleRefusal(
    'console-failed',
    'Something failed here and was written to the log. What was asked may be done: look at how the ' +
      'hand-over stands before you ask again.',
  );
}

export function malformed(): ConsoleRefusal {
  return consoleRefusal('console-malformed', 'The question is malformed. Nothing was done.');
}

type WhoOptions = Readonly<{
  signIns: SignIns;
  staffFile: Pick<StaffFile, 'read'>;
  cookieName: string;
}>;

/** The person whose session a request carries. */
export function whoAsks(
  { signIns, staffFile, cookieName }: WhoOptions,
  request: FastifyRequest,
): Who | ConsoleRefusal {
  const token = tokenOf(request, cookieName);
  const session = token === undefined ? undefined : signIns.find(token);
  if (token !== undefined && session !== undefined) {
    // CO8: asked each time, so that taking somebody's access away holds at once.
    const person = activePerson(staffFile.read(), session.name);
    if (person !== undefined) return { person, session, token };
  }
  return consoleRefusal('console-signed-out', 'You are not signed in. Nothing was done. Sign in.');
}

function tokenOf({ headers }: FastifyRequest, cookieName: string): string | undefined {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === cookieName) return value;
  }
  return undefined;
}

/** `Set-Cookie` of a session; of none, which makes the browser forget. */
export function cookieOf(
  { headers }: FastifyRequest,
  { name, token, lastsMs }: Readonly<{ name: string; token: string; lastsMs: number }>,
): string {
  const isHttps = headers.origin?.startsWith('https:') === true;
  const seconds = Math.max(0, Math.floor(lastsMs / 1_000));
  const attributes = `Path=/console; HttpOnly; SameSite=Strict; Max-Age=${seconds}`;
  return `${name}=${token}; ${attributes}${isHttps ? '; Secure' : ''}`;
}

export function sendAnswer(reply: FastifyReply, answer: ConsoleAnswer): FastifyReply {
  if (answer.kind !== 'ok') return sendConsoleRefusal(reply, answer);
  if (answer.cookie !== undefined) reply.header('set-cookie', answer.cookie);
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(answer.body));
}
