// A video of a person through its whole life: from the empty draft to what is left of it when it was
// removed. Rules: docs/spec/people.md (PE1), docs/spec/uploads.md (UP1 to UP4).

import { bool, choice, id, text, uint } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import {
  captionsList,
  chars,
  fileName,
  orNull,
  tags,
  VIDEO_CAPTION_CHARS_MAX,
  VIDEO_TITLE_CHARS_MAX,
} from '../border/public-records.ts';
import type { PublicCaptions, PublicRecord } from '../border/public-records.ts';
import type { KindRule, Writing } from './writing.ts';

export const DRAFT_STATES = ['draft', 'scheduled', 'published', 'removed'] as const;
export const VISIBILITIES = ['public', 'unlisted', 'private'] as const;
export const UPLOAD_STATES = ['none', 'receiving', 'checking', 'ready', 'refused'] as const;

export type Visibility = (typeof VISIBILITIES)[number];

export type DraftUpload = Readonly<{
  state: (typeof UPLOAD_STATES)[number];
  /** Names the upload that is under way or done. */
  id: string | null;
  total: number;
  problem: Readonly<{ code: string; detail: string }> | null;
}>;

export type DraftBody = Readonly<{
  video: string;
  state: (typeof DRAFT_STATES)[number];
  title: string;
  caption: string;
  tags: readonly string[];
  visibility: Visibility;
  scheduledAtMs: number | null;
  publishedAtMs: number | null;
  commentsOff: boolean;
  pinned: string | null;
  durationMs: number | null;
  width: number | null;
  height: number | null;
  upload: DraftUpload;
  media: Readonly<{ file: string; type: string; bytes: number }> | null;
  poster: string | null;
  captions: readonly PublicCaptions[];
}>;

/** A draft as it begins. */
export function emptyDraft(video: string): DraftBody {
  return {
    video,
    state: 'draft',
    title: '',
    caption: '',
    tags: [],
    visibility: 'public',
    scheduledAtMs: null,
    publishedAtMs: null,
    commentsOff: false,
    pinned: null,
    durationMs: null,
    width: null,
    height: null,
    upload: { state: 'none', id: null, total: 0, problem: null },
    media: null,
    poster: null,
    captions: [],
  };
}

const upload: Shape = {
  state: choice(...UPLOAD_STATES),
  id: orNull(id),
  total: uint,
  problem: orNull({ code: text(40), detail: text(300) }),
};

/** Drafts and videos that one person may have. */
export const DRAFTS_MAX = 2_000;

export const DRAFT: KindRule<DraftBody> = {
  body: {
    video: id,
    state: choice(...DRAFT_STATES),
    title: chars(VIDEO_TITLE_CHARS_MAX),
    caption: chars(VIDEO_CAPTION_CHARS_MAX),
    tags,
    visibility: choice(...VISIBILITIES),
    scheduledAtMs: orNull(uint),
    publishedAtMs: orNull(uint),
    commentsOff: bool,
    pinned: orNull(id),
    durationMs: orNull(uint),
    width: orNull(uint),
    height: orNull(uint),
    upload,
    media: orNull({ file: fileName, type: text(100), bytes: uint }),
    poster: orNull(fileName),
    captions: captionsList,
  },
  writtenBy: 'person',
  perAccountMax: DRAFTS_MAX,
  publish: publicVideoOf,
};

function publicVideoOf({ account, body }: Writing<DraftBody>): PublicRecord | undefined {
  const { state, video, visibility, media, durationMs, width, height, publishedAtMs } = body;
  if (publishedAtMs === null) return undefined;
  if (state === 'removed') return { type: 'video', state, video, account };
  if (state !== 'published' || visibility === 'private') return undefined;
  if (media === null || durationMs === null || width === null || height === null) return undefined;
  const { title, caption, tags: words, poster, captions, commentsOff, pinned } = body;
  const said = { title, caption, tags: words, commentsOff, pinned };
  const files = { media: { ...media, width, height }, poster, captions };
  const when = { durationMs, publishedAtMs };
  return { type: 'video', state, video, account, visibility, ...said, ...files, ...when };
}

/** When a draft is to be published; the cell looks at these, and at no draft without one. */
export type ScheduleBody = Readonly<{ atMs: number }>;

/** Its target is the draft. */
export const SCHEDULE: KindRule<ScheduleBody> = {
  body: { atMs: uint },
  writtenBy: 'person',
  perAccountMax: DRAFTS_MAX,
  onePerTarget: true,
};
