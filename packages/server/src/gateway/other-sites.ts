// What pages of other sites may do here: much with a grant, nothing with the cookie. A14 and A15.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

const PREFLIGHT_SECONDS = 86_400;

/** Lets any site read an answer. Browsers then send no cookie along, or refuse the answer. */
export function allowAnySite(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (request.headers.origin !== undefined) {
    reply.header('access-control-allow-origin', '*');
    // Without this a page of another site could not see how long it is asked to wait.
    reply.header('access-control-expose-headers', 'retry-after');
  }
  done();
}

/** Headers that answer a preflight. */
export function preflightHeaders(methods: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': methods,
    'access-control-allow-headers': 'authorization, content-type, op-number',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  };
}

const NO_FORM_TYPES = /^(?:application\/(?:json|offset\+octet-stream)|image\/\w+|text\/vtt)(?:;|$)/;

const CROSS_SITE = refusal(
  'cross-site',
  'A page of another site cannot do this with a cookie. Nothing was changed. Use a session grant, ' +
    'or send the request from this site.',
);

/**
 * Refuses a request that a page of another site made a browser send (A15). Only for requests that
 * the cookie authorises or that set it: other credentials are not sent by browsers on their own.
 */
export function crossSiteRefusal(request: FastifyRequest): Refusal | undefined {
  const { origin, 'sec-fetch-site': site, 'content-type': type } = request.headers;
  if (site !== undefined) {
    return site === 'same-origin' || site === 'none' ? undefined : CROSS_SITE;
  }
  if (origin !== undefined) return hostOf(origin) === request.host ? undefined : CROSS_SITE;
  // Neither header: not a browser of today. An older one would need a form, which sends only POST
  // and none of these types.
  return request.method !== 'POST' || NO_FORM_TYPES.test(type ?? '') ? undefined : CROSS_SITE;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
