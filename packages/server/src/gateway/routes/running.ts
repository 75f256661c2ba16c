// /healthz, /readyz, /metrics and /openapi.json: for those who run the server. Rules A66, A67, A69.

import type { FastifyInstance } from 'fastify';
import { sendJson, sendText } from '../answers.ts';
import type { Metrics } from '../metrics.ts';
import { openApiDocument } from '../openapi/document.ts';
import type { CellClients } from '../parts.ts';
import { refusal, sendRefusal } from '../refusal.ts';

export function addRunningRoutes(app: FastifyInstance, cells: CellClients, metrics: Metrics): void {
  const document = JSON.stringify(openApiDocument);

  app.get('/healthz', (_request, reply) => sendJson(reply, 200, { status: 'ok' }));

  app.get('/readyz', (_request, reply) => {
    const away = [...cells.values()].filter((cell) => !cell.ready());
    if (away.length === 0) return sendJson(reply, 200, { status: 'ready' });
    const detail = 'Some cells cannot acknowledge now. Counts can be read all the same.';
    const names = away.map(({ jurisdiction }) => jurisdiction);
    return sendRefusal(reply, refusal('cell-unavailable', detail, { cells: names }));
  });

  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.text();
    return await reply.header('content-type', metrics.contentType).send(text);
  });

  app.get('/openapi.json', { config: { anySite: true } }, (_request, reply) =>
    sendText(reply, 200, document),
  );
}
