// The videos that "for you" chooses from: the newest that anybody may find, in memory with their
// last good counts, so that a request reads neither the catalog nor the cells.
//
// Rules: docs/spec/discovery.md (DI1, DI11).

import { isCanary } from '@holdfast/protocol/canary.ts';
import { FEED_PAGE_MAX } from '../catalog/catalog.ts';
import type { Catalog, Video } from '../catalog/catalog.ts';
import type { Realm } from '../catalog/creator-key.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Candidate } from './rank.ts';
import type { StartsBook } from './starts-book.ts';
import { hashOf } from './walk.ts';

export const CANDIDATES_MAX = 2_000;
/** Candidates are read anew when they are as old as this. */
export const CANDIDATES_AGE_MS_MAX = 2_000;

export type CandidateParts = Readonly<{
  catalog: Pick<Catalog, 'feed'>;
  exchange: Pick<Exchange, 'counts'>;
  starts: Pick<StartsBook, 'of' | 'want'>;
  nowMs: () => number;
}>;

/** The candidates of this moment or shortly before. Throws `CatalogError`. */
export type Candidates = () => readonly Candidate[];

export function openCandidates(parts: CandidateParts): Candidates {
  let held: readonly Candidate[] = [];
  let readAtMs: number | undefined;
  return () => {
    const nowMs = parts.nowMs();
    const isFresh = readAtMs !== undefined && Math.abs(nowMs - readAtMs) < CANDIDATES_AGE_MS_MAX;
    if (isFresh) return held;
    held = newestOf(parts.catalog).map((entry) => candidateOf(parts, entry));
    parts.starts.want(held);
    readAtMs = nowMs;
    return held;
  };
}

function newestOf({ feed }: CandidateParts['catalog']): readonly Video[] {
  const newest: Video[] = [];
  let cursor: string | undefined;
  do {
    const page = feed(cursor, FEED_PAGE_MAX);
    if (page === 'bad-cursor') throw new Error('the catalog does not know its own cursor');
    newest.push(...page.items.filter(({ video }) => !isCanary(video)));
    cursor = page.next;
  } while (cursor !== undefined && newest.length < CANDIDATES_MAX);
  return newest.slice(0, CANDIDATES_MAX);
}

/** Tells creators of different realms apart. */
export function creatorName(realm: Realm, creator: string): string {
  return `${realm}/${creator}`;
}

function candidateOf({ exchange, starts }: CandidateParts, entry: Video): Candidate {
  const { video, realm, creator } = entry;
  const { likes, views } = exchange.counts(video);
  return {
    video,
    hash: hashOf(video),
    creator: creatorName(realm, creator),
    publishedAtMs: entry.createdAtMs,
    likes: likes.value ?? undefined,
    views: views.value ?? undefined,
    engagement: starts.of(video),
  };
}
