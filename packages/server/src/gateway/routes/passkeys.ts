// /v1/me/passkeys and /v1/sign-in/passkey: signing in with what a device keeps. Rules AC60 to AC67,
// A15.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openChallenges } from '../../passkeys/challenges.ts';
import type { Challenges } from '../../passkeys/challenges.ts';
import {
  claimOf,
  PASSKEY_ALGORITHMS,
  PASSKEY_ANSWER_CHARS_MAX,
  userHandleOf,
} from '../../passkeys/passkey.ts';
import type { Claim, PasskeyAsk } from '../../passkeys/passkey.ts';
import type { WritingOf } from '../../people/kinds.ts';
import { PASSKEY_NAME_CHARS_MAX, PASSKEYS_MAX } from '../../people/passkey.ts';
import { objectBody, pathPart, sendJson, timeText } from '../answers.ts';
import type { Cookies } from '../cookies.ts';
import { crossSiteRefusal } from '../other-sites.ts';
import { ownOrigin } from '../own-origin.ts';
import type { CellClients } from '../parts.ts';
import { readerOf, SIGN_IN, writerOf, writingsOf } from '../person.ts';
import { rateLimited, refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account, WhoIsSignedIn } from '../signed-in.ts';
import { lineOf } from '../words.ts';

export type PasskeyParts = Readonly<{
  cells: CellClients;
  whoIs: WhoIsSignedIn;
  cookies: Cookies;
  isSecure: boolean;
  nowMs: () => number;
  randomBytes: (bytes: number) => Uint8Array;
}>;

/** How long a browser may ask its person. */
const TIMEOUT_MS = 120_000;

const NAME_FORM = refusal(
  'invalid-request',
  `name must be text of 1 to ${PASSKEY_NAME_CHARS_MAX} characters, without line breaks.`,
);
const ANSWER_FORM = refusal(
  'invalid-request',
  `response must be what the browser answered, at most ${PASSKEY_ANSWER_CHARS_MAX} characters.`,
);
const NOT_ASKED = refusal(
  'passkey-refused',
  'This answers no question of the last five minutes, or one that was answered before. Nothing ' +
    'was changed. Try again from the beginning.',
);
const NOT_GOOD = refusal(
  'passkey-refused',
  'What the device answered is not what was asked for. Nothing was changed. Try again, maybe with ' +
    'another device.',
);
const UNKNOWN = refusal(
  'passkey-unknown',
  'No account here has this passkey; it may have been removed. Sign in with the password, or with ' +
    'another passkey.',
);
const TOO_MANY = refusal(
  'too-many',
  `An account has at most ${PASSKEYS_MAX} passkeys. Remove one that you no longer use.`,
);
const NO_PASSKEY = refusal('not-found', 'You have no passkey with this id. Nothing was changed.');
const TOO_OFTEN =
  'Too many attempts. Nothing was changed; try again after the time in Retry-After.';

export function addPasskeyRoutes(app: FastifyInstance, parts: PasskeyParts): void {
  const challenges = openChallenges(parts);
  addSignIn(app, parts, challenges);
  addOwn(app, parts, challenges);
}

type Answer = Readonly<{ kind: 'answer'; text: string; claim: Claim }>;

/** What a browser answered, and what it claims to be. */
function answerOf(response: unknown): Answer | Refusal {
  const text = JSON.stringify(response) ?? '';
  const claim = text.length > PASSKEY_ANSWER_CHARS_MAX ? undefined : claimOf(response);
  return claim === undefined ? ANSWER_FORM : { kind: 'answer', text, claim };
}

function addSignIn(app: FastifyInstance, parts: PasskeyParts, challenges: Challenges): void {
  app.post('/v1/sign-in/passkey/options', (request, reply) => {
    const origin = crossSiteRefusal(request) ?? ownOrigin(request, parts.isSecure);
    if (origin.kind === 'refusal') return sendRefusal(reply, origin);
    const body = objectBody(request, {});
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    return sendJson(reply, 200, {
      challenge: challenges.give('sign-in'),
      rpId: origin.rpId,
      timeout: TIMEOUT_MS,
      // None is named: whoever asks has not said who they are.
      allowCredentials: [],
      userVerification: 'required',
    });
  });

  app.post('/v1/sign-in/passkey', async (request, reply) => {
    const origin = crossSiteRefusal(request) ?? ownOrigin(request, parts.isSecure);
    if (origin.kind === 'refusal') return sendRefusal(reply, origin);
    const body = objectBody(request);
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const answer = answerOf(body.value['response']);
    if (answer.kind === 'refusal') return sendRefusal(reply, answer);
    const { challenge } = answer.claim;
    if (!challenges.take('sign-in', challenge)) return sendRefusal(reply, NOT_ASKED);
    const entered = await enter(parts, request, answer, { ...origin, challenge });
    if (entered.kind !== 'refusal') {
      reply.header('set-cookie', entered.cookies);
      return sendJson(reply, 200, entered.account);
    }
    challenges.giveBack(challenge);
    return sendRefusal(reply, entered);
  });
}

type Entered = Readonly<{ kind: 'entered'; cookies: string[]; account: object }>;

