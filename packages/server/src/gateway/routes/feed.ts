// GET /v1/feed: what to watch next. Rules A48 and DI1 to DI16.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FEED_PAGE_MAX } from '../../catalog/catalog.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import { creatorName } from '../../discovery/candidates.ts';
import type { Candidates } from '../../discovery/candidates.ts';
import { newestOf } from '../../discovery/following.ts';
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
import { followedBy } from '../follows.ts';
import { FEED_PAGE_ITEMS } from '../gateway-limits.ts';
import { readerOf } from '../person.ts';
import { isShown } from '../public-video.ts';
import type { ShownVideo, ShowVideo } from '../public-video.ts';
import { itemsOf, queryOf } from '../query.ts';
import type { Query } from '../query.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import { isSamples, sampleVideos } from '../samples.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';
import { edgeOf } from './people.ts';
import { BAD_CURSOR, sendPage } from './videos.ts';

export type FeedParts = Readonly<{
  catalog: Catalog;
  known: Pick<PublicCatalog, 'videosOf'>;
  whoIs: WhoIsSignedIn;
  show: ShowVideo;
  candidates: Candidates;
  nowMs: () => number;
  randomBytes: (bytes: number) => Uint8Array;
}>;

export const RANKS = ['latest', 'for-you', 'following'] as const;
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
    return SENDERS[wanted](parts, { query, request, reply });
  });
}

type Asked = Readonly<{ query: Query; request: FastifyRequest; reply: FastifyReply }>;
type Send = (parts: FeedParts, asked: Asked) => FastifyReply | Promise<FastifyReply>;

const PAGE = { items: FEED_PAGE_ITEMS, itemsMax: FEED_PAGE_MAX };

const SENDERS: Readonly<Record<Rank, Send>> = {
  latest: ({ catalog, show }, { request, reply }) =>
    sendPage(request, reply, { ...PAGE, show }, catalog.feed),
  'for-you': sendForYou,
  following: sendFollowing,
};

async function sendForYou(
  parts: FeedParts,
  { query, request, reply }: Asked,
): Promise<FastifyReply> {
  const asked = itemsOf(query.one('limit'), PAGE.items, PAGE.itemsMax);
  if (typeof asked !== 'number') return sendRefusal(reply, asked);
  const cursor = query.one('cursor');
  const walk = cursor === undefined ? newWalk(seedOf(parts.randomBytes)) : walkOf(cursor);
  if (walk === undefined) return sendRefusal(reply, BAD_CURSOR);
  const followed = await followedCreators(parts, request, reply);
  const ranked = rank({
    candidates: parts.candidates(),
    isFollowed: (creator) => followed.has(creator),
    isSeen: (candidate) => isSeen(walk, candidate),
    place: walk.seen.size,
    isLastCreator: (creator) => isLastCreator(walk, creator),
    seed: walk.seed,
    nowMs: parts.nowMs(),
    itemsMax: Math.min(asked, WALK_VIDEOS_MAX - walk.seen.size),
  });
  const items = ranked.flatMap(({ candidate, why }) => {
    const shown = shownVideo(parts, candidate.video);
    return shown === undefined ? [] : { ...shown, why: shownWhy(why) };
  });
  const next = nextOf(walk, ranked, asked);
  return sendJson(reply, 200, { items, ...(next && { next }) });
}

/** Whom the viewer follows; nobody when they are not signed in or their cell is away. */
async function followedCreators(
  { whoIs }: FeedParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<ReadonlySet<string>> {
  const person = await readerOf(whoIs, request, reply);
  const followed = person.kind === 'refusal' ? person : await followedBy(person);
  if (followed.kind === 'refusal') return new Set();
  return new Set([...followed.accounts].map((account) => creatorName('account', account)));
}

async function sendFollowing(
  parts: FeedParts,
  { query, request, reply }: Asked,
): Promise<FastifyReply> {
  const asked = itemsOf(query.one('limit'), PAGE.items, PAGE.itemsMax);
  if (typeof asked !== 'number') return sendRefusal(reply, asked);
  const before = edgeOf(query.one('cursor'));
  if (before === 'bad-cursor') return sendRefusal(reply, BAD_CURSOR);
  const person = await readerOf(parts.whoIs, request, reply);
  if (person.kind === 'refusal') return sendRefusal(reply, person);
  const followed = await followedBy(person);
  if (followed.kind === 'refusal') return sendRefusal(reply, followed);
  const { catalog, known } = parts;
  const { videos, next } = newestOf(
    (account, page) =>
      isSamples(account)
        ? sampleVideos(catalog, page)
        : known.videosOf(account, page).map(({ record }) => record),
    followed.accounts,
    before,
    asked,
  );
  const items = videos.flatMap(({ video }) => shownVideo(parts, video as VideoId) ?? []);
  const cursor = next === undefined ? undefined : `${next.atMs}.${next.id}`;
  return sendJson(reply, 200, { items, ...(cursor !== undefined && { next: cursor }) });
}

function shownVideo({ catalog, show }: FeedParts, video: VideoId): ShownVideo | undefined {
  const entry = catalog.entry(video);
  const shown = entry === undefined ? 'private' : show(entry);
  return isShown(shown) ? shown : undefined;
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
