// The control of hand-overs as a cell process carries it: everything that stands around the role of
// a party, put together in one place.
//
//   openHandoverControl ─► tellers for the role ─► roleOf(role) ─► routes, knows
//                      └─► noting(routes): who asks            └─► addPublicRoutes(app)

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { Attestor } from '../certificate/attestor.ts';
import { BalanceBook } from '../balances/balance-book.ts';
import { addBalanceRoute, addKeptRoutes } from '../balances/balance-route.ts';
import { balanceStore } from '../balances/balance-store.ts';
import { BalanceFetcher } from '../balances/fetch-balances.ts';
import { balanceReader } from '../balances/read-balances.ts';
import type { ReadBalances } from '../balances/read-balances.ts';
import { remakeCopies } from '../balances/remake-copies.ts';
import { STATE_FILE } from '../cell/cell-files.ts';
import { certificateStore } from '../certificate/certificate-store.ts';
import type { CertificateStore } from '../certificate/certificate-store.ts';
import type { CharterClient } from '../registrar/charter-client.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import type { SignedRoute } from '../signed/signed-server.ts';
import type { WireIdentity, WireParty } from '../signed/wire-key.ts';
import type { CopyPlace } from '../retirement/destroy-copy.ts';
import { addRetirementRoutes, inventoryStore } from '../retirement/inventory-store.ts';
import { openRetirementRecord } from '../retirement/retirement-record.ts';
import { Retirer } from '../retirement/retirer.ts';
import { AckTimes } from './ack-times.ts';
import { openControlRecord } from './control-record.ts';
import { HandoverController } from './controller.ts';
import type { ControllerOptions } from './controller.ts';
import { controlRoutes, isOperatorCli } from './control-routes.ts';
import { force } from './force.ts';
import type { ForceParts } from './force.ts';
import { GatewayBook } from './gateway-book.ts';
import { PauseReports, pauseRoute } from './pause-reports.ts';
import type { Begun, ReplicaRole, ReplicaRoleOptions } from './replica-role.ts';
import { SeedPace } from './seed-pace.ts';
import { SNAPSHOT_FILES } from './snapshot.ts';

/** How often an unfinished certificate is tried again. */
const ATTEST_EVERY_MS = 1_000;
const NAME_BYTES = 4;
const RECORD_FILE = 'handover.json';
const RETIREMENT_FILE = 'retirement.json';

export type HandoverControlOptions = Readonly<{
  cell: Jurisdiction;
  /** The cell's own folder. */
  cellDir: string;
  /** Where certificates are kept; beside the cell, for they outlive it. */
  certificatesDir: string;
  /** Where the balances of each hand-over are kept, as long as its certificate. */
  balancesDir: string;
  /** Where inventories of retirements are kept. */
  retirementsDir: string;
  /** Whose destruction a retirement is. */
  place: CopyPlace;
  key: OperatorKey;
  identity: WireIdentity;
  charter: Pick<CharterClient, 'charter' | 'heartbeat' | 'heard' | 'witness' | 'witnessRetirement'>;
  connect: (party: Pick<Party, 'url' | 'publicKey'>) => SignedClient;
  registrarHears: ForceParts['registrarHears'];
  fetch: typeof globalThis.fetch;
  nowMs: () => number;
  monotonicMs: () => number;
  /** How long all gates are green before both sides acknowledge. */
  settleMs?: number;
  /** H55: absent, a copy may take all there is. */
  seedBytesPerSecondMax?: number | undefined;
  /** See `ControllerOptions`. */
  personsApprove?: NonNullable<ControllerOptions['personsApprove']>;
  log: (level: 'info' | 'warn', fields: object, message: string) => void;
}>;