/** Signs in at the home cell that the passkey was made for. */
async function enter(
  { cells, cookies }: PasskeyParts,
  request: FastifyRequest,
  { text, claim }: Answer,
  { challenge, origin, rpId }: PasskeyAsk,
): Promise<Entered | Refusal> {
  const { user, credential } = claim;
  const cell = user === undefined ? undefined : cells.get(user.jurisdiction);
  if (user === undefined || cell === undefined) return UNKNOWN;
  const { account } = user;
  const proof = { challenge, origin, rpId, answer: text, credential };
  const entered = await cell.call('passkeySignIn', { account, ...proof, remote: request.ip });
  if (entered.kind === 'unavailable') return unavailable(entered);
  if (entered.kind === 'rate-limited') return rateLimited(TOO_OFTEN, entered.retryAfterMs);
  if (entered.kind !== 'signed-in') return UNKNOWN;
  const { jurisdiction } = cell;
  const { handle } = entered;
  return {
    kind: 'entered',
    cookies: cookies.set({ jurisdiction, ...entered }),
    account: { account: entered.account, handle, jurisdiction },
  };
}

function addOwn(app: FastifyInstance, parts: PasskeyParts, challenges: Challenges): void {
  const { whoIs, isSecure } = parts;

  app.post('/v1/me/passkeys/options', async (request, reply) => {
    const person = await writerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    const origin = ownOrigin(request, isSecure);
    if (origin.kind === 'refusal') return sendRefusal(reply, origin);
    const body = objectBody(request, {});
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const known = await passkeysOf(person);
    if (known.kind === 'refusal') return sendRefusal(reply, known);
    if (known.items.length >= PASSKEYS_MAX) return sendRefusal(reply, TOO_MANY);
    const challenge = challenges.give(`add:${person.account}`);
    return sendJson(reply, 200, newPasskeyOptions(person, origin.rpId, challenge, known.items));
  });

  app.post('/v1/me/passkeys', async (request, reply) => {
    const person = await writerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    const origin = ownOrigin(request, isSecure);
    if (origin.kind === 'refusal') return sendRefusal(reply, origin);
    const body = objectBody(request);
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const name = lineOf(body.value['name'], PASSKEY_NAME_CHARS_MAX);
    if (name === undefined || name === '') return sendRefusal(reply, NAME_FORM);
    const answer = answerOf(body.value['response']);
    if (answer.kind === 'refusal') return sendRefusal(reply, answer);
    const { challenge } = answer.claim;
    const purpose = `add:${person.account}` as const;
    if (!challenges.take(purpose, challenge)) return sendRefusal(reply, NOT_ASKED);
    const added = await add(person, { ...origin, challenge }, answer.text, name);
    if (added.kind === 'passkey') return sendJson(reply, 201, shownPasskey(added));
    challenges.giveBack(challenge);
    return sendRefusal(reply, added);
  });

  app.get('/v1/me/passkeys', async (request, reply) => {
    const person = await readerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    const known = await passkeysOf(person);
    if (known.kind === 'refusal') return sendRefusal(reply, known);
    return sendJson(reply, 200, { items: known.items.map(shownPasskey) });
  });

  app.delete('/v1/me/passkeys/:id', async (request, reply) => {
    const person = await writerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    return remove(person, pathPart(request, 'id'), reply);
  });
}

type Passkeys = Readonly<{ kind: 'passkeys'; items: readonly WritingOf<'passkey'>[] }>;

async function passkeysOf(person: Account): Promise<Passkeys | Refusal> {
  const find = { by: 'kind', of: 'passkey', before: undefined, itemsMax: PASSKEYS_MAX } as const;
  const found = await writingsOf(person, find);
  if (found.kind === 'refusal') return found;
  return { kind: 'passkeys', items: found.items.flatMap((one) => isPasskey(one) ?? []) };
}

function isPasskey(writing: Readonly<{ kind: string }>): WritingOf<'passkey'> | undefined {
  // The kind says what the rest is.
  return writing.kind === 'passkey' ? (writing as WritingOf<'passkey'>) : undefined;
}

async function add(
  { cell, token }: Account,
  { challenge, origin, rpId }: PasskeyAsk,
  answer: string,
  name: string,
): Promise<WritingOf<'passkey'> | Refusal> {
  const added = await cell.call('addPasskey', { token, answer, name, challenge, origin, rpId });
  switch (added.kind) {
    case 'passkey-added':
      return added.passkey;
    case 'passkey-refused':
      return NOT_GOOD;
    case 'too-many-passkeys':
      return TOO_MANY;
    case 'nobody':
      return SIGN_IN;
    case 'unavailable':
      return unavailable(added);
  }
}

async function remove(person: Account, id: string, reply: FastifyReply): Promise<FastifyReply> {
  const known = await passkeysOf(person);
  if (known.kind === 'refusal') return sendRefusal(reply, known);
  if (!known.items.some((one) => one.id === id)) return sendRefusal(reply, NO_PASSKEY);
  const { cell, token } = person;
  const removed = await cell.call('write', { token, puts: [], removes: [id] });
  if (removed.kind === 'unavailable') return sendRefusal(reply, unavailable(removed));
  if (removed.kind === 'nobody') return sendRefusal(reply, SIGN_IN);
  return reply.code(204).send();
}

/** What `navigator.credentials.create` takes, in JSON. */
function newPasskeyOptions(
  { account, handle, jurisdiction }: Account,
  rpId: string,
  challenge: string,
  known: readonly WritingOf<'passkey'>[],
) {
  const user = { id: userHandleOf({ jurisdiction, account }), name: handle, displayName: handle };
  return {
    challenge,
    rp: { id: rpId, name: 'Holdfast' },
    user,
    pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: TIMEOUT_MS,
    excludeCredentials: known.map(({ body }) => ({
      id: body.credential,
      type: 'public-key',
      transports: body.transports,
    })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
  };
}

function shownPasskey({ id, body, createdAtMs }: WritingOf<'passkey'>) {
  const { name, transports, lastUsedAtMs } = body;
  const lastUsedAt = lastUsedAtMs === null ? null : timeText(lastUsedAtMs);
  return { id, name, transports, createdAt: timeText(createdAtMs), lastUsedAt };
}
