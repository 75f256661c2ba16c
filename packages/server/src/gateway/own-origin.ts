// Where browsers think they are when they are here: what a passkey is bound to.
//
// Rules: docs/spec/accounts.md (AC67).
//
// Why the Host of a request may say it: a browser signs the origin of the page that it shows, and
// gives a passkey to no other site than that of its making. Whoever sends another Host with what
// they sign themselves has a passkey for a site of their own, which is kept with it and opens
// nothing elsewhere.

import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export type OwnOrigin = Readonly<{ kind: 'origin'; origin: string; rpId: string }>;

const NO_NAME = refusal(
  'passkey-refused',
  'Passkeys need a host name, and this site was opened by a number. Open it under its name, such ' +
    'as http://localhost, and try again. Nothing was changed.',
);

/** The origin of the pages of this server, as the person who asks has opened it. */
export function ownOrigin(request: FastifyRequest, isSecure: boolean): OwnOrigin | Refusal {
  const text = `${isSecure ? 'https' : request.protocol}://${request.host}`;
  if (!URL.canParse(text)) return NO_NAME;
  const { origin, hostname } = new URL(text);
  if (hostname === '' || hostname.startsWith('[') || isIP(hostname) !== 0) return NO_NAME;
  return { kind: 'origin', origin, rpId: hostname };
}
