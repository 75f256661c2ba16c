// Operations on one's own account: password, passkeys, sign-ins, settings.

import { PASSKEY_NAME_CHARS_MAX } from '../../people/passkey.ts';
import { COUNT_FLOORS, LOCALE_PATTERN, THEMES } from '../../people/settings.ts';
import {
  answer,
  COOKIE,
  inPath,
  jsonBody,
  list,
  mapOf,
  named,
  NO_CREDENTIAL,
  object,
  problems,
} from './openapi-types.ts';
import type { Answer, Operation, Paths, Schema } from './openapi-types.ts';

const DONE: Answer = { description: 'Done.' };
const READ_PROBLEMS = [401, 503];
const WRITE_PROBLEMS = [400, 401, 403, 413, 415, 503];

const read = (operationId: string, summary: string, ok: Answer): Operation => ({
  operationId,
  summary,
  tags: ['account'],
  security: COOKIE,
  responses: { '200': ok, ...problems(...READ_PROBLEMS) },
});

const write = (
  operationId: string,
  summary: string,
  responses: Operation['responses'],
  body?: Schema,
): Operation => ({
  operationId,
  summary,
  tags: ['account'],
  security: COOKIE,
  ...(body !== undefined && { requestBody: jsonBody(body) }),
  responses: { ...responses, ...problems(...WRITE_PROBLEMS) },
});

const remove = (operationId: string, summary: string): Operation => ({
  ...write(operationId, summary, { '204': DONE, ...problems(404) }),
  parameters: [inPath('id', named('Id'), 'As the list names it.')],
});

export const ownAccountPaths: Paths = {
  '/v1/me/password': {
    post: write(
      'changePassword',
      'Change the password and end all other sign-ins',
      { '200': answer('Changed.', named('PasswordChanged')), ...problems(429) },
      named('PasswordChange'),
    ),
  },
  '/v1/me/passkeys/options': {
    post: write('getNewPasskeyOptions', 'What a browser needs to make a passkey', {
      '200': answer('For `navigator.credentials.create`.', named('PasskeyOptions')),
      ...problems(409),
    }),
  },
  '/v1/me/passkeys': {
    get: read('listPasskeys', 'The passkeys of the account', answer('All.', named('Passkeys'))),
    post: write(
      'addPasskey',
      'Add the passkey that a browser has made',
      { '201': answer('Added.', named('Passkey')), ...problems(409) },
      named('NewPasskey'),
    ),
  },
  '/v1/me/passkeys/{id}': { delete: remove('removePasskey', 'Remove a passkey') },
  '/v1/sign-in/passkey/options': {
    post: {
      ...write('getPasskeyOptions', 'What a browser needs to sign in with a passkey', {
        '200': answer('For `navigator.credentials.get`.', named('PasskeyOptions')),
      }),
      security: NO_CREDENTIAL,
    },
  },
  '/v1/sign-in/passkey': {
    post: {
      ...write(
        'signInWithPasskey',
        'Sign in with a passkey',
        { '200': answer('Signed in.', named('Account')), ...problems(429) },
        object({ response: named('BrowserAnswer') }),
      ),
      description: 'The passkey leads to the home cell. The answer sets the cookie.',
      security: NO_CREDENTIAL,
    },
  },
  '/v1/me/sign-ins': {
    get: read('listSignIns', 'Where the account is signed in', answer('All.', named('SignIns'))),
  },
  '/v1/me/sign-ins/{id}': { delete: remove('endSignIn', 'End a sign-in') },
  '/v1/me/export': {
    get: {
      operationId: 'exportMe',
      summary: 'A copy of everything that the home cell keeps of the person',
      tags: ['account'],
      security: COOKIE,
      responses: {
        '200': answer('A file; one that breaks off is no JSON.', named('Export')),
        ...problems(401, 429, 503),
      },
    },
  },
  '/v1/me/settings': {
    get: read('getSettings', 'The settings', answer('As they are.', named('Settings'))),
    patch: write(
      'changeSettings',
      'Change the settings that the body names',
      { '200': answer('As they are now.', named('Settings')) },
      named('SettingsChange'),
    ),
  },
};

const text: Schema = { type: 'string' };
const password: Schema = { type: 'string', format: 'password' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

const settings = {
  locale: { type: 'string', pattern: LOCALE_PATTERN.source },
  theme: { enum: THEMES },
  shortcuts: { type: 'boolean' },
  sound: { type: 'boolean' },
  captions: { type: 'boolean' },
  hideCountsUnder: { enum: COUNT_FLOORS },
};

export const ownAccountSchemas: Readonly<Record<string, Schema>> = {
  PasswordChange: object({ current: password, next: password }),
  PasswordChanged: object({ signInsEnded: { type: 'integer', minimum: 0 } }),
  BrowserAnswer: {
    description: 'A `PublicKeyCredential` as its `toJSON()` gives it.',
    type: 'object',
    additionalProperties: true,
  },
  PasskeyOptions: {
    description: 'In the JSON form of Web Authentication, Level 3.',
    ...object({ challenge: text }),
    additionalProperties: true,
  },
  NewPasskey: object({
    name: { type: 'string', minLength: 1, maxLength: PASSKEY_NAME_CHARS_MAX },
    response: named('BrowserAnswer'),
  }),
  Passkey: object({
    id: named('Id'),
    name: text,
    transports: list(text),
    createdAt: named('Time'),
    lastUsedAt: orNull(named('Time')),
  }),
  Passkeys: object({ items: list(named('Passkey')) }),
  SignIn: object({
    id: named('Id'),
    current: { type: 'boolean' },
    createdAt: named('Time'),
    usedAt: named('Time'),
    expiresAt: named('Time'),
  }),
  SignIns: object({ items: list(named('SignIn')) }),
  Export: object({
    format: { const: 1 },
    exportedAt: named('Time'),
    account: object({
      account: named('Id'),
      handle: text,
      jurisdiction: named('Jurisdiction'),
      createdAt: named('Time'),
      failedSignIns: { type: 'integer', minimum: 0 },
    }),
    signIns: list(named('SignIn')),
    likes: list(object({ video: named('Id'), at: named('Time') })),
    writings: {
      description: 'What the person wrote, by kind: profile, settings, drafts, comments and so on.',
      ...mapOf(list({ type: 'object', additionalProperties: true })),
    },
  }),
  Settings: object(settings),
  SettingsChange: object(settings, Object.keys(settings)),
};
