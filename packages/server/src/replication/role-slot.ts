// The roles of a cell whose files may be replaced whole, as when a snapshot is put in their place:
// whoever holds the slot goes on with the ledger that is in it. Empty once the files are destroyed.

import { assert } from '@holdfast/engine/counting/assert.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import type { Follower } from '@holdfast/engine/engine/follower.ts';
import type { LedgerPosition } from '@holdfast/engine/engine/ledger.ts';
import type { RowView } from '@holdfast/engine/engine/row-view.ts';
import type { Journal } from '@holdfast/engine/journal/journal.ts';
import type { CutCopy } from '../balances/balance-book.ts';
import type { Acknowledge, LedgerRoles } from '../cell/ledger-roles.ts';
import type { CellRoles } from './party-ports.ts';

export class RoleSlot implements CellRoles {
  #held: LedgerRoles | undefined;

  constructor(roles: LedgerRoles | undefined) {
    this.#held = roles;
  }

  /** Goes on with another ledger, or with none; the one before must have no role. */
  put(roles: LedgerRoles | undefined): void {
    this.#held = roles;
  }

  get current(): LedgerRoles {
    return this.#roles;
  }

  get #roles(): LedgerRoles {
    assert(this.#held !== undefined, 'a party without files has no role in them');
    return this.#held;
  }

  journal(): Journal {
    return this.#roles.journal();
  }

  durableSeq(): number {
    return this.#held?.durableSeq() ?? 0;
  }

  view(): RowView | undefined {
    return this.#held?.view();
  }

  copyCounts(): CutCopy | undefined {
    return this.#held?.copyCounts();
  }

  follower(): Follower | undefined {
    return this.#held?.follower();
  }

  async sealedAt(epoch: Epoch): Promise<LedgerPosition | undefined> {
    return this.#held?.sealedAt(epoch);
  }

  isServing(): boolean {
    return this.#held?.isServing() === true;
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
    await this.#held?.rest();
  }

  probes(): readonly number[] {
    return this.#held?.probes() ?? [];
  }
}
