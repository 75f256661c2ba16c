// The roles of a cell whose files may be replaced whole, as when a snapshot is put in their place:
// whoever holds the slot goes on with the ledger that is in it.

import type { Epoch } from '@holdfast/protocol/ids.ts';
import type { Follower } from '@holdfast/engine/engine/follower.ts';
import type { LedgerPosition } from '@holdfast/engine/engine/ledger.ts';
import type { RowView } from '@holdfast/engine/engine/row-view.ts';
import type { Journal } from '@holdfast/engine/journal/journal.ts';
import type { CutCopy } from '../balances/balance-book.ts';
import type { Acknowledge, LedgerRoles } from '../cell/ledger-roles.ts';
import type { CellRoles } from './party-ports.ts';

export class RoleSlot implements CellRoles {
  #roles: LedgerRoles;

  constructor(roles: LedgerRoles) {
    this.#roles = roles;
  }

  /** Goes on with another ledger; the one before must have no role. */
  put(roles: LedgerRoles): void {
    this.#roles = roles;
  }

  get current(): LedgerRoles {
    return this.#roles;
  }

  journal(): Journal {
    return this.#roles.journal();
  }

  durableSeq(): number {
    return this.#roles.durableSeq();
  }

  view(): RowView | undefined {
    return this.#roles.view();
  }

  copyCounts(): CutCopy | undefined {
    return this.#roles.copyCounts();
  }

  follower(): Follower | undefined {
    return this.#roles.follower();
  }

  async sealedAt(epoch: Epoch): Promise<LedgerPosition | undefined> {
    return this.#roles.sealedAt(epoch);
  }

  isServing(): boolean {
    return this.#roles.isServing();
  }

  async serve(epoch: Epoch, acknowledge: Acknowledge): Promise<void> {
    await this.#roles.serve(epoch, acknowledge);
  }

  async seal(handover: string, signal: AbortSignal): Promise<LedgerPosition | undefined> {
    return this.#roles.seal(handover, signal);
  }

  async follow(): Promise<void> {
    await this.#roles.follow();
  }

  async rest(): Promise<void> {
    await this.#roles.rest();
  }

  probes(): readonly number[] {
    return this.#roles.probes();
  }
}
