// Operations of the creator studio, and the forms of their answers.

import { OP_KINDS, OUTCOMES, SOURCES } from '@holdfast/protocol/ops.ts';
import { CORRECTION_REASONS, METRICS } from '@holdfast/protocol/counts.ts';
import { answer, inPath, inQuery, list, named, object, problems } from './openapi-types.ts';
import { STUDIO_METRICS } from '../routes/studio/studio-series.ts';
import type { Answer, Operation, Parameter, Paths, Schema } from './openapi-types.ts';

const whole: Schema = { type: 'integer', minimum: 0 };
const number: Schema = { type: 'integer' };
const text: Schema = { type: 'string' };
const time = named('Time');
const words = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const state = words(['live', 'stale', 'unknown']);

const about = { video: named('Id'), state, asOf: time, from: time, to: time };
const unknownDays: Schema = {
  ...list(time),
  description: 'UTC days of which nobody knows what they were made of; they are left out.',
};
const classes = object(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, whole])));

const realtime = {
  justNow: named('JustNow'),
  minutes: list(named('StudioPoint')),
  hours: list(named('StudioPoint')),
  state,
  asOf: time,
};

export const studioSchemas: Readonly<Record<string, Schema>> = {
  StudioPoint: {
    description: 'A bucket. `null` is not known; with `gap` nobody heard of a cell at the time.',
    ...object(
      {
        at: time,
        value: orNull(number),
        partial: { type: 'boolean' },
        gap: { const: true },
        reason: { const: 'not-kept', description: 'It was before such numbers were kept.' },
      },
      ['gap', 'reason'],
    ),
  },
  Retention: object({
    ...about,
    starts: orNull(whole),
    points: list(object({ part: { type: 'number', minimum: 0, maximum: 1 }, watching: whole })),
    loops: orNull(whole),
    averageWatchMs: orNull(whole),
    unknownDays,
  }),
  SourceNumbers: object({
    ...about,
    items: list(
      object({
        source: words(SOURCES),
        starts: orNull(whole),
        views: orNull(whole),
        watchMs: orNull(whole),
      }),
    ),
    unknownDays,
  }),
  JurisdictionNumbers: object({
    ...about,
    items: list(
      object({
        jurisdiction: {
          type: 'string',
          description: 'A cell, or `other` for groups of fewer than 10 viewers and who hides them.',
        },
        views: whole,
        likes: number,
      }),
    ),
  }),
  ReturningViewers: object({
    ...about,
    uniqueViewers: whole,
    returning: whole,
    errorPart: { type: 'number', minimum: 0 },
  }),
  Ledger: object({
    video: named('Id'),
    received: whole,
    classes,
    perKind: object(Object.fromEntries(OP_KINDS.map((kind) => [kind, classes]))),
    corrections: list(
      object({
        at: time,
        jurisdiction: named('Jurisdiction'),
        metric: words(METRICS),
        delta: number,
        reason: words(CORRECTION_REASONS),
        note: text,
      }),
    ),
    shown: object({ likes: named('Count'), views: named('Count') }),
    balanced: { type: 'boolean' },
    state,
    asOf: time,
    perCell: list(
      object({
        jurisdiction: named('Jurisdiction'),
        received: whole,
        classes,
        likes: whole,
        views: whole,
        shown: object({ likes: orNull(number), views: orNull(number) }),
        balanced: { type: 'boolean' },
        balance: text,
        asOf: time,
        epoch: orNull(whole),
        seq: orNull(whole),
      }),
    ),
  }),
  StudioMark: {
    description: 'What happened to the numbers, or to whoever counts them.',
    ...object(
      {
        at: time,
        until: time,
        kind: words(['incident', 'correction', 'handover', 'definition']),
        text,
        code: { type: 'string', description: 'Which sentence `text` is; without it, free words.' },
        params: { type: 'object', description: 'Names and numbers that the sentence is made of.' },
        link: text,
        jurisdiction: named('Jurisdiction'),
        closing: orNull(number),
        opening: orNull(number),
        operators: list(text, { minItems: 2, maxItems: 2 }),
      },
      ['until', 'code', 'params', 'link', 'jurisdiction', 'closing', 'opening', 'operators'],
    ),
  },
  StudioMetric: words(STUDIO_METRICS),
  StudioOverview: object({
    from: time,
    to: time,
    previous: object({ from: time, to: time }),
    timeZone: text,
    videos: whole,
    isCut: { type: 'boolean', description: 'There are more videos than are in the numbers.' },
    cards: list(
      object(
        {
          metric: named('StudioMetric'),
          value: orNull(number),
          previous: {
            ...orNull(number),
            description: 'Of the period before; of comments and followers the total at its end.',
          },
          state,
          asOf: orNull(time),
          spark: list(named('StudioPoint')),
          gained: orNull(whole),
          lost: orNull(whole),
        },
        ['gained', 'lost'],
      ),
    ),
    definitions: object(Object.fromEntries(STUDIO_METRICS.map((metric) => [metric, text]))),
    definitionCodes: object(Object.fromEntries(STUDIO_METRICS.map((metric) => [metric, text]))),
  }),
  StudioSeries: object({
    metric: named('StudioMetric'),
    grain: named('Grain'),
    timeZone: text,
    series: list(named('StudioPoint')),
    state,
    asOf: orNull(time),
    marks: list(named('StudioMark')),
    incidentsKnown: {
      type: 'boolean',
      description: 'Whether the status page could say which incidents there were.',
    },
    isCut: { type: 'boolean' },
  }),
  StudioVideos: object(
    {
      from: time,
      to: time,
      items: list(
        object({
          video: named('Id'),
          title: text,
          poster: orNull(text),
          durationMs: whole,
          publishedAt: time,
          metrics: object({
            views: orNull(number),
            engagedViews: orNull(whole),
            likes: orNull(number),
            comments: orNull(number),
            watchMs: orNull(number),
          }),
        }),
      ),
      next: text,
      state,
      asOf: orNull(time),
      isCut: { type: 'boolean' },
    },
    ['next'],
  ),
  JustNow: {
    description:
      'What was reported in the last five minutes, the running one among them; `null` while a cell ' +
      'is silent. `watching` is watch time by time: how many were watching at once.',
    ...object({
      from: time,
      to: time,
      views: orNull(whole),
      starts: orNull(whole),
      watchMs: orNull(whole),
      watching: orNull({ type: 'number', minimum: 0 }),
    }),
  },
  Realtime: object({ video: named('Id'), ...realtime }),
  StudioRealtime: object({ ...realtime, isCut: { type: 'boolean' } }),
};

