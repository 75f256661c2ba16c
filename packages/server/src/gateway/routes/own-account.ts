// /v1/me/password, /v1/me/sign-ins and /v1/me/settings: a person's hold on their own account. Rules
// AC70 to AC81, A15.

import { fits } from '@holdfast/protocol/shape.ts';
import type { FastifyInstance } from 'fastify';
import type { WritingOf } from '../../people/kinds.ts';
import { DEFAULT_SETTINGS, SETTING_SHAPES } from '../../people/settings.ts';
import type { SettingsBody } from '../../people/settings.ts';

import { objectBody, pathPart, sendJson, timeText } from '../answers.ts';
import type { Body } from '../answers.ts';
import type { Cookies } from '../cookies.ts';
import { readerOf, SIGN_IN, writerOf, writingAbout } from '../person.ts';
import { rateLimited, refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account, WhoIsSignedIn } from '../signed-in.ts';

export type OwnAccountParts = Readonly<{ whoIs: WhoIsSignedIn; cookies: Cookies }>;

/** Longest password that is passed on; the cell's own rules are stricter. */
const PASSWORD_CHARS_MAX = 1_024;

const PASSWORDS_FORM = refusal(
  'invalid-request',
  `current and next must be text of at most ${PASSWORD_CHARS_MAX} characters.`,
);
const WRONG_PASSWORD = refusal(
  'wrong-credentials',
  'The current password is another one. Nothing was changed, and you are still signed in.',
);
const TOO_OFTEN =
  'Too many attempts. Nothing was changed; try again after the time in Retry-After.';
const NO_SIGN_IN = refusal('not-found', 'You have no sign-in with this id. It may have ended.');
const ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

export function addOwnAccountRoutes(app: FastifyInstance, parts: OwnAccountParts): void {
  addPassword(app, parts);
  addSignIns(app, parts);
  addSettings(app, parts);
}

function addPassword(app: FastifyInstance, { whoIs }: OwnAccountParts): void {
  app.post('/v1/me/password', async (request, reply) => {
    const person = await writerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    const body = objectBody(request);
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const { current, next } = body.value;
    if (typeof current !== 'string' || typeof next !== 'string') {
      return sendRefusal(reply, PASSWORDS_FORM);
    }
    if (Math.max(current.length, next.length) > PASSWORD_CHARS_MAX) {
      return sendRefusal(reply, PASSWORDS_FORM);
    }
    const { cell, token } = person;
    const changed = await cell.call('changePassword', { token, current, next, remote: request.ip });
    switch (changed.kind) {
      case 'password-changed':
        return sendJson(reply, 200, { signInsEnded: changed.signInsEnded });
      case 'wrong-credentials':
        return sendRefusal(reply, WRONG_PASSWORD);
      case 'password-refused':
        return sendRefusal(reply, refusal(changed.kind, changed.detail));
      case 'rate-limited':
        return sendRefusal(reply, rateLimited(TOO_OFTEN, changed.retryAfterMs));
      case 'nobody':
        return sendRefusal(reply, SIGN_IN);
      case 'unavailable':
        return sendRefusal(reply, unavailable(changed));
    }
  });
}

