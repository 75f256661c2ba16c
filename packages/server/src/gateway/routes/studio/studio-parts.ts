// What the routes of the studio are built from, and who may see which numbers. Rules SD1, SD2.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Catalog, Video } from '../../../catalog/catalog.ts';
import { tenantRealm } from '../../../catalog/creator-key.ts';
import type { PublicCatalog } from '../../../catalog/public-catalog.ts';
import type { Realm } from '../../../catalog/creator-key.ts';
import type { Exchange } from '../../../exchange/exchange.ts';
import { STUDIO_VIDEOS_MAX } from '../../../studio/studio-call.ts';
import { pathVideo, VIDEO_NOT_KNOWN } from '../../answers.ts';
import type { Authorizer } from '../../authorizer.ts';
import type { CellClients, Charter } from '../../parts.ts';
import { queryOf } from '../../query.ts';
import type { Query } from '../../query.ts';
import { refusal, unavailable } from '../../refusal.ts';
import type { Refusal } from '../../refusal.ts';
import type { WhoIsSignedIn } from '../../signed-in.ts';
import { accessRefusal } from '../analytics.ts';
import type { AskStudio } from './ask-studio.ts';
import type { Incidents } from './incidents.ts';

export type StudioParts = Readonly<{
  cells: CellClients;
  catalog: Catalog;
  publicCatalog: Pick<PublicCatalog, 'tally'>;
  exchange: Exchange;
  charter: Charter;
  authorizer: Authorizer;
  whoIs: WhoIsSignedIn;
  ask: AskStudio;
  incidents: Incidents;
  nowMs: () => number;
}>;

type Exchanged = readonly [FastifyRequest, FastifyReply];

const SIGN_IN = refusal('sign-in-required', 'Sign in as the creator, or send a service key.');

export type OwnVideo = Readonly<{ kind: 'own-video'; video: VideoId; entry: Video; query: Query }>;

/** The video in the path, for whoever made it (SD1). */
export async function ownVideo(
  parts: StudioParts,
  exchanged: Exchanged,
): Promise<OwnVideo | Refusal> {
  const [request] = exchanged;
  const video = pathVideo(request);
  if (typeof video !== 'string') return video;
  const entry = parts.catalog.entry(video);
  if (entry === undefined) return VIDEO_NOT_KNOWN;
  const refused = await accessRefusal(parts, exchanged, entry);
  if (refused !== undefined) return refused;
  const query = queryOf(request.url);
  return query.kind === 'refusal' ? query : { kind: 'own-video', video, entry, query };
}

/** Whose studio it is: the account of a cookie, or everything that a tenant's keys registered. */
type Owner = Readonly<{ kind: 'owner'; realm: Realm; creator: string | undefined }>;

async function ownerOf(
  { authorizer, whoIs }: StudioParts,
  [request, reply]: Exchanged,
): Promise<Owner | Refusal> {
  if (request.headers.authorization !== undefined) {
    const key = authorizer.key(request, 'service');
    if (key.kind === 'refusal') return key;
    return { kind: 'owner', realm: tenantRealm(key.tenant), creator: undefined };
  }
  const signedIn = await whoIs(request, reply);
  if (signedIn.kind === 'unavailable') return unavailable(signedIn);
  if (signedIn.kind !== 'account') return SIGN_IN;
  return { kind: 'owner', realm: 'account', creator: signedIn.account };
}

export type OwnVideos = Readonly<{
  kind: 'own-videos';
  /** Newest first, `STUDIO_VIDEOS_MAX` at most. */
  entries: readonly Video[];
  /** There are more, and they are in no number (SD3). */
  isCut: boolean;
  /** Whose account it is; a tenant is none. */
  account: string | undefined;
  query: Query;
}>;

const NOT_YOURS = refusal('forbidden', 'Only the creator of a video sees its numbers.');

/** Videos of a creator, newest first, one more than a question may name at least if there are. */
function madeBy(catalog: Catalog, realm: Realm, creator: string): readonly Video[] {
  const found: Video[] = [];
  let cursor: string | undefined;
  do {
    const page = catalog.ofCreator(realm, creator, cursor, STUDIO_VIDEOS_MAX);
    if (page === 'bad-cursor') throw new Error('a page leads to the next');
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && found.length <= STUDIO_VIDEOS_MAX);
  return found;
}

/** The caller's videos, or with `?video=` the one of them that is named (SD1, SD3). */
export async function ownVideos(
  parts: StudioParts,
  exchanged: Exchanged,
): Promise<OwnVideos | Refusal> {
  const query = queryOf(exchanged[0].url);
  if (query.kind === 'refusal') return query;
  const owner = await ownerOf(parts, exchanged);
  if (owner.kind === 'refusal') return owner;
  const { realm, creator } = owner;
  const named = query.one('video');
  if (named !== undefined) {
    const entry = parts.catalog.entry(named as VideoId);
    if (entry === undefined) return VIDEO_NOT_KNOWN;
    const isOwn = entry.realm === realm && (creator === undefined || entry.creator === creator);
    return isOwn
      ? { kind: 'own-videos', entries: [entry], isCut: false, account: creator, query }
      : NOT_YOURS;
  }
  const found =
    creator === undefined
      ? parts.catalog.newestOf(realm, STUDIO_VIDEOS_MAX + 1)
      : madeBy(parts.catalog, realm, creator);
  const entries = found.slice(0, STUDIO_VIDEOS_MAX);
  const isCut = found.length > entries.length;
  return { kind: 'own-videos', entries, isCut, account: creator, query };
}
