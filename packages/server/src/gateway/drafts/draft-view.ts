// A draft as its owner reads it.

import { MEDIA_PATH } from '../../media/media-address.ts';
import { UPLOADS_PATH } from '../../media/uploads.ts';
import { timeText } from '../answers.ts';
import type { Draft } from './draft-file.ts';

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeText(ms));

/** `received`: bytes of its upload that have come so far. */
export function shownDraft({ id, body, createdAtMs, updatedAtMs }: Draft, received: number) {
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
      received: isOpen ? received : upload.state === 'none' ? 0 : upload.total,
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

export type ShownDraft = ReturnType<typeof shownDraft>;
