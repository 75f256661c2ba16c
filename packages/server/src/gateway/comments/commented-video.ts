// What comments stand below: which videos there are for the public, and whose they are.
//
// Rules: docs/spec/comments.md (CM8).

import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import { VIDEO_NOT_KNOWN } from '../answers.ts';
import { refusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import { SAMPLES } from '../samples.ts';

export type CommentedVideo = Readonly<{
  kind: 'video';
  video: VideoId;
  /** `null` for videos that belong to no account: nobody holds, pins or deletes below them. */
  creator: Readonly<{ account: string; jurisdiction: Jurisdiction }> | null;
  commentsOff: boolean;
  pinned: string | null;
}>;

export type VideoSources = Readonly<{
  catalog: Pick<Catalog, 'entry'>;
  publicCatalog: Pick<PublicCatalog, 'video' | 'moderationOf'>;
}>;

const REMOVED = refusal(
  'video-removed',
  'The video was removed by its creator. Nothing was changed.',
);

/** The video as the public knows it, or why there is none for it. */
export function commentedVideo(
  { catalog, publicCatalog }: VideoSources,
  video: VideoId,
): CommentedVideo | Refusal {
  const held = publicCatalog.video(video);
  const hidden = hiddenRefusal(publicCatalog, video, held?.record.account);
  if (hidden !== undefined) return hidden;
  if (held === undefined) {
    const entry = catalog.entry(video);
    // A video of an account that is not public any more is still known to the counter.
    const isOwned = entry?.realm === 'account' && entry.creator !== SAMPLES.account;
    if (entry === undefined || isOwned) return VIDEO_NOT_KNOWN;
    return { kind: 'video', video, creator: null, commentsOff: false, pinned: null };
  }
  const { record, jurisdiction } = held;
  if (record.state === 'removed') return REMOVED;
  const { account, commentsOff, pinned } = record;
  return { kind: 'video', video, creator: { account, jurisdiction }, commentsOff, pinned };
}

/** Why a video is not shown, when a decision about it or its creator is in force (MO21). */
export function hiddenRefusal(
  publicCatalog: Pick<PublicCatalog, 'moderationOf'>,
  video: string,
  account: string | undefined,
): Refusal | undefined {
  const decided =
    publicCatalog.moderationOf('video', video) ??
    (account === undefined ? undefined : publicCatalog.moderationOf('person', account));
  if (decided === undefined) return undefined;
  return refusal(
    'video-hidden',
    'A moderator has hidden this video. Its counts stay in the books; its creator was told why and ' +
      'can appeal.',
    { reason: decided.rule, ground: decided.ground },
  );
}
