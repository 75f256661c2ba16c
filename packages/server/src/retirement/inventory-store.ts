// The inventories that a party has: its own, and those of parties that gave it their cell.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { isId } from '@holdfast/protocol/ids.ts';
import { writeWhole } from '../replication/whole-file.ts';

export type InventoryStore = Readonly<{
  fileOf: (handover: string) => string;
  /** The text of an inventory; `undefined` when there is none of that name. */
  text: (handover: string) => string | undefined;
  /** Durable on return. */
  keep: (handover: string, text: string) => void;
  list: () => readonly string[];
}>;

const PUBLIC_MODE = 0o644;
const SUFFIX = '.json';

export function inventoryStore(folder: string): InventoryStore {
  const fileOf = (handover: string): string => {
    if (!isId(handover)) throw new TypeError('a retirement is named by the id of a hand-over');
    return join(folder, `${handover}${SUFFIX}`);
  };
  return {
    fileOf,
    text: (handover) => {
      const isThere = isId(handover) && existsSync(fileOf(handover));
      return isThere ? readFileSync(fileOf(handover), 'utf8') : undefined;
    },
    keep: (handover, text) => writeWhole(fileOf(handover), text, PUBLIC_MODE),
    list: () =>
      (existsSync(folder) ? readdirSync(folder) : [])
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length))
        .filter(isId),
  };
}

/** E16: everybody may read what was destroyed, at either side. */
export function addRetirementRoutes(app: FastifyInstance, store: InventoryStore): void {
  app.get('/v1/retirements', (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { retirements: store.list() };
  });
  app.get<{ Params: { handover: string } }>('/v1/retirements/:handover', (request, reply) => {
    const text = store.text(request.params.handover);
    if (text !== undefined) {
      return reply.header('content-type', 'application/json; charset=utf-8').send(text);
    }
    const detail = 'There is no inventory of a retirement by this name here.';
    return reply
      .code(404)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify({ status: 404, code: 'retirement-unknown', detail }));
  });
}
