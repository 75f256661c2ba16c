// Who changes the accounts of a cell at this moment: its people, or another party whose copy these
// are. Without a role nobody does.
//
// Rules: docs/spec/accounts.md (AC52, AC53).

import type { Accounts } from '../accounts/accounts.ts';
import type { ChangeLog } from '../accounts/change-log.ts';
import type { Acknowledge } from './ledger-roles.ts';

export class AccountRoles {
  readonly #accounts: Accounts;
  #acknowledge: Acknowledge | undefined;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
    accounts.freeze();
  }

  /** People's changes are taken from now on, and may be answered when `acknowledge` says so. */
  serve(acknowledge: Acknowledge): void {
    this.#acknowledge = acknowledge;
    this.#accounts.thaw();
  }

  /** People's changes are taken no more; those that were are still answered. */
  rest(): void {
    this.#accounts.freeze();
  }

  /** Resolves when everything changed so far may be answered, or when it never may. */
  async acknowledged(): Promise<'acknowledged' | 'lost'> {
    const { changeNo } = this.#accounts.log.head();
    return this.#acknowledge?.(changeNo) ?? 'lost';
  }

  readonly head: ChangeLog['head'] = () => this.#accounts.log.head();
  readonly changesAfter: ChangeLog['changesAfter'] = (changeNo) =>
    this.#accounts.log.changesAfter(changeNo);
  readonly take: ChangeLog['take'] = (changes) => this.#accounts.log.take(changes);
  readonly startAnew: ChangeLog['startAnew'] = () => this.#accounts.log.startAnew();
}
