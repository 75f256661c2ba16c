// Whose the sample clips are: a profile that no account can have, as its handle is kept for the
// platform. It is found, read and followed like any other.
//
// Rules: docs/spec/people.md (PE44).

import type { Catalog, Video } from '../catalog/catalog.ts';
import { PUBLIC_PAGE_MAX } from '../catalog/public-catalog.ts';
import type { PublicPage } from '../catalog/public-catalog.ts';
import type { Published } from '../discovery/following.ts';
import { timeText } from './answers.ts';

export const SAMPLES = {
  account: 'holdfast-samples',
  handle: 'holdfast',
  displayName: 'Holdfast',
  bio: 'Sample clips to try things with. Nobody made up a like or a view for them.',
} as const;

export type SamplesPerson = typeof SAMPLES &
  Readonly<{ avatar: null; since: string; likesPublic: false }>;

export function isSamples(name: string): boolean {
  return name === SAMPLES.handle || name === SAMPLES.account;
}

/** The profile of the samples, where there are any. */
export function samplesPerson(catalog: Pick<Catalog, 'ofCreator'>): SamplesPerson | undefined {
  const oldest = samplesIn(catalog).at(-1);
  if (oldest === undefined) return undefined;
  const since = timeText(oldest.createdAtMs);
  return { ...SAMPLES, avatar: null, since, likesPublic: false };
}

/** A page of the samples, newest first, as `PublicCatalog.videosOf` gives those of people. */
export function sampleVideos(
  catalog: Pick<Catalog, 'ofCreator'>,
  { before, itemsMax }: PublicPage,
): readonly Published[] {
  const isOlder = ({ publishedAtMs, video }: Published): boolean =>
    before === undefined ||
    publishedAtMs < before.atMs ||
    (publishedAtMs === before.atMs && video < before.id);
  const all = samplesIn(catalog).map(({ video, createdAtMs }) => ({
    video,
    publishedAtMs: createdAtMs,
  }));
  return all.filter(isOlder).slice(0, itemsMax);
}

function samplesIn(catalog: Pick<Catalog, 'ofCreator'>): readonly Video[] {
  const page = catalog.ofCreator('account', SAMPLES.account, undefined, PUBLIC_PAGE_MAX);
  return page === 'bad-cursor' ? [] : page.items;
}
