// Reads credentials off a request: service and operator keys, grants. Rules A17, A25 to A28, A35.

import type { FastifyRequest } from 'fastify';
import { grantVerifier } from '../grants/grant-verifier.ts';
import type { SessionGrant } from '../grants/grant-verifier.ts';
import type { GatewayLimits } from './gateway-limits.ts';
import type { Charter, KeyFinder } from './parts.ts';
import { rateLimited, refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { takeToken } from './token-buckets.ts';

export type KnownKey = Readonly<{ kind: 'service' | 'operator'; tenant: string }>;

export type Authorizer = Readonly<{
  /** A good key of the kind that is asked for. */
  key: (request: FastifyRequest, kind: KnownKey['kind']) => KnownKey | Refusal;
  /** A good grant. */
  grant: (request: FastifyRequest) => GrantOrRefusal;
  /** A good grant with a token left in its bucket. */
  grantForOps: (request: FastifyRequest) => GrantOrRefusal;
}>;

type GrantOrRefusal = Readonly<{ kind: 'grant'; grant: SessionGrant }> | Refusal;

const BEARER = 'Bearer ';

const KEY_MISSING = refusal('key-missing', 'Send a key as "Authorization: Bearer hfk_…".');
const KEY_INVALID = refusal(
  'key-invalid',
  'The key is not known here. Make one with "holdfast keys create".',
);
const KEY_REVOKED = refusal(
  'key-revoked',
  'The key was revoked and works no more. Make a new one with "holdfast keys create".',
);
const KEY_KIND = {
  service: refusal('forbidden', 'This needs a service key, not an operator key.'),
  operator: refusal('forbidden', 'This needs an operator key, not a service key.'),
} as const;
const GRANT_MISSING = refusal(
  'grant-missing',
  'Send the grant of a session as "Authorization: Bearer hfg_…". POST /v1/sessions gives one.',
);
const GRANT_INVALID = refusal(
  'grant-invalid',
  'The grant was not signed by an owner of its cell, or its cell is not served here. ' +
    'POST /v1/sessions gives a new one.',
);
const GRANT_EXPIRED = refusal(
  'grant-expired',
  'The session began more than 7 days ago. POST /v1/sessions begins a new one.',
);
const GRANT_AHEAD = refusal(
  'cell-unavailable',
  'The grant was given under an ownership of its cell that this gateway has yet to read of. Nothing ' +
    'of this request was recorded; send it again, with the same grant and under the same names.',
);
const TOO_OFTEN =
  'This session sends too many requests. Nothing of this one was recorded; put several ops in one.';

/** The bearer credential of a request. */
export function bearerOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  // Several spaces may follow the scheme (RFC 9110); what nearly everybody sends has one.
  if (authorization.startsWith(BEARER)) return authorization.slice(BEARER.length).trimStart();
  const [scheme = '', credential = ''] = authorization.trim().split(/ +/, 2);
  return scheme.toLowerCase() === 'bearer' ? credential : '';
}

export type AuthorizerOptions = Readonly<{
  keys: KeyFinder;
  charter: Charter;
  limits: GatewayLimits;
  nowMs: () => number;
}>;

export function openAuthorizer({ keys, charter, limits, nowMs }: AuthorizerOptions): Authorizer {
  const rate = { burst: limits.grantBurst, perSecond: limits.grantPerSecond };
  const { keyOf, newest } = charter.view;
  const verifier = grantVerifier({
    keyOf,
    newestEpoch: (jurisdiction) => {
      return charter.isCopy === true ? newest(jurisdiction)?.epoch : undefined;
    },
    tokens: rate.burst,
  });

  const grant = (request: FastifyRequest): GrantOrRefusal => {
    const token = bearerOf(request);
    if (token === undefined) return GRANT_MISSING;
    const opened = verifier.open(token, nowMs());
    if (opened === 'invalid') return GRANT_INVALID;
    if (opened === 'ahead') return GRANT_AHEAD;
    if (opened === 'expired') return GRANT_EXPIRED;
    return { kind: 'grant', grant: opened };
  };

  return {
    key: (request, kind) => {
      const secret = bearerOf(request);
      if (secret === undefined) return KEY_MISSING;
      const found = keys.find(secret);
      if (found.kind === 'unknown') return KEY_INVALID;
      if (found.kind === 'revoked') return KEY_REVOKED;
      return found.key.kind === kind ? found.key : KEY_KIND[kind];
    },
    grant,
    grantForOps: (request) => {
      const opened = grant(request);
      if (opened.kind === 'refusal') return opened;
      const waitMs = takeToken(opened.grant, rate, nowMs());
      return waitMs === 0 ? opened : rateLimited(TOO_OFTEN, waitMs);
    },
  };
}
