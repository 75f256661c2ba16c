// GET /v1/people/{handle} and /v1/people/{handle}/videos: profiles, for everybody.
//
// Rules: docs/spec/people.md (PE36, PE40 to PE44).

import type { Count } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import { PUBLIC_PAGE_MAX } from '../../catalog/public-catalog.ts';
import type { KnownProfile, PublicCatalog, PublicEdge } from '../../catalog/public-catalog.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { followersTally } from '../../people/tally-names.ts';
import { pathPart, sendJson, timeText } from '../answers.ts';
import { FEED_PAGE_ITEMS } from '../gateway-limits.ts';
import { writingAbout } from '../person.ts';
import { pictureAddress } from '../picture-address.ts';
import { isShown } from '../public-video.ts';
import type { ShownVideo, ShowVideo } from '../public-video.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import { isSamples, SAMPLES, samplesPerson } from '../samples.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';
import { summed } from '../summed-counts.ts';
import { BAD_CURSOR } from './videos.ts';

export type PeopleParts = Readonly<{
  catalog: Catalog;
  known: PublicCatalog;
  exchange: Exchange;
  show: ShowVideo;
  whoIs: WhoIsSignedIn;
  nowMs: () => number;
}>;

/** Videos of one person that totals are made of. */
export const TOTALS_VIDEOS_MAX = 5_000;
/** Totals are made anew after so long, for however many readers. */
const TOTALS_KEPT_MS = 1_000;
/** People whose totals are kept. */
const TOTALS_KEPT_MAX = 1_000;
export const PEOPLE_PAGE_MAX = 50;

export const NOBODY_HERE = refusal(
  'not-found',
  'Nobody here is known by this name. People are found once they have published a profile.',
);

type Totals = Readonly<{ videos: number; likes: Count; views: Count }>;

export function addPeopleRoutes(app: FastifyInstance, parts: PeopleParts): void {
  const keptTotalsOf = keptTotals(parts);
  app.get('/v1/people/:handle', async (request, reply) => {
    const person = personIn(parts, request);
    if (person === undefined) return sendRefusal(reply, NOBODY_HERE);
    const { account } = person;
    const followers = parts.known.tally(followersTally(account));
    const totals = { ...keptTotalsOf(account), followers };
    const seen = await seenBy(parts, account, request, reply);
    return sendJson(reply, 200, { ...person, totals, ...seen });
  });

  app.get('/v1/people/:handle/videos', (request, reply) => {
    const person = personIn(parts, request);
    if (person === undefined) return sendRefusal(reply, NOBODY_HERE);
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const items = itemsOf(query.one('limit'), FEED_PAGE_ITEMS, PEOPLE_PAGE_MAX);
    if (typeof items !== 'number') return sendRefusal(reply, items);
    const page = videosOf(parts, person.account, query.one('cursor'), items);
    return page === undefined ? sendRefusal(reply, BAD_CURSOR) : sendJson(reply, 200, page);
  });
}

/** What everybody may know of a person. */
export type ShownPerson = Readonly<{
  account: string;
  handle: string;
  displayName: string;
  bio: string;
  avatar: string | null;
  since: string;
  likesPublic: boolean;
}>;

export function shownPerson({ record, shownHandle }: KnownProfile): ShownPerson {
  const { account, displayName, bio, avatar, sinceMs, likesPublic } = record;
  return {
    account,
    handle: shownHandle,
    displayName,
    bio,
    avatar: avatar === null ? null : pictureAddress(account, avatar),
    since: timeText(sinceMs),
    likesPublic,
  };
}

export function personIn(
  parts: Pick<PeopleParts, 'catalog' | 'known'>,
  request: FastifyRequest,
): ShownPerson | undefined {
  const { known } = parts;
  const name = pathPart(request, 'handle');
  if (isSamples(name)) return samplesPerson(parts.catalog);
  const found = known.profileOf(name) ?? known.profileByHandle(name);
  if (found === undefined) return undefined;
  const isHidden = known.moderationOf('person', found.record.account) !== undefined;
  return isHidden ? undefined : shownPerson(found);
}

async function seenBy(
  { whoIs }: PeopleParts,
  account: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Readonly<{ followedByMe?: boolean; isMe?: boolean }>> {
  const me = await whoIs(request, reply);
  if (me.kind !== 'account') return {};
  const follow = await writingAbout(me, 'follow', account);
  const isMe = me.account === account;
  // A cell that cannot say leaves it open; the page asks again.
  return follow.kind === 'refusal'
    ? { isMe }
    : { isMe, followedByMe: follow.writing !== undefined };
}

type Page = Readonly<{ items: readonly ShownVideo[]; next?: string }>;

function videosOf(
  { catalog, known, show }: PeopleParts,
  account: string,
  cursor: string | undefined,
  items: number,
): Page | undefined {
  if (account === SAMPLES.account) {
    const page = catalog.ofCreator('account', account, cursor, items);
    if (page === 'bad-cursor') return undefined;
    const shown = page.items.map(show).filter(isShown);
    return { items: shown, ...(page.next !== undefined && { next: page.next }) };
  }
  const before = edgeOf(cursor);
  if (before === 'bad-cursor') return undefined;
  const found = known.videosOf(account, { before, itemsMax: items + 1 });
  const listed = found.slice(0, items);
  const shown = listed.flatMap(({ record }) => {
    const entry = catalog.entry(record.video as VideoId);
    return entry === undefined ? [] : show(entry);
  });
  const last = listed.at(-1)?.record;
  const isMore = found.length > items && last !== undefined;
  const next = isMore ? `${last.publishedAtMs}.${last.video}` : undefined;
  return { items: shown.filter(isShown), ...(next !== undefined && { next }) };
}

export function edgeOf(cursor: string | undefined): PublicEdge | undefined | 'bad-cursor' {
  if (cursor === undefined) return undefined;
  const [, atMs, id] = /^(\d{1,16})\.([A-Za-z0-9_-]{1,64})$/.exec(cursor) ?? [];
  return atMs === undefined || id === undefined ? 'bad-cursor' : { atMs: Number(atMs), id };
}

/** Totals of people, made at most once a second for each. */
function keptTotals(parts: PeopleParts): (account: string) => Totals {
  const kept = new Map<string, Readonly<{ atMs: number; totals: Totals }>>();
  return (account) => {
    const held = kept.get(account);
    const nowMs = parts.nowMs();
    if (held !== undefined && nowMs - held.atMs < TOTALS_KEPT_MS) return held.totals;
    const totals = totalsOf(parts, account);
    kept.delete(account);
    kept.set(account, { atMs: nowMs, totals });
    const [oldest] = kept.keys();
    if (kept.size > TOTALS_KEPT_MAX && oldest !== undefined) kept.delete(oldest);
    return totals;
  };
}

/** The sums of what the tiles show, all read in one turn and so of one time (PE43). */
function totalsOf({ exchange, ...parts }: PeopleParts, account: string): Totals {
  const videos: VideoId[] = [];
  let cursor: string | undefined;
  do {
    const page = videosOf({ ...parts, exchange }, account, cursor, PUBLIC_PAGE_MAX - 1);
    for (const { video } of page?.items ?? []) videos.push(video as VideoId);
    cursor = page?.next;
  } while (cursor !== undefined && videos.length < TOTALS_VIDEOS_MAX);
  const counts = videos.map((video) => exchange.counts(video));
  const asOf = timeText(parts.nowMs());
  return {
    videos: videos.length,
    likes: summed(
      counts.map(({ likes }) => likes),
      asOf,
    ),
    views: summed(
      counts.map(({ views }) => views),
      asOf,
    ),
  };
}
