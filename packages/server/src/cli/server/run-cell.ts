// Runs one cell on its own: claims it in the charter, and serves it to gateways.

import { createPublicKey, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { cellRoutes } from '../../cell/remote/cell-routes.ts';
import { claimCell } from '../../cell/remote/claim-cell.ts';
import type { Claim } from '../../cell/remote/claim-cell.ts';
import { openGatewayTrust } from '../../cell/remote/gateway-trust.ts';
import { ownerRole } from '../../cell/remote/owner-role.ts';
import type { OwnedRun } from '../../cell/remote/owner-role.ts';
import type { PartyRole } from '../../cell/remote/party-role.ts';
import type { startCellThread } from '../../cell/cell-thread.ts';
import type { CellConfig } from '../../config/part-config.ts';
import { LOOPBACK_HOSTS } from '../../config/part-config.ts';
import type { CharterClient } from '../../registrar/charter-client.ts';
import type { OperatorKey } from '../../registrar/charter-entry.ts';
import type { OwnedCell } from '../../registrar/found-cells.ts';
import { makeOperatorKey } from '../../registrar/operator-keys.ts';
import { addSignedRoutes } from '../../signed/signed-server.ts';
import { publicKeyText, wireIdentity } from '../../signed/wire-key.ts';
import type { WireIdentity } from '../../signed/wire-key.ts';
import type { StartCellProcess } from '../cell.ts';
import { CliError } from '../cli-error.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import type { CliIo } from '../cli-io.ts';
import { columns } from '../columns.ts';
import { EXIT } from '../exit-codes.ts';
import { VERSION } from '../version.ts';
import { urlOf } from './banner.ts';
import { openCharterOf } from './charter-of-part.ts';
import { drain, listen, serveUntilStopped } from './serve.ts';
import type { ProcessParts, Serving } from './serve.ts';
import { watchCell } from './watched-cell.ts';

/** Gateways keep some 70 connections each. */
const CONNECTIONS_MAX = 2_000;
const REQUEST_MS_MAX = 30_000;

export type CellParts = ProcessParts & Readonly<{ startCell: typeof startCellThread }>;

type Run = Parameters<StartCellProcess>[0] & Serving & Readonly<{ isStopping: () => boolean }>;

/** A cell as `holdfast cell` runs it. */
export function cellProcessOf(parts: CellParts): StartCellProcess {
  return (options) => {
    const { io, json, config } = options;
    const { logLevel } = config;
    return serveUntilStopped(parts, { io, json, logLevel }, (serving) => {
      let isStopping = false;
      void serving.stopAsked.then(() => (isStopping = true));
      return open(parts, { ...options, ...serving, isStopping: () => isStopping });
    });
  };
}

async function open(parts: CellParts, run: Run): Promise<void> {
  const { config, closing } = run;
  const { operator, site } = config;
  const key = makeOperatorKey(config.dataDir, operator);
  const identity = wireIdentity({ operator, site, privateKey: key.privateKey });
  const charter = openCharterOf(parts, run, identity);
  closing.push('the charter', charter.close);
  let isUp = Promise.resolve();
  const role = ownerRole({
    jurisdiction: config.jurisdiction,
    charter: { newest: charter.charter.newest, watch: charter.watch },
    run: (epoch) => {
      const cell = {
        jurisdiction: config.jurisdiction,
        operator,
        epoch,
        operatorKeyPem: pemOf(key),
      };
      const owned = runOwned(parts, run, cell);
      isUp = owned.up;
      return owned;
    },
    onOther: ({ operator: other, site: at, url }) => {
      run.logger.warn({ operator: other, site: at, url }, 'another party owns the cell');
    },
  });
  closing.push('the cell', role.close);
  const stopping = new AbortController();
  const app = await openApp(parts, run, { identity, role, until: stopping.signal });
  closing.push('the server', () => {
    stopping.abort();
    return drain(app);
  });
  const port = await listen(app, config);
  const me: Party = {
    operator,
    site,
    publicKey: publicKeyText(createPublicKey(key.privateKey)),
    url: config.url ?? urlOf(config.host, port),
  };
  const claim = await claimedBy(run, charter, me, key);
  if (claim.kind === 'stopped') return;
  role.begin(me);
  await Promise.race([isUp, run.stopAsked]);
  announce(run, me, claim);
}

/** The server of the cell, not yet listening. */
async function openApp(
  { monotonicMs }: CellParts,
  { config, logger, io }: Run,
  {
    identity,
    role,
    until,
  }: Readonly<{ identity: WireIdentity; role: PartyRole; until: AbortSignal }>,
): Promise<FastifyInstance> {
  const trust = openGatewayTrust({
    policy: config.trust,
    monotonicMs,
    onProblem: (problem) => logger.warn(problem),
  });
  const app = fastify({ requestTimeout: REQUEST_MS_MAX, return503OnClosing: false });
  app.server.maxConnections = CONNECTIONS_MAX;
  if (config.trust.kind === 'this-machine') refuseOtherHosts(app);
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const isReady = role.serving()?.client.ready() === true;
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not-serving' });
  });
  const { jurisdiction } = config;
  const { isGateway, lookup } = trust;
  const options = {
    identity,
    lookup: (claimed: Parameters<typeof lookup>[0]) =>
      lookup(claimed) ?? (role.knows(claimed) ? claimed : undefined),
    nowMs: io.nowMs,
    randomBytes,
    onError: (error: unknown) => logger.error({ err: error }, 'a request failed'),
  };
  await addSignedRoutes(app, options, cellRoutes({ jurisdiction, role, isGateway, until }));
  return app;
}