function addSignIns(app: FastifyInstance, { whoIs, cookies }: OwnAccountParts): void {
  app.get('/v1/me/sign-ins', async (request, reply) => {
    const person = await readerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    const { cell, token } = person;
    const found = await cell.call('signIns', { token });
    if (found.kind === 'unavailable') return sendRefusal(reply, unavailable(found));
    if (found.kind === 'nobody') return sendRefusal(reply, SIGN_IN);
    const items = found.items.map(({ id, isCurrent, ...at }) => ({
      id,
      current: isCurrent,
      createdAt: timeText(at.createdAtMs),
      usedAt: timeText(at.renewedAtMs),
      expiresAt: timeText(at.expiresAtMs),
    }));
    return sendJson(reply, 200, { items });
  });

  app.delete('/v1/me/sign-ins/:id', async (request, reply) => {
    const person = await writerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    const id = pathPart(request, 'id');
    if (!ID_PATTERN.test(id)) return sendRefusal(reply, NO_SIGN_IN);
    const { cell, token } = person;
    const ended = await cell.call('endSignIn', { token, id });
    if (ended.kind === 'unavailable') return sendRefusal(reply, unavailable(ended));
    if (ended.kind === 'nobody') return sendRefusal(reply, SIGN_IN);
    if (ended.kind === 'unknown') return sendRefusal(reply, NO_SIGN_IN);
    const who = await cell.call('whoIs', { token });
    // Their own: the cookie stands for nothing any more.
    if (who.kind === 'nobody') reply.header('set-cookie', cookies.clear());
    return reply.code(204).send();
  });
}

type Settings = Readonly<{ kind: 'settings'; kept: WritingOf<'settings'> | undefined }>;

async function settingsOf(person: Account): Promise<Settings | Refusal> {
  const found = await writingAbout(person, 'settings', '');
  return found.kind === 'refusal' ? found : { kind: 'settings', kept: found.writing };
}

type Change = Readonly<{ kind: 'change'; settings: Partial<SettingsBody> }> | Refusal;

/** The settings that a body names; what it does not name stays, and what is no setting is nothing. */
function changeOf(body: Body): Change {
  const named = Object.entries(SETTING_SHAPES).filter(([name]) => Object.hasOwn(body, name));
  const wrong = named.find(([name, shape]) => !fits(shape, body[name]));
  if (wrong !== undefined) {
    const detail = `The setting ${wrong[0]} cannot have this value. Nothing was changed.`;
    return refusal('invalid-request', detail);
  }
  // Each value has just been held against the shape of its name.
  const settings = Object.fromEntries(named.map(([name]) => [name, body[name]]));
  return { kind: 'change', settings };
}

function addSettings(app: FastifyInstance, { whoIs }: OwnAccountParts): void {
  app.get('/v1/me/settings', async (request, reply) => {
    const person = await readerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    const settings = await settingsOf(person);
    if (settings.kind === 'refusal') return sendRefusal(reply, settings);
    return sendJson(reply, 200, settings.kept?.body ?? DEFAULT_SETTINGS);
  });

  app.patch('/v1/me/settings', async (request, reply) => {
    const person = await writerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    const body = objectBody(request);
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const wanted = changeOf(body.value);
    if (wanted.kind === 'refusal') return sendRefusal(reply, wanted);
    const settings = await change(person, wanted.settings);
    if (settings.kind === 'refusal') return sendRefusal(reply, settings);
    return sendJson(reply, 200, settings.body);
  });
}

/** Two devices may change settings at once; whoever comes second looks again. */
const CHANGE_TRIES_MAX = 5;
const BUSY = unavailable({ kind: 'unavailable', code: 'overloaded', retryAfterMs: 1_000 });

async function change(
  person: Account,
  wanted: Partial<SettingsBody>,
): Promise<Readonly<{ kind: 'changed'; body: SettingsBody }> | Refusal> {
  const { cell, token } = person;
  for (let tries = 0; tries < CHANGE_TRIES_MAX; tries += 1) {
    const settings = await settingsOf(person);
    if (settings.kind === 'refusal') return settings;
    const { kept } = settings;
    const body = { ...DEFAULT_SETTINGS, ...kept?.body, ...wanted };
    const put = {
      kind: 'settings',
      target: '',
      body,
      expected: kept?.updatedAtMs ?? null,
    } as const;
    const written = await cell.call('write', { token, puts: [put], removes: [] });
    if (written.kind === 'unavailable') return unavailable(written);
    if (written.kind === 'nobody') return SIGN_IN;
    if (written.kind === 'written') return { kind: 'changed', body };
  }
  return BUSY;
}