export type HandoverControl = Readonly<{
  /** What the role has to tell; call these beside what else listens. */
  onState: (state: PartyState) => void;
  onReport: ReplicaRoleOptions['onReport'];
  onOpened: ReplicaRoleOptions['onOpened'];
  destroyCopy: ReplicaRoleOptions['destroyCopy'];
  /** What a video had at each hand-over, for whoever asks the cell. */
  balances: ReadBalances;
  pace: ReplicaRoleOptions['pace'];
  onAcknowledged: ReplicaRoleOptions['onAcknowledged'];
  /** The role with what people and the other party may ask beside; begin and close stay its own. */
  roleOf: (role: ReplicaRole) => ReplicaRole;
  /** The routes of the cell, with a look at which gateways ask. */
  noting: (routes: readonly SignedRoute[]) => readonly SignedRoute[];
  /** Where gateways tell what a pause was to their clients. */
  gatewayRoutes: (isGateway: (sender: WireParty) => boolean) => readonly SignedRoute[];
  /** What everybody may read: certificates. Before the server listens. */
  addPublicRoutes: (app: FastifyInstance) => void;
  controller: HandoverController;
  retirer: Retirer;
  /** Begins to look, once the role has begun. */
  begin: () => void;
  /** Waits a little for balances that are being written. */
  close: () => Promise<void>;
}>;

export function openHandoverControl(options: HandoverControlOptions): HandoverControl {
  const { cell, cellDir, charter, identity, monotonicMs, log, key, connect } = options;
  const held: { role?: ReplicaRole } = {};
  const begun = (): Begun | undefined => held.role?.begun();
  const gateways = new GatewayBook(monotonicMs);
  const reports = new PauseReports();
  const store = certificateStore(options.certificatesDir);
  const parts: { attestor?: Attestor } = {};
  const balances = new BalanceBook({
    store: balanceStore(options.balancesDir),
    stateFile: join(cellDir, STATE_FILE),
    log,
  });
  const readBalances = balanceReader({ cell, charter: charter.charter, book: balances, log });
  const pause = (pauseMs: number): Promise<void> => sleep(pauseMs);
  const ackTimes = new AckTimes();
  const seedPace = new SeedPace({
    bytesPerSecondMax: options.seedBytesPerSecondMax,
    ackP99Ms: (atMs) => ackTimes.p99Ms(atMs),
    monotonicMs,
    pause,
  });
  const controller = new HandoverController({
    ...options,
    seedPace,
    record: openControlRecord(join(cellDir, RECORD_FILE)),
    gateways,
    begun,
    copyBytes: () => sizeOfCopy(cellDir),
    newName: (epoch) => `${cell}-${epoch}-${randomBytes(NAME_BYTES).toString('hex')}`,
    certificate: (handover) => parts.attestor?.status(handover) ?? null,
    opsInPause: (handover) => parts.attestor?.opsInPause(handover),
  });
  const attestor = new Attestor({
    ...{ cell, key, store, balances, charter, connect, log },
    me: () => begun()?.me,
    copyCounts: () => begun()?.cell.roles.copyCounts(),
    measured: (handover) => measuredBy(controller, handover),
    gateways: () => gateways.gateways(),
    reports,
    monotonicMs,
  });
  parts.attestor = attestor;
  const fetcher = new BalanceFetcher({
    ...{ cell, charter: charter.charter, book: balances, fetch: options.fetch, monotonicMs, log },
    pending: () => store.open(),
    ownUrl: () => begun()?.me.url,
  });
  const inventories = inventoryStore(options.retirementsDir);
  const retirer = new Retirer({
    ...{ cell, key, charter, connect, log, begun },
    place: options.place,
    record: openRetirementRecord(join(cellDir, RETIREMENT_FILE)),
    store: inventories,
    certificates: store,
    nowMs: options.nowMs,
  });
  const operator = { operator: identity.operator, publicKey: identity.publicKey };
  const hasParty = charter.charter.hasParty;
  const { registrarHears } = options;
  const routes = controlRoutes({
    ...{ cell, operator, hasParty, controller, attestor, retirer },
    force: (asked) => force({ begun, registrarHears, monotonicMs, pause }, asked),
  });
  const told = (error: unknown): void => log('warn', { err: error }, 'it is tried again');
  const wasOwner: { kind?: PartyState['kind'] } = {};
  let timer: NodeJS.Timeout | undefined;

  return {
    controller,
    retirer,
    onState: (state) => {
      controller.onState(state);
      attestor.onState(state, begun()?.cell.roles.view()?.meta);
      const isNew = state.kind === 'owning' && wasOwner.kind?.startsWith('follow-') === true;
      wasOwner.kind = state.kind;
      // H38: in a turn of its own, for this one is not over.
      if (isNew && state.entry.act === 'cede')
        setImmediate(() => void controller.followBack().catch(told));
    },
    onReport: (report) => void controller.onReport(report).catch(told),
    onOpened: (opened) => remakeCopies(attestor, opened, options),
    destroyCopy: (copy) => retirer.destroy(copy),
    balances: readBalances,
    pace: (bytes) => controller.pace(bytes),
    onAcknowledged: (tookMs) => ackTimes.note(monotonicMs(), tookMs),
    roleOf: (role) => {
      held.role = role;
      return {
        ...role,
        routes: [...role.routes, ...routes],
        knows: (claimed) =>
          role.knows(claimed) || isOperatorCli(operator, claimed) || hasParty(claimed),
      };
    },
    noting: (of) => gateways.noting(of),
    gatewayRoutes: (isGateway) => [pauseRoute(cell, reports, isGateway)],
    addPublicRoutes: (app) => {
      addPublicRoutes(app, store);
      addRetirementRoutes(app, inventories);
      addBalanceRoute(app, readBalances, () => begun()?.cell.roles.view());
      addKeptRoutes(app, balances);
    },
    begin: () => {
      controller.begin();
      // A crash may have come between the seal and the note of what it was at.
      const party = begun();
      if (party !== undefined) {
        attestor.onState(party.runtime.state, party.cell.roles.view()?.meta);
      }
      timer = setInterval(() => {
        void attestor.attest().catch(told);
        void fetcher.look().catch(told);
        void retirer.look().catch(told);
      }, ATTEST_EVERY_MS);
    },
    close: async () => {
      clearInterval(timer);
      controller.close();
      // Closing stores the state, beyond the cut: what is to be read of it is read before.
      attestor.beginBalances();
      await balances.close();
    },
  };
}

