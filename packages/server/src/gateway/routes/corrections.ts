// POST and GET /v1/videos/{id}/corrections: changes of a count for a stated reason. Rule A64.

import { CORRECTION_REASONS, METRICS } from '@holdfast/protocol/counts.ts';
import type { CorrectionReason, Metric } from '@holdfast/protocol/counts.ts';
import { NOTE_CHARS_MAX } from '@holdfast/protocol/limits.ts';
import type { FastifyInstance } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import { askAll } from '../all-cells.ts';
import { objectBody, pathVideo, sendJson, timeText, VIDEO_NOT_KNOWN } from '../answers.ts';
import type { Body } from '../answers.ts';
import type { Authorizer } from '../authorizer.ts';
import type { HomeOf } from '../home.ts';
import type { CellClients } from '../parts.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';

export type CorrectionParts = Readonly<{
  cells: CellClients;
  catalog: Catalog;
  authorizer: Authorizer;
  homeOf: HomeOf;
}>;

/** Largest step of one correction: a count stays an exact integer whatever is added. */
const DELTA_MAX = 2 ** 40;

type Wanted = Readonly<{
  kind: 'wanted';
  metric: Metric;
  delta: number;
  reason: CorrectionReason;
  note: string;
}>;

const bad = (detail: string): Refusal =>
  refusal('invalid-request', `${detail} Nothing was changed.`);

function isMetric(value: unknown): value is Metric {
  return METRICS.some((metric) => metric === value);
}

function isReason(value: unknown): value is CorrectionReason {
  return CORRECTION_REASONS.some((reason) => reason === value);
}

function wantedOf(body: Body): Wanted | Refusal {
  const { metric, delta, reason, note } = body;
  if (!isMetric(metric)) return bad(`metric is one of ${METRICS.join(', ')}.`);
  if (typeof delta !== 'number' || !Number.isInteger(delta) || delta === 0) {
    return bad('delta must be a whole number other than 0.');
  }
  if (Math.abs(delta) > DELTA_MAX) return bad(`delta must be at most ${DELTA_MAX} up or down.`);
  if (!isReason(reason)) return bad(`reason is one of ${CORRECTION_REASONS.join(', ')}.`);
  if (note !== undefined && (typeof note !== 'string' || note.length > NOTE_CHARS_MAX)) {
    return bad(`note must be text of at most ${NOTE_CHARS_MAX} characters; it is public.`);
  }
  return { kind: 'wanted', metric, delta, reason, note: note ?? '' };
}

function belowZero(value: number): Refusal {
  const detail =
    'The correction would take the count of this cell below zero. Nothing was changed.';
  return refusal('correction-below-zero', detail, { value });
}

export function addCorrectionRoutes(app: FastifyInstance, parts: CorrectionParts): void {
  const { cells, catalog, authorizer, homeOf } = parts;

  app.post('/v1/videos/:id/corrections', async (request, reply) => {
    const key = authorizer.key(request, 'operator');
    if (key.kind === 'refusal') return sendRefusal(reply, key);
    const video = pathVideo(request);
    if (typeof video !== 'string') return sendRefusal(reply, video);
    const body = objectBody(request);
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const wanted = wantedOf(body.value);
    if (wanted.kind === 'refusal') return sendRefusal(reply, wanted);
    // A correction moves one cell's count, so it must say which: no residency rule guesses it.
    const home = homeOf(body.value['jurisdiction'] ?? '', request);
    if (home.kind === 'refusal') return sendRefusal(reply, home);
    if (!catalog.has(video)) return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const { metric, delta, reason, note } = wanted;
    const done = await home.cell.call('correct', { video, metric, delta, reason, note });
    if (done.kind === 'unavailable') return sendRefusal(reply, unavailable(done));
    if (done.kind === 'below-zero') return sendRefusal(reply, belowZero(done.value));
    if (done.kind === 'unknown-video') return sendRefusal(reply, VIDEO_NOT_KNOWN);
    return sendJson(reply, 201, { cell: home.cell.jurisdiction, ...done.position });
  });

  app.get('/v1/videos/:id/corrections', { config: { anySite: true } }, async (request, reply) => {
    const video = pathVideo(request);
    if (typeof video !== 'string') return sendRefusal(reply, video);
    if (!catalog.has(video)) return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const answered = await askAll(cells, 'corrections', { video });
    if (answered.kind === 'unavailable') return sendRefusal(reply, unavailable(answered));
    const corrections = [...answered.replies.values()].flatMap(({ items }) => items);
    const newestFirst = corrections.sort((a, b) => b.atMs - a.atMs);
    const items = newestFirst.map(({ atMs, ...rest }) => ({ ...rest, at: timeText(atMs) }));
    return sendJson(reply, 200, { items });
  });
}
