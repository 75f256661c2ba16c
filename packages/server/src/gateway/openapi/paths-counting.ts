// Operations that count: sessions, ops, videos.

import {
  answer,
  GRANT,
  inPath,
  jsonBody,
  named,
  NO_CREDENTIAL,
  problems,
  SERVICE_KEY,
} from './openapi-types.ts';
import { changeVideo, removeVideo } from './paths-videos.ts';
import type { Operation, Parameter, Paths } from './openapi-types.ts';

const video = inPath('id', named('Id'), 'The video.');
const opNumber: Parameter = {
  name: 'Op-Number',
  in: 'header',
  required: true,
  description: 'The number of the op in its session, from 1; the same number again counts nothing.',
  schema: { type: 'integer', minimum: 1 },
};

const DURABLE = 'Durable: on disk before this answer. One outcome an op, in the order sent.';
const opErrors = problems(400, 401, 408, 409, 413, 415, 429, 503);

const oneOp = (operationId: string, summary: string): Operation => ({
  operationId,
  summary,
  tags: ['ops'],
  security: GRANT,
  parameters: [video, opNumber],
  responses: { '200': answer(DURABLE, named('OpResults')), ...opErrors },
});

export const countingPaths: Paths = {
  '/v1/sessions': {
    post: {
      operationId: 'beginSession',
      summary: 'Begin a session and get its grant',
      description:
        'With a service key for the subject it names, with the cookie for the account, else for ' +
        'nobody: such a session may view, not like.',
      tags: ['sessions'],
      security: [{ serviceKey: [] }, { cookie: [] }, {}],
      requestBody: jsonBody(named('NewSession'), false),
      responses: {
        '201': answer('The session has begun.', named('Session')),
        ...problems(400, 401, 403, 408, 413, 415, 429, 503),
      },
    },
  },
  '/v1/ops': {
    post: {
      operationId: 'sendOps',
      summary: 'Send ops of one session',
      tags: ['ops'],
      security: GRANT,
      requestBody: jsonBody(named('Ops')),
      responses: { '200': answer(DURABLE, named('OpResults')), ...opErrors },
    },
  },
  '/v1/ops/bulk': {
    post: {
      operationId: 'sendBulk',
      summary: 'Send many ops that the integrator vouches for, one a line',
      description: 'Each line is one `BulkLine`. A malformed line refuses the whole request.',
      tags: ['ops'],
      security: SERVICE_KEY,
      requestBody: {
        required: true,
        content: { 'application/x-ndjson': { schema: named('BulkLine') } },
      },
      responses: {
        '200': answer('Durable in every cell that the lines name.', named('BulkResults')),
        ...problems(400, 401, 403, 408, 409, 413, 415, 503),
      },
    },
  },
  '/v1/videos/{id}/like': {
    put: oneOp('like', 'Like a video: one op'),
    delete: oneOp('unlike', 'Take a like back: one op'),
  },
  '/v1/videos/{id}/views': {
    post: { ...oneOp('view', 'View a video: one op'), requestBody: jsonBody(named('View')) },
  },
  '/v1/videos/{id}': {
    put: {
      operationId: 'registerVideo',
      summary: 'Make a video known to the counter',
      tags: ['videos'],
      security: SERVICE_KEY,
      parameters: [video],
      requestBody: jsonBody(named('NewVideo')),
      responses: {
        '201': answer('The video is registered, durably.', named('Video')),
        '200': answer('The video was known; its title is as sent.', named('Video')),
        ...problems(400, 401, 403, 408, 409, 413, 415, 503, 507),
      },
    },
    get: {
      operationId: 'getVideo',
      summary: 'What is publicly known about a video',
      tags: ['videos'],
      security: NO_CREDENTIAL,
      parameters: [video],
      responses: { '200': answer('The video.', named('Video')), ...problems(400, 404, 410) },
    },
    patch: changeVideo,
    delete: removeVideo,
  },
};
