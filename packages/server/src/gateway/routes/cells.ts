// GET /v1/cells, /v1/cells/{jurisdiction}/books and /border: who runs what, do the books balance,
// what has left. Rule A63.

import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Books, CellClient, CellDescription } from '../../cell/cell-client.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { pathPart, sendJson, timeText } from '../answers.ts';
import type { CellClients, Charter } from '../parts.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import { handoverIn } from '../trust/handover-in.ts';

const NO_CELL = refusal('not-found', 'No cell here serves this jurisdiction. See GET /v1/cells.');

function cellBody(
  exchange: Exchange,
  { jurisdiction, operator, epoch, sinceMs }: CellDescription,
  newest: CharterEntry | undefined,
) {
  const { state, position, atMs } = exchange.watermark(jurisdiction);
  const watermark =
    position === undefined || atMs === undefined ? null : { ...position, at: timeText(atMs) };
  const handover = handoverIn(newest);
  const cell = { jurisdiction, operator, epoch, since: timeText(sinceMs), state, watermark };
  return { ...cell, ...(handover && { handover }) };
}

/** ST32: what the status page's canaries did stands beside the totals and is not in them. */
function booksBody(cell: Jurisdiction, books: Books, videos: number) {
  const { epoch, seq, balanced } = books;
  const none: Books['apart'] = videos === 0 ? { ops: 0, classes: {} } : undefined;
  // A cell that is too busy to tell them apart says so; then the totals have them in.
  const apart = books.apart ?? none;
  const classes = Object.fromEntries(
    Object.entries(books.classes).map(([name, count]) => [
      name,
      count - (apart?.classes[name] ?? 0),
    ]),
  );
  const ops = books.ops - (apart?.ops ?? 0);
  return {
    cell,
    epoch,
    seq,
    ops,
    classes,
    balanced,
    canaries: apart === undefined ? null : { videos, ...apart },
  };
}

export type CellParts = Readonly<{
  cells: CellClients;
  charter: Charter;
  exchange: Exchange;
  catalog: Catalog;
}>;

export function addCellRoutes(
  app: FastifyInstance,
  { cells, charter, exchange, catalog }: CellParts,
): void {
  const anySite = { config: { anySite: true } } as const;

  const cellIn = (request: FastifyRequest): CellClient | undefined => {
    const jurisdiction = pathPart(request, 'jurisdiction');
    return isJurisdiction(jurisdiction) ? cells.get(jurisdiction) : undefined;
  };

  app.get('/v1/cells', anySite, (_request, reply) => {
    const { view } = charter;
    const described = view
      .describe()
      .map((cell) => cellBody(exchange, cell, view.newest(cell.jurisdiction)));
    return sendJson(reply, 200, { cells: described });
  });

  app.get('/v1/cells/:jurisdiction/books', anySite, async (request, reply) => {
    const cell = cellIn(request);
    if (cell === undefined) return sendRefusal(reply, NO_CELL);
    const canaries = catalog.canaries();
    const books = await cell.call('books', canaries.length === 0 ? {} : { apart: canaries });
    if (books.kind === 'unavailable') return sendRefusal(reply, unavailable(books));
    return sendJson(reply, 200, booksBody(cell.jurisdiction, books, canaries.length));
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
