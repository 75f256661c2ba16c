// The numbers behind the creator studio: docs/spec/studio.md.

import type { FastifyInstance } from 'fastify';
import { openAskStudio } from './ask-studio.ts';
import { openIncidents } from './incidents.ts';
import { addLedgerRoute } from './ledger.ts';
import { addRealtimeRoute } from './realtime.ts';
import type { StudioParts } from './studio-parts.ts';
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
}
