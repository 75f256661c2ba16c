// Operations on profiles and pictures.

import { BIO_CHARS_MAX, DISPLAY_NAME_CHARS_MAX } from '../../border/public-records.ts';
import { IMAGE_TYPES } from '../../media/image.ts';
import { PICTURE_PATH } from '../picture-address.ts';
import { PEOPLE_PAGE_MAX } from '../routes/people.ts';
import {
  answer,
  COOKIE,
  inPath,
  inQuery,
  jsonBody,
  list,
  named,
  NO_CREDENTIAL,
  object,
  problems,
} from './openapi-types.ts';
import type { Answer, Paths, Schema } from './openapi-types.ts';

const text: Schema = { type: 'string' };
const yesOrNo: Schema = { type: 'boolean' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const handle = inPath(
  'handle',
  text,
  'A handle as it is shown, such as ann or ann@eu; or an account.',
);
export const imageContent = Object.fromEntries(
  IMAGE_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
);
export const bytesOf = (description: string, ...types: readonly string[]): Answer => ({
  description,
  content: Object.fromEntries(types.map((type) => [type, { schema: text }])),
});

const profile = {
  account: named('Id'),
  handle: text,
  jurisdiction: named('Jurisdiction'),
  profile: yesOrNo,
  displayName: text,
  bio: text,
  avatar: orNull(text),
  likesPublic: yesOrNo,
  timeZone: text,
};

export const peopleSchemas: Readonly<Record<string, Schema>> = {
  MyProfile: object(profile),
  Me: object({ ...profile, roles: list(text) }),
  NewProfile: object(
    {
      displayName: { ...text, minLength: 1, maxLength: DISPLAY_NAME_CHARS_MAX },
      bio: { ...text, maxLength: BIO_CHARS_MAX },
      likesPublic: yesOrNo,
      timeZone: text,
    },
    ['bio', 'likesPublic', 'timeZone'],
  ),
  Person: object(
    {
      account: named('Id'),
      handle: text,
      displayName: text,
      bio: text,
      avatar: orNull(text),
      since: named('Time'),
      likesPublic: yesOrNo,
      totals: object({
        videos: { type: 'integer', minimum: 0 },
        likes: named('Count'),
        views: named('Count'),
        followers: named('Count'),
      }),
      followedByMe: yesOrNo,
      isMe: yesOrNo,
    },
    ['followedByMe', 'isMe'],
  ),
};

export const peoplePaths: Paths = {
  '/v1/people/{handle}': {
    get: {
      operationId: 'getPerson',
      summary: 'A profile, with totals that are the sums of its videos',
      tags: ['people'],
      security: [{ cookie: [] }, {}],
      parameters: [handle],
      responses: { '200': answer('The person.', named('Person')), ...problems(400, 404) },
    },
  },
  '/v1/people/{handle}/videos': {
    get: {
      operationId: 'getPersonVideos',
      summary: 'A person’s public videos, newest first',
      tags: ['people'],
      security: NO_CREDENTIAL,
      parameters: [
        handle,
        inQuery('cursor', text, 'The `next` of the page before.'),
        inQuery(
          'limit',
          { type: 'integer', minimum: 1, maximum: PEOPLE_PAGE_MAX },
          'Videos a page.',
        ),
      ],
      responses: { '200': answer('A page.', named('Videos')), ...problems(400, 404, 414) },
    },
  },
  '/v1/people/{handle}/likes': {
    get: {
      operationId: 'getPersonLikes',
      summary: 'The videos that a person likes, if they let everybody see it; always one’s own',
      tags: ['people'],
      security: [{ cookie: [] }, {}],
      parameters: [
        handle,
        inQuery('cursor', text, 'The `next` of the page before.'),
        inQuery(
          'limit',
          { type: 'integer', minimum: 1, maximum: PEOPLE_PAGE_MAX },
          'Videos a page.',
        ),
      ],
      responses: {
        '200': answer('A page, the newest likes first.', named('Videos')),
        ...problems(400, 403, 404, 414, 503),
      },
    },
  },
  '/v1/me/profile': {
    put: {
      operationId: 'putProfile',
      summary: 'Publish a profile, or change it',
      description: 'Before this nothing of a person is public.',
      tags: ['people'],
      security: COOKIE,
      requestBody: jsonBody(named('NewProfile')),
      responses: {
        '200': answer('The profile.', named('MyProfile')),
        ...problems(400, 401, 403, 408, 409, 413, 415, 503),
      },
    },
  },
  '/v1/me/avatar': {
    put: {
      operationId: 'putAvatar',
      summary: 'Give the profile a picture',
      tags: ['people'],
      security: COOKIE,
      requestBody: { required: true, content: imageContent },
      responses: {
        '200': answer('The profile.', named('MyProfile')),
        ...problems(400, 401, 403, 408, 409, 413, 415, 503),
      },
    },
    delete: {
      operationId: 'deleteAvatar',
      summary: 'Take the picture away',
      tags: ['people'],
      security: COOKIE,
      responses: {
        '200': answer('The profile.', named('MyProfile')),
        ...problems(401, 403, 409, 413, 415, 503),
      },
    },
  },
  [`${PICTURE_PATH}{account}/{file}`]: {
    get: {
      operationId: 'getPicture',
      summary: 'The picture of a profile',
      tags: ['people'],
      security: NO_CREDENTIAL,
      parameters: [
        inPath('account', named('Id'), 'Whose it is.'),
        inPath('file', text, 'The name in its address.'),
      ],
      responses: { '200': bytesOf('The picture.', ...IMAGE_TYPES), ...problems(400, 404) },
    },
  },
};
