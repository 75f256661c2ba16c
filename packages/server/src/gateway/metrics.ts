// Counters of the front door. Hot paths add to plain numbers; Prometheus reads them when it asks.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Catalog } from '../catalog/catalog.ts';
import type { SubmitReply } from '../cell/cell-client.ts';
import { outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { CellClients } from './parts.ts';

const OUTCOME_BYTES = 256;

/** Answers of one route, by status. */
export type RouteCounts = Map<number, number>;

type RefusedSubmit = Exclude<SubmitReply, { kind: 'durable' }>;

export type Metrics = Readonly<{
  /** The counts of a route, to add to. */
  route: (method: string, url: string) => RouteCounts;
  countOutcomes: (jurisdiction: Jurisdiction, outcomes: Uint8Array) => void;
  countRefusal: (jurisdiction: Jurisdiction, reply: RefusedSubmit) => void;
  /** Streams of counts that are open now. */
  streams: { open: number };
  /** Everything in the format of Prometheus. */
  text: () => Promise<string>;
  contentType: string;
}>;

type Sources = Readonly<{ cells: CellClients; exchange: Exchange; catalog: Catalog }>;

export function openMetrics(sources: Sources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const routes = new Map<string, RouteCounts>();
  const outcomes = new Map<Jurisdiction, Float64Array>();
  const refusals = new Map<string, number>();
  const streams = { open: 0 };

  const requests = new Counter({
    name: 'holdfast_http_requests_total',
    help: 'Requests answered, by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
    collect: () => {
      requests.reset();
      for (const [name, counts] of routes) {
        const [method = '', route = ''] = name.split(' ', 2);
        for (const [status, count] of counts) requests.inc({ method, route, status }, count);
      }
    },
  });
  const ops = new Counter({
    name: 'holdfast_ops_total',
    help: 'Ops acknowledged as durable, by cell and outcome.',
    labelNames: ['cell', 'outcome'],
    registers,
    collect: () => {
      ops.reset();
      for (const [cell, counts] of outcomes) {
        for (const [byte, count] of counts.entries()) {
          if (count > 0) ops.inc({ cell, outcome: outcomeOf(byte) }, count);
        }
      }
    },
  });
  const refused = new Counter({
    name: 'holdfast_op_requests_refused_total',
    help: 'Requests for ops that a cell refused whole, by cell and reason.',
    labelNames: ['cell', 'reason'],
    registers,
    collect: () => {
      refused.reset();
      for (const [name, count] of refusals) {
        const [cell = '', reason = ''] = name.split(' ', 2);
        refused.inc({ cell, reason }, count);
      }
    },
  });
  addGauges(registers, sources, streams);

  return {
    route: (method, url) => {
      const name = `${method} ${url}`;
      const counts = routes.get(name) ?? new Map<number, number>();
      routes.set(name, counts);
      return counts;
    },
    countOutcomes: (jurisdiction, bytes) => {
      const counts = outcomes.get(jurisdiction) ?? new Float64Array(OUTCOME_BYTES);
      outcomes.set(jurisdiction, counts);
      for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
    },
    countRefusal: (jurisdiction, reply) => {
      const name = `${jurisdiction} ${reply.kind === 'unavailable' ? reply.code : reply.kind}`;
      refusals.set(name, (refusals.get(name) ?? 0) + 1);
    },
    streams,
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function addGauges(
  registers: Registry[],
  { cells, exchange, catalog }: Sources,
  streams: { open: number },
): void {
  const perCell = (name: string, help: string, valueOf: (cell: Jurisdiction) => number): void => {
    const gauge = new Gauge({
      name,
      help,
      labelNames: ['cell'],
      registers,
      collect: () => {
        for (const cell of cells.keys()) gauge.set({ cell }, valueOf(cell));
      },
    });
  };
  perCell('holdfast_cell_ready', '1 when the cell can acknowledge.', (cell) =>
    cells.get(cell)?.ready() === true ? 1 : 0,
  );
  perCell('holdfast_exchange_live', '1 when the counts of the cell are live.', (cell) =>
    exchange.watermark(cell).state === 'live' ? 1 : 0,
  );
  perCell('holdfast_exchange_seq', 'Batch that the counts include everything up to.', (cell) =>
    Number(exchange.watermark(cell).position?.seq ?? 0),
  );
  perCell('holdfast_catalog_undelivered', 'Videos that the cell has yet to take.', (cell) =>
    catalog.undelivered(cell),
  );
  const single = (name: string, help: string, value: () => number): void => {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers,
      collect: () => {
        gauge.set(value());
      },
    });
  };
  single('holdfast_catalog_videos', 'Videos in the catalog.', () => catalog.size());
  single('holdfast_count_streams', 'Open streams of counts.', () => streams.open);
}
