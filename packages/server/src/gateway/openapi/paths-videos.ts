// Operations on a person's own videos: drafts, uploads, publishing, and the files of videos.

import {
  CAPTIONS_MAX,
  TAG_CHARS_MAX,
  TAGS_MAX,
  VIDEO_CAPTION_CHARS_MAX,
  VIDEO_TITLE_CHARS_MAX,
} from '../../border/public-records.ts';
import { IMAGE_TYPES } from '../../media/image.ts';
import { MEDIA_PATH } from '../../media/media-address.ts';
import { DRAFT_STATES, UPLOAD_STATES, VISIBILITIES } from '../../people/draft.ts';
import { WRITINGS_PAGE_MAX } from '../../people/writings.ts';
import {
  answer,
  COOKIE,
  inPath,
  inQuery,
  jsonBody,
  list,
  named,
  object,
  problems,
} from './openapi-types.ts';
import type { Answer, Operation, Parameter, Paths, Schema } from './openapi-types.ts';
import { bytesOf, imageContent } from './paths-people.ts';

const text: Schema = { type: 'string' };
const words = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
const yesOrNo: Schema = { type: 'boolean' };
const whole: Schema = { type: 'integer', minimum: 0 };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const bytes: Schema = { type: 'string', format: 'binary' };

const said = {
  title: { ...text, maxLength: VIDEO_TITLE_CHARS_MAX },
  caption: { ...text, maxLength: VIDEO_CAPTION_CHARS_MAX },
  tags: list({ ...text, maxLength: TAG_CHARS_MAX }, { maxItems: TAGS_MAX }),
  visibility: words(VISIBILITIES),
  commentsOff: yesOrNo,
};

export const ownVideoSchemas: Readonly<Record<string, Schema>> = {
  DraftChange: object({ ...said, scheduledAt: orNull(named('Time')) }, [
    ...Object.keys(said),
    'scheduledAt',
  ]),
  VideoChange: object(said, Object.keys(said)),
  Draft: object({
    id: named('Id'),
    video: named('Id'),
    state: words(DRAFT_STATES),
    ...said,
    scheduledAt: orNull(named('Time')),
    publishedAt: orNull(named('Time')),
    durationMs: orNull(whole),
    width: orNull(whole),
    height: orNull(whole),
    upload: object({
      state: words(UPLOAD_STATES),
      received: whole,
      total: whole,
      url: orNull(text),
      problem: orNull(object({ code: text, detail: text })),
    }),
    poster: orNull(text),
    captions: list(object({ lang: text, label: text, src: text }), { maxItems: CAPTIONS_MAX }),
    media: orNull(
      object({
        src: text,
        type: text,
        width: orNull(whole),
        height: orNull(whole),
        bytes: whole,
      }),
    ),
    createdAt: named('Time'),
    updatedAt: named('Time'),
  }),
  Drafts: object({ items: list(named('Draft')), next: text }, ['next']),
};

const id = inPath('id', named('Id'), 'The draft.');
const video = inPath('id', named('Id'), 'The video.');
const lang = inPath('lang', text, 'A language such as en or pt-BR.');
const upload = inPath('id', named('Id'), 'The upload.');
const header = (name: string, description: string, required = true): Parameter => ({
  name,
  in: 'header',
  description,
  required,
  schema: text,
});
const tus = header('Tus-Resumable', '1.0.0');

const own = (
  operationId: string,
  summary: string,
  responses: Operation['responses'],
  more: Partial<Operation> = {},
): Operation => ({
  operationId,
  summary,
  tags: ['own videos'],
  security: COOKIE,
  responses,
  ...more,
});

const draftAnswer: Answer = answer('The draft.', named('Draft'));
const done: Answer = { description: 'Done.' };
const writing = problems(400, 401, 403, 404, 408, 409, 413, 415, 503);
const pages: readonly Parameter[] = [
  inQuery('cursor', text, 'The `next` of the page before.'),
  inQuery('limit', { type: 'integer', minimum: 1, maximum: WRITINGS_PAGE_MAX }, 'Items a page.'),
];
const listing = { '200': answer('A page.', named('Drafts')), ...problems(400, 401, 414, 503) };

