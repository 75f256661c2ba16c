// Tells the counter's catalog of every video that people publish, so that ops on it count, and takes
// out of the feed what is public no more. What was counted stays.
//
// Rules: docs/spec/people.md (PE35).

import type { VideoId } from '@holdfast/protocol/ids.ts';
import { MEDIA_PATH } from '../media/media-address.ts';
import type { PublicVideo } from '../border/public-records.ts';
import type { Catalog, NewVideo } from './catalog.ts';
import type { PublicChange } from './public-catalog.ts';

/** For `OpenPublicCatalog.beforehand`; rejects when it has to be tried again. */
export function registerPublished(
  catalog: Catalog,
  onRefused: (kind: string) => void,
): (changes: readonly PublicChange[]) => Promise<void> {
  const put = async (video: NewVideo): Promise<void> => {
    const { kind } = await catalog.put(video);
    if (kind === 'overloaded') throw new Error('the catalog has too many registrations waiting');
    if (kind !== 'registered') onRefused(kind);
  };
  return async (changes) => {
    await Promise.all(
      changes.map(async ({ record, was }) => {
        if (record?.type === 'video' && record.state === 'published') return put(shown(record));
        if (was?.type === 'video') return hide(catalog, was.video as VideoId, put);
        if (record?.type === 'video') return hide(catalog, record.video as VideoId, put);
        return undefined;
      }),
    );
  };
}

function shown(record: PublicVideo): NewVideo {
  const { video, account, durationMs, title, caption, tags, visibility, media, poster } = record;
  const address = (file: string): string => `${MEDIA_PATH}${video}/${file}`;
  return {
    video: video as VideoId,
    durationMs,
    creator: account,
    realm: 'account',
    title,
    caption,
    tags,
    // Only what has an address is in the feed.
    mediaUrl: visibility === 'public' ? address(media.file) : undefined,
    posterUrl: poster === null ? undefined : address(poster),
  };
}

async function hide(
  catalog: Catalog,
  video: VideoId,
  put: (video: NewVideo) => Promise<void>,
): Promise<void> {
  const entry = catalog.entry(video);
  if (entry === undefined) return;
  const words = { title: '', caption: '', tags: [] };
  await put({ ...entry, ...words, mediaUrl: undefined, posterUrl: undefined });
}
