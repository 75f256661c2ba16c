// The schemas of the document, with the limits of the wire contract itself.

import { CORRECTION_REASONS, GRAINS, METRICS } from '@holdfast/protocol/counts.ts';
import { ID_CHARS_MAX } from '@holdfast/protocol/ids.ts';
import {
  DURATION_MS_MAX,
  NOTE_CHARS_MAX,
  OP_NUMBER_MAX,
  OPS_PER_REQUEST_MAX,
  TITLE_CHARS_MAX,
  WATCHED_MS_MAX,
} from '@holdfast/protocol/limits.ts';
import { INVALID_CODES, OP_KINDS, OUTCOMES, SOURCES } from '@holdfast/protocol/ops.ts';
import { PROBLEMS } from '@holdfast/protocol/problems.ts';
import { PART_CODES } from '../../discovery/rank.ts';
import { SERIES_METRICS } from '../routes/analytics.ts';
import { RANKS } from '../routes/feed.ts';
import { list, mapOf, named, object } from './openapi-types.ts';
import type { Schema } from './openapi-types.ts';

const whole: Schema = { type: 'integer', minimum: 0 };
const text: Schema = { type: 'string' };
const words = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

const count: Schema = {
  description: 'A value with its age. There is no other way to a 0 than a known 0.',
  oneOf: [
    object({ value: { type: 'integer' }, state: words(['live', 'stale']), asOf: named('Time') }),
    object({ value: { type: 'null' }, state: { const: 'unknown' }, asOf: { type: 'null' } }),
  ],
};

const cellCounts: Schema = {
  oneOf: [
    object({
      likes: { type: 'integer' },
      views: { type: 'integer' },
      state: words(['live', 'stale']),
      asOf: named('Time'),
      epoch: whole,
      seq: whole,
    }),
    object({
      likes: { type: 'null' },
      views: { type: 'null' },
      state: { const: 'unknown' },
      asOf: { type: 'null' },
      epoch: { type: 'null' },
      seq: { type: 'null' },
    }),
  ],
};

const videoCounts = {
  likes: named('Count'),
  views: named('Count'),
  cells: mapOf(named('CellCounts')),
};
const unknownVideo = { error: { const: 'unknown-video' } };

const videoFields = {
  id: named('Id'),
  video: named('Id'),
  durationMs: whole,
  creator: named('Id'),
  title: text,
  caption: text,
  tags: list(text),
  handle: orNull(text),
  displayName: orNull(text),
  avatar: orNull(text),
  visibility: words(['public', 'unlisted']),
  captions: list(object({ lang: text, label: text, src: text })),
  media: orNull(
    object({
      src: text,
      type: text,
      poster: orNull(text),
      width: orNull(whole),
      height: orNull(whole),
      bytes: orNull(whole),
    }),
  ),
  publishedAt: orNull(named('Time')),
  createdAt: named('Time'),
  commentsCount: named('Count'),
  commentsOff: { type: 'boolean' },
};
const why: Schema = {
  description: 'Why a video stands where it does: `score` is the sum of each weight times value.',
  ...object({
    score: { type: 'number' },
    parts: list(
      object({
        code: words(PART_CODES),
        weight: { type: 'number' },
        value: { type: 'number', minimum: 0, maximum: 1 },
      }),
    ),
  }),
};

const opFields = {
  n: { type: 'integer', minimum: 1, maximum: OP_NUMBER_MAX },
  kind: words(OP_KINDS),
  video: named('Id'),
  watchedMs: { type: 'integer', minimum: 0, maximum: WATCHED_MS_MAX },
  source: { ...words(SOURCES), default: 'direct' },
};
const crossed = object({
  type: text,
  destination: words(['public', 'operator', 'own']),
  records: whole,
  bytes: whole,
});
const onlyOfViews = ['watchedMs', 'source'];

const position = { epoch: whole, seq: whole };

