// The public data of a cell, record by record, with the exact form of each: what anybody may read
// of what its people have written. What is not here stays in the cell.
//
// Rules: docs/spec/people.md (PE20 to PE23).

import { COMMENT_CHARS_MAX } from '@holdfast/protocol/comments.ts';
import { bool, choice, fits, id, int, list, text, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';

export type PublicProfile = Readonly<{
  type: 'profile';
  account: string;
  handle: string;
  displayName: string;
  bio: string;
  /** Name of the picture's file; another picture has another name. */
  avatar: string | null;
  sinceMs: number;
  likesPublic: boolean;
}>;

export type PublicCaptions = Readonly<{ lang: string; label: string; file: string }>;

export type PublicVideo = Readonly<{
  type: 'video';
  state: 'published';
  video: string;
  account: string;
  durationMs: number;
  title: string;
  caption: string;
  tags: readonly string[];
  visibility: 'public' | 'unlisted';
  media: Readonly<{ file: string; type: string; bytes: number; width: number; height: number }>;
  poster: string | null;
  captions: readonly PublicCaptions[];
  commentsOff: boolean;
  /** The comment that its creator put first. */
  pinned: string | null;
  publishedAtMs: number;
}>;

/** Stays, so that its address can say what became of it. */
export type RemovedVideo = Readonly<{
  type: 'video';
  state: 'removed';
  video: string;
  account: string;
}>;

export type PublicComment = Readonly<{
  type: 'comment';
  comment: string;
  video: string;
  account: string;
  parent: string | null;
  text: string;
  createdAtMs: number;
}>;

/** How many writings of this cell's people there are about something; summed over all cells. */
export type PublicTally = Readonly<{ type: 'tally'; name: string; value: number }>;

/** What a moderator decided about something of this cell, as long as it holds. */
export type PublicModeration = Readonly<{
  type: 'moderation';
  target: Readonly<{ kind: 'video' | 'comment' | 'person'; id: string }>;
  action: 'hide' | 'remove';
  ground: 'rules' | 'law';
  rule: string;
  atMs: number;
  /** Until when; `null` without an end. */
  untilMs: number | null;
}>;

export type PublicRecord =
  PublicProfile | PublicVideo | RemovedVideo | PublicComment | PublicTally | PublicModeration;
export type PublicRecordType = PublicRecord['type'];

export const DISPLAY_NAME_CHARS_MAX = 50;
export const BIO_CHARS_MAX = 500;
export const VIDEO_TITLE_CHARS_MAX = 100;
export const VIDEO_CAPTION_CHARS_MAX = 2_200;
export const TAGS_MAX = 20;
export const TAG_CHARS_MAX = 30;
export const CAPTIONS_MAX = 10;
export const LABEL_CHARS_MAX = 50;
const RULE_CHARS_MAX = 200;
const LANG_CHARS_MAX = 35;
/** Astral characters are two of a string's units. */
const UNITS_A_CHAR = 2;

/** A name of a file of ours: no folder, and nothing that a path could be made of. */
export const fileName: Shape = (value) =>
  typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.[a-z0-9]{2,5}$/.test(value);
export const orNull = (shape: Shape): Shape => union(shape, (value) => value === null);
/** Text of so many characters, as people count them. */
export const chars = (charsMax: number): Shape => text(charsMax * UNITS_A_CHAR);
export const listOf =
  (itemsMax: number, item: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.length <= itemsMax && fits(list(item), value);

export const tags: Shape = listOf(TAGS_MAX, chars(TAG_CHARS_MAX));
export const captionsList: Shape = listOf(CAPTIONS_MAX, {
  lang: text(LANG_CHARS_MAX),
  label: chars(LABEL_CHARS_MAX),
  file: fileName,
});

/** Every type of public record, and exactly what it may hold. */
export const PUBLIC_RECORDS: Readonly<Record<PublicRecordType, Shape>> = {
  profile: {
    type: choice('profile'),
    account: id,
    handle: text(64),
    displayName: chars(DISPLAY_NAME_CHARS_MAX),
    bio: chars(BIO_CHARS_MAX),
    avatar: orNull(fileName),
    sinceMs: uint,
    likesPublic: bool,
  },
  video: union(
    {
      type: choice('video'),
      state: choice('published'),
      video: id,
      account: id,
      durationMs: uint,
      title: chars(VIDEO_TITLE_CHARS_MAX),
      caption: chars(VIDEO_CAPTION_CHARS_MAX),
      tags,
      visibility: choice('public', 'unlisted'),
      media: { file: fileName, type: text(100), bytes: uint, width: uint, height: uint },
      poster: orNull(fileName),
      captions: captionsList,
      commentsOff: bool,
      pinned: orNull(id),
      publishedAtMs: uint,
    },
    { type: choice('video'), state: choice('removed'), video: id, account: id },
  ),
  comment: {
    type: choice('comment'),
    comment: id,
    video: id,
    account: id,
    parent: orNull(id),
    text: chars(COMMENT_CHARS_MAX),
    createdAtMs: uint,
  },
  tally: { type: choice('tally'), name: text(128), value: int },
  moderation: {
    type: choice('moderation'),
    target: { kind: choice('video', 'comment', 'person'), id },
    action: choice('hide', 'remove'),
    ground: choice('rules', 'law'),
    rule: text(RULE_CHARS_MAX),
    atMs: uint,
    untilMs: orNull(uint),
  },
};

/** Whether a value is a public record in exactly its form. */
export const publicRecord: Shape = union(...Object.values(PUBLIC_RECORDS));
