// GET /v1/people/{handle}/likes: what somebody likes, where they let everybody see it. Rules DI30 to
// DI32.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import type { CellCalls, CellUnavailable } from '../../cell/cell-client.ts';
import { sendJson } from '../answers.ts';
import { FEED_PAGE_ITEMS } from '../gateway-limits.ts';
import type { CellClients } from '../parts.ts';
import { isShown } from '../public-video.ts';
import type { ShowVideo } from '../public-video.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';
import { NOBODY_HERE, PEOPLE_PAGE_MAX, personIn } from './people.ts';
import { BAD_CURSOR } from './videos.ts';

export type PersonLikesParts = Readonly<{
  cells: CellClients;
  catalog: Catalog;
  known: PublicCatalog;
  show: ShowVideo;
  whoIs: WhoIsSignedIn;
}>;

const PRIVATE = refusal('likes-private', 'This person keeps what they like to themselves.');
const CURSOR_PATTERN = /^[A-Za-z0-9_.:~-]{1,64}$/;

type Likes = CellCalls['likesPage' | 'publicLikes']['reply'] | CellUnavailable;

export function addPersonLikesRoute(app: FastifyInstance, parts: PersonLikesParts): void {
  app.get('/v1/people/:handle/likes', async (request, reply) => {
    const person = personIn(parts, request);
    if (person === undefined) return sendRefusal(reply, NOBODY_HERE);
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const itemsMax = itemsOf(query.one('limit'), FEED_PAGE_ITEMS, PEOPLE_PAGE_MAX);
    if (typeof itemsMax !== 'number') return sendRefusal(reply, itemsMax);
    const after = query.one('cursor');
    if (after !== undefined && !CURSOR_PATTERN.test(after)) return sendRefusal(reply, BAD_CURSOR);
    const likes = await likesOf(parts, person, { after, itemsMax }, [request, reply]);
    if (likes.kind === 'unavailable') return sendRefusal(reply, unavailable(likes));
    if (likes.kind === 'private') return sendRefusal(reply, PRIVATE);
    const items = likes.items.flatMap(({ video }) => {
      const entry = parts.catalog.entry(video);
      const shown = entry === undefined ? 'private' : parts.show(entry);
      return isShown(shown) ? shown : [];
    });
    const { next } = likes;
    return sendJson(reply, 200, { items, ...(next !== undefined && { next }) });
  });
}

/** Asks the home cell, which itself says whether they are public; one's own are one's own. */
async function likesOf(
  { cells, known, whoIs }: PersonLikesParts,
  { account, likesPublic }: Readonly<{ account: string; likesPublic: boolean }>,
  page: Readonly<{ after: string | undefined; itemsMax: number }>,
  [request, reply]: readonly [FastifyRequest, FastifyReply],
): Promise<Likes> {
  if (!likesPublic) {
    const me = await whoIs(request, reply);
    if (me.kind !== 'account' || me.account !== account) return { kind: 'private' };
    return me.cell.call('likesPage', { who: { kind: 'account', account }, ...page });
  }
  const home = known.profileOf(account)?.jurisdiction;
  const cell = home === undefined ? undefined : cells.get(home);
  if (cell === undefined) return { kind: 'private' };
  return cell.call('publicLikes', { account, ...page });
}
