// What people do: a dry run, a start, an approval, a stop, the way back. Each is theirs by name in the
// audit, whether it was done or refused.
//
// Rules: docs/spec/console.md (CO17 to CO32).

import type { FastifyInstance } from 'fastify';
import { CONSOLE_API } from '@holdfast/protocol/console.ts';
import { bool, fits, text, uint } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import type { Done, Started } from '../replication/controller.ts';
import { malformed, sendAnswer, whoAsks } from './console-http.ts';
import type { ConsoleAnswer, Who } from './console-http.ts';
import type { ConsoleParts } from './console-parts.ts';
import { consoleRefusal } from './console-problem.ts';
import type { ConsoleRefusal } from './console-problem.ts';
import { badSignature, usedChallenge } from './door-routes.ts';

const START: Shape = { url: text(300), dryRun: bool };
const ROLLBACK: Shape = { dryRun: bool };
const ABORT: Shape = { handover: text(64), reason: text(200) };
const APPROVE: Shape = {
  handover: text(64),
  epoch: uint,
  challenge: text(64),
  signature: text(100),
};

type Start = Readonly<{ url: string; dryRun: boolean }>;
type Abort = Readonly<{ handover: string; reason: string }>;
type Approve = Readonly<{
  handover: string;
  epoch: number;
  challenge: string;
  signature: string;
}>;

/** An answer, and what the audit says of it. */
type Acted = Readonly<{ answer: ConsoleAnswer; detail: string }>;

export function addActionRoutes(scope: FastifyInstance, parts: ConsoleParts): void {
  const action = (
    path: string,
    form: Shape,
    whatOf: (asked: unknown) => string,
    handle: (asked: unknown, who: Who) => Promise<Acted> | Acted,
  ): void => {
    scope.post(`${CONSOLE_API}/${path}`, async (request, reply) => {
      const who = whoAsks(parts, request);
      if ('kind' in who) return sendAnswer(reply, who);
      if (!fits(form, request.body)) return sendAnswer(reply, malformed());
      const what = whatOf(request.body);
      const { answer, detail } =
        who.person.role === 'operator'
          ? await handle(request.body, who)
          : { answer: viewerRefusal(), detail: 'console-viewer' };
      const outcome = answer.kind === 'ok' ? 'done' : 'refused';
      parts.audit({ who: who.person.name, what, outcome, detail });
      return sendAnswer(reply, answer);
    });
  };
  // The forms above are what the casts say.
  const isDry = (asked: unknown): string => ((asked as Start).dryRun ? 'dry run of ' : '');
  action(
    'start',
    START,
    (asked) => `${isDry(asked)}start`,
    async (asked) => {
      const { url, dryRun } = asked as Start;
      return started(await parts.controller.start({ url, mode: 'approve', dryRun }), url);
    },
  );
  action(
    'rollback',
    ROLLBACK,
    (asked) => `${isDry(asked)}rollback`,
    async (asked) => {
      const { dryRun } = asked as Start;
      return started(await parts.controller.rollback({ mode: 'approve', dryRun }), 'back');
    },
  );
  action(
    'abort',
    ABORT,
    () => 'abort',
    (asked) => abort(parts, asked as Abort),
  );
  action(
    'approve',
    APPROVE,
    () => 'approve',
    (asked, who) => approve(parts, asked as Approve, who),
  );
  addChallengeRoute(scope, parts);
}

/** A challenge for a signature of somebody who is in; the door's own limit is not theirs. */
function addChallengeRoute(scope: FastifyInstance, parts: ConsoleParts): void {
  scope.post(`${CONSOLE_API}/approve/challenge`, (request, reply) => {
    const who = whoAsks(parts, request);
    if ('kind' in who) return sendAnswer(reply, who);
    const challenge = parts.signIns.challenge(who.person.name);
    return sendAnswer(reply, { kind: 'ok', body: { challenge } });
  });
}