/**
 * W118: where every gateway of this machine is let in, a page in a browser could be made to reach
 * the cell under a name of its own; such a request says that name.
 */
function refuseOtherHosts(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (LOOPBACK_HOSTS.includes(request.hostname)) return done();
    reply.code(403).send({ code: 'cell-forbidden', detail: 'Ask at a loopback address.' });
    return undefined;
  });
}

function runOwned(
  { startCell, monotonicMs }: CellParts,
  { config, logger }: Run,
  cell: OwnedCell,
): OwnedRun & Readonly<{ up: Promise<void> }> {
  let ended: AbortController | undefined;
  const end = (): void => {
    ended?.abort();
    ended = undefined;
  };
  const supervised = watchCell({
    cell,
    config,
    logger,
    startCell,
    monotonicMs,
    onUp: () => {
      ended = new AbortController();
    },
    onDown: end,
  });
  return {
    serving: () => ended && { client: supervised.client, ended: ended.signal },
    stop: () => {
      end();
      return supervised.stop();
    },
    up: supervised.begin(),
  };
}

/** Who owns the cell; throws when this process cannot be a party of it. */
async function claimedBy(
  { config, logger, stopAsked, isStopping }: Run,
  charter: CharterClient,
  me: Party,
  key: OperatorKey,
): Promise<Extract<Claim, { kind: 'owner' | 'other' | 'stopped' }>> {
  const { jurisdiction, dataDir, operator } = config;
  const claim = await claimCell({
    jurisdiction,
    me,
    key,
    charter,
    onWait: (reason) => logger.warn({ reason }, 'waiting for the registrar'),
    pause: async (pauseMs) => {
      await Promise.race([sleep(pauseMs), stopAsked]);
    },
    isStopping,
  });
  if (claim.kind === 'key-differs') {
    throw new CliError(
      EXIT.failed,
      'operator-key-differs',
      `The charter names ${operator} as the owner of ${jurisdiction}, with another key than the ` +
        `one in ${dataDir}. Nothing was changed. Bring operators/${operator}/key.pem back from a ` +
        'backup, or start this process under another --site.',
    );
  }
  if (claim.kind === 'refused') {
    throw new CliError(
      EXIT.failed,
      'charter-refused',
      `The registrar refused this cell: ${claim.detail} Nothing was started.`,
    );
  }
  return claim;
}

function pemOf({ privateKey }: OperatorKey): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function announce(
  { config, io, json }: Run,
  me: Party,
  { kind, entry }: Extract<Claim, { kind: 'owner' | 'other' }>,
): void {
  const { dataDir, jurisdiction } = config;
  const { operator, site, publicKey, url } = me;
  const ready = { url, version: VERSION, dataDir, cell: jurisdiction, operator, site };
  const owner = { isOwner: kind === 'owner', epoch: entry.epoch, owner: entry.owner.operator };
  if (json) writeJson(io, { event: 'ready', ...ready, publicKey, ...owner });
  else io.out.write(readyText(io, config, me, owner));
}

function readyText(
  io: CliIo,
  { dataDir, jurisdiction, trust }: CellConfig,
  { operator, site, url }: Party,
  { isOwner, epoch, owner }: Readonly<{ isOwner: boolean; epoch: number; owner: string }>,
): string {
  const paint = paintFor(io.out, io.env, false);
  const gateways = trust.kind === 'listed' ? trust.sources.join(', ') : 'all on this machine';
  const rows = [
    ['  Address', paint.bold(url)],
    ['  Party', `${operator} at ${site}`],
    ['  Owner', isOwner ? `this one, since epoch ${epoch}` : `${owner}, since epoch ${epoch}`],
    ['  Gateways', gateways],
    ['  Data', dataDir],
    ['  Stop', 'Ctrl+C; whatever was acknowledged is on disk'],
  ];
  const title = isOwner
    ? paint.good(`The cell ${jurisdiction} of Holdfast ${VERSION} is ready.`)
    : paint.warn(`The cell ${jurisdiction} is run by ${owner}; this process waits.`);
  return `${['', title, '', ...columns(rows)].join('\n')}\n\n`;
}
