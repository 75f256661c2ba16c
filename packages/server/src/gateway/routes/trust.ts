// GET /v1/trust/{jurisdiction}, /v1/cells/{jurisdiction}/handovers, /v1/handovers/{id}/certificate,
// /v1/retirements/{id} and /v1/charter: who runs a country's cell, since when, by which act, and what shows it.
//
// Rules: docs/spec/api.md (A80 to A83, A85). What is not known is null, never 0.

import { isId, isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ProblemCode } from '@holdfast/protocol/problems.ts';
import { addCharterRoutes } from '../../registrar/charter-routes.ts';
import type { CharterRefusalCode } from '../../registrar/charter-routes.ts';
import { pathPart, sendJson, sendText, timeText } from '../answers.ts';
import type { CellClients, Charter, Retirements } from '../parts.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import { cellWords } from '../trust/cell-words.ts';
import type { CellWords } from '../trust/cell-words.ts';
import type { Shelf } from '../trust/shelf.ts';
import { changesOf, entriesOf, isCertified, ownedBy } from '../trust/ownership.ts';
import type { Change } from '../trust/ownership.ts';

const NO_CELL = refusal('not-found', 'The charter has no cell of this name. See GET /v1/cells.');
const NO_CERTIFICATE = refusal(
  'not-found',
  'No certificate of a hand-over by this name is here. It is made within seconds of the hand-over ' +
    'and fetched as soon as one of the two operators gives it; see GET /v1/cells/NAME/handovers.',
);
const NO_INVENTORY = refusal(
  'not-found',
  'No inventory of a copy that was destroyed after a hand-over of this name is here. The operator that ' +
    'gave the cell away makes it when it retires its copy; nothing says that it has to.',
);

export type TrustParts = Readonly<{
  cells: CellClients;
  charter: Charter;
  certificates: Pick<Shelf, 'has' | 'text'>;
  inventories: Pick<Shelf, 'text'>;
  retirements: Retirements;
  nowMs: () => number;
}>;

export function addTrustRoutes(app: FastifyInstance, parts: TrustParts): void {
  const { charter, certificates, inventories, cells, retirements } = parts;
  const { view } = charter;
  const anySite = { config: { anySite: true } } as const;
  const words = cellWords({
    nowMs: parts.nowMs,
    ownerOf: (cell) => {
      const { operator = '', site = '', publicKey = '' } = view.newest(cell)?.owner ?? {};
      return `${operator}\n${site}\n${publicKey}`;
    },
  });
  addCharterRoutes(app, {
    registrar: { charter: view, watch: charter.watch },
    publicKey: charter.registrarKey,
    head: charter.head,
    refuse: (reply, code, detail) => sendRefusal(reply, refusal(CHARTER_CODES[code], detail)),
  });

  app.get('/v1/trust/:jurisdiction', anySite, async (request, reply) => {
    const jurisdiction = cellIn(request);
    const entries = jurisdiction === undefined ? [] : entriesOf(view, jurisdiction);
    const owned = ownedBy(entries);
    const newest = entries.at(-1);
    if (jurisdiction === undefined || owned === undefined || newest === undefined) {
      return sendRefusal(reply, NO_CELL);
    }
    const cell = cells.get(jurisdiction);
    const said = cell === undefined ? undefined : await words(cell);
    const { operator, site, publicKey } = newest.owner;
    return sendJson(reply, 200, {
      jurisdiction,
      operator,
      site,
      publicKey,
      epoch: newest.epoch,
      since: timeText(owned.sinceMs),
      act: owned.act,
      entry: { n: owned.n, hash: owned.hash },
      standby: newest.follower === undefined ? null : nameOf(newest.follower),
      registrarKey: newest.registrar.publicKey,
      dataAt: said?.dataAt ?? null,
      border: borderBody(said),
      handovers: changesOf(entries).map((change) => changeBody(certificates, change)),
      retirements: retirements(jurisdiction),
    });
  });

  app.get('/v1/cells/:jurisdiction/handovers', anySite, (request, reply) => {
    const jurisdiction = cellIn(request);
    const entries = jurisdiction === undefined ? [] : entriesOf(view, jurisdiction);
    if (entries.length === 0) return sendRefusal(reply, NO_CELL);
    const handovers = changesOf(entries).map((change) => changeBody(certificates, change));
    return sendJson(reply, 200, { cell: jurisdiction, handovers });
  });

  app.get('/v1/handovers/:id/certificate', anySite, (request, reply) => {
    const id = pathPart(request, 'id');
    const text = isId(id) ? certificates.text(id) : undefined;
    return text === undefined ? sendRefusal(reply, NO_CERTIFICATE) : sendText(reply, 200, text);
  });

  app.get('/v1/retirements/:id', anySite, (request, reply) => {
    const id = pathPart(request, 'id');
    const text = isId(id) ? inventories.text(id) : undefined;
    return text === undefined ? sendRefusal(reply, NO_INVENTORY) : sendText(reply, 200, text);
  });
}

const CHARTER_CODES: Readonly<Record<CharterRefusalCode, ProblemCode>> = {
  'charter-query-invalid': 'invalid-request',
  'charter-cell-unknown': 'not-found',
  'charter-streams-full': 'overloaded',
};

function cellIn(request: FastifyRequest): Jurisdiction | undefined {
  const jurisdiction = pathPart(request, 'jurisdiction');
  return isJurisdiction(jurisdiction) ? jurisdiction : undefined;
}

function nameOf({ operator, site }: Readonly<{ operator: string; site: string }>): object {
  return { operator, site };
}

function borderBody(said: CellWords | undefined): object {
  if (said === undefined) return { since: null, asOf: null, types: [], days: [] };
  const { sinceMs, types, days } = said.border;
  return { since: timeText(sinceMs), asOf: timeText(said.asOfMs), types, days };
}

function changeBody(certificates: TrustParts['certificates'], change: Change): object {
  const { from, to } = change;
  const id = to.handover ?? null;
  const isHere = id !== null && isCertified(change) && certificates.has(id);
  return {
    id,
    act: to.act,
    epoch: to.epoch,
    from: from.owner.operator,
    fromSite: from.owner.site,
    to: to.owner.operator,
    toSite: to.owner.site,
    reason: to.reason,
    decidedAt: timeText(to.sinceMs),
    entry: { n: to.n, hash: to.hash },
    certificate: isHere ? `/v1/handovers/${id}/certificate` : null,
  };
}
