// The roles of a simulated party, with room for mistakes that a test makes on purpose.

import type { LedgerPosition } from '@holdfast/engine/engine/ledger.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import type { Acknowledge, LedgerRoles } from '@holdfast/server/cell/ledger-roles.ts';
import { RoleSlot } from '@holdfast/server/replication/role-slot.ts';
import type { Hooks } from './hooks.ts';

/** The slot of the product, where a mistake may be put between gate and engine. */
export class HookedRoles extends RoleSlot {
  readonly #hooks: Hooks;

  constructor(roles: LedgerRoles, hooks: Hooks) {
    super(roles);
    this.#hooks = hooks;
  }

  override async serve(epoch: Epoch, acknowledge: Acknowledge): Promise<void> {
    await super.serve(epoch, this.#hooks.acknowledge(acknowledge));
  }

  override async sealedAt(epoch: Epoch): Promise<LedgerPosition | undefined> {
    const sealed = await super.sealedAt(epoch);
    return this.#hooks.findsSeal ? sealed : undefined;
  }
}
