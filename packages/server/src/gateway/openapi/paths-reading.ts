// Operations that read: counts, likes, analytics, the feed.

import { COUNTS_VIDEOS_MAX } from '@holdfast/protocol/limits.ts';
import { FEED_PAGE_MAX, REGISTERED_PAGE_MAX } from '../../catalog/catalog.ts';
import { PEOPLE_PAGE_MAX } from '../routes/people.ts';
import { SEARCH_CHARS_MAX, SEARCH_TYPES } from '../routes/search.ts';
import { AFTER_MAX, FEED_PAGE_ITEMS } from '../gateway-limits.ts';
import {
  answer,
  inPath,
  inQuery,
  list,
  named,
  NO_CREDENTIAL,
  problems,
  SERVICE_KEY,
} from './openapi-types.ts';
import type { Parameter, Paths } from './openapi-types.ts';

const video = inPath('id', named('Id'), 'The video.');
const videos: Parameter = {
  ...inQuery(
    'video',
    list(named('Id'), { minItems: 1, maxItems: COUNTS_VIDEOS_MAX }),
    'A video; may stand several times.',
  ),
  required: true,
};
const after = inQuery(
  'after',
  list({ type: 'string', pattern: '^[a-z]{2,8}:[0-9]+$' }, { maxItems: AFTER_MAX }),
  'A position such as `us:123`, several times for several cells: waits at most 1 s for it.',
);
const cursor = inQuery('cursor', { type: 'string' }, 'The `next` of the page before.');
const limit = (items: number, itemsMax: number): Parameter =>
  inQuery(
    'limit',
    { type: 'integer', minimum: 1, maximum: itemsMax },
    `Videos a page; ${items} when absent.`,
  );
const time = (name: string, description: string): Parameter =>
  inQuery(name, named('Time'), description);

export const readingPaths: Paths = {
  '/v1/counts': {
    get: {
      operationId: 'getCounts',
      summary: 'Counts of up to 100 videos',
      tags: ['counts'],
      security: NO_CREDENTIAL,
      parameters: [videos, after],
      responses: { '200': answer('The counts, by video.', named('Counts')), ...problems(400, 414) },
    },
  },
  '/v1/counts/stream': {
    get: {
      operationId: 'streamCounts',
      summary: 'Counts as they change',
      description:
        'Server-sent events `count`, whose data is a `NamedCounts` or a `NamedUnknownVideo`: of ' +
        'every video at once, on change, and every few seconds.',
      tags: ['counts'],
      security: NO_CREDENTIAL,
      parameters: [videos],
      responses: {
        '200': {
          description: 'Events until one side closes.',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        ...problems(400, 414, 429, 503),
      },
    },
  },
  '/v1/videos/{id}/counts': {
    get: {
      operationId: 'getVideoCounts',
      summary: 'Counts of one video',
      tags: ['counts'],
      security: NO_CREDENTIAL,
      parameters: [video, after],
      responses: {
        '200': answer('The counts.', named('NamedCounts')),
        ...problems(400, 404, 414),
      },
    },
  },
  '/v1/me/likes': {
    get: {
      operationId: 'getMyLikes',
      summary: 'What the caller likes',
      description: 'With `video` which of them; without it all, newest first, by pages.',
      tags: ['counts'],
      security: [{ grant: [] }, { cookie: [] }],
      parameters: [{ ...videos, required: false }, cursor],
      responses: {
        '200': answer('The likes.', named('Likes')),
        ...problems(400, 401, 414, 503),
      },
    },
  },
  '/v1/videos/{id}/analytics': {
    get: {
      operationId: 'getAnalytics',
      summary: 'A video’s numbers over time, for its creator',
      tags: ['analytics'],
      security: [{ serviceKey: [] }, { cookie: [] }],
      parameters: [
        video,
        inQuery('metric', named('AnalyticsMetric'), '`views` when absent.'),
        inQuery('grain', named('Grain'), '`hour` when absent.'),
        time('from', 'Begin; 2 days back for minutes, 7 for hours, 28 for days when absent.'),
        time('to', 'End, not included; now when absent.'),
        inQuery('tz', { type: 'string' }, 'Zone of hours and days; `UTC` when absent.'),
      ],
      responses: {
        '200': answer('The series, oldest first.', named('Series')),
        ...problems(400, 401, 403, 404, 414, 503),
      },
    },
  },
  '/v1/videos': {
    get: {
      operationId: 'listVideos',
      summary: 'The videos that keys of this tenant registered, oldest first',
      tags: ['videos'],
      security: SERVICE_KEY,
      parameters: [cursor, limit(REGISTERED_PAGE_MAX, REGISTERED_PAGE_MAX)],
      responses: { '200': answer('A page.', named('Videos')), ...problems(400, 401, 403, 414) },
    },
  },
  '/v1/feed': {
    get: {
      operationId: 'getFeed',
      summary: 'Videos that can be played here',
      description:
        '`latest`, also without `rank`: newest first. `for-you`: ranked, each with why; a walk ' +
        'along `next` has no video twice. `following`: of whom the signed-in person follows.',
      tags: ['videos'],
      security: [{ cookie: [] }, {}],
      parameters: [
        inQuery('rank', named('FeedRank'), '`latest` when absent.'),
        cursor,
        limit(FEED_PAGE_ITEMS, FEED_PAGE_MAX),
      ],
      responses: {
        '200': answer('A page.', named('Feed')),
        ...problems(400, 401, 414, 503),
      },
    },
  },
  '/v1/search': {
    get: {
      operationId: 'search',
      summary: 'Videos, people or tags by words',
      description:
        'Every word is looked for, the last one as a beginning, without regard to case and ' +
        'accents; the best first.',
      tags: ['videos'],
      security: NO_CREDENTIAL,
      parameters: [
        {
          ...inQuery(
            'q',
            { type: 'string', minLength: 1, maxLength: SEARCH_CHARS_MAX },
            'What is looked for.',
          ),
          required: true,
        },
        inQuery('type', { enum: SEARCH_TYPES }, '`videos` when absent.'),
        cursor,
        limit(FEED_PAGE_ITEMS, PEOPLE_PAGE_MAX),
      ],
      responses: { '200': answer('A page.', named('Found')), ...problems(400, 414) },
    },
  },
};
