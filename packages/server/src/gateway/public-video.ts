// A video as everybody reads it: what the counter's catalog knows of it, with what its creator has
// published. The one form for all lists and pages.
//
// Rules: docs/spec/people.md (PE40 to PE42).

import type { Count } from '@holdfast/protocol/counts.ts';
import type { PublicVideo, RemovedVideo } from '../border/public-records.ts';
import type { Video } from '../catalog/catalog.ts';
import type { Known, PublicCatalog } from '../catalog/public-catalog.ts';
import { MEDIA_PATH } from '../media/media-address.ts';
import { commentsTally } from '../people/tally-names.ts';
import { timeText } from './answers.ts';
import { pictureAddress } from './picture-address.ts';
import { SAMPLES } from './samples.ts';

/** Everything of ours that is played from elsewhere is MP4. */
const MEDIA_TYPE = 'video/mp4';

/** What ids of accounts begin with. */
const ACCOUNT_ID = 'acc_';

export type ShownVideo = Readonly<{
  id: string;
  video: string;
  durationMs: number;
  creator: string;
  handle: string | null;
  displayName: string | null;
  avatar: string | null;
  title: string;
  caption: string;
  tags: readonly string[];
  visibility: 'public' | 'unlisted';
  captions: readonly Readonly<{ lang: string; label: string; src: string }>[];
  media: Readonly<{
    src: string;
    type: string;
    poster: string | null;
    width: number | null;
    height: number | null;
    bytes: number | null;
  }> | null;
  publishedAt: string | null;
  createdAt: string;
  commentsCount: Count;
  commentsOff: boolean;
}>;

/** `removed`: by its creator; `moderated`: by a decision; `private`: its creator took it back. */
export type ShownOr = ShownVideo | 'removed' | 'moderated' | 'private';
export type ShowVideo = (entry: Video) => ShownOr;

export function isShown(video: ShownOr): video is ShownVideo {
  return typeof video !== 'string';
}

export function videoShower(known: PublicCatalog): ShowVideo {
  return (entry) => {
    const { video, realm, creator } = entry;
    if (known.moderationOf('video', video) !== undefined) return 'moderated';
    if (realm !== 'account' || !creator.startsWith(ACCOUNT_ID)) return ofElsewhere(known, entry);
    if (known.moderationOf('person', creator) !== undefined) return 'moderated';
    const record = known.video(video);
    if (record === undefined) return 'private';
    if (isRemoved(record)) return 'removed';
    return ofPerson(known, entry, record.record as PublicVideo);
  };
}

function isRemoved({ record }: Known<PublicVideo | RemovedVideo>): boolean {
  return record.state === 'removed';
}

function ofPerson(known: PublicCatalog, entry: Video, record: PublicVideo): ShownVideo {
  const author = known.profileOf(record.account);
  const address = (file: string): string => `${MEDIA_PATH}${record.video}/${file}`;
  const { file, type, width, height, bytes } = record.media;
  const poster = record.poster === null ? null : address(record.poster);
  const avatar = author?.record.avatar ?? null;
  return {
    ...common(known, entry),
    handle: author?.shownHandle ?? null,
    displayName: author?.record.displayName ?? null,
    avatar: avatar === null ? null : pictureAddress(record.account, avatar),
    title: record.title,
    caption: record.caption,
    tags: record.tags,
    visibility: record.visibility,
    captions: record.captions.map((one) => ({
      lang: one.lang,
      label: one.label,
      src: address(one.file),
    })),
    media: { src: address(file), type, poster, width, height, bytes },
    publishedAt: timeText(record.publishedAtMs),
    commentsOff: record.commentsOff,
  };
}

/** A sample clip, or a video that an integrator shows on pages of its own. */
function ofElsewhere(known: PublicCatalog, entry: Video): ShownVideo {
  const { mediaUrl, posterUrl, creator, realm } = entry;
  const isSample = realm === 'account' && creator === SAMPLES.account;
  const files = { type: MEDIA_TYPE, poster: posterUrl ?? null };
  const size = { width: null, height: null, bytes: null };
  return {
    ...common(known, entry),
    handle: isSample ? SAMPLES.handle : null,
    displayName: isSample ? SAMPLES.displayName : null,
    avatar: null,
    title: entry.title,
    caption: entry.caption,
    tags: entry.tags,
    visibility: 'public',
    captions: [],
    media: mediaUrl === undefined ? null : { src: mediaUrl, ...files, ...size },
    publishedAt: isSample ? timeText(entry.createdAtMs) : null,
    commentsOff: !isSample,
  };
}

function common(known: PublicCatalog, { video, durationMs, creator, createdAtMs }: Video) {
  const commentsCount = known.tally(commentsTally(video));
  const createdAt = timeText(createdAtMs);
  return { id: video, video, durationMs, creator, createdAt, commentsCount };
}
