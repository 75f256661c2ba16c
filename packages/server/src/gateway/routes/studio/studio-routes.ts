// The numbers behind the creator studio: docs/spec/studio.md.

import type { FastifyInstance } from 'fastify';
import { sendJson } from '../../answers.ts';
import { sendRefusal } from '../../refusal.ts';
import type { Refusal } from '../../refusal.ts';
import { openAskStudio } from './ask-studio.ts';
import { addExportRoute } from './export.ts';
import { openIncidents } from './incidents.ts';
import { addLedgerRoute } from './ledger.ts';
import { overviewOf, seriesBodyOf } from './overview.ts';
import { addRealtimeRoute, realtimeBodyOf } from './realtime.ts';
import { ownVideos } from './studio-parts.ts';
import type { OwnVideos, StudioParts } from './studio-parts.ts';
import { videosBodyOf } from './videos-table.ts';
import { addVideoStudioRoutes } from './video-routes.ts';

type Opened = Omit<StudioParts, 'ask' | 'incidents'> &
  Readonly<{ statusPage?: (() => string | undefined) | undefined }>;

export function addStudioRoutes(app: FastifyInstance, opened: Opened): void {
  const { cells, nowMs, statusPage } = opened;
  const ask = openAskStudio(cells, nowMs);
  const incidents = openIncidents(statusPage, nowMs);
  const parts: StudioParts = { ...opened, ask, incidents };
  addVideoStudioRoutes(app, parts);
  addLedgerRoute(app, parts);
  addRealtimeRoute(app, parts);
  addExportRoute(app, parts);
  addOwnRoute(app, parts, 'overview', overviewOf);
  addOwnRoute(app, parts, 'series', seriesBodyOf);
  addOwnRoute(app, parts, 'videos', videosBodyOf);
  addOwnRoute(app, parts, 'realtime', realtimeBodyOf);
}

type Bodied = Readonly<{ kind: 'body'; body: unknown }> | Refusal;

/** A route about all videos of the caller, or one of them. */
function addOwnRoute(
  app: FastifyInstance,
  parts: StudioParts,
  name: string,
  bodyOf: (parts: StudioParts, own: OwnVideos) => Promise<Bodied>,
): void {
  app.get(`/v1/me/studio/${name}`, async (request, reply) => {
    const own = await ownVideos(parts, [request, reply]);
    if (own.kind === 'refusal') return sendRefusal(reply, own);
    const told = await bodyOf(parts, own);
    return told.kind === 'refusal' ? sendRefusal(reply, told) : sendJson(reply, 200, told.body);
  });
}
