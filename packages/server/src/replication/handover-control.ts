// The control of hand-overs as a cell process carries it: everything that stands around the role of
// a party.
//
//   openHandoverControl ─► tellers for the role ─► roleOf(role) ─► routes, knows
//                      └─► noting(routes): who asks            └─► addPublicRoutes(app)

import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import { addBalanceRoute, addKeptRoutes } from '../balances/balance-route.ts';
import type { ReadBalances } from '../balances/read-balances.ts';
import { remakeCopies } from '../balances/remake-copies.ts';
import type { CertificateStore } from '../certificate/certificate-store.ts';
import { addRetirementRoutes } from '../retirement/inventory-store.ts';
import type { Retirer } from '../retirement/retirer.ts';
import type { SignedRoute } from '../signed/signed-server.ts';
import type { WireParty } from '../signed/wire-key.ts';
import type { HandoverController } from './controller.ts';
import { controlRoutes, isOperatorCli } from './control-routes.ts';
import { force } from './force.ts';
import { openHandoverParts } from './handover-parts.ts';
import type { HandoverControlOptions, HandoverParts } from './handover-parts.ts';
import { pauseRoute } from './pause-reports.ts';
import type { Begun, ReplicaRole, ReplicaRoleOptions } from './replica-role.ts';

/** How often an unfinished certificate is tried again. */
const ATTEST_EVERY_MS = 1_000;

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
  const { cell, monotonicMs } = options;
  const held: { role?: ReplicaRole } = {};
  const begun = (): Begun | undefined => held.role?.begun();
  const parts = openHandoverParts(options, begun);
  const { controller, attestor, retirer, balances, readBalances } = parts;
  const told = (error: unknown): void => options.log('warn', { err: error }, 'it is tried again');
  return {
    controller,
    retirer,
    onState: stateTeller(parts, begun, told),
    onReport: (report) => void controller.onReport(report).catch(told),
    onOpened: (opened) => remakeCopies(attestor, opened, options),
    destroyCopy: (copy) => retirer.destroy(copy),
    balances: readBalances,
    pace: (bytes) => controller.pace(bytes),
    onAcknowledged: (tookMs) => parts.ackTimes.note(monotonicMs(), tookMs),
    roleOf: (role) => {
      held.role = role;
      return withRoutes(options, parts, role, begun);
    },
    noting: (of) => parts.gateways.noting(of),
    gatewayRoutes: (isGateway) => [pauseRoute(cell, parts.reports, isGateway)],
    addPublicRoutes: (app) => {
      addPublicRoutes(app, parts.certificates);
      addRetirementRoutes(app, parts.inventories);
      addBalanceRoute(app, readBalances, () => begun()?.cell.roles.view());
      addKeptRoutes(app, balances);
    },
    ...lifeOf(parts, begun, told),
  };
}

function stateTeller(
  { controller, attestor }: HandoverParts,
  begun: () => Begun | undefined,
  told: (error: unknown) => void,
): HandoverControl['onState'] {
  let before: PartyState['kind'] | undefined;
  return (state) => {
    controller.onState(state);
    attestor.onState(state, begun()?.cell.roles.view()?.meta);
    const isNew = state.kind === 'owning' && before?.startsWith('follow-') === true;
    before = state.kind;
    if (!isNew || state.entry.act !== 'cede') return;
    // H38: in a turn of its own, for this one is not over.
    setImmediate(() => void controller.followBack().catch(told));
  };
}

/** The role with what people and the other party may ask beside. */
function withRoutes(
  { cell, identity, charter, registrarHears, monotonicMs }: HandoverControlOptions,
  { controller, attestor, retirer }: HandoverParts,
  role: ReplicaRole,
  begun: () => Begun | undefined,
): ReplicaRole {
  const operator = { operator: identity.operator, publicKey: identity.publicKey };
  const { hasParty } = charter.charter;
  const pause = async (pauseMs: number): Promise<void> => sleep(pauseMs);
  const routes = controlRoutes({
    ...{ cell, operator, hasParty, controller, attestor, retirer },
    force: (asked) => force({ begun, registrarHears, monotonicMs, pause }, asked),
  });
  return {
    ...role,
    routes: [...role.routes, ...routes],
    knows: (claimed) =>
      role.knows(claimed) || isOperatorCli(operator, claimed) || hasParty(claimed),
  };
}

function lifeOf(
  { controller, attestor, fetcher, retirer, balances }: HandoverParts,
  begun: () => Begun | undefined,
  told: (error: unknown) => void,
): Pick<HandoverControl, 'begin' | 'close'> {
  let timer: NodeJS.Timeout | undefined;
  return {
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
