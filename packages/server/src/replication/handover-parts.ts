// What the control of hand-overs of a cell process is made of: the books it keeps and those who work
// with them, put together in one place.

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { Attestor } from '../certificate/attestor.ts';
import { BalanceBook } from '../balances/balance-book.ts';
import { balanceStore } from '../balances/balance-store.ts';
import { BalanceFetcher } from '../balances/fetch-balances.ts';
import { balanceReader } from '../balances/read-balances.ts';
import type { ReadBalances } from '../balances/read-balances.ts';
import { STATE_FILE } from '../cell/cell-files.ts';
import { certificateStore } from '../certificate/certificate-store.ts';
import type { CertificateStore } from '../certificate/certificate-store.ts';
import type { CharterClient } from '../registrar/charter-client.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import type { WireIdentity } from '../signed/wire-key.ts';
import type { CopyPlace } from '../retirement/destroy-copy.ts';
import { inventoryStore } from '../retirement/inventory-store.ts';
import type { InventoryStore } from '../retirement/inventory-store.ts';
import { openRetirementRecord } from '../retirement/retirement-record.ts';
import { Retirer } from '../retirement/retirer.ts';
import { AckTimes } from './ack-times.ts';
import { openControlRecord } from './control-record.ts';
import { HandoverController } from './controller.ts';
import type { ControllerOptions } from './controller.ts';
import type { ForceParts } from './force.ts';
import { GatewayBook } from './gateway-book.ts';
import { PauseReports } from './pause-reports.ts';
import type { Begun } from './replica-role.ts';
import { SeedPace } from './seed-pace.ts';
import { SNAPSHOT_FILES } from './snapshot.ts';

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

/** What is kept: on disk, or of what others said. */
type Books = Readonly<{
  gateways: GatewayBook;
  reports: PauseReports;
  certificates: CertificateStore;
  balances: BalanceBook;
  readBalances: ReadBalances;
  inventories: InventoryStore;
  ackTimes: AckTimes;
}>;

export type HandoverParts = Books &
  Readonly<{
    controller: HandoverController;
    attestor: Attestor;
    fetcher: BalanceFetcher;
    retirer: Retirer;
  }>;

/** `begun` is the party of this process, once it has begun. */
export function openHandoverParts(
  options: HandoverControlOptions,
  begun: () => Begun | undefined,
): HandoverParts {
  const books = openBooks(options);
  const attesting: { attestor?: Attestor } = {};
  const controller = openController(options, books, begun, attesting);
  const { cell, charter, monotonicMs, log, key, connect } = options;
  const attestor = new Attestor({
    ...{ cell, key, charter, connect, log, monotonicMs },
    store: books.certificates,
    balances: books.balances,
    reports: books.reports,
    me: () => begun()?.me,
    copyCounts: () => begun()?.cell.roles.copyCounts(),
    measured: (handover) => measuredBy(controller, handover),
    gateways: () => books.gateways.gateways(),
  });
  attesting.attestor = attestor;
  const fetcher = new BalanceFetcher({
    ...{ cell, fetch: options.fetch, monotonicMs, log },
    charter: charter.charter,
    book: books.balances,
    pending: () => books.certificates.open(),
    ownUrl: () => begun()?.me.url,
  });
  const retirer = new Retirer({
    ...{ cell, key, charter, connect, log, begun },
    place: options.place,
    record: openRetirementRecord(join(options.cellDir, RETIREMENT_FILE)),
    store: books.inventories,
    certificates: books.certificates,
    nowMs: options.nowMs,
  });
  return { ...books, controller, attestor, fetcher, retirer };
}

function openBooks(options: HandoverControlOptions): Books {
  const { cell, charter, log } = options;
  const balances = new BalanceBook({
    store: balanceStore(options.balancesDir),
    stateFile: join(options.cellDir, STATE_FILE),
    log,
  });
  return {
    gateways: new GatewayBook(options.monotonicMs),
    reports: new PauseReports(),
    certificates: certificateStore(options.certificatesDir),
    balances,
    readBalances: balanceReader({ cell, charter: charter.charter, book: balances, log }),
    inventories: inventoryStore(options.retirementsDir),
    ackTimes: new AckTimes(),
  };
}

function openController(
  options: HandoverControlOptions,
  { ackTimes, gateways }: Books,
  begun: () => Begun | undefined,
  attesting: Readonly<{ attestor?: Attestor }>,
): HandoverController {
  const { cell, cellDir, monotonicMs } = options;
  return new HandoverController({
    ...options,
    seedPace: new SeedPace({
      bytesPerSecondMax: options.seedBytesPerSecondMax,
      ackP99Ms: (atMs) => ackTimes.p99Ms(atMs),
      monotonicMs,
      pause: async (pauseMs) => sleep(pauseMs),
    }),
    record: openControlRecord(join(cellDir, RECORD_FILE)),
    gateways,
    begun,
    copyBytes: () => begun()?.snapshots.bytes() ?? sizeOfCopy(cellDir),
    newName: (epoch) => `${cell}-${epoch}-${randomBytes(NAME_BYTES).toString('hex')}`,
    certificate: (handover) => attesting.attestor?.status(handover) ?? null,
    opsInPause: (handover) => attesting.attestor?.opsInPause(handover),
  });
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
    // A guess until the copy is made: what is in the log beside a file may be in the file already.
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