function started(result: Started, to: string): Acted {
  if (result.kind === 'started') {
    return { answer: { kind: 'ok', body: result }, detail: `${result.handover} to ${to}` };
  }
  if (result.kind === 'dry-run') {
    const word = result.fits ? 'it fits' : 'it does not fit';
    return { answer: { kind: 'ok', body: result }, detail: `${to}: ${word}` };
  }
  const { checks, detail } = result;
  const members = checks === undefined ? {} : { members: { checks } };
  const refused = consoleRefusal('console-refused', `Nothing was changed: ${detail}.`, members);
  return { answer: refused, detail: `${to}: ${detail}` };
}

async function abort({ controller }: ConsoleParts, { handover, reason }: Abort): Promise<Acted> {
  const running = controller.newest();
  if (running?.id !== handover) return refusedAs(otherHandover(running?.id));
  const words = reason.trim() === '' ? 'stopped at the console' : reason.trim();
  // The charter is public: it gets the words, and no name.
  const done: Done = await controller.abort(words);
  if (done.kind === 'done') return { answer: { kind: 'ok', body: {} }, detail: words };
  return refusedAs(consoleRefusal('console-refused', `Nothing was changed: ${done.detail}.`));
}

/** CO20 to CO22: keeps one person's signature under one cut. */
function approve(parts: ConsoleParts, asked: Approve, { person, session }: Who): Acted {
  const { controller, approvals, signIns, cell, nowMs } = parts;
  const { challenge, signature } = asked;
  const { name } = person;
  if (!signIns.take(name, challenge)) return refusedAs(usedChallenge());
  const status = controller.status();
  const handover = status?.handover;
  if (status === undefined || handover === undefined || handover === null) {
    return refusedAs(notWaiting('no hand-over was started here'));
  }
  const isOfIt = asked.handover === handover.id && asked.epoch === status.epoch;
  if (!isOfIt) return refusedAs(otherHandover(`${handover.id} in epoch ${status.epoch}`));
  if (handover.ended !== null) return refusedAs(notWaiting('it has ended'));
  if (handover.mode !== 'approve') return refusedAs(notWaiting(`it is ${handover.mode}`));
  if (status.state !== 'joint') return refusedAs(notWaiting(`its state is ${status.state}`));
  const red = status.gates.filter(({ light }) => light === 'red');
  if (red.length > 0) return refusedAs(gateRed(red));
  const { party } = status;
  const { target } = handover;
  const result = approvals.add({
    cell,
    handover: handover.id,
    source: `${party.operator}/${party.site}`,
    target: `${target.operator}/${target.site}`,
    epoch: status.epoch,
    name,
    keyId: session.keyId,
    challenge,
    atMs: nowMs(),
    signature,
  });
  if (result.kind === 'forged') return refusedAs(badSignature());
  if (result.kind === 'same-person') return refusedAs(samePerson());
  return { answer: { kind: 'ok', body: {} }, detail: `${handover.id} in epoch ${status.epoch}` };
}

const refusedAs = (refused: ConsoleRefusal): Acted => ({
  answer: refused,
  detail: `${refused.code}: ${refused.detail}`,
});

function viewerRefusal(): ConsoleRefusal {
  return consoleRefusal(
    'console-viewer',
    'You may look and not act: your role is viewer. Nothing was done. Ask an operator.',
  );
}

function otherHandover(running: string | undefined): ConsoleRefusal {
  const detail = running === undefined ? 'none' : running;
  return consoleRefusal(
    'console-other-handover',
    `That is not the hand-over that runs here now (${detail}). Nothing was done. Look again.`,
  );
}

function notWaiting(why: string): ConsoleRefusal {
  return consoleRefusal(
    'console-not-waiting',
    `The hand-over does not wait for an approval now: ${why}. Nothing was done.`,
  );
}

function gateRed(red: readonly Readonly<{ name: string; reason: string }>[]): ConsoleRefusal {
  const words = red.map(({ name, reason }) => `${name} (${reason})`).join('; ');
  return consoleRefusal(
    'console-gate-red',
    `Not while a gate is red: ${words}. Nothing was done. Approve when it is green again.`,
  );
}

function samePerson(): ConsoleRefusal {
  return consoleRefusal(
    'console-same-person',
    'You have approved this cut already. Nothing was done. A second person has to approve it, and ' +
      'another browser of yours is no second person.',
  );
}
