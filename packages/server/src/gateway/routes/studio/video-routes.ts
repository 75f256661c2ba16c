// GET /v1/videos/{id}/retention, /sources, /jurisdictions, /returning: what viewers of one video did.
// Rules SD7 to SD13.

import { SOURCES } from '@holdfast/protocol/ops.ts';
import { addDetail, DETAIL, emptyDetail } from '@holdfast/engine/counting/day-detail.ts';
import { overSources, PARTS, watchingAt } from '@holdfast/engine/counting/day-detail.ts';
import type { FastifyInstance } from 'fastify';
import type { StudioAsk, StudioPart } from '../../../studio/studio-call.ts';
import { sendJson, timeText } from '../../answers.ts';
import { refusal, sendRefusal, unavailable } from '../../refusal.ts';
import type { Refusal } from '../../refusal.ts';
import type { FromCells } from './ask-studio.ts';
import { mergeSmall } from './groups.ts';
import { ownVideo } from './studio-parts.ts';
import type { OwnVideo, StudioParts } from './studio-parts.ts';
import { utcDaysOf } from './studio-range.ts';
import type { Range } from './studio-range.ts';

const NOTHING_KNOWN = refusal(
  'cell-unavailable',
  'A cell gives no answer and has given none before, so there is nothing that could be shown.',
);

/** What every answer of these begins with. */
type About = Readonly<{ state: string; asOf: string; from: string; to: string }>;

function aboutOf({ state, asOfMs }: FromCells, { fromMs, toMs }: Range): About {
  return { state, asOf: timeText(asOfMs), from: timeText(fromMs), to: timeText(toMs) };
}

/** What all cells say of a video, when each has ever said anything (SD5). */
export async function askAbout(
  parts: StudioParts,
  wanted: StudioPart,
  { video }: OwnVideo,
  range: Range,
): Promise<Readonly<{ kind: 'told'; from: FromCells }> | Refusal> {
  const { fromMs, toMs } = range;
  const ask: StudioAsk = { videos: [video], parts: [wanted], grain: 'day', fromMs, toMs };
  const from = await parts.ask(ask);
  if (from.state !== 'unknown') return { kind: 'told', from };
  return from.cause === undefined ? NOTHING_KNOWN : unavailable(from.cause);
}

type Answer = (from: FromCells, range: Range) => object;

/** A route of one video over UTC days: `answer` makes the body out of what cells say. */
function addVideoRoute(
  app: FastifyInstance,
  parts: StudioParts,
  route: Readonly<{ name: string; part: StudioPart; answer: Answer }>,
): void {
  app.get(`/v1/videos/:id/${route.name}`, async (request, reply) => {
    const own = await ownVideo(parts, [request, reply]);
    if (own.kind === 'refusal') return sendRefusal(reply, own);
    const range = utcDaysOf(own.query, own.entry.createdAtMs, parts.nowMs());
    if (range.kind === 'refusal') return sendRefusal(reply, range);
    const told = await askAbout(parts, route.part, own, range);
    if (told.kind === 'refusal') return sendRefusal(reply, told);
    return sendJson(reply, 200, {
      video: own.video,
      ...aboutOf(told.from, range),
      ...route.answer(told.from, range),
    });
  });
}

export function addVideoStudioRoutes(app: FastifyInstance, parts: StudioParts): void {
  addVideoRoute(app, parts, { name: 'retention', part: 'days', answer: retention });
  addVideoRoute(app, parts, { name: 'sources', part: 'days', answer: sources });
  addVideoRoute(app, parts, { name: 'returning', part: 'returning', answer: returning });
  addJurisdictions(app, parts);
}

type Detailed = Readonly<{
  detail: readonly number[];
  /** UTC days of which nobody knows what they were made of. */
  unknownDays: readonly string[];
  isAnyKnown: boolean;
}>;

/** The days that every cell knows whole, added up (SD9). */
function detailed({ cells }: FromCells): Detailed {
  const unknown = new Set<number>();
  for (const { reply } of cells) {
    for (const { atMs, detail } of reply.days) if (detail === undefined) unknown.add(atMs);
  }
  const sum = emptyDetail();
  let known = 0;
  for (const { reply } of cells) {
    for (const { atMs, detail } of reply.days) {
      if (detail === undefined || unknown.has(atMs)) continue;
      addDetail(sum, detail);
      known += 1;
    }
  }
  const unknownDays = [...unknown].sort((left, right) => left - right).map(timeText);
  return { detail: sum, unknownDays, isAnyKnown: known > 0 || unknown.size === 0 };
}

function retention(from: FromCells): object {
  const { detail, unknownDays, isAnyKnown } = detailed(from);
  if (!isAnyKnown) {
    return { starts: null, points: [], loops: null, averageWatchMs: null, unknownDays };
  }
  const starts = overSources(detail, 'starts');
  const points = watchingAt(detail).map((watching, part) => ({ part: part / PARTS, watching }));
  const averageWatchMs = starts === 0 ? null : Math.floor(overSources(detail, 'watchMs') / starts);
  return { starts, points, loops: detail[DETAIL.loops] ?? 0, averageWatchMs, unknownDays };
}

function sources(from: FromCells): object {
  const { detail, unknownDays, isAnyKnown } = detailed(from);
  const items = SOURCES.map((source, place) => ({
    source,
    starts: isAnyKnown ? (detail[DETAIL.starts + place] ?? 0) : null,
    views: isAnyKnown ? (detail[DETAIL.views + place] ?? 0) : null,
    watchMs: isAnyKnown ? (detail[DETAIL.watchMs + place] ?? 0) : null,
  }));
  return { items, unknownDays };
}

function returning({ cells }: FromCells): object {
  let [uniqueViewers, back, errorSquare] = [0, 0, 0];
  for (const { reply } of cells) {
    uniqueViewers += reply.viewers;
    back += reply.returning;
    // The sketches of cells err independently of each other.
    errorSquare += (reply.errorPart * reply.viewers) ** 2;
  }
  const errorPart = uniqueViewers === 0 ? 0 : Math.sqrt(errorSquare) / uniqueViewers;
  return { uniqueViewers, returning: back, errorPart };
}

/** Views and likes need days, the size of a group viewers: two parts, so a route of its own. */
function addJurisdictions(app: FastifyInstance, parts: StudioParts): void {
  app.get('/v1/videos/:id/jurisdictions', async (request, reply) => {
    const own = await ownVideo(parts, [request, reply]);
    if (own.kind === 'refusal') return sendRefusal(reply, own);
    const range = utcDaysOf(own.query, own.entry.createdAtMs, parts.nowMs());
    if (range.kind === 'refusal') return sendRefusal(reply, range);
    const days = await askAbout(parts, 'days', own, range);
    if (days.kind === 'refusal') return sendRefusal(reply, days);
    const viewers = await askAbout(parts, 'viewers', own, range);
    if (viewers.kind === 'refusal') return sendRefusal(reply, viewers);
    const sizes = new Map(
      viewers.from.cells.map(({ jurisdiction, reply: told }) => [jurisdiction, told.viewers]),
    );
    const groups = days.from.cells.map(({ jurisdiction, reply: told }) => ({
      jurisdiction,
      viewers: sizes.get(jurisdiction) ?? 0,
      views: told.days.reduce((sum, day) => sum + day.views, 0),
      likes: told.days.reduce((sum, day) => sum + day.likes, 0),
    }));
    const items = mergeSmall(groups).map(({ jurisdiction, views, likes }) => ({
      jurisdiction,
      views,
      likes,
    }));
    return sendJson(reply, 200, { video: own.video, ...aboutOf(days.from, range), items });
  });
}
