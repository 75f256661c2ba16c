// Operations on accounts, for truth-keeping and for running.

import {
  answer,
  COOKIE,
  inPath,
  inQuery,
  jsonBody,
  named,
  NO_CREDENTIAL,
  OPERATOR_KEY,
  problems,
  SERVICE_KEY,
} from './openapi-types.ts';
import type { Answer, Operation, Parameter, Paths, Schema } from './openapi-types.ts';

const video = inPath('id', named('Id'), 'The video.');
const correctionName: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A name of your choosing for this correction, once for each operator.',
  schema: named('Id'),
};
const cell = inPath('jurisdiction', named('Jurisdiction'), 'The cell.');

const entering = (
  operationId: string,
  summary: string,
  responses: Operation['responses'],
): Operation => ({
  operationId,
  summary,
  description: 'The answer sets the cookie.',
  tags: ['accounts'],
  security: NO_CREDENTIAL,
  requestBody: jsonBody(named('Credentials')),
  responses: { ...responses, ...problems(400, 403, 408, 413, 415, 429, 503) },
});

const open = (
  operationId: string,
  summary: string,
  ok: Answer,
  ...errors: readonly number[]
): Operation => ({
  operationId,
  summary,
  tags: ['running'],
  security: NO_CREDENTIAL,
  responses: { '200': ok, ...problems(...errors) },
});

const ofCell = (operationId: string, summary: string, schema: Schema): Operation => ({
  ...open(operationId, summary, answer('As of the position.', schema), 400, 404, 503),
  tags: ['truth'],
  parameters: [cell],
});

export const accountPaths: Paths = {
  '/v1/accounts': {
    post: entering('signUp', 'Sign up', {
      '201': answer('The account exists and is signed in.', named('Account')),
      ...problems(409),
    }),
  },
  '/v1/sign-in': {
    post: entering('signIn', 'Sign in', {
      '200': answer('Signed in.', named('Account')),
      ...problems(401),
    }),
  },
  '/v1/sign-out': {
    post: {
      operationId: 'signOut',
      summary: 'Sign out; also when nobody is signed in',
      tags: ['accounts'],
      security: [{ cookie: [] }, {}],
      responses: {
        '204': { description: 'The session has ended and the cookie is cleared.' },
        ...problems(403, 413, 415, 503),
      },
    },
  },
  '/v1/me': {
    get: {
      operationId: 'getMe',
      summary: 'Who is signed in',
      tags: ['accounts'],
      security: COOKIE,
      responses: { '200': answer('The account.', named('Me')), ...problems(401, 503) },
    },
    delete: {
      operationId: 'deleteMe',
      summary: 'Delete the account and erase the person',
      tags: ['accounts'],
      security: COOKIE,
      responses: {
        '202': answer('Erased from this position on.', named('CellPosition')),
        ...problems(401, 403, 413, 415, 503),
      },
    },
  },
};

export const truthPaths: Paths = {
  '/v1/cells': {
    get: {
      ...open('getCells', 'Who runs each cell', answer('The cells.', named('Cells'))),
      tags: ['truth'],
    },
  },
  '/v1/cells/{jurisdiction}/books': {
    get: ofCell('getBooks', 'Every accepted op by class', named('Books')),
  },
  '/v1/videos/{id}/recount': {
    get: {
      operationId: 'recount',
      summary: 'A video’s counts, added up from its rows anew',
      description: 'Compare with what `GET /v1/counts` shows; numbers move while ops arrive.',
      tags: ['truth'],
      security: SERVICE_KEY,
      parameters: [video],
      responses: {
        '200': answer('Likes and views of each cell.', named('Recount')),
        ...problems(400, 401, 403, 404, 503),
      },
    },
  },
  '/v1/cells/{jurisdiction}/border': {
    get: ofCell('getBorder', 'What has left the cell, by type of record', named('Border')),
  },
  '/v1/videos/{id}/corrections': {
    get: {
      operationId: 'getCorrections',
      summary: 'Corrections of a video’s counts, newest first',
      tags: ['truth'],
      security: NO_CREDENTIAL,
      parameters: [video],
      responses: {
        '200': answer('The corrections.', named('Corrections')),
        ...problems(400, 404, 503),
      },
    },
    post: {
      operationId: 'correct',
      summary: 'Correct a count, for a stated reason',
      tags: ['truth'],
      security: OPERATOR_KEY,
      description:
        'Send an Idempotency-Key and the correction counts once however often it is sent: a ' +
        'repeat within 400 days changes nothing, whatever it says.',
      parameters: [video, correctionName],
      requestBody: jsonBody(named('NewCorrection')),
      responses: {
        '200': answer('A correction of this name was made before.', named('Corrected')),
        '201': answer('Counted and listed from this position on.', named('Corrected')),
        ...problems(400, 401, 403, 404, 408, 409, 413, 415, 503),
      },
    },
  },
  '/v1/videos/{id}/balances': {
    get: {
      operationId: 'getBalances',
      summary: 'What a video had at each hand-over, signed by both sides',
      description:
        'Newest first, at most 100. A hand-over before the video was registered is left out. What ' +
        'a side does not have is null, never 0. `holdfast handover verify CERTIFICATE --balance ' +
        'FILE` checks this answer, saved to a file, against the certificate.',
      tags: ['truth'],
      security: NO_CREDENTIAL,
      parameters: [video],
      responses: {
        '200': answer('The balances.', named('Balances')),
        ...problems(400, 404, 503),
      },
    },
  },
  '/v1/subjects/{subject}': {
    delete: {
      operationId: 'eraseSubject',
      summary: 'Erase one of the integrator’s users',
      tags: ['truth'],
      security: SERVICE_KEY,
      parameters: [
        inPath('subject', named('Id'), 'The integrator’s name for the user.'),
        inQuery('jurisdiction', named('Jurisdiction'), 'The only cell to erase in.'),
      ],
      responses: {
        '202': answer('Erased from these positions on.', named('Erased')),
        ...problems(400, 401, 403, 413, 414, 415, 503),
      },
    },
  },
};

export const runningPaths: Paths = {
  '/healthz': {
    get: open('getHealth', 'Whether the process runs', answer('It does.', named('Status'))),
  },
  '/readyz': {
    get: open(
      'getReady',
      'Whether every cell can acknowledge',
      answer('They can.', named('Status')),
      503,
    ),
  },
  '/metrics': {
    get: open('getMetrics', 'Numbers for Prometheus', {
      description: 'In the text format of Prometheus.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    }),
  },
  '/openapi.json': {
    get: open('getOpenApi', 'This document', answer('OpenAPI 3.1.', { type: 'object' })),
  },
};
