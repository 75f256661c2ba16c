// Where a run can be given a mistake that the product does not have; see `bugs.ts`.

import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { StoredChanges } from '@holdfast/engine/state/memory/memory-state-store.ts';
import type { Acknowledge } from '@holdfast/server/cell/ledger-roles.ts';
import type { OpGroup } from '@holdfast/server/cell/cell-client.ts';
import type { Delivery, Report } from '@holdfast/server/replication/peer.ts';

export type Hooks = Readonly<{
  acknowledge: (real: Acknowledge) => Acknowledge;
  /** Whether a state is put on disk. */
  isRecorded: (state: PartyState) => boolean;
  report: (report: Report, delivery: Delivery) => Report;
  /** What a snapshot has. */
  snapshot: (flushes: readonly StoredChanges[]) => readonly StoredChanges[];
  /** Whether a restart looks for a seal at the end of its journal. */
  findsSeal: boolean;
  /** Ops as a gateway sends them, the n-th time. */
  resend: (groups: readonly OpGroup[], times: number) => readonly OpGroup[];
  comparesEpochs: boolean;
  /** What a viewer sees for a value that nobody has told. */
  unknown: number | undefined;
  /** Added to every count that a party publishes. */
  publishesAhead: number;
  /** Batches that a disk said to have, and has not after a crash. */
  forgets: number;
}>;

export const REAL: Hooks = {
  acknowledge: (real) => real,
  isRecorded: () => true,
  report: (report) => report,
  snapshot: (flushes) => flushes,
  findsSeal: true,
  resend: (groups) => groups,
  comparesEpochs: true,
  unknown: undefined,
  publishesAhead: 0,
  forgets: 0,
};
