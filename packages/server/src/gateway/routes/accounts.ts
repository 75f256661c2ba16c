// POST /v1/accounts, /v1/sign-in, /v1/sign-out: accounts, each in its home cell. Rules A15, A16, A23.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import type { AccountRefusal, SignedIn } from '../../cell/cell-client.ts';
import { objectBody, sendJson } from '../answers.ts';
import type { Body } from '../answers.ts';
import type { Cookies } from '../cookies.ts';
import type { HomeOf } from '../home.ts';
import { crossSiteRefusal } from '../other-sites.ts';
import type { CellClients } from '../parts.ts';
import { rateLimited, refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';

export type AccountParts = Readonly<{
  cells: CellClients;
  homeOf: HomeOf;
  cookies: Cookies;
  known: PublicCatalog;
}>;

type Credentials = Readonly<{ kind: 'credentials'; handle: string; password: string }>;

/** Longest handle or password that is passed on; the cell's own rules are stricter. */
const CREDENTIAL_CHARS_MAX = 1_024;

const CREDENTIALS_FORM = refusal(
  'invalid-request',
  `handle and password must be text of at most ${CREDENTIAL_CHARS_MAX} characters.`,
);
const WRONG_CREDENTIALS = refusal(
  'wrong-credentials',
  'No account of this jurisdiction has this handle with this password. An account of another ' +
    'jurisdiction signs in with that jurisdiction in the body.',
);
const HANDLE_TAKEN = refusal('handle-taken', 'Somebody has this handle. Choose another one.');
const TOO_OFTEN =
  'Too many attempts. Nothing was changed; try again after the time in Retry-After.';

/** Signs up or in at the home cell and gives the cookie. */
async function enter(
  parts: AccountParts,
  call: 'signUp' | 'signIn',
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { homeOf, cookies } = parts;
  const crossSite = crossSiteRefusal(request);
  if (crossSite !== undefined) return sendRefusal(reply, crossSite);
  const body = objectBody(request);
  if (body.kind === 'refusal') return sendRefusal(reply, body);
  const credentials = credentialsOf(body.value);
  if (credentials.kind === 'refusal') return sendRefusal(reply, credentials);
  const asked = body.value['jurisdiction'] ?? knownHome(parts, request);
  const home = homeOf(asked, request);
  if (home.kind === 'refusal') return sendRefusal(reply, home);
  const { handle, password } = credentials;
  // PE36: a name that somebody of another jurisdiction is publicly known by.
  const holder = call === 'signUp' ? parts.known.profileByHandle(handle) : undefined;
  if (holder !== undefined && holder.jurisdiction !== home.cell.jurisdiction) {
    return sendRefusal(reply, HANDLE_TAKEN);
  }
  const entered = await home.cell.call(call, { handle, password, remote: request.ip });
  if (entered.kind === 'unavailable') return sendRefusal(reply, unavailable(entered));
  if (entered.kind !== 'signed-in') return sendRefusal(reply, accountRefusal(entered));
  const { jurisdiction } = home.cell;
  reply.header('set-cookie', cookies.set({ jurisdiction, ...entered }));
  return sendJson(reply, call === 'signUp' ? 201 : 200, accountBody(jurisdiction, entered));
}

/** The home of the last account on this browser, if its cell is still served here. */
function knownHome({ cells, cookies }: AccountParts, request: FastifyRequest) {
  const home = cookies.lastHome(request);
  return home !== undefined && cells.has(home) ? home : undefined;
}

function accountBody(
  jurisdiction: string,
  { account, handle }: Pick<SignedIn, 'account' | 'handle'>,
) {
  return { account, handle, jurisdiction };
}

function credentialsOf({ handle, password }: Body): Credentials | Refusal {
  if (typeof handle !== 'string' || typeof password !== 'string') return CREDENTIALS_FORM;
  const longest = Math.max(handle.length, password.length);
  if (longest > CREDENTIAL_CHARS_MAX) return CREDENTIALS_FORM;
  return { kind: 'credentials', handle, password };
}

function accountRefusal(refused: AccountRefusal): Refusal {
  switch (refused.kind) {
    case 'handle-taken':
      return HANDLE_TAKEN;
    case 'wrong-credentials':
      return WRONG_CREDENTIALS;
    case 'rate-limited':
      return rateLimited(TOO_OFTEN, refused.retryAfterMs);
    case 'handle-refused':
    case 'password-refused':
      return refusal(refused.kind, refused.detail);
  }
}

export function addAccountRoutes(app: FastifyInstance, parts: AccountParts): void {
  const { cells, cookies } = parts;
  app.post('/v1/accounts', (request, reply) => enter(parts, 'signUp', request, reply));
  app.post('/v1/sign-in', (request, reply) => enter(parts, 'signIn', request, reply));
  app.post('/v1/sign-out', async (request, reply) => {
    const crossSite = crossSiteRefusal(request);
    if (crossSite !== undefined) return sendRefusal(reply, crossSite);
    const session = cookies.read(request);
    const cell = session === undefined ? undefined : cells.get(session.jurisdiction);
    if (session !== undefined && cell !== undefined) {
      const ended = await cell.call('signOut', { token: session.token });
      // The cookie stays: a session that was not ended must not look ended.
      if (ended.kind === 'unavailable') return sendRefusal(reply, unavailable(ended));
    }
    return await reply.code(204).header('set-cookie', cookies.clear()).send();
  });
}
