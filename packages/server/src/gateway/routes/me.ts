// GET and DELETE /v1/me: the signed-in account. Rules A15, A24.

import type { FastifyInstance } from 'fastify';
import { sendJson } from '../answers.ts';
import type { Cookies } from '../cookies.ts';
import { crossSiteRefusal } from '../other-sites.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';

const SIGN_IN = refusal('sign-in-required', 'Nobody is signed in. POST /v1/sign-in first.');

export function addMeRoutes(app: FastifyInstance, whoIs: WhoIsSignedIn, cookies: Cookies): void {
  app.get('/v1/me', async (request, reply) => {
    const signedIn = await whoIs(request, reply);
    if (signedIn.kind === 'unavailable') return sendRefusal(reply, unavailable(signedIn));
    if (signedIn.kind !== 'account') return sendRefusal(reply, SIGN_IN);
    const { account, handle, jurisdiction } = signedIn;
    return sendJson(reply, 200, { account, handle, jurisdiction });
  });

  app.delete('/v1/me', async (request, reply) => {
    const crossSite = crossSiteRefusal(request);
    if (crossSite !== undefined) return sendRefusal(reply, crossSite);
    const signedIn = await whoIs(request, reply);
    if (signedIn.kind === 'unavailable') return sendRefusal(reply, unavailable(signedIn));
    if (signedIn.kind !== 'account') return sendRefusal(reply, SIGN_IN);
    const { cell, token } = signedIn;
    const deleted = await cell.call('deleteAccount', { token });
    if (deleted.kind === 'unavailable') return sendRefusal(reply, unavailable(deleted));
    if (deleted.kind === 'nobody') return sendRefusal(reply, SIGN_IN);
    reply.header('set-cookie', cookies.clear());
    return sendJson(reply, 202, { cell: cell.jurisdiction, ...deleted.position });
  });
}
