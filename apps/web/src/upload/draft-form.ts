// What a person types about a video, what is wrong with it, and what of it the server has. Pure.

import { fieldsOf, listOf, textOf, timeOf } from '../app/parse.ts';

export const TITLE_CHARS_MAX = 100;
export const CAPTION_CHARS_MAX = 2_200;
export const TAGS_MAX = 20;
export const TAG_CHARS_MAX = 30;
export const NAME_CHARS_MAX = 50;

export type Visibility = 'public' | 'unlisted' | 'private';
export const VISIBILITIES: readonly Visibility[] = ['public', 'unlisted', 'private'];

/** The fields of a draft that are typed; the same names as on the wire. */
export type DraftFields = Readonly<{
  title: string;
  caption: string;
  tags: readonly string[];
  visibility: Visibility;
  /** RFC 3339, or `null`: at once. */
  scheduledAt: string | null;
  commentsOff: boolean;
}>;

export const EMPTY_FIELDS: DraftFields = {
  title: '',
  caption: '',
  tags: [],
  visibility: 'public',
  scheduledAt: null,
  commentsOff: false,
};

type FieldName = keyof DraftFields;
const FIELD_NAMES: readonly FieldName[] = [
  'title',
  'caption',
  'tags',
  'visibility',
  'scheduledAt',
  'commentsOff',
];

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** The fields that the server does not have as they are typed; `null` when it has them all. */
export function changesBetween(
  typed: DraftFields,
  stored: DraftFields,
): Partial<DraftFields> | null {
  const changed = FIELD_NAMES.filter((name) => !isSame(typed[name], stored[name]));
  if (changed.length === 0) return null;
  return Object.fromEntries(changed.map((name) => [name, typed[name]]));
}

export function isWithin(text: string, charsMax: number): boolean {
  return charsIn(text) <= charsMax;
}

/** What a browser kept of a draft, checked: another version of this page may have written it. */
export function parseKeptFields(value: unknown): Partial<DraftFields> {
  const kept = fieldsOf(value);
  const { title, caption, scheduledAt, commentsOff } = kept;
  const visibility = VISIBILITIES.find((one) => one === kept['visibility']);
  const tags = listOf(kept['tags'], textOf);
  return {
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof caption === 'string' ? { caption } : {}),
    ...(tags === undefined ? {} : { tags }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(scheduledAt === null || timeOf(scheduledAt) !== undefined
      ? { scheduledAt: timeOf(scheduledAt) ?? null }
      : {}),
    ...(typeof commentsOff === 'boolean' ? { commentsOff } : {}),
  };
}

/** Characters as people count them, and not UTF-16 units. */
export function charsIn(text: string): number {
  return Array.from(text).length;
}

export type TagFault = 'characters' | 'long' | 'many' | 'twice';

/** Letters, marks and digits of any script; marks, as some scripts write vowels with them. */
const TAG = /^[\p{L}\p{M}\p{N}]+$/u;

/** Adds what was typed as one or more tags; the first that cannot be one is told. */
export function addTags(
  tags: readonly string[],
  typed: string,
): Readonly<{ tags: readonly string[]; rest: string; fault: TagFault | null }> {
  const words = typed.split(/[\s,#،]+/u).filter((word) => word !== '');
  const kept = [...tags];
  for (const [index, word] of words.entries()) {
    const fault = tagFault(kept, word);
    if (fault === 'twice') continue;
    if (fault !== null) return { tags: kept, rest: words.slice(index).join(' '), fault };
    kept.push(word.normalize('NFC'));
  }
  return { tags: kept, rest: '', fault: null };
}

function tagFault(tags: readonly string[], word: string): TagFault | null {
  if (tags.some((tag) => tag.toLowerCase() === word.normalize('NFC').toLowerCase())) return 'twice';
  if (!TAG.test(word)) return 'characters';
  if (charsIn(word) > TAG_CHARS_MAX) return 'long';
  return tags.length >= TAGS_MAX ? 'many' : null;
}

export type FieldFault =
  | 'title-missing'
  | 'title-long'
  | 'caption-long'
  | 'schedule-past'
  | 'upload'
  | 'profile'
  | 'name-missing'
  | 'name-long';

/** What publishing goes by beside the fields. */
type Publishing = Readonly<{
  hasVideo: boolean;
  /** The name of the profile that is published with the video; `null` where there is no need of one. */
  name: string | null;
}>;

/** Everything that stands against publishing, in the order of the page. */
export function faultsBeforePublishing(
  fields: DraftFields,
  { hasVideo, name }: Publishing,
  nowMs: number,
): readonly FieldFault[] {
  const scheduledMs = fields.scheduledAt === null ? null : Date.parse(fields.scheduledAt);
  return [
    ...(hasVideo ? [] : (['upload'] as const)),
    ...(fields.title.trim() === '' ? (['title-missing'] as const) : []),
    ...(charsIn(fields.title) > TITLE_CHARS_MAX ? (['title-long'] as const) : []),
    ...(charsIn(fields.caption) > CAPTION_CHARS_MAX ? (['caption-long'] as const) : []),
    ...(scheduledMs !== null && scheduledMs <= nowMs ? (['schedule-past'] as const) : []),
    ...(name?.trim() === '' ? (['name-missing'] as const) : []),
    ...(charsIn(name ?? '') > NAME_CHARS_MAX ? (['name-long'] as const) : []),
  ];
}
