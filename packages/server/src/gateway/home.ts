// Which cell a new session or account belongs to. Rules A19, A20, A23.

import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { FastifyRequest } from 'fastify';
import type { CellClient } from '../cell/cell-client.ts';
import type { CellClients, Residency } from './parts.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

const UNKNOWN = refusal(
  'unknown-jurisdiction',
  'No cell here serves this jurisdiction. GET /v1/cells lists those that there are.',
);

type Home = Readonly<{ kind: 'home'; cell: CellClient }> | Refusal;
export type HomeOf = (asked: unknown, request: FastifyRequest) => Home;

/** Finds the cell that a body asks for, or the one of the residency resolver when it does not. */
export function homeOf(cells: CellClients, residency: Residency): HomeOf {
  return (asked, request) => {
    const jurisdiction = asked ?? residency(request);
    const cell = isJurisdiction(jurisdiction) ? cells.get(jurisdiction) : undefined;
    return cell === undefined ? UNKNOWN : { kind: 'home', cell };
  };
}
