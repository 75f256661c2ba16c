// GET /v1/search: videos, people and tags by words. Rules DI20 to DI29.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import { SEARCH_FOUND_MAX } from '../../discovery/search-index.ts';
import type { Search } from '../../discovery/search.ts';
import { sendJson } from '../answers.ts';
import { FEED_PAGE_ITEMS } from '../gateway-limits.ts';
import { isShown } from '../public-video.ts';
import type { ShowVideo } from '../public-video.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import { PEOPLE_PAGE_MAX, shownPerson } from './people.ts';
import { BAD_CURSOR } from './videos.ts';

export type SearchRouteParts = Readonly<{
  search: Search;
  catalog: Pick<Catalog, 'entry'>;
  known: Pick<PublicCatalog, 'profileOf' | 'moderationOf'>;
  show: ShowVideo;
  nowMs: () => number;
}>;

export const SEARCH_TYPES = ['videos', 'people', 'tags'] as const;
type SearchType = (typeof SEARCH_TYPES)[number];
export const SEARCH_CHARS_MAX = 100;

const TYPE_FORM = refusal('invalid-request', `type must be one of ${SEARCH_TYPES.join(', ')}.`);
const WORDS_FORM = refusal(
  'invalid-request',
  `q must be text of 1 to ${SEARCH_CHARS_MAX} characters.`,
);

export function addSearchRoute(app: FastifyInstance, parts: SearchRouteParts): void {
  app.get('/v1/search', { config: { anySite: true } }, (request, reply) => {
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const typed = typedIn(query.one('q'));
    if (typed === undefined) return sendRefusal(reply, WORDS_FORM);
    const wanted = query.one('type') ?? 'videos';
    const type = SEARCH_TYPES.find((each) => each === wanted);
    if (type === undefined) return sendRefusal(reply, TYPE_FORM);
    const items = itemsOf(query.one('limit'), FEED_PAGE_ITEMS, PEOPLE_PAGE_MAX);
    if (typeof items !== 'number') return sendRefusal(reply, items);
    const start = startOf(query.one('cursor'));
    if (start === undefined) return sendRefusal(reply, BAD_CURSOR);
    const found = FINDERS[type](parts, typed);
    const end = start + items;
    const next = found.length > end ? String(end) : undefined;
    const page = found.slice(start, end).flatMap((one) => one() ?? []);
    return sendJson(reply, 200, { items: page, ...(next !== undefined && { next }) });
  });
}

function typedIn(q: string | undefined): string | undefined {
  const typed = q?.trim();
  if (typed === undefined || typed === '' || typed.length > SEARCH_CHARS_MAX) return undefined;
  return typed;
}

/** How many results the pages before had. */
function startOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return 0;
  const start = /^[1-9]\d{0,3}$/.test(cursor) ? Number(cursor) : undefined;
  return start !== undefined && start <= SEARCH_FOUND_MAX ? start : undefined;
}

/** What was found; each is looked at when its page is asked for, and is nothing if it is gone. */
type Found = readonly (() => object | undefined)[];

const FINDERS: Readonly<Record<SearchType, (parts: SearchRouteParts, typed: string) => Found>> = {
  videos: ({ search, catalog, show, nowMs }, typed) =>
    search.videos(typed, nowMs()).map((id) => () => {
      // Indexed by the catalog's own ids.
      const entry = catalog.entry(id as VideoId);
      const shown = entry === undefined ? 'private' : show(entry);
      return isShown(shown) && shown.visibility === 'public' ? shown : undefined;
    }),
  people: ({ search, known }, typed) =>
    search.people(typed).map((account) => () => {
      const profile = known.profileOf(account);
      const isHidden = known.moderationOf('person', account) !== undefined;
      return profile === undefined || isHidden ? undefined : shownPerson(profile);
    }),
  tags: ({ search }, typed) => search.tags(typed).map((tag) => () => tag),
};
