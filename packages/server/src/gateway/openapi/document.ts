// The OpenAPI 3.1 document of the API. Written by hand; `document.test.ts` holds it to the server.

import { named } from './openapi-types.ts';
import { commentPaths, commentSchemas, followPaths, heldPaths } from './paths-comments.ts';
import { countingPaths } from './paths-counting.ts';
import { peoplePaths, peopleSchemas } from './paths-people.ts';
import { ownAccountPaths, ownAccountSchemas } from './paths-own-account.ts';
import { reportPaths, reportSchemas } from './paths-reports.ts';
import { readingPaths } from './paths-reading.ts';
import { accountPaths, runningPaths, truthPaths } from './paths-running.ts';
import { studioPaths, studioSchemas } from './paths-studio.ts';
import { trustPaths, trustSchemas } from './paths-trust.ts';
import { ownVideoPaths, ownVideoSchemas } from './paths-videos.ts';
import { schemas } from './schemas.ts';

const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description }) as const;

export const openApiDocument = {
  openapi: '3.1.0',
  info: {
    title: 'Holdfast',
    version: '1',
    summary: 'Likes and views that stay right.',
    description:
      'Every answer may get more fields; ignore those you do not know. Errors are problem ' +
      'documents (RFC 9457) with a stable `code`; 429 and 503 carry `Retry-After`. After a ' +
      'time-out send the same ops again under the same numbers: nothing counts twice.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  paths: {
    ...countingPaths,
    ...readingPaths,
    ...commentPaths,
    ...heldPaths,
    ...followPaths,
    ...reportPaths,
    ...accountPaths,
    ...peoplePaths,
    ...ownAccountPaths,
    ...ownVideoPaths,
    ...truthPaths,
    ...studioPaths,
    ...trustPaths,
    ...runningPaths,
  },
  components: {
    schemas: {
      ...schemas,
      ...ownAccountSchemas,
      ...commentSchemas,
      ...reportSchemas,
      ...peopleSchemas,
      ...ownVideoSchemas,
      ...studioSchemas,
      ...trustSchemas,
    },
    responses: {
      Problem: {
        description: 'Why nothing was done; see `code`.',
        headers: {
          'Retry-After': {
            description: 'Seconds to wait; with 429 and 503.',
            schema: { type: 'integer', minimum: 1 },
          },
        },
        content: { 'application/problem+json': { schema: named('Problem') } },
      },
    },
    securitySchemes: {
      serviceKey: bearer('A service key, `hfk_…`.'),
      operatorKey: bearer('An operator key, `hfo_…`.'),
      grant: bearer('The grant of a session, `hfg_…`.'),
      cookie: {
        type: 'apiKey',
        in: 'cookie',
        name: '__Host-holdfast',
        description: 'Set by signing in; `holdfast` where the server is reached over plain HTTP.',
      },
    },
  },
} as const;
