// What people ask of a party over the wire: to begin, to approve, to stop, to go back, and how it
// stands; and what a party answers to the other one about a hand-over.
//
// Rules: docs/spec/handover.md (H39, H41). People are whoever holds the operator's own key: the
// command line signs as the operator at the site `cli`, and no gateway or other operator can.

import { CERTIFICATE_BYTES_MAX } from '@holdfast/engine/charter/certificate.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { bool, choice, fits, text, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { ATTEST_ROUTE } from '../certificate/attestor.ts';
import type { Attestor } from '../certificate/attestor.ts';
import { RETIRED_BYTES_MAX, RETIRED_ROUTE } from '../retirement/retirer.ts';
import type { RetireAnswer, Retirer } from '../retirement/retirer.ts';
import type { SignedAnswer, SignedRequest, SignedRoute } from '../signed/signed-server.ts';
import type { WireParty } from '../signed/wire-key.ts';
import type { Done, HandoverController, Started } from './controller.ts';
import type { ForceAsk, Forced } from './force.ts';
import { jsonIn } from './peer-wire.ts';
import { TARGET_ROUTE } from './target.ts';

/** The site under which the command line signs. */
export const CLI_SITE = 'cli';

export const CONTROL_ROUTES = {
  status: '/v1/handover/:cell',
  start: '/v1/handover/:cell/start',
  approve: '/v1/handover/:cell/approve',
  abort: '/v1/handover/:cell/abort',
  rollback: '/v1/handover/:cell/rollback',
  force: '/v1/handover/:cell/force',
  retire: '/v1/handover/:cell/retire',
} as const;

const ASK_BYTES_MAX = 2_048;
const STATUS = { ok: 200, malformed: 400, forbidden: 403, elsewhere: 404, refused: 409, away: 503 };

export type ControlRoutesOptions = Readonly<{
  cell: Jurisdiction;
  /** The operator of this party, by its key. */
  operator: Readonly<{ operator: string; publicKey: string }>;
  /** Whether somebody is, or was, a party of the charter. */
  hasParty: (claimed: WireParty) => boolean;
  controller: HandoverController;
  attestor: Attestor;
  retirer: Retirer;
  force: (asked: ForceAsk) => Promise<Forced>;
}>;

/** Whether somebody is the operator of this party at a command line. */
export function isOperatorCli(
  { operator, publicKey }: ControlRoutesOptions['operator'],
  claimed: WireParty,
): boolean {
  const isNamed = claimed.operator === operator && claimed.site === CLI_SITE;
  return isNamed && claimed.publicKey === publicKey;
}

const START: Shape = { url: text(300), mode: choice('auto', 'approve'), dryRun: bool };
const ROLLBACK: Shape = { mode: choice('auto', 'approve'), dryRun: bool };
const ABORT: Shape = { reason: text(200) };
const FORCE: Shape = { dryRun: bool, loses: union(uint, (value) => value === null) };
const RETIRE: Shape = { isNow: bool, dryRun: bool };

type Asked = Readonly<{
  loses: number | null;
  url: string;
  mode: 'auto' | 'approve';
  dryRun: boolean;
  isNow: boolean;
  reason: string;
}>;
type Handle = (asked: Asked) => Promise<SignedAnswer> | SignedAnswer;

export function controlRoutes(options: ControlRoutesOptions): readonly SignedRoute[] {
  const { controller } = options;
  const people = (
    method: 'GET' | 'POST',
    url: string,
    form: Shape | undefined,
    handle: Handle,
  ): SignedRoute => ({
    method,
    url,
    bodyBytesMax: method === 'GET' ? 0 : ASK_BYTES_MAX,
    handle: (request) => {
      if (!isOperatorCli(options.operator, request.sender)) return forbidden(options);
      if (request.params['cell'] !== options.cell) return elsewhere(options);
      const asked = form === undefined ? {} : jsonIn(request.body);
      if (form !== undefined && !fits(form, asked)) return malformed();
      // The form above is the part of this type that the handler looks at.
      return handle(asked as Asked);
    },
  });
  return [
    people('GET', CONTROL_ROUTES.status, undefined, () => {
      const status = controller.status();
      return status === undefined ? notBegun() : json(STATUS.ok, status);
    }),
    people('POST', CONTROL_ROUTES.start, START, async (asked) =>
      startedAnswer(await controller.start(asked)),
    ),
    people('POST', CONTROL_ROUTES.rollback, ROLLBACK, async (asked) =>
      startedAnswer(await controller.rollback(asked)),
    ),
    people('POST', CONTROL_ROUTES.approve, {}, async () => doneAnswer(await controller.approve())),
    people('POST', CONTROL_ROUTES.abort, ABORT, async ({ reason }) =>
      doneAnswer(await controller.abort(reason === '' ? 'stopped by the operator' : reason)),
    ),
    people('POST', CONTROL_ROUTES.retire, RETIRE, async (asked) =>
      retireAnswer(await options.retirer.retire(asked)),
    ),
    people('POST', CONTROL_ROUTES.force, FORCE, async ({ dryRun, loses }) => {
      const forced = await options.force({ dryRun, loses });
      if (forced.kind !== 'refused') return json(STATUS.ok, forced);
      const { code, detail, loss } = forced;
      const why = `The cell was not forced: ${detail}.`;
      return json(STATUS.refused, { code: `handover-${code}`, detail: why, loss: loss ?? null });
    }),
    targetRoute(options),
    attestRoute(options),
    retiredRoute(options),
  ];
}

