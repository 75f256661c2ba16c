// PUT and DELETE /v1/people/{handle}/follow, GET /v1/me/following. Rules: docs/spec/comments.md
// (CM25 to CM27).

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import { followersTally } from '../../people/tally-names.ts';
import { pathPart, sendJson } from '../answers.ts';
import type { Pace } from '../pace.ts';
import { readerOf, writeAs, writerOf, writingAbout, writingsOf } from '../person.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import { isSamples, samplesPerson } from '../samples.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';
import { NOBODY_HERE, shownPerson } from './people.ts';

export type FollowParts = Readonly<{
  catalog: Pick<Catalog, 'ofCreator'>;
  publicCatalog: PublicCatalog;
  whoIs: WhoIsSignedIn;
  paces: Readonly<{ touches: Pace }>;
}>;

const PAGE_ITEMS = 20;
export const FOLLOWING_PAGE_MAX = 50;

const ONESELF = refusal('invalid-request', 'Nobody follows themselves. Nothing was changed.');

export function addFollowRoutes(app: FastifyInstance, parts: FollowParts): void {
  const { catalog, publicCatalog, whoIs } = parts;
  app.put('/v1/people/:handle/follow', (request, reply) => follow(parts, request, reply, true));
  app.delete('/v1/people/:handle/follow', (request, reply) => follow(parts, request, reply, false));

  app.get('/v1/me/following', async (request, reply) => {
    const me = await readerOf(whoIs, request, reply);
    if (me.kind === 'refusal') return sendRefusal(reply, me);
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const itemsMax = itemsOf(query.one('limit'), PAGE_ITEMS, FOLLOWING_PAGE_MAX);
    if (typeof itemsMax !== 'number') return sendRefusal(reply, itemsMax);
    const before = query.one('cursor');
    const page = await writingsOf(me, { by: 'kind', of: 'follow', before, itemsMax });
    if (page.kind === 'refusal') return sendRefusal(reply, page);
    const items = page.items.flatMap(({ target }) => {
      if (isSamples(target)) return samplesPerson(catalog) ?? [];
      const known = publicCatalog.profileOf(target);
      const isHidden = publicCatalog.moderationOf('person', target) !== undefined;
      return known === undefined || isHidden ? [] : shownPerson(known);
    });
    return sendJson(reply, 200, { items, ...(page.next !== undefined && { next: page.next }) });
  });
}

async function follow(
  { catalog, publicCatalog, whoIs, paces }: FollowParts,
  request: FastifyRequest,
  reply: FastifyReply,
  following: boolean,
): Promise<FastifyReply> {
  const me = await writerOf(whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const tooOften = paces.touches(request, me.account);
  if (tooOften !== undefined) return sendRefusal(reply, tooOften);
  const name = pathPart(request, 'handle');
  const known = isSamples(name)
    ? samplesPerson(catalog)
    : (publicCatalog.profileOf(name) ?? publicCatalog.profileByHandle(name))?.record;
  // Whoever is gone can still be unfollowed by their account.
  const target = known?.account ?? (following ? undefined : name);
  if (target === undefined) return sendRefusal(reply, NOBODY_HERE);
  if (target === me.account) return sendRefusal(reply, ONESELF);
  const held = await writingAbout(me, 'follow', target);
  if (held.kind === 'refusal') return sendRefusal(reply, held);
  if ((held.writing !== undefined) !== following) {
    const change = following
      ? { puts: [{ kind: 'follow', target, body: {} }] as const }
      : { removes: held.writing === undefined ? [] : [held.writing.id] };
    const done = await writeAs(me, publicCatalog, change);
    if (done.kind === 'refusal') return sendRefusal(reply, done);
  }
  const followers = publicCatalog.tally(followersTally(target));
  return sendJson(reply, 200, { following, followers });
}
