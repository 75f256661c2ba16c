// POST and GET /v1/videos/{id}/corrections: changes of a count for a stated reason. Rules A64, A74.

import { CORRECTION_REASONS, METRICS } from '@holdfast/protocol/counts.ts';
import type { CorrectionReason, Metric } from '@holdfast/protocol/counts.ts';
import { CORRECTIONS_LISTED_MAX, NOTE_CHARS_MAX } from '@holdfast/protocol/limits.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import { correctionKey } from '../../cell/session-key.ts';
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

const NAME_HEADER = 'idempotency-key';
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

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

/** Half a character is no text: the journal would keep another one than the answer showed (C5). */
function isNote(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && value.length <= NOTE_CHARS_MAX;
}

function wantedOf(body: Body): Wanted | Refusal {
  const { metric, delta, reason, note } = body;
  if (!isMetric(metric)) return bad(`metric is one of ${METRICS.join(', ')}.`);
  if (typeof delta !== 'number' || !Number.isInteger(delta) || delta === 0) {
    return bad('delta must be a whole number other than 0.');
  }
  if (Math.abs(delta) > DELTA_MAX) return bad(`delta must be at most ${DELTA_MAX} up or down.`);
  if (!isReason(reason)) return bad(`reason is one of ${CORRECTION_REASONS.join(', ')}.`);
  if (note !== undefined && !isNote(note)) {
    return bad(`note must be text of at most ${NOTE_CHARS_MAX} characters; it is public.`);
  }
  return { kind: 'wanted', metric, delta, reason, note: note ?? '' };
}

/** The name that makes a repeat harmless (C25), `undefined` without one. */
function nameOf(request: FastifyRequest): string | undefined | Refusal {
  const name = request.headers[NAME_HEADER];
  if (name === undefined || (typeof name === 'string' && NAME.test(name))) return name;
  return bad('Idempotency-Key must be 1 to 64 characters of A-Z a-z 0-9 _ -.');
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
    const name = nameOf(request);
    if (typeof name === 'object') return sendRefusal(reply, name);
    // A correction moves one cell's count, so it must say which: no residency rule guesses it.
    const home = homeOf(body.value['jurisdiction'] ?? '', request);
    if (home.kind === 'refusal') return sendRefusal(reply, home);
    if (!catalog.has(video)) return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const { metric, delta, reason, note } = wanted;
    const sessionKey = name === undefined ? undefined : correctionKey(key.tenant, name);
    const ask = { video, metric, delta, reason, note, sessionKey };
    const done = await home.cell.call('correct', ask);
    if (done.kind === 'unavailable') return sendRefusal(reply, unavailable(done));
    if (done.kind === 'below-zero') return sendRefusal(reply, belowZero(done.value));
    if (done.kind === 'unknown-video') return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const outcome = done.isRepeat ? 'duplicate' : 'counted';
    const status = done.isRepeat ? 200 : 201;
    return sendJson(reply, status, { cell: home.cell.jurisdiction, ...done.position, outcome });
  });

  app.get('/v1/videos/:id/corrections', { config: { anySite: true } }, async (request, reply) => {
    const video = pathVideo(request);
    if (typeof video !== 'string') return sendRefusal(reply, video);
    if (!catalog.has(video)) return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const answered = await askAll(cells, 'corrections', { video });
    if (answered.kind === 'unavailable') return sendRefusal(reply, unavailable(answered));
    const lists = [...answered.replies.values()].map(({ items }) => items);
    const corrections = lists.flat();
    const newestFirst = corrections.sort((a, b) => b.atMs - a.atMs);
    const items = newestFirst.map(({ atMs, ...rest }) => ({ ...rest, at: timeText(atMs) }));
    // A list that stops is no list of all: whoever adds it up must know.
    const more = lists.some((list) => list.length >= CORRECTIONS_LISTED_MAX);
    return sendJson(reply, 200, more ? { items, more } : { items });
  });
}