export const ownVideoPaths: Paths = {
  '/v1/me/drafts': {
    post: own(
      'makeDraft',
      'Begin a video',
      { '201': draftAnswer, ...writing },
      { requestBody: jsonBody(named('DraftChange'), false) },
    ),
    get: own('listDrafts', 'Drafts and videos, newest first', listing, { parameters: pages }),
  },
  '/v1/me/videos': {
    get: own('listMyVideos', 'What is published or waits for its time', listing, {
      parameters: pages,
    }),
  },
  '/v1/me/drafts/{id}': {
    get: own(
      'getDraft',
      'One draft, with how far its upload is',
      { '200': draftAnswer, ...problems(401, 404, 503) },
      { parameters: [id] },
    ),
    patch: own(
      'changeDraft',
      'Change what is said of it',
      { '200': draftAnswer, ...writing },
      { parameters: [id], requestBody: jsonBody(named('DraftChange')) },
    ),
    delete: own(
      'deleteDraft',
      'Remove a draft that is not published, with its files',
      { '204': done, ...writing },
      { parameters: [id] },
    ),
  },
  '/v1/me/drafts/{id}/poster': {
    put: own(
      'putPoster',
      'Give it a poster',
      { '200': draftAnswer, ...writing },
      { parameters: [id], requestBody: { required: true, content: imageContent } },
    ),
  },
  '/v1/me/drafts/{id}/captions/{lang}': {
    put: own(
      'putCaptions',
      'Give it captions in a language',
      { '200': draftAnswer, ...writing },
      {
        parameters: [id, lang, inQuery('label', text, 'What the language is called.')],
        requestBody: { required: true, content: { 'text/vtt': { schema: text } } },
      },
    ),
    delete: own(
      'deleteCaptions',
      'Take the captions of a language away',
      { '200': draftAnswer, ...writing },
      { parameters: [id, lang] },
    ),
  },
  '/v1/me/drafts/{id}/publish': {
    post: own(
      'publish',
      'Publish it, now or at its time',
      {
        '200': answer('It waits for its time.', named('Draft')),
        '201': answer('It is published; one for its owner alone is told as its draft.', {
          anyOf: [named('Video'), named('Draft')],
        }),
        ...writing,
      },
      { parameters: [id], requestBody: jsonBody(named('DraftChange'), false) },
    ),
  },
  '/v1/uploads': {
    post: own(
      'beginUpload',
      'Begin an upload, by tus 1.0',
      {
        '201': { description: 'Begun; `Location` says where the bytes go.' },
        ...writing,
      },
      {
        parameters: [
          tus,
          header('Upload-Length', 'Bytes of the file, at most 209,715,200.'),
          header('Upload-Metadata', 'As in: `draft ` and the draft’s id in base64.'),
        ],
      },
    ),
  },
  '/v1/uploads/{id}': {
    patch: own(
      'addToUpload',
      'Send bytes; HEAD tells where to go on',
      { '204': { description: 'They are on disk.' }, ...writing },
      {
        parameters: [upload, tus, header('Upload-Offset', 'Where the bytes belong.')],
        requestBody: {
          required: true,
          content: { 'application/offset+octet-stream': { schema: bytes } },
        },
      },
    ),
    delete: own(
      'endUpload',
      'Remove what has come, or the file of the draft',
      { '204': done, ...writing },
      { parameters: [upload] },
    ),
  },
  [`${MEDIA_PATH}{video}/{file}`]: {
    get: own(
      'getFile',
      'A file of a video; also in part',
      {
        '200': bytesOf('The file.', 'video/mp4', 'video/webm', 'text/vtt', ...IMAGE_TYPES),
        '206': bytesOf('A part.', 'video/mp4', 'video/webm', 'text/vtt', ...IMAGE_TYPES),
        '304': { description: 'It is the same.' },
        '416': { description: 'It is not that long.' },
        ...problems(400, 404),
      },
      {
        security: [{}, { cookie: [] }],
        parameters: [
          inPath('video', named('Id'), 'The video.'),
          inPath('file', text, 'The name in its address.'),
        ],
      },
    ),
  },
};

/** Beside what integrators do with `/v1/videos/{id}`. */
export const changeVideo: Operation = own(
  'changeVideo',
  'Change a video of one’s own',
  {
    '200': answer('The video; one for its owner alone is told as its draft.', {
      anyOf: [named('Video'), named('Draft')],
    }),
    ...writing,
  },
  { parameters: [video], requestBody: jsonBody(named('VideoChange')) },
);
export const removeVideo: Operation = own(
  'removeVideo',
  'Remove a video of one’s own; what was counted stays in the books',
  { '204': done, ...writing },
  { parameters: [video] },
);
