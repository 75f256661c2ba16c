// POST /v1/ops/bulk: what an integrator vouches for, a line an op. Rules A38 to A42.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { BULK_BODY_BYTES_MAX } from '@holdfast/protocol/limits.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import type { BulkOp } from '@holdfast/protocol/ops.ts';
import { outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import type { CellClient, OpGroup, SubmitReply } from '../../cell/cell-client.ts';
import { sendJson } from '../answers.ts';
import type { Authorizer } from '../authorizer.ts';
import { groupBulk, parseBulkBody } from '../bulk-body.ts';
import type { Metrics } from '../metrics.ts';
import { NOT_DELIVERED, submitRefusal, undelivered } from '../op-sender.ts';
import type { CellClients } from '../parts.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';

const BULK_TYPE = 'application/x-ndjson';
const NO_BODY = refusal('unsupported-media-type', `Send the lines as ${BULK_TYPE}.`);

export type BulkParts = Readonly<{
  cells: CellClients;
  catalog: Catalog;
  metrics: Metrics;
  authorizer: Authorizer;
}>;

type Target = Readonly<{ cell: CellClient; groups: readonly OpGroup[] }>;
/** An outcome byte has so many values. */
const OUTCOME_BYTES = 256;

type Position = Readonly<{ epoch: number; seq: number }>;

/** Registers the route in a scope of its own, because its content type is its own. */
export async function addBulkRoute(app: FastifyInstance, parts: BulkParts): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(BULK_TYPE, { parseAs: 'string' }, (_request, body, done) => {
      done(null, body);
    });
    scope.post('/v1/ops/bulk', { bodyLimit: BULK_BODY_BYTES_MAX }, async (request, reply) => {
      const key = parts.authorizer.key(request, 'service');
      if (key.kind === 'refusal') return sendRefusal(reply, key);
      if (typeof request.body !== 'string') return sendRefusal(reply, NO_BODY);
      const body = parseBulkBody(request.body);
      if (body.kind === 'refusal') return sendRefusal(reply, body);
      const loads = groupBulk(key.tenant, body.lines);
      const targets = targetsOf(parts, loads, body.lines);
      if ('kind' in targets) return sendRefusal(reply, targets);
      return await sendLoads(parts, targets, reply);
    });
    await Promise.resolve();
  });
}

function targetsOf(
  { cells, catalog }: BulkParts,
  loads: ReadonlyMap<Jurisdiction, readonly OpGroup[]>,
  lines: readonly BulkOp[],
): readonly Target[] | Refusal {
  const targets: Target[] = [];
  for (const [jurisdiction, groups] of loads) {
    const cell = cells.get(jurisdiction);
    if (cell === undefined) {
      const line = lines.findIndex((each) => each.jurisdiction === jurisdiction) + 1;
      return refusal(
        'unknown-jurisdiction',
        `Line ${line} names a jurisdiction that no cell here serves. Nothing of this request was ` +
          'recorded. GET /v1/cells lists those that there are.',
        { line },
      );
    }
    if (undelivered(catalog, cell, groups)) return NOT_DELIVERED;
    targets.push({ cell, groups });
  }
  return targets;
}

async function sendLoads(
  parts: BulkParts,
  targets: readonly Target[],
  reply: FastifyReply,
): Promise<FastifyReply> {
  const misfit = targets.length > 1 ? await windowRefusal(targets) : undefined;
  if (misfit !== undefined) return sendRefusal(reply, misfit);
  const results = await Promise.all(targets.map(({ cell, groups }) => submitted(cell, groups)));
  const tally = new Uint32Array(OUTCOME_BYTES);
  const positions: Record<string, Position> = {};
  let accepted = 0;
  let refused: Refusal | undefined;
  for (const [index, result] of results.entries()) {
    const jurisdiction = targets[index]?.cell.jurisdiction;
    if (jurisdiction === undefined) continue;
    if (result.kind !== 'durable') {
      parts.metrics.countRefusal(jurisdiction, result);
      refused ??= submitRefusal(result);
      continue;
    }
    parts.metrics.countOutcomes(jurisdiction, result.outcomes);
    accepted += result.outcomes.length;
    for (const byte of result.outcomes) tally[byte] = (tally[byte] ?? 0) + 1;
    positions[jurisdiction] = { epoch: result.epoch, seq: result.seq };
  }
  if (refused !== undefined)
    return sendRefusal(reply, targets.length > 1 ? inPart(refused) : refused);
  return sendJson(reply, 200, { accepted, outcomes: classesOf(tally), positions });
}

function submitted(cell: CellClient, groups: readonly OpGroup[]): Promise<SubmitReply> {
  return new Promise((resolve) => {
    cell.submit(groups, resolve);
  });
}

/** A41: one look at every cell's windows, so that a mistake is refused before anything is sent. */
async function windowRefusal(targets: readonly Target[]): Promise<Refusal | undefined> {
  const looks = await Promise.all(
    targets.map(({ cell, groups }) => cell.call('checkWindow', { groups })),
  );
  for (const look of looks) {
    if (look.kind === 'op-window') return submitRefusal(look);
    if (look.kind === 'unavailable') return unavailable(look);
  }
  return undefined;
}

/** A41: after the looks, what one cell refused another may have recorded. */
function inPart(refused: Refusal): Refusal {
  const detail =
    'One of the cells of this request did not record its lines; another may have recorded its ' +
    'own. Send the whole request again under the same names: lines that were recorded end as ' +
    'duplicates and count nothing twice.';
  return { ...refused, detail };
}

/** Ops by class; several bytes are one class, since `invalid` has codes. */
function classesOf(tally: Uint32Array): Readonly<Record<string, number>> {
  const classes: Record<string, number> = {};
  for (const [byte, count] of tally.entries()) {
    if (count === 0) continue;
    const outcome = outcomeOf(byte);
    classes[outcome] = (classes[outcome] ?? 0) + count;
  }
  return classes;
}
