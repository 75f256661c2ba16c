// After a crash between a cut and its file: the same copy is made again, from the stored state and
// the journal, before either goes on.
//
// Rules: docs/spec/balances.md (BL7).

import { viewAt } from '@holdfast/engine/engine/view-at.ts';
import type { Clocks } from '@holdfast/engine/engine/clock.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import type { Attestor } from '../certificate/attestor.ts';
import type { PartyCell } from '../replication/party-cell.ts';

/** Not used by a ledger that has a batch, and a cut is one. */
const NO_EPOCH = 0 as Epoch;

/** Takes the copies of all cuts that have none; a state that has gone beyond a cut gives none. */
export async function remakeCopies(
  attestor: Attestor,
  { files, roles }: PartyCell,
  clocks: Clocks,
): Promise<void> {
  const { journal, store } = files;
  for (const { handover, seq } of attestor.cutsWithoutBalances()) {
    const view = await viewAt({ epoch: NO_EPOCH, journal, store, clocks }, seq);
    if (view === undefined) continue;
    const copies = view.copyUnstoredVideos();
    const ledger = await roles.current.open();
    const release = ledger.flusher.hold();
    attestor.takeBalances(handover, view.meta.epoch, () => ({ copies, release }));
  }
}