const security = [{ serviceKey: [] }, { cookie: [] }] as const;
const video = inPath('id', named('Id'), 'The video.');
const range: readonly Parameter[] = [
  inQuery('from', time, 'Begin, by UTC day; the first day of the video when absent.'),
  inQuery('to', time, 'End, by UTC day; today when absent.'),
];

function ofVideo(
  operationId: string,
  summary: string,
  schema: string,
  parameters: readonly Parameter[] = range,
): Readonly<{ get: Operation }> {
  return {
    get: {
      operationId,
      summary,
      tags: ['studio'],
      security,
      parameters: [video, ...parameters],
      responses: {
        '200': answer('The numbers, with their age.', named(schema)),
        ...problems(400, 401, 403, 404, 414, 503),
      },
    },
  };
}

const oneVideo = inQuery('video', named('Id'), 'One of the caller’s videos; all when absent.');
const zone = inQuery('tz', { type: 'string' }, 'Zone of hours and days; `UTC` when absent.');
const period: readonly Parameter[] = [
  inQuery('from', time, 'Begin; the day 27 days before the end when absent.'),
  inQuery('to', time, 'End; now when absent.'),
  zone,
];
const sort = inQuery(
  'sort',
  words(['publishedAt', 'views', 'engagedViews', 'likes', 'comments', 'watchMs']),
  'Largest first; `publishedAt` when absent.',
);
const cursor = inQuery('cursor', text, 'The `next` of the page before.');

function ofOwn(
  operationId: string,
  summary: string,
  good: Answer,
  parameters: readonly Parameter[],
): Readonly<{ get: Operation }> {
  return {
    get: {
      operationId,
      summary,
      tags: ['studio'],
      security,
      parameters,
      responses: { '200': good, ...problems(400, 401, 403, 404, 414, 503) },
    },
  };
}

const seriesAsked: readonly Parameter[] = [
  inQuery('metric', named('StudioMetric'), '`views` when absent.'),
  inQuery('grain', named('Grain'), '`day` when absent.'),
];

const file: Answer = {
  description: 'The file.',
  content: {
    'text/csv': { schema: text },
    'application/json': {
      schema: { anyOf: ['Overview', 'Series', 'Videos'].map((name) => named(`Studio${name}`)) },
    },
  },
};

export const studioPaths: Paths = {
  '/v1/me/studio/overview': ofOwn(
    'getStudioOverview',
    'A creator’s numbers over a period and the one before it',
    answer('The cards.', named('StudioOverview')),
    [oneVideo, ...period],
  ),
  '/v1/me/studio/series': ofOwn(
    'getStudioSeries',
    'A metric over time, with what explains it',
    answer('The series, oldest first.', named('StudioSeries')),
    [oneVideo, ...seriesAsked, ...period],
  ),
  '/v1/me/studio/videos': ofOwn(
    'getStudioVideos',
    'Each video with its numbers over a period',
    answer('A page.', named('StudioVideos')),
    [sort, cursor, ...period],
  ),
  '/v1/me/studio/realtime': ofOwn(
    'getStudioRealtime',
    'Views of late over all videos',
    answer('The last minutes and hours.', named('StudioRealtime')),
    [oneVideo],
  ),
  '/v1/me/studio/export': ofOwn('exportStudio', 'The numbers of the studio as a file', file, [
    inQuery(
      'what',
      words(['overview', 'series', 'videos', 'video']),
      '`overview` when absent; `video` needs one named.',
    ),
    inQuery('format', words(['csv', 'json']), '`csv` when absent.'),
    oneVideo,
    ...seriesAsked,
    sort,
    ...period,
  ]),
  '/v1/videos/{id}/retention': ofVideo(
    'getRetention',
    'How many starts reached each part of a video',
    'Retention',
  ),
  '/v1/videos/{id}/sources': ofVideo('getSources', 'Where views came from', 'SourceNumbers'),
  '/v1/videos/{id}/jurisdictions': ofVideo(
    'getJurisdictions',
    'Views and likes by jurisdiction',
    'JurisdictionNumbers',
  ),
  '/v1/videos/{id}/returning': ofVideo(
    'getReturning',
    'Viewers who had been there before',
    'ReturningViewers',
  ),
  '/v1/videos/{id}/ledger': ofVideo('getLedger', 'Why a number is what it is', 'Ledger', []),
  '/v1/videos/{id}/realtime': ofVideo('getRealtime', 'Views of late', 'Realtime', []),
};
