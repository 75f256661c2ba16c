// Runs one cell on its own: claims it in the charter, and serves it to gateways.

import { createPublicKey, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import { cellRoutes } from '../../cell/remote/cell-routes.ts';
import { claimCell } from '../../cell/remote/claim-cell.ts';
import type { Claim } from '../../cell/remote/claim-cell.ts';
import { openGatewayTrust } from '../../cell/remote/gateway-trust.ts';
import type { PartyRole } from '../../cell/remote/party-role.ts';
import type { CellConfig } from '../../config/part-config.ts';
import { LOOPBACK_HOSTS } from '../../config/part-config.ts';
import type { ConsolePages } from '../../console/console-pages.ts';
import { consoleDirOf, openConsole, openConsoleBooks } from '../../console/open-console.ts';
import type { Console } from '../../console/open-console.ts';
import type { CharterClient } from '../../registrar/charter-client.ts';
import type { OperatorKey } from '../../registrar/charter-entry.ts';
import { makeOperatorKey } from '../../registrar/operator-keys.ts';
import { charterLine } from '../../replication/charter-line.ts';
import { PartyCell } from '../../replication/party-cell.ts';
import type { PartyCellOptions } from '../../replication/party-cell.ts';
import { openPartyFile } from '../../replication/party-file.ts';
import { openHandoverControl } from '../../replication/handover-control.ts';
import type { HandoverControl } from '../../replication/handover-control.ts';
import { replicaRole } from '../../replication/replica-role.ts';
import type { ReplicaRole, ReplicaRoleOptions } from '../../replication/replica-role.ts';
import type { HeardOfOwner } from '../../replication/vigil.ts';
import { signedClient } from '../../signed/signed-client.ts';
import type { SignedClient } from '../../signed/signed-client.ts';
import { addSignedRoutes } from '../../signed/signed-server.ts';
import { publicKeyText, wireIdentity } from '../../signed/wire-key.ts';
import type { WireIdentity } from '../../signed/wire-key.ts';
import type { StartCellProcess } from '../cell.ts';
import { CliError } from '../cli-error.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import type { CliIo } from '../cli-io.ts';
import { columns } from '../columns.ts';
import { dataLayout } from '../data-layout.ts';
import { EXIT } from '../exit-codes.ts';
import { notesFolder, noteHere } from '../parts-here.ts';
import { shellWord } from '../shell-word.ts';
import { VERSION } from '../version.ts';
import { urlOf } from './banner.ts';
import { calmFaults } from './calm-faults.ts';
import { openCharterOf } from './charter-of-part.ts';
import { drain, listen, serveUntilStopped } from './serve.ts';
import type { ProcessParts, Serving } from './serve.ts';

/** Gateways keep some 70 connections each. */
const CONNECTIONS_MAX = 2_000;
const REQUEST_MS_MAX = 30_000;

export type CellParts = ProcessParts &
  Readonly<{
    /** The web app by address, with the console; built first where its sources have changed. */
    loadPages: (logger: Logger) => ReturnType<ConsolePages['loadPages']>;
  }>;

/** The record of what the party is in the middle of, in the folder of its cell. */
const PARTY_FILE = 'party.json';

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
  const connect = ({ url, publicKey }: Pick<Party, 'url' | 'publicKey'>): SignedClient =>
    signedClient({ identity, peer: { url, publicKey }, nowMs: run.io.nowMs, randomBytes });
  const clocks = { nowMs: run.io.nowMs, monotonicMs: parts.monotonicMs };
  const log: Parameters<typeof openHandoverControl>[0]['log'] = (level, fields, message) =>
    run.logger[level](fields, message);
  const books = openConsoleBooks({ consoleDir: consoleDirOf(config.dataDir), ...clocks, log });
  const control = openHandoverControl({
    cell: config.jurisdiction,
    cellDir: cellDirOf(config),
    certificatesDir: dataLayout(config.dataDir).certificatesDir,
    balancesDir: dataLayout(config.dataDir).balancesDir,
    retirementsDir: dataLayout(config.dataDir).retirementsDir,
    place: { dir: cellDirOf(config), keyFile: config.keyFile, dataDir: config.dataDir },
    ...{ key, identity, charter, connect, fetch, ...clocks, log },
    seedBytesPerSecondMax: config.seedBytesPerSecondMax,
    personsApprove: books.approvals.haveApproved,
    registrarHears: (owner, agoMsMax) => registrarHears(charter, owner, agoMsMax),
  });
  const role = control.roleOf(partyRole(parts, run, { key, charter, connect, control }));
  closing.push('the cell', role.close);
  const stopping = new AbortController();
  closing.push('the control of hand-overs', async () => control.close());
  const console = openConsole({
    ...books,
    ...{ cell: config.jurisdiction, operator, site },
    controller: control.controller,
    ownUrl: config.url,
    loadPages: () => parts.loadPages(run.logger),
    ...{ nowMs: run.io.nowMs, randomBytes },
    onError: (error) => run.logger.error({ err: error }, 'a request of the console failed'),
  });
  closing.push('the console', console.close);
  const until = stopping.signal;
  const app = await openApp(parts, run, { identity, role, control, console, until });
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
  await role.begin(me);
  control.begin();
  console.begin();
  const here = {
    cell: config.jurisdiction,
    registrar: config.registrar.url,
    dataDir: config.dataDir,
  };
  const forget = noteHere(notesFolder(run.io), here);
  closing.push('the note of it on this machine', async () => forget());
  announce(run, me, claim);
}

