// GET /v1/cells, /v1/cells/{jurisdiction}/books and /border: who runs what, do the books balance,
// what has left. Rule A63.

import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CellClient, CellDescription } from '../../cell/cell-client.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { pathPart, sendJson, timeText } from '../answers.ts';
import type { CellClients, Charter } from '../parts.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';

const NO_CELL = refusal('not-found', 'No cell here serves this jurisdiction. See GET /v1/cells.');

function cellBody(exchange: Exchange, { jurisdiction, operator, epoch, sinceMs }: CellDescription) {
  const { state, position, atMs } = exchange.watermark(jurisdiction);
  const watermark =
    position === undefined || atMs === undefined ? null : { ...position, at: timeText(atMs) };
  return { jurisdiction, operator, epoch, since: timeText(sinceMs), state, watermark };
}

export type CellParts = Readonly<{ cells: CellClients; charter: Charter; exchange: Exchange }>;

export function addCellRoutes(app: FastifyInstance, { cells, charter, exchange }: CellParts): void {
  const anySite = { config: { anySite: true } } as const;

  const cellIn = (request: FastifyRequest): CellClient | undefined => {
    const jurisdiction = pathPart(request, 'jurisdiction');
    return isJurisdiction(jurisdiction) ? cells.get(jurisdiction) : undefined;
  };

  app.get('/v1/cells', anySite, (_request, reply) => {
    const described = charter.view.describe().map((cell) => cellBody(exchange, cell));
    return sendJson(reply, 200, { cells: described });
  });

  app.get('/v1/cells/:jurisdiction/books', anySite, async (request, reply) => {
    const cell = cellIn(request);
    if (cell === undefined) return sendRefusal(reply, NO_CELL);
    const books = await cell.call('books', {});
    if (books.kind === 'unavailable') return sendRefusal(reply, unavailable(books));
    const { epoch, seq, ops, classes, balanced } = books;
    return sendJson(reply, 200, { cell: cell.jurisdiction, epoch, seq, ops, classes, balanced });
  });

  app.get('/v1/cells/:jurisdiction/border', anySite, async (request, reply) => {
    const cell = cellIn(request);
    if (cell === undefined) return sendRefusal(reply, NO_CELL);
    const border = await cell.call('border', {});
    if (border.kind === 'unavailable') return sendRefusal(reply, unavailable(border));
    const { sinceMs, types, days } = border;
    const since = timeText(sinceMs);
    return sendJson(reply, 200, { cell: cell.jurisdiction, since, types, days });
  });
}
