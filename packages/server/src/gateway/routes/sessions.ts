// POST /v1/sessions: begins a session and gives its grant. Rules A18 to A22.

import { isSubjectId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CellClient, Identity } from '../../cell/cell-client.ts';
import { objectBody, sendJson, timeText } from '../answers.ts';
import type { Body } from '../answers.ts';
import type { Authorizer, KnownKey } from '../authorizer.ts';
import type { Cookies } from '../cookies.ts';
import type { HomeOf } from '../home.ts';
import { crossSiteRefusal } from '../other-sites.ts';
import { rateLimited, refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';
import { remoteKeyOf } from '../token-buckets.ts';
import type { TokenBuckets } from '../token-buckets.ts';

export type SessionParts = Readonly<{
  authorizer: Authorizer;
  homeOf: HomeOf;
  whoIs: WhoIsSignedIn;
  cookies: Cookies;
  buckets: TokenBuckets;
  nowMs: () => number;
}>;

type Session = Readonly<{ kind: 'begin'; cell: CellClient; who: Identity; clearCookie: boolean }>;

const SUBJECT_FORM = refusal(
  'invalid-request',
  'subject must be 1 to 64 characters of A-Z a-z 0-9 _ -.',
);
const SUBJECT_NEEDS_KEY = refusal(
  'key-missing',
  'Only a service key may name a subject. Send one, or leave the subject out.',
);
const TOO_MANY = 'Too many sessions began from this address. None was begun now.';
const NOBODY: Identity = { kind: 'anonymous' };

export function addSessionRoute(app: FastifyInstance, parts: SessionParts): void {
  app.post('/v1/sessions', { config: { anySite: true } }, async (request, reply) => {
    const body = objectBody(request, {});
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const session =
      request.headers.authorization === undefined
        ? await withoutKey(parts, [request, reply], body.value)
        : withKey(parts, parts.authorizer.key(request, 'service'), request, body.value);
    if (session.kind === 'refusal') return sendRefusal(reply, session);
    return await begin(parts, session, reply);
  });
}

function withKey(
  { homeOf }: SessionParts,
  key: KnownKey | Refusal,
  request: FastifyRequest,
  { subject, jurisdiction }: Body,
): Session | Refusal {
  if (key.kind === 'refusal') return key;
  if (subject !== undefined && !isSubjectId(subject)) return SUBJECT_FORM;
  const home = homeOf(jurisdiction, request);
  if (home.kind === 'refusal') return home;
  const { tenant } = key;
  const who: Identity = subject === undefined ? NOBODY : { kind: 'subject', tenant, subject };
  return { kind: 'begin', cell: home.cell, who, clearCookie: false };
}

async function withoutKey(
  { homeOf, whoIs, cookies, buckets, nowMs }: SessionParts,
  [request, reply]: readonly [FastifyRequest, FastifyReply],
  { subject, jurisdiction }: Body,
): Promise<Session | Refusal> {
  if (subject !== undefined) return SUBJECT_NEEDS_KEY;
  const crossSite = cookies.read(request) === undefined ? undefined : crossSiteRefusal(request);
  if (crossSite !== undefined) return crossSite;
  const waitMs = buckets.take(remoteKeyOf(request.ip), nowMs());
  if (waitMs > 0) return rateLimited(TOO_MANY, waitMs);
  const signedIn = await whoIs(request, reply);
  if (signedIn.kind === 'unavailable') return unavailable(signedIn);
  if (signedIn.kind === 'account') {
    const { cell, account } = signedIn;
    return { kind: 'begin', cell, who: { kind: 'account', account }, clearCookie: false };
  }
  const home = homeOf(jurisdiction, request);
  if (home.kind === 'refusal') return home;
  return { kind: 'begin', cell: home.cell, who: NOBODY, clearCookie: signedIn.kind === 'nobody' };
}

async function begin(
  { cookies }: SessionParts,
  { cell, who, clearCookie }: Session,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const opened = await cell.call('openSession', { who });
  if (opened.kind === 'unavailable') return sendRefusal(reply, unavailable(opened));
  if (clearCookie) reply.header('set-cookie', cookies.clear());
  return sendJson(reply, 201, {
    session: opened.session,
    jurisdiction: cell.jurisdiction,
    grant: opened.grant,
    startedAt: timeText(opened.startedAtMs),
    expiresAt: timeText(opened.expiresAtMs),
  });
}
