// What a person says of a video, read from a request.
//
// Rules: docs/spec/uploads.md (UP2).

import {
  CAPTIONS_MAX,
  LABEL_CHARS_MAX,
  TAG_CHARS_MAX,
  TAGS_MAX,
  VIDEO_CAPTION_CHARS_MAX,
  VIDEO_TITLE_CHARS_MAX,
} from '../../border/public-records.ts';
import { VISIBILITIES } from '../../people/draft.ts';
import type { DraftBody } from '../../people/draft.ts';
import type { Body } from '../answers.ts';
import { refusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import { lineOf, textOf } from '../words.ts';

export type Said = Partial<
  Pick<DraftBody, 'title' | 'caption' | 'tags' | 'visibility' | 'commentsOff' | 'scheduledAtMs'>
>;

/** Later than anybody plans. */
const SCHEDULE_MS_MAX = 366 * 86_400_000;
const TAG_PATTERN = /^[\p{L}\p{M}\p{N}_]+$/u;
const TIME_PATTERN =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

const FORMS = {
  title: `title must be at most ${VIDEO_TITLE_CHARS_MAX} characters in one line.`,
  caption: `caption must be text of at most ${VIDEO_CAPTION_CHARS_MAX} characters.`,
  tags:
    `tags must be at most ${TAGS_MAX} words of 1 to ${TAG_CHARS_MAX} letters and digits, of any ` +
    'script, without spaces.',
  visibility: `visibility must be one of ${VISIBILITIES.join(', ')}.`,
  commentsOff: 'commentsOff must be true or false.',
  scheduledAt: 'scheduledAt must be a time such as 2026-12-24T18:00:00Z within a year, or null.',
} as const;

const wrong = (field: keyof typeof FORMS): Refusal =>
  refusal('invalid-request', `${FORMS[field]} Nothing was changed.`, { field });

/** The fields that a request changes; others are left alone. */
export function saidIn(body: Body, nowMs: number): Said | Refusal {
  const said: { -readonly [Field in keyof Said]: Said[Field] } = {};
  if ('title' in body) {
    const title = lineOf(body['title'], VIDEO_TITLE_CHARS_MAX);
    if (title === undefined) return wrong('title');
    said.title = title;
  }
  if ('caption' in body) {
    const caption = textOf(body['caption'], VIDEO_CAPTION_CHARS_MAX);
    if (caption === undefined) return wrong('caption');
    said.caption = caption;
  }
  if ('tags' in body) {
    const tags = tagsOf(body['tags']);
    if (tags === undefined) return wrong('tags');
    said.tags = tags;
  }
  if ('visibility' in body) {
    const visibility = VISIBILITIES.find((each) => each === body['visibility']);
    if (visibility === undefined) return wrong('visibility');
    said.visibility = visibility;
  }
  if ('commentsOff' in body) {
    if (typeof body['commentsOff'] !== 'boolean') return wrong('commentsOff');
    said.commentsOff = body['commentsOff'];
  }
  if ('scheduledAt' in body) {
    const atMs = timeOf(body['scheduledAt'], nowMs);
    if (atMs === undefined) return wrong('scheduledAt');
    said.scheduledAtMs = atMs;
  }
  return said;
}

function tagsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > TAGS_MAX) return undefined;
  const tags: string[] = [];
  for (const each of value) {
    const tag = lineOf(typeof each === 'string' ? each.replace(/^#/, '') : each, TAG_CHARS_MAX);
    if (tag === undefined || !TAG_PATTERN.test(tag)) return undefined;
    if (!tags.includes(tag)) tags.push(tag);
  }
  return tags;
}

function timeOf(value: unknown, nowMs: number): number | null | undefined {
  if (value === null) return null;
  if (typeof value !== 'string' || !TIME_PATTERN.test(value)) return undefined;
  const atMs = Date.parse(value);
  const isNear = Number.isFinite(atMs) && atMs >= 0 && atMs <= nowMs + SCHEDULE_MS_MAX;
  return isNear ? atMs : undefined;
}

/** A language as captions name it. */
export function langOf(value: string): string | undefined {
  return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/.test(value) ? value : undefined;
}

export function labelOf(value: string | undefined, lang: string): string | undefined {
  const label = lineOf(value ?? lang, LABEL_CHARS_MAX);
  return label === '' ? lang : label;
}

export const TOO_MANY_CAPTIONS: Refusal = refusal(
  'too-many',
  `A video has captions in at most ${CAPTIONS_MAX} languages. Nothing was changed.`,
);
