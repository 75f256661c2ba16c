// DELETE /v1/subjects/{subject}: erases an integrator's user. Rule A65.

import { isSubjectId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance } from 'fastify';
import type { Position } from '../../cell/cell-client.ts';
import { askAll } from '../all-cells.ts';
import { pathPart, sendJson } from '../answers.ts';
import type { Authorizer } from '../authorizer.ts';
import type { HomeOf } from '../home.ts';
import type { CellClients } from '../parts.ts';
import { queryOf } from '../query.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';

export type SubjectParts = Readonly<{
  cells: CellClients;
  authorizer: Authorizer;
  homeOf: HomeOf;
}>;

const SUBJECT_FORM = refusal(
  'invalid-request',
  'A subject is 1 to 64 characters of A-Z a-z 0-9 _ -.',
);

export function addSubjectRoute(app: FastifyInstance, parts: SubjectParts): void {
  app.delete('/v1/subjects/:subject', async (request, reply) => {
    const key = parts.authorizer.key(request, 'service');
    if (key.kind === 'refusal') return sendRefusal(reply, key);
    const subject = pathPart(request, 'subject');
    if (!isSubjectId(subject)) return sendRefusal(reply, SUBJECT_FORM);
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    let { cells } = parts;
    const jurisdiction = query.one('jurisdiction');
    if (jurisdiction !== undefined) {
      const home = parts.homeOf(jurisdiction, request);
      if (home.kind === 'refusal') return sendRefusal(reply, home);
      cells = new Map([[home.cell.jurisdiction, home.cell]]);
    }
    const who = { kind: 'subject', tenant: key.tenant, subject } as const;
    const answered = await askAll(cells, 'erase', { who });
    if (answered.kind === 'unavailable') return sendRefusal(reply, unavailable(answered));
    const positions: Record<string, Position> = {};
    for (const [cell, { position }] of answered.replies) positions[cell] = position;
    const [first] = answered.replies;
    const [cell, erased] = first ?? [];
    return sendJson(reply, 202, { cell, ...erased?.position, positions });
  });
}
