// Drafts as the API sends them, checked.

import { fieldsOf, listOf, textOf, timeOf, wholeOf } from '../app/parse.ts';
import type { DraftFields, Visibility } from './draft-form.ts';
import { VISIBILITIES } from './draft-form.ts';
import type { Problem } from './upload-machine.ts';

export type DraftState = 'draft' | 'scheduled' | 'published' | 'removed';
export type DraftCaptions = Readonly<{ lang: string; label: string; src: string }>;

export type DraftUpload = Readonly<{
  state: 'none' | 'receiving' | 'checking' | 'ready' | 'refused';
  received: number;
  total: number;
  url: string | null;
  problem: Problem | null;
}>;

export type Draft = Readonly<{
  id: string;
  video: string;
  state: DraftState;
  fields: DraftFields;
  upload: DraftUpload;
  durationMs: number | null;
  poster: string | null;
  src: string | null;
  captions: readonly DraftCaptions[];
  createdAt: string;
  updatedAt: string;
}>;

const STATES: readonly DraftState[] = ['draft', 'scheduled', 'published', 'removed'];
const UPLOAD_STATES = ['none', 'receiving', 'checking', 'ready', 'refused'] as const;

function visibilityOf(value: unknown): Visibility | undefined {
  return VISIBILITIES.find((one) => one === value);
}

function parseProblem(value: unknown): Problem | null {
  const { code, detail } = fieldsOf(value);
  const name = textOf(code);
  return name === undefined ? null : { code: name, detail: textOf(detail) ?? null };
}

function parseUpload(value: unknown): DraftUpload | undefined {
  const fields = fieldsOf(value);
  const state = UPLOAD_STATES.find((one) => one === fields['state']);
  if (state === undefined) return undefined;
  return {
    state,
    received: wholeOf(fields['received']) ?? 0,
    total: wholeOf(fields['total']) ?? 0,
    url: textOf(fields['url']) ?? null,
    problem: parseProblem(fields['problem']),
  };
}

function parseCaptions(value: unknown): DraftCaptions | undefined {
  const fields = fieldsOf(value);
  const lang = textOf(fields['lang']);
  const src = textOf(fields['src']);
  if (lang === undefined || src === undefined) return undefined;
  return { lang, src, label: textOf(fields['label']) ?? lang };
}

/** Checks a draft; `undefined` when it has not the expected form. */
export function parseDraft(value: unknown): Draft | undefined {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const state = STATES.find((one) => one === fields['state']);
  const upload = parseUpload(fields['upload']);
  const updatedAt = timeOf(fields['updatedAt']);
  if (id === undefined || state === undefined || upload === undefined) return undefined;
  return {
    id,
    video: textOf(fields['video']) ?? '',
    state,
    fields: {
      title: textOf(fields['title']) ?? '',
      caption: textOf(fields['caption']) ?? '',
      tags: listOf(fields['tags'], textOf) ?? [],
      visibility: visibilityOf(fields['visibility']) ?? 'public',
      scheduledAt: timeOf(fields['scheduledAt']) ?? null,
      commentsOff: fields['commentsOff'] === true,
    },
    upload,
    durationMs: wholeOf(fields['durationMs']) ?? null,
    poster: textOf(fields['poster']) ?? null,
    src: textOf(fieldsOf(fields['media'])['src']) ?? null,
    captions: listOf(fields['captions'], parseCaptions) ?? [],
    createdAt: timeOf(fields['createdAt']) ?? updatedAt ?? '',
    updatedAt: updatedAt ?? '',
  };
}
