// A gateway with everything behind it faked but the catalog, for tests of its routes.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Epoch, Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import { NO_HASH } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import type { Catalog } from '../../catalog/catalog.ts';
import { openPublicCatalog } from '../../catalog/open-public-catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import { registerPublished } from '../../catalog/register-published.ts';
import { openMediaStore } from '../../media/media-store.ts';
import { openCatalog } from '../../catalog/open-catalog.ts';
import { emptyCharter } from '../../registrar/charter.ts';
import { openGateway } from '../open-gateway.ts';
import type { OpenGateway } from '../open-gateway.ts';
import type { Charter, KeyFinder } from '../parts.ts';
import { fakeCell } from './fake-cell.ts';
import type { FakeCell } from './fake-cell.ts';
import { fakeExchange } from './fake-exchange.ts';
import type { FakeExchange } from './fake-exchange.ts';

export const us = 'us' as Jurisdiction;
export const eu = 'eu' as Jurisdiction;
export const START_MS: number = Date.parse('2026-11-22T14:00:00Z');

export const SERVICE_KEY = 'hfk_service';
export const OTHER_TENANT_KEY = 'hfk_other';
export const REVOKED_KEY = 'hfk_revoked';
export const OPERATOR_KEY = 'hfo_operator';

export type World = Readonly<{
  app: FastifyInstance;
  cells: Readonly<{ us: FakeCell; eu: FakeCell }>;
  exchange: FakeExchange;
  catalog: Catalog;
  publicCatalog: PublicCatalog;
  mediaFolder: string;
  clock: { nowMs: number };
  /** Lines that the gateway logged. */
  log: string[];
  close: () => Promise<void>;
}>;

const keys: KeyFinder = {
  find: (secret) => {
    if (secret === SERVICE_KEY) return { kind: 'known', key: { kind: 'service', tenant: 'acme' } };
    if (secret === OTHER_TENANT_KEY) {
      return { kind: 'known', key: { kind: 'service', tenant: 'other' } };
    }
    if (secret === OPERATOR_KEY)
      return { kind: 'known', key: { kind: 'operator', tenant: 'acme' } };
    return { kind: secret === REVOKED_KEY ? 'revoked' : 'unknown' };
  },
};

export async function openWorld(change: Partial<OpenGateway> = {}): Promise<World> {
  const clock = { nowMs: START_MS };
  const nowMs = (): number => clock.nowMs;
  const cells = { us: fakeCell(us, nowMs), eu: fakeCell(eu, nowMs) };
  const clients = new Map([
    [us, cells.us.client],
    [eu, cells.eu.client],
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const catalog = openCatalog({
    file: join(folder, 'catalog.db'),
    cells: clients,
    nowMs,
    onDeliveryFailed: () => undefined,
    limits: { retryMsMin: 5, retryMsMax: 20 },
  });
  const publicCatalog = openPublicCatalog({
    file: join(folder, 'public.db'),
    cells: clients,
    nowMs,
    beforehand: registerPublished(catalog, () => undefined),
    onFailed: () => undefined,
  });
  const mediaFolder = join(folder, 'media');
  const exchange = fakeExchange();
  const log: string[] = [];
  const app = await openGateway({
    cells: clients,
    exchange: exchange.exchange,
    catalog,
    publicCatalog,
    media: openMediaStore(mediaFolder, randomBytes),
    keys,
    charter: fakeCharter(cells),
    residency: () => us,
    nowMs,
    searchFile: join(folder, 'search.db'),
    randomBytes,
    logger: pino({}, { write: (line: string) => log.push(line) }),
    ...change,
  });
  return {
    app,
    cells,
    exchange,
    catalog,
    publicCatalog,
    mediaFolder,
    clock,
    log,
    close: async () => {
      await app.close();
      await publicCatalog.close();
      await catalog.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function fakeCharter(cells: Readonly<Record<string, FakeCell>>): Charter {
  const { view, follow } = emptyCharter();
  for (const [index, cell] of [us, eu].entries()) follow(fakeEntry(index + 1, cell));
  return {
    view: {
      ...view,
      keyOf: (jurisdiction, epoch) => {
        const key = cells[jurisdiction]?.key;
        return key?.epoch === epoch ? key : undefined;
      },
    },
    watch: () => () => undefined,
    registrarKey: view.registrarKey,
    head: () => undefined,
  };
}

/** An entry of the right form; nobody has signed it. */
function fakeEntry(n: number, cell: Jurisdiction): CharterEntry {
  const operator = `${cell}-operator`;
  return {
    n,
    cell,
    epoch: 1 as Epoch,
    act: 'found',
    owner: { operator, site: 'main', publicKey: 'a key', url: 'local:' },
    rule: 'solo',
    reason: `${operator} begins to run the cell`,
    sinceMs: START_MS,
    previousHash: NO_HASH,
    hash: `${n}`.repeat(64),
    signatures: [{ operator, publicKey: 'a key', signature: 'a signature' }],
    registrar: { publicKey: 'the key of the registrar', signature: 'a signature' },
  };
}

export const bearer = (credential: string): { authorization: string } => ({
  authorization: `Bearer ${credential}`,
});

/** Asks a route without a socket. A value as body is sent as JSON. */
export function ask(
  { app }: World,
  method: NonNullable<InjectOptions['method']>,
  url: string,
  more: Readonly<{ headers?: Record<string, string>; body?: unknown; text?: string | Buffer }> = {},
): Promise<LightMyRequestResponse> {
  const { headers = {}, body, text } = more;
  const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const type = payload === undefined ? {} : { 'content-type': 'application/json' };
  return app.inject({
    method,
    url,
    headers: { host: 'localhost', ...type, ...headers },
    ...(payload !== undefined && { payload }),
  });
}

/** Registers videos as the tenant of the service key. */
export async function addVideos(world: World, ...videos: readonly string[]): Promise<void> {
  for (const video of videos) {
    const reply = await ask(world, 'PUT', `/v1/videos/${video}`, {
      headers: bearer(SERVICE_KEY),
      body: { durationMs: 15_000, creator: 'user-9', title: `Video ${video}` },
    });
    if (reply.statusCode > 201) throw new Error(`PUT ${video}: ${reply.body}`);
  }
}

/** Begins a session; with a subject it is an integrator's user's. */
export async function grantOf(
  world: World,
  subject?: string,
  jurisdiction: string = us,
): Promise<string> {
  const reply = await ask(world, 'POST', '/v1/sessions', {
    ...(subject !== undefined && { headers: bearer(SERVICE_KEY) }),
    body: { jurisdiction, subject },
  });
  if (reply.statusCode !== 201) throw new Error(`POST /v1/sessions: ${reply.body}`);
  return reply.json<{ grant: string }>().grant;
}

/** Signs up and returns the `Cookie` header of the account. */
export async function cookieOf(
  world: World,
  handle: string,
  jurisdiction: string = us,
): Promise<string> {
  const reply = await ask(world, 'POST', '/v1/accounts', {
    body: { handle, password: 'correct horse', jurisdiction },
  });
  if (reply.statusCode !== 201) throw new Error(`POST /v1/accounts: ${reply.body}`);
  return cookieHeader(reply);
}

export function cookieHeader(reply: LightMyRequestResponse): string {
  return reply.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/** How many ops reached any cell. */
export function opsSubmitted({ cells }: World): number {
  const groups = [...cells.us.submitted, ...cells.eu.submitted].flat();
  return groups.reduce((sum, { ops }) => sum + ops.length, 0);
}

export const video = (id: string): VideoId => id as VideoId;