function measuredBy(
  controller: HandoverController,
  handover: string,
): Readonly<{ startedAtMs: number | null; pauseMs: number | null; turnedAway: number | null }> {
  const newest = controller.newest();
  if (newest?.id !== handover) return { startedAtMs: null, pauseMs: null, turnedAway: null };
  const pauseMs = controller.pauseMs();
  // A process that was not there for all of the pause counted only a part of what met it.
  const turnedAway = pauseMs === null ? null : controller.turnedAway();
  return { startedAtMs: newest.startedAtMs, pauseMs, turnedAway };
}

function sizeOfCopy(cellDir: string): number | undefined {
  try {
    // What is in the log beside a file will be in its copy.
    return [...SNAPSHOT_FILES, 'accounts.db']
      .flatMap((name) => [name, `${name}-wal`])
      .reduce(
        (sum, name) => sum + (statSync(join(cellDir, name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      );
  } catch {
    return undefined;
  }
}

/** T13: whoever has the name of a hand-over may read its certificate, at either side. */
function addPublicRoutes(app: FastifyInstance, store: CertificateStore): void {
  app.get('/v1/handovers', (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { handovers: store.list() };
  });
  app.get<{ Params: { handover: string } }>(
    '/v1/handovers/:handover/certificate',
    (request, reply) => {
      const text = store.text(request.params.handover);
      if (text !== undefined) {
        return reply.header('content-type', 'application/json; charset=utf-8').send(text);
      }
      const detail = 'There is no certificate of a hand-over by this name here.';
      return reply
        .code(404)
        .header('content-type', 'application/problem+json; charset=utf-8')
        .send(JSON.stringify({ status: 404, code: 'certificate-unknown', detail }));
    },
  );
}
