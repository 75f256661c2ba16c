// GET and DELETE /v1/me: the signed-in account. Rules A15, A24.

import type { FastifyInstance } from 'fastify';
import { sendJson } from '../answers.ts';
import type { Cookies } from '../cookies.ts';
import { crossSiteRefusal } from '../other-sites.ts';
import { readerOf, SIGN_IN, writingAbout } from '../person.ts';
import { sendRefusal, unavailable } from '../refusal.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';
import { ownProfile } from './own-profile.ts';

export function addMeRoutes(app: FastifyInstance, whoIs: WhoIsSignedIn, cookies: Cookies): void {
  app.get('/v1/me', async (request, reply) => {
    const me = await readerOf(whoIs, request, reply);
    if (me.kind === 'refusal') return sendRefusal(reply, me);
    const profile = await writingAbout(me, 'profile', '');
    if (profile.kind === 'refusal') return sendRefusal(reply, profile);
    const told = await me.cell.call('rolesOf', { token: me.token });
    if (told.kind === 'unavailable') return sendRefusal(reply, unavailable(told));
    const roles = told.kind === 'roles' ? told.roles : [];
    return sendJson(reply, 200, { ...ownProfile(me, profile.writing?.body), roles });
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