/** The role of this process in its cell, with what becomes of it told to log and control. */
function partyRole(
  parts: CellParts,
  run: Run,
  {
    key,
    charter,
    connect,
    control,
  }: Readonly<{ key: OperatorKey; charter: CharterClient; control: HandoverControl }> &
    Pick<ReplicaRoleOptions, 'connect'>,
): ReplicaRole {
  const { config, io } = run;
  const { jurisdiction, isStandby } = config;
  const newest = (): CharterEntry | undefined => charter.charter.newest(jurisdiction);
  const told = tellers(parts, run);
  return replicaRole({
    ...told,
    jurisdiction,
    key,
    file: openPartyFile(join(cellDirOf(config), PARTY_FILE)),
    charter: charterLine(charter, jurisdiction),
    newest,
    entriesAfter: charter.charter.after,
    openCell: (isGone) =>
      openCell(parts, run, key, { newest: newest(), balances: control.balances, isGone }),
    destroyCopy: control.destroyCopy,
    connect,
    nowMs: io.nowMs,
    monotonicMs: parts.monotonicMs,
    pause: async (pauseMs, signal) => {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    },
    pace: control.pace,
    onAcknowledged: control.onAcknowledged,
    isStandby,
    registrarHears: (owner, agoMsMax) => registrarHears(charter, owner, agoMsMax),
    onState: (state) => {
      told.onState(state);
      control.onState(state);
    },
    onReport: control.onReport,
    onOpened: control.onOpened,
  });
}

/** The server of the cell, not yet listening. */
async function openApp(
  { monotonicMs }: CellParts,
  { config, logger, io }: Run,
  {
    identity,
    role,
    control,
    console,
    until,
  }: Readonly<{
    identity: WireIdentity;
    role: PartyRole;
    control: HandoverControl;
    console: Console;
    until: AbortSignal;
  }>,
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
  control.addPublicRoutes(app);
  await console.addRoutes(app);
  const routes = [
    ...cellRoutes({ jurisdiction, role, isGateway, until }),
    ...control.gatewayRoutes(isGateway),
  ];
  await addSignedRoutes(app, options, control.noting(routes));
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

function openCell(
  { monotonicMs }: CellParts,
  { config, logger, io }: Run,
  key: OperatorKey,
  {
    newest,
    balances,
    isGone,
  }: Readonly<{ newest: CharterEntry | undefined; isGone: boolean }> &
    Pick<HandoverControl, 'balances'>,
): Promise<PartyCell> {
  const { jurisdiction, operator, flush } = config;
  const options: PartyCellOptions = {
    cell: {
      dir: cellDirOf(config),
      keyFile: config.keyFile,
      jurisdiction,
      operator,
      epoch: newest?.epoch ?? (1 as Epoch),
      operatorKeyPem: pemOf(key),
      location: config.location,
      limits: { flushRowsMin: flush.rowsMin, flushAgeMsMax: flush.secondsMax * 1_000 },
    },
    clocks: { nowMs: io.nowMs, monotonicMs },
    balances,
    onNotice: ({ level, event, message }) => logger[level]({ event }, message),
  };
  return PartyCell.open(options, isGone);
}

/** Whether the registrar has heard a party of late; a hint, see `vigil.ts`. */
async function registrarHears(
  charter: CharterClient,
  { operator, site }: Party,
  agoMsMax: number,
): Promise<HeardOfOwner> {
  const heard = await charter.heard();
  if (heard === undefined) return 'unknown';
  const found = heard.find((one) => one.operator === operator && one.site === site);
  return found !== undefined && found.agoMs <= agoMsMax ? 'yes' : 'no';
}

/** What becomes of the party, in the log. */
function tellers(
  { monotonicMs }: CellParts,
  { logger, config }: Run,
): Pick<ReplicaRoleOptions, 'onState' | 'onProgress' | 'onFault' | 'onNoJointCopy'> {
  return {
    onState: ({ kind, entry }) => {
      const owner = entry && `${entry.owner.operator} at ${entry.owner.site}`;
      logger.info({ state: kind, epoch: entry?.epoch, owner }, 'the party entered a state');
    },
    onNoJointCopy: ({ operator, site }, silentMs) => {
      logger.error(
        { owner: `${operator}/${site}`, silentMs: Math.round(silentMs) },
        'the owner is silent, and this copy is not joint, so it is not promoted by itself. What a ' +
          `promotion would lose: ${forceCommand(config)}`,
      );
    },
    onProgress: ({ bytes, bytesTotal }) => {
      logger.debug({ bytes, bytesTotal }, 'fetching the snapshot');
    },
    onFault: calmFaults((what, error, timesUntold) => {
      const more = timesUntold === 0 ? {} : { timesUntold };
      logger.warn({ err: error, ...more }, `${what}; it is tried again`);
    }, monotonicMs),
  };
}

/** What tells its operator what forcing this party would lose. */
function forceCommand({ jurisdiction, url, host, port, dataDir }: CellConfig): string {
  // A port that was taken as it came stands in what this process said when it was ready.
  const at = url ?? (port === 0 ? 'ITS-ADDRESS' : urlOf(host, port));
  const where = `--cell ${jurisdiction} --at ${at} --data ${shellWord(dataDir)}`;
  return `holdfast handover force ${where} --dry-run`;
}

function cellDirOf({ dataDir, jurisdiction }: CellConfig): string {
  const dir = dataLayout(dataDir).cellDir(jurisdiction);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
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
