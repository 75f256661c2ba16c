// How people come in: a browser is enrolled once with a code, and signs in with its key after that.
//
// Rules: docs/spec/console.md (CO3 to CO13).

import { verify } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CONSOLE_API, enrolText, isStaffName, signInText } from '@holdfast/protocol/console.ts';
import type { ConsoleSession } from '@holdfast/protocol/console.ts';
import { fits, text } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { createTokenBuckets } from '../accounts/token-buckets.ts';
import { remoteOf } from '../accounts/remote.ts';
import { keyIdOf, publicKeyOf } from '../signed/wire-key.ts';
import { cookieOf, malformed, sendAnswer, whoAsks } from './console-http.ts';
import type { ConsoleAnswer, Who } from './console-http.ts';
import type { ConsoleParts } from './console-parts.ts';
import { consoleRefusal } from './console-problem.ts';
import type { ConsoleRefusal } from './console-problem.ts';
import { hashOfCode } from './enrol-code.ts';
import { activeKey, activePerson, withKey } from './staff.ts';
import type { Change, ChangeRefusal } from './staff.ts';

/** Attempts at the door: of one address, and of all together. */
const ATTEMPTS_BURST = 30;
const ATTEMPT_EVERY_MS = 2_000;
const ALL_BURST = 120;
const ALL_EVERY_MS = 500;
const ADDRESSES_MAX = 4_096;

const ENROL: Shape = {
  name: isStaffName,
  code: text(40),
  publicKey: text(100),
  signature: text(100),
};
const CHALLENGE: Shape = { name: isStaffName };
const SIGN_IN: Shape = {
  name: isStaffName,
  keyId: text(32),
  challenge: text(64),
  signature: text(100),
};

type Enrol = Readonly<{ name: string; code: string; publicKey: string; signature: string }>;
type SignIn = Readonly<{ name: string; keyId: string; challenge: string; signature: string }>;

export function addDoorRoutes(scope: FastifyInstance, parts: ConsoleParts): void {
  const tooMany = doorLimit(parts.nowMs);
  const door = (
    path: string,
    form: Shape,
    handle: (asked: unknown, request: FastifyRequest) => ConsoleAnswer,
  ): void => {
    scope.post(`${CONSOLE_API}/${path}`, (request, reply) => {
      const refused = tooMany(request);
      if (refused !== undefined) return sendAnswer(reply, refused);
      if (!fits(form, request.body)) return sendAnswer(reply, malformed());
      return sendAnswer(reply, handle(request.body, request));
    });
  };
  // The forms above are what the casts say.
  door('enrol', ENROL, (asked) => enrol(parts, asked as Enrol));
  door('challenge', CHALLENGE, (asked) => {
    // Also for names that nobody has: an answer does not tell who is on the staff.
    const { name } = asked as SignIn;
    return { kind: 'ok', body: { challenge: parts.signIns.challenge(name) } };
  });
  door('sign-in', SIGN_IN, (asked, request) => signIn(parts, asked as SignIn, request));
  scope.post(`${CONSOLE_API}/sign-out`, (request, reply) => {
    const who = whoAsks(parts, request);
    if ('kind' in who) return sendAnswer(reply, who);
    parts.signIns.end(who.token);
    const cookie = cookieOf(request, { name: parts.cookieName, token: '', lastsMs: 0 });
    return sendAnswer(reply, { kind: 'ok', body: {}, cookie });
  });
  // What a browser signs names the cell, so it is told before anybody is in; it is no secret.
  scope.get(`${CONSOLE_API}/cell`, (_request, reply) =>
    sendAnswer(reply, { kind: 'ok', body: { cell: parts.cell } }),
  );
  scope.get(`${CONSOLE_API}/session`, (request, reply) => {
    const who = whoAsks(parts, request);
    if ('kind' in who) return sendAnswer(reply, who);
    return sendAnswer(reply, { kind: 'ok', body: sessionOf(parts, who) });
  });
}

export function sessionOf({ cell }: ConsoleParts, { person, session }: Who): ConsoleSession {
  const { name, role } = person;
  const { keyId, expiresAtMs } = session;
  return { name, role, keyId, cell, expiresAtMs };
}