/** H39: whoever is a party of the charter may ask what this one holds, before a hand-over. */
function targetRoute(options: ControlRoutesOptions): SignedRoute {
  return {
    method: 'GET',
    url: TARGET_ROUTE,
    bodyBytesMax: 0,
    handle: ({ sender, params }) => {
      if (!options.hasParty(sender)) return forbidden(options);
      if (params['cell'] !== options.cell) return elsewhere(options);
      const facts = options.controller.facts();
      return facts === undefined ? notBegun() : json(STATUS.ok, facts);
    },
  };
}

function attestRoute({ attestor, cell, ...options }: ControlRoutesOptions): SignedRoute {
  return {
    method: 'POST',
    url: ATTEST_ROUTE,
    bodyBytesMax: 2 * CERTIFICATE_BYTES_MAX,
    handle: ({ sender, params, body }: SignedRequest) => {
      if (params['cell'] !== cell) return elsewhere({ cell });
      if (!options.hasParty(sender)) return forbidden(options);
      const answer = attestor.answer(sender, jsonIn(body));
      if (answer.kind === 'ok') return json(STATUS.ok, answer.value);
      return problem(STATUS.refused, 'attest-refused', `Nothing was done: ${answer.detail}.`);
    },
  };
}

/** E16: the party that gave the cell away tells what it destroyed. */
function retiredRoute({ retirer, cell, ...options }: ControlRoutesOptions): SignedRoute {
  return {
    method: 'POST',
    url: RETIRED_ROUTE,
    bodyBytesMax: RETIRED_BYTES_MAX,
    handle: async ({ sender, params, body }: SignedRequest) => {
      if (params['cell'] !== cell) return elsewhere({ cell });
      if (!options.hasParty(sender)) return forbidden(options);
      const taken = await retirer.take(sender, Buffer.from(body).toString('utf8'));
      if (taken.kind === 'done') return json(STATUS.ok, {});
      return problem(STATUS.refused, 'retired-refused', `Nothing was done: ${taken.detail}.`);
    },
  };
}

function retireAnswer(answer: RetireAnswer): SignedAnswer {
  if (answer.kind !== 'refused') return json(STATUS.ok, answer);
  const { code, detail } = answer;
  return problem(STATUS.refused, `handover-${code}`, `Nothing was changed: ${detail}.`);
}

function startedAnswer(started: Started): SignedAnswer {
  if (started.kind !== 'refused') return json(STATUS.ok, started);
  const { code, detail, checks } = started;
  return json(STATUS.refused, {
    code: `handover-${code}`,
    detail: `Nothing was changed: ${detail}.`,
    ...(checks !== undefined && { checks }),
  });
}

function doneAnswer(done: Done): SignedAnswer {
  if (done.kind === 'done') return json(STATUS.ok, done);
  return problem(STATUS.refused, `handover-${done.code}`, `Nothing was changed: ${done.detail}.`);
}

function json(status: number, value: unknown): SignedAnswer {
  return { kind: 'bytes', status, body: JSON.stringify(value) };
}

function problem(status: number, code: string, detail: string): SignedAnswer {
  return json(status, { code, detail });
}

function forbidden({ operator }: Pick<ControlRoutesOptions, 'operator'>): SignedAnswer {
  const detail = `Only the holder of the key of ${operator.operator} may ask this. Nothing was done.`;
  return problem(STATUS.forbidden, 'handover-forbidden', detail);
}

function elsewhere({ cell }: Pick<ControlRoutesOptions, 'cell'>): SignedAnswer {
  const detail = `This process is of the cell ${cell} and of no other. Nothing was done.`;
  return problem(STATUS.elsewhere, 'handover-elsewhere', detail);
}

function malformed(): SignedAnswer {
  return problem(STATUS.malformed, 'handover-malformed', 'The question is malformed.');
}

function notBegun(): SignedAnswer {
  const detail = 'This party has not begun yet: it waits for the registrar. Ask again in a moment.';
  return problem(STATUS.away, 'handover-not-begun', detail);
}