export const schemas: Readonly<Record<string, Schema>> = {
  Id: { type: 'string', pattern: `^[A-Za-z0-9_-]{1,${ID_CHARS_MAX}}$` },
  Jurisdiction: { type: 'string', pattern: '^[a-z]{2,8}$', examples: ['us', 'eu', 'row'] },
  Time: { type: 'string', format: 'date-time' },
  Problem: {
    ...object({
      type: text,
      title: text,
      status: { type: 'integer' },
      detail: text,
      code: words(Object.keys(PROBLEMS)),
      retryable: { type: 'boolean' },
    }),
    description: 'RFC 9457. Some codes have members beside these, such as `line`, `n`, `highest`.',
    additionalProperties: true,
  },

  NewSession: object({ jurisdiction: named('Jurisdiction'), subject: named('Id') }, [
    'jurisdiction',
    'subject',
  ]),
  Session: object({
    session: named('Id'),
    jurisdiction: named('Jurisdiction'),
    grant: text,
    startedAt: named('Time'),
    expiresAt: named('Time'),
  }),
  Op: object(opFields, onlyOfViews),
  Ops: object({ ops: list(named('Op'), { minItems: 1, maxItems: OPS_PER_REQUEST_MAX }) }),
  BulkLine: object(
    {
      jurisdiction: named('Jurisdiction'),
      session: named('Id'),
      subject: named('Id'),
      ...opFields,
    },
    ['subject', ...onlyOfViews],
  ),
  View: object({ watchedMs: opFields.watchedMs, source: opFields.source }, ['source']),
  OpResult: object({ n: opFields.n, outcome: words(OUTCOMES), code: words(INVALID_CODES) }, [
    'code',
  ]),
  OpResults: object({
    cell: named('Jurisdiction'),
    ...position,
    results: list(named('OpResult')),
  }),
  BulkResults: object({
    accepted: whole,
    outcomes: mapOf(whole),
    positions: mapOf(named('Position')),
  }),
  Position: object(position),
  CellPosition: object({ cell: named('Jurisdiction'), ...position }),
  Corrected: object({
    cell: named('Jurisdiction'),
    ...position,
    outcome: { enum: ['counted', 'duplicate'] },
  }),
  Erased: object({
    cell: named('Jurisdiction'),
    ...position,
    positions: mapOf(named('Position')),
  }),

  NewVideo: object(
    {
      durationMs: { type: 'integer', minimum: 1, maximum: DURATION_MS_MAX },
      creator: named('Id'),
      title: { type: 'string', maxLength: TITLE_CHARS_MAX },
    },
    ['title'],
  ),
  Video: object(videoFields),
  Videos: object({ items: list(named('Video')), next: text }, ['next']),
  PersonInList: object({
    account: named('Id'),
    handle: text,
    displayName: text,
    bio: text,
    avatar: orNull(text),
    since: named('Time'),
    likesPublic: { type: 'boolean' },
  }),
  PeopleList: object({ items: list(named('PersonInList')), next: text }, ['next']),
  Found: {
    description: 'Videos, people or tags, as `type` says.',
    anyOf: [
      named('Videos'),
      named('PeopleList'),
      object({ items: list(object({ tag: text, videos: whole })), next: text }, ['next']),
    ],
  },
  FeedRank: words(RANKS),
  Feed: object({ items: list(object({ ...videoFields, why }, ['why'])), next: text }, ['next']),

  Count: count,
  CellCounts: cellCounts,
  VideoCounts: object(videoCounts),
  UnknownVideo: object(unknownVideo),
  Counts: object({
    counts: mapOf({ oneOf: [named('VideoCounts'), named('UnknownVideo')] }),
  }),
  NamedCounts: object({ video: named('Id'), ...videoCounts }),
  NamedUnknownVideo: object({ video: named('Id'), ...unknownVideo }),
  Likes: {
    oneOf: [
      object({ likes: mapOf({ type: 'boolean' }) }),
      object({ items: list(object({ video: named('Id'), at: named('Time') })), next: text }, [
        'next',
      ]),
    ],
  },
  Series: object({
    series: list(
      object({ at: named('Time'), value: { type: 'number' }, partial: { type: 'boolean' } }),
    ),
    asOf: named('Time'),
  }),
  AnalyticsMetric: words(SERIES_METRICS),
  Grain: words(GRAINS),

  Credentials: object(
    {
      handle: text,
      password: { type: 'string', format: 'password' },
      jurisdiction: named('Jurisdiction'),
    },
    ['jurisdiction'],
  ),
  Account: object({ account: named('Id'), handle: text, jurisdiction: named('Jurisdiction') }),

  Cell: object(
    {
      jurisdiction: named('Jurisdiction'),
      operator: text,
      epoch: whole,
      since: named('Time'),
      state: words(['live', 'stale', 'unknown']),
      watermark: orNull(object({ ...position, at: named('Time') })),
      handover: object({ state: words(['joint']), to: text, since: named('Time') }),
    },
    ['handover'],
  ),
  Cells: object({ cells: list(named('Cell')) }),
  Books: object({
    cell: named('Jurisdiction'),
    ...position,
    ops: whole,
    classes: mapOf(whole),
    balanced: { type: 'boolean' },
    canaries: {
      anyOf: [object({ videos: whole, ops: whole, classes: mapOf(whole) }), { type: 'null' }],
    },
  }),
  Recount: object({
    video: named('Id'),
    cells: mapOf(
      object({
        likes: { type: 'integer' },
        views: { type: 'integer' },
        likeRows: {
          description: 'All like rows of the cell, counted anew up to `seq`; null while none were.',
          anyOf: [
            object({
              ...position,
              madeAt: named('Time'),
              rows: whole,
              videos: whole,
              offVideos: whole,
              off: list(object({ video: named('Id'), rows: whole, counted: whole })),
            }),
            { type: 'null' },
          ],
        },
      }),
    ),
  }),
  Border: object({
    cell: named('Jurisdiction'),
    since: named('Time'),
    types: list(crossed),
    days: list(object({ day: text, types: list(crossed) })),
  }),
  NewCorrection: object(
    {
      jurisdiction: named('Jurisdiction'),
      metric: words(METRICS),
      delta: { type: 'integer', not: { const: 0 } },
      reason: words(CORRECTION_REASONS),
      note: { type: 'string', maxLength: NOTE_CHARS_MAX },
    },
    ['note'],
  ),
  Balance: {
    description: 'Counts as shown, how much of them comes of corrections, and their proof.',
    ...object({
      operator: text,
      likes: whole,
      likesCorrected: { type: 'integer' },
      views: whole,
      viewsCorrected: { type: 'integer' },
      ...position,
      statement: object({
        format: { const: 1 },
        cell: named('Jurisdiction'),
        handover: named('Id'),
        side: words(['closing', 'opening']),
        ...position,
        videos: whole,
        likesTotal: whole,
        likesCorrectedTotal: { type: 'integer' },
        viewsTotal: whole,
        viewsCorrectedTotal: { type: 'integer' },
        root: text,
      }),
      signature: text,
      publicKey: text,
      proof: list(text),
      index: whole,
      size: whole,
    }),
  },
  Balances: object({
    video: named('Id'),
    balances: list(
      object({
        cell: named('Jurisdiction'),
        handover: named('Id'),
        at: named('Time'),
        closing: orNull(named('Balance')),
        opening: orNull(named('Balance')),
      }),
    ),
  }),
  Corrections: object(
    {
      items: list(
        object({
          jurisdiction: named('Jurisdiction'),
          metric: words(METRICS),
          delta: { type: 'integer' },
          reason: words(CORRECTION_REASONS),
          note: text,
          at: named('Time'),
          ...position,
        }),
      ),
      more: {
        type: 'boolean',
        description: 'A cell lists as many as it may at once: older ones may be left out.',
      },
    },
    ['more'],
  ),
  Status: object({ status: words(['ok', 'ready']) }),
};