/** CO13: so many attempts, then one every few seconds. */
function doorLimit(nowMs: () => number): (request: FastifyRequest) => ConsoleRefusal | undefined {
  const each = createTokenBuckets({
    burst: ATTEMPTS_BURST,
    everyMs: ATTEMPT_EVERY_MS,
    bucketsMax: ADDRESSES_MAX,
  });
  const all = createTokenBuckets({ burst: ALL_BURST, everyMs: ALL_EVERY_MS, bucketsMax: 1 });
  const everybody = remoteOf('everybody');
  return (request) => {
    const now = nowMs();
    const waitMs = each.take(remoteOf(request.ip), now) || all.take(everybody, now);
    if (waitMs === 0) return undefined;
    const detail = 'Too many attempts from there. Nothing was done. Try again in a moment.';
    return consoleRefusal('console-rate', detail, { retryAfterMs: waitMs });
  };
}

function enrol(parts: ConsoleParts, asked: Enrol): ConsoleAnswer {
  const { cell, staffFile, nowMs } = parts;
  const { name, publicKey, code, signature } = asked;
  const key = publicKeyOf(publicKey);
  const proof = Buffer.from(enrolText({ cell, name, code, publicKey }));
  if (key === undefined || !verify(null, proof, key, Buffer.from(signature, 'base64url'))) {
    return told(parts, name, 'enrol', badSignature());
  }
  const keyId = keyIdOf(publicKey);
  const enrolled = { keyId, publicKey, enrolledAtMs: nowMs() };
  const ask = { name, codeHash: hashOfCode(code), key: enrolled, nowMs: nowMs() };
  const result = staffFile.change((staff) => withKey(staff, ask));
  if (result.kind === 'busy') {
    const detail = 'The list of people is being changed this moment. Nothing was done. Try again.';
    return consoleRefusal('console-busy', detail);
  }
  return told(parts, name, 'enrol', enrolAnswer(result, keyId));
}

function enrolAnswer(result: Change, keyId: string): ConsoleAnswer {
  if (result.kind === 'refused') return enrolRefusal(result.code);
  const { name, role } = result.person;
  return { kind: 'ok', body: { name, role, keyId } };
}

function enrolRefusal(code: ChangeRefusal): ConsoleRefusal {
  switch (code) {
    case 'key-known':
      return consoleRefusal(
        'console-key-known',
        'This key is enrolled already. Nothing was done. Each person signs with a key of their own.',
      );
    case 'too-many-keys':
      return consoleRefusal('console-too-many-keys', 'This person has as many browsers as may be.');
    case 'code-expired':
      return consoleRefusal(
        'console-code',
        'The code has expired. Nothing was done. Get another with: holdfast staff add NAME',
      );
    default:
      return consoleRefusal(
        'console-code',
        'Name and code do not fit: perhaps it was used already. Nothing was done. Get another with: ' +
          'holdfast staff add NAME',
      );
  }
}

function signIn(parts: ConsoleParts, asked: SignIn, request: FastifyRequest): ConsoleAnswer {
  const { signIns, staffFile, cell } = parts;
  const { name, keyId, challenge, signature } = asked;
  if (!signIns.take(name, challenge)) return told(parts, name, 'sign in', usedChallenge());
  const key = publicKeyOf(activeKey(staffFile.read(), name, keyId)?.publicKey);
  const proof = Buffer.from(signInText({ cell, name, keyId, challenge }));
  if (key === undefined || !verify(null, proof, key, Buffer.from(signature, 'base64url'))) {
    return told(parts, name, 'sign in', badSignature());
  }
  const { token, session } = signIns.begin(name, keyId);
  const person = activePerson(staffFile.read(), name);
  if (person === undefined) return badSignature();
  const lastsMs = session.expiresAtMs - parts.nowMs();
  const cookie = cookieOf(request, { name: parts.cookieName, token, lastsMs });
  const body = sessionOf(parts, { person, session, token });
  return told(parts, name, 'sign in', { kind: 'ok', body, cookie });
}

export function usedChallenge(): ConsoleRefusal {
  return consoleRefusal(
    'console-challenge',
    'The challenge was used, has expired, or was for somebody else. Nothing was done. Try again.',
  );
}

export function badSignature(): ConsoleRefusal {
  return consoleRefusal(
    'console-signature',
    'The signature is not by a key of this person over what was asked. Nothing was done. If you ' +
      'were taken off the list, or this browser lost its key, ask for another code.',
  );
}

/** An attempt of somebody who is on the list goes into the audit; other names stay out of it. */
function told(
  { audit, staffFile }: ConsoleParts,
  name: string,
  what: string,
  answer: ConsoleAnswer,
): ConsoleAnswer {
  if (!staffFile.read().some((person) => person.name === name)) return answer;
  const isDone = answer.kind === 'ok';
  audit({
    who: name,
    what,
    outcome: isDone ? 'done' : 'refused',
    detail: isDone ? '' : answer.code,
  });
  return answer;
}
