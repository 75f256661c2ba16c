// GET and DELETE /v1/me: the signed-in account. Rules A15, A24.

import type { FastifyInstance } from 'fastify';
import type { MediaOwner, MediaStore } from '../../media/media-store.ts';
import { WRITINGS_PAGE_MAX } from '../../people/writings.ts';
import { sendJson } from '../answers.ts';
import type { Cookies } from '../cookies.ts';
import { crossSiteRefusal } from '../other-sites.ts';
import { readerOf, SIGN_IN, writingAbout, writingsOf } from '../person.ts';
import { sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account, WhoIsSignedIn } from '../signed-in.ts';
import { ownProfile } from './own-profile.ts';

export type MeParts = Readonly<{ whoIs: WhoIsSignedIn; cookies: Cookies; media: MediaStore }>;

export function addMeRoutes(app: FastifyInstance, { whoIs, cookies, media }: MeParts): void {
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
    const { cell, token, jurisdiction, account } = signedIn;
    const files = await filesOwners(signedIn);
    if ('kind' in files) return sendRefusal(reply, files);
    const deleted = await cell.call('deleteAccount', { token });
    if (deleted.kind === 'unavailable') return sendRefusal(reply, unavailable(deleted));
    if (deleted.kind === 'nobody') return sendRefusal(reply, SIGN_IN);
    for (const owner of files) await media.remove(jurisdiction, owner);
    await media.remove(jurisdiction, { of: 'person', id: account });
    reply.header('set-cookie', cookies.clear());
    return sendJson(reply, 202, { cell: cell.jurisdiction, ...deleted.position });
  });
}

/** The videos of a person that may have files. */
async function filesOwners(me: Account): Promise<readonly MediaOwner[] | Refusal> {
  const owners: MediaOwner[] = [];
  for (let before: string | undefined; ;) {
    const itemsMax = WRITINGS_PAGE_MAX;
    const page = await writingsOf(me, { by: 'kind', of: 'draft', before, itemsMax });
    if (page.kind === 'refusal') return page;
    for (const { kind, target } of page.items) {
      if (kind === 'draft') owners.push({ of: 'video', id: target });
    }
    before = page.next;
    if (before === undefined) return owners;
  }
}
