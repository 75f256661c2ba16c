// The cookie of a signed-in person: the home jurisdiction, so that the gateway knows which cell to
// ask, and the cell's opaque token. A second cookie keeps the jurisdiction alone, so that this
// browser signs in at the right cell again. Rules A16, A23 and A73.

import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { FastifyRequest } from 'fastify';

export type CookieSession = Readonly<{ jurisdiction: Jurisdiction; token: string }>;
/** A session as its cell has just made or renewed it. */
export type LiveSession = CookieSession & Readonly<{ expiresAtMs: number }>;

export type Cookies = Readonly<{
  read: (request: FastifyRequest) => CookieSession | undefined;
  /** The jurisdiction of the last account on this browser. */
  lastHome: (request: FastifyRequest) => Jurisdiction | undefined;
  /** `Set-Cookie`s for a session, until the cell ends it. */
  set: (session: LiveSession) => string[];
  /** `Set-Cookie` that makes the browser forget. */
  clear: () => string;
}>;

/** Browsers keep a cookie no longer than 400 days. */
const MAX_AGE_SECONDS = 400 * 86_400;
const VALUE_PATTERN = /^([a-z]{2,8})\.([A-Za-z0-9_-]{1,128})$/;

export function cookies(secure: boolean, nowMs: () => number): Cookies {
  const name = secure ? '__Host-holdfast' : 'holdfast';
  const homeName = `${name}-home`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const lasting = (seconds: number): string =>
    `${attributes}; Max-Age=${Math.max(0, Math.min(seconds, MAX_AGE_SECONDS))}`;
  return {
    read: (request) => {
      const [, jurisdiction, token] = VALUE_PATTERN.exec(valueOf(request, name) ?? '') ?? [];
      if (!isJurisdiction(jurisdiction) || token === undefined) return undefined;
      return { jurisdiction, token };
    },
    lastHome: (request) => {
      const home = valueOf(request, homeName);
      return isJurisdiction(home) ? home : undefined;
    },
    set: ({ jurisdiction, token, expiresAtMs }) => [
      `${name}=${jurisdiction}.${token}; ${lasting(Math.floor((expiresAtMs - nowMs()) / 1_000))}`,
      `${homeName}=${jurisdiction}; ${lasting(MAX_AGE_SECONDS)}`,
    ],
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
  };
}

function valueOf(request: FastifyRequest, name: string): string | undefined {
  for (const pair of request.headers.cookie?.split(';') ?? []) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}
