// GET /v1/feed: what to watch next. Rules A48 and DI1 to DI14.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FEED_PAGE_MAX } from '../../catalog/catalog.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Candidates } from '../../discovery/candidates.ts';
import { rank } from '../../discovery/rank.ts';
import type { Part, Ranked, Why } from '../../discovery/rank.ts';
import {
  cursorOf,
  isLastCreator,
  isSeen,
  newWalk,
  walkOf,
  walked,
  WALK_VIDEOS_MAX,
} from '../../discovery/walk.ts';
import type { Walk } from '../../discovery/walk.ts';
import { sendJson } from '../answers.ts';
import { FEED_PAGE_ITEMS } from '../gateway-limits.ts';
import { isShown } from '../public-video.ts';
import type { ShowVideo } from '../public-video.ts';
import { itemsOf, queryOf } from '../query.ts';
import type { Query } from '../query.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import { BAD_CURSOR, sendPage } from './videos.ts';

export type FeedParts = Readonly<{
  catalog: Catalog;
  show: ShowVideo;
  candidates: Candidates;
  nowMs: () => number;
  randomBytes: (bytes: number) => Uint8Array;
}>;

export const RANKS = ['latest', 'for-you'] as const;
type Rank = (typeof RANKS)[number];

const RANK_FORM = refusal('invalid-request', `rank must be one of ${RANKS.join(', ')}.`);
const SEED_BYTES = 4;
/** Digits of a score and its parts after the point: beyond them they say nothing. */
const SCORE_DIGITS = 4;

export function addFeedRoute(app: FastifyInstance, parts: FeedParts): void {
  app.get('/v1/feed', { config: { anySite: true } }, (request, reply) => {
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const asked = query.one('rank') ?? 'latest';
    const wanted = RANKS.find((each) => each === asked);
    if (wanted === undefined) return sendRefusal(reply, RANK_FORM);
    return SENDERS[wanted](parts, query, request, reply);
  });
}

type Send = (
  parts: FeedParts,
  query: Query,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply;

const PAGE = { items: FEED_PAGE_ITEMS, itemsMax: FEED_PAGE_MAX };

const SENDERS: Readonly<Record<Rank, Send>> = {
  latest: ({ catalog, show }, _query, request, reply) =>
    sendPage(request, reply, { ...PAGE, show }, catalog.feed),
  'for-you': sendForYou,
};

function sendForYou(
  parts: FeedParts,
  query: Query,
  _request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const asked = itemsOf(query.one('limit'), PAGE.items, PAGE.itemsMax);
  if (typeof asked !== 'number') return sendRefusal(reply, asked);
  const cursor = query.one('cursor');
  const walk = cursor === undefined ? newWalk(seedOf(parts.randomBytes)) : walkOf(cursor);
  if (walk === undefined) return sendRefusal(reply, BAD_CURSOR);
  const candidates = parts.candidates();
  const ranked = rank({
    candidates,
    isFollowed: () => false,
    isSeen: (candidate) => isSeen(walk, candidate),
    place: walk.seen.size,
    isLastCreator: (creator) => isLastCreator(walk, creator),
    seed: walk.seed,
    nowMs: parts.nowMs(),
    itemsMax: Math.min(asked, WALK_VIDEOS_MAX - walk.seen.size),
  });
  const items = ranked.flatMap(({ candidate, why }) => {
    const entry = parts.catalog.entry(candidate.video);
    const shown = entry === undefined ? 'private' : parts.show(entry);
    return isShown(shown) ? { ...shown, why: shownWhy(why) } : [];
  });
  const next = nextOf(walk, ranked, asked);
  return sendJson(reply, 200, { items, ...(next && { next }) });
}

function seedOf(randomBytes: FeedParts['randomBytes']): number {
  return Buffer.from(randomBytes(SEED_BYTES)).readUInt32BE();
}

function nextOf(walk: Walk, ranked: readonly Ranked[], asked: number): string | undefined {
  if (ranked.length < asked) return undefined;
  const after = walked(
    walk,
    ranked.map(({ candidate }) => candidate),
  );
  return after.seen.size < WALK_VIDEOS_MAX ? cursorOf(after) : undefined;
}

/** The parts in short numbers; the score is the sum of what is shown (DI2). */
function shownWhy({ parts }: Why): Why {
  const shown = parts.map((part): Part => ({ ...part, value: short(part.value) }));
  return {
    score: short(shown.reduce((sum, { weight, value }) => sum + weight * value, 0)),
    parts: shown,
  };
}

function short(value: number): number {
  return Number(value.toFixed(SCORE_DIGITS));
}
