// GET /v1/me/likes: what the caller likes. Rule A54.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CellClient, Identity } from '../../cell/cell-client.ts';
import { sendJson, timeText } from '../answers.ts';
import type { Authorizer } from '../authorizer.ts';
import { LIKES_PAGE_ITEMS } from '../gateway-limits.ts';
import type { CellClients } from '../parts.ts';
import { queryOf, videosOf } from '../query.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';

export type MeLikesParts = Readonly<{
  cells: CellClients;
  authorizer: Authorizer;
  whoIs: WhoIsSignedIn;
}>;

type Caller = Readonly<{ kind: 'caller'; cell: CellClient; who: Identity }> | Refusal;

const NOT_SERVED = refusal('grant-invalid', 'The cell of this grant is not served here.');
const BAD_CURSOR = refusal('invalid-request', 'cursor must be a "next" that this list gave.');
const CURSOR_PATTERN = /^[A-Za-z0-9_.:~-]{1,256}$/;

async function callerOf(
  parts: MeLikesParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Caller> {
  const { cells, authorizer, whoIs } = parts;
  if (request.headers.authorization === undefined) {
    const signedIn = await whoIs(request, reply);
    if (signedIn.kind === 'unavailable') return unavailable(signedIn);
    if (signedIn.kind === 'account') {
      const { cell, account } = signedIn;
      return { kind: 'caller', cell, who: { kind: 'account', account } };
    }
  }
  const opened = authorizer.grant(request);
  if (opened.kind === 'refusal') return opened;
  const { jurisdiction, who } = opened.grant;
  const cell = cells.get(jurisdiction);
  return cell === undefined ? NOT_SERVED : { kind: 'caller', cell, who };
}

type KnownCaller = Extract<Caller, { kind: 'caller' }>;

async function sendAmong(
  { cell, who }: KnownCaller,
  videos: readonly VideoId[],
  reply: FastifyReply,
): Promise<FastifyReply> {
  const anonymous = who.kind === 'anonymous';
  const among = anonymous ? undefined : await cell.call('likesAmong', { who, videos });
  if (among?.kind === 'unavailable') return sendRefusal(reply, unavailable(among));
  const liked = videos.map((video, index) => [video, among?.liked[index] ?? false] as const);
  return sendJson(reply, 200, { likes: Object.fromEntries(liked) });
}

async function sendPage(
  { cell, who }: KnownCaller,
  after: string | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (who.kind === 'anonymous') return sendJson(reply, 200, { items: [] });
  const page = await cell.call('likesPage', { who, after, itemsMax: LIKES_PAGE_ITEMS });
  if (page.kind === 'unavailable') return sendRefusal(reply, unavailable(page));
  const items = page.items.map(({ video, atMs }) => ({ video, at: timeText(atMs) }));
  return sendJson(reply, 200, page.next === undefined ? { items } : { items, next: page.next });
}

export function addMeLikesRoute(app: FastifyInstance, parts: MeLikesParts): void {
  app.get('/v1/me/likes', { config: { anySite: true } }, async (request, reply) => {
    const caller = await callerOf(parts, request, reply);
    if (caller.kind === 'refusal') return sendRefusal(reply, caller);
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const asked = videosOf(query);
    if (asked.kind === 'refusal') return sendRefusal(reply, asked);
    if (asked.videos.size > 0) return await sendAmong(caller, [...asked.videos], reply);
    const cursor = query.one('cursor');
    if (cursor !== undefined && !CURSOR_PATTERN.test(cursor)) return sendRefusal(reply, BAD_CURSOR);
    return await sendPage(caller, cursor, reply);
  });
}
