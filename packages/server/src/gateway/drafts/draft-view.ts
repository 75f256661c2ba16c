// A draft as its owner reads it.

import { MEDIA_PATH } from '../../media/media-address.ts';
import { UPLOADS_PATH } from '../../media/uploads.ts';
import type { DraftBody } from '../../people/draft.ts';
import { timeText } from '../answers.ts';
import type { Draft } from './draft-file.ts';

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeText(ms));

type Media = Readonly<{
  src: string;
  type: string;
  width: number | null;
  height: number | null;
  bytes: number;
}>;

type ShownDraft = Pick<
  DraftBody,
  'video' | 'state' | 'title' | 'caption' | 'tags' | 'visibility' | 'commentsOff'
> &
  Pick<DraftBody, 'durationMs' | 'width' | 'height' | 'poster'> &
  Readonly<{
    id: string;
    scheduledAt: string | null;
    publishedAt: string | null;
    upload: Pick<DraftBody['upload'], 'state' | 'total' | 'problem'> &
      Readonly<{ received: number; url: string | null }>;
    captions: readonly Readonly<{ lang: string; label: string; src: string }>[];
    media: Media | null;
    createdAt: string;
    updatedAt: string;
  }>;

/** `received`: bytes of its upload that have come so far. */
export function shownDraft(
  { id, body, createdAtMs, updatedAtMs }: Draft,
  received: number,
): ShownDraft {
  const { video, upload, media, poster, width, height } = body;
  const address = (file: string): string => `${MEDIA_PATH}${video}/${file}`;
  const isOpen = upload.state === 'receiving' && upload.id !== null;
  return {
    id,
    video,
    state: body.state,
    title: body.title,
    caption: body.caption,
    tags: body.tags,
    visibility: body.visibility,
    scheduledAt: timeOrNull(body.scheduledAtMs),
    publishedAt: timeOrNull(body.publishedAtMs),
    commentsOff: body.commentsOff,
    durationMs: body.durationMs,
    width,
    height,
    upload: {
      state: upload.state,
      // Of what is no longer under way all has come, or nothing.
      received: isOpen ? received : upload.total,
      total: upload.total,
      url: isOpen ? `${UPLOADS_PATH}/${upload.id}` : null,
      problem: upload.problem,
    },
    poster: poster === null ? null : address(poster),
    captions: body.captions.map(({ lang, label, file }) => ({ lang, label, src: address(file) })),
    media:
      media === null
        ? null
        : { src: address(media.file), type: media.type, width, height, bytes: media.bytes },
    createdAt: timeText(createdAtMs),
    updatedAt: timeText(updatedAtMs),
  };
}
