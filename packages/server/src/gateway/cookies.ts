// The cookie of a signed-in person: the home jurisdiction, so that the gateway knows which cell to
// ask, and the cell's opaque token. Rule A16.

import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { FastifyRequest } from 'fastify';

export type CookieSession = Readonly<{ jurisdiction: Jurisdiction; token: string }>;

export type Cookies = Readonly<{
  read: (request: FastifyRequest) => CookieSession | undefined;
  /** `Set-Cookie` for a new session. The cell decides when it ends, not the browser. */
  set: (session: CookieSession) => string;
  /** `Set-Cookie` that makes the browser forget. */
  clear: () => string;
}>;

/** Browsers keep a cookie no longer than 400 days. */
const MAX_AGE_SECONDS = 400 * 86_400;
const VALUE_PATTERN = /^([a-z]{2,8})\.([A-Za-z0-9_-]{1,128})$/;

export function cookies(secure: boolean): Cookies {
  const name = secure ? '__Host-holdfast' : 'holdfast';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    read: (request) => {
      const { cookie } = request.headers;
      if (cookie === undefined) return undefined;
      for (const pair of cookie.split(';')) {
        const [key, value = ''] = pair.trim().split('=', 2);
        if (key !== name) continue;
        const [, jurisdiction, token] = VALUE_PATTERN.exec(value) ?? [];
        if (isJurisdiction(jurisdiction) && token !== undefined) return { jurisdiction, token };
      }
      return undefined;
    },
    set: ({ jurisdiction, token }) =>
      `${name}=${jurisdiction}.${token}; ${attributes}; Max-Age=${MAX_AGE_SECONDS}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
  };
}
