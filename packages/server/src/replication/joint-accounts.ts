// Keeps the accounts of two parties alike, and says when a change of them may be answered.
//
// Rules: docs/spec/handover.md (H50 to H52).
//
// Why it is safe: the rule for batches is asked, with the change that the follower has confirmed in
// the place of its seq. A follower takes changes in the same states as batches, so a fence stops
// both; and nothing changes any more before a seal is written, so there is one answer to what the
// accounts are at the cut.

import { ackableSeq, takesBatch } from '@holdfast/engine/handover/ack-rule.ts';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Took } from '../accounts/change-log.ts';
import type { AccountsHead } from '../accounts/replicated-rows.ts';
import { AckGate } from './ack-gate.ts';
import type { AckResult } from './ack-gate.ts';
import type { CellAccounts } from './party-ports.ts';
import type { Delivery, Report } from './peer.ts';

export type JointAccountsOptions = Readonly<{
  accounts: () => CellAccounts;
  state: () => PartyState;
  /** There is something to send. */
  poke: () => void;
}>;

type Taken = Readonly<{ isBroken: boolean; report: NonNullable<Report['accounts']> }>;

export class JointAccounts {
  readonly #options: JointAccountsOptions;
  readonly #gate = new AckGate();
  /** The newest change up to which this owner's follower has said that its rows are equal. */
  #confirmedNo = 0;
  /** The newest change that may have been answered alone. */
  #armedNo = 0;

  constructor(options: JointAccountsOptions) {
    this.#options = options;
  }

  /** The party's state is another one now. */
  entered(before: PartyState): void {
    if (this.#options.state().kind === 'arming' && before.kind !== 'arming') {
      this.#confirmedNo = 0;
      this.#armedNo = this.#head().changeNo;
    }
    this.#openGate();
  }

  /** Changes are made here from now on. */
  serve(): void {
    this.#gate.begin();
    this.#options.accounts().serve(this.#acknowledge);
  }

  /** No change is made here any more; those that wait are still answered. */
  rest(): void {
    this.#options.accounts().rest();
  }

  /** The cell has another owner. */
  lose(): void {
    this.#gate.lose();
    this.rest();
  }

  /** Another follower is listened to, or none. */
  forgetFollower(): void {
    this.#confirmedNo = 0;
  }

  heard({ epoch, accounts }: Report): void {
    // As with batches, what was confirmed under another entry does not count.
    if (accounts?.isEqual !== true || epoch !== this.#options.state().entry?.epoch) return;
    this.#confirmedNo = Math.max(this.#confirmedNo, accounts.changeNo);
    this.#openGate();
  }

  /** Whether the follower holds every change that was answered without it (H50). */
  mayJoin(): boolean {
    return this.#confirmedNo >= this.#armedNo;
  }

  /** Resolves with whether the follower has confirmed the newest change; `false` at an abort. */
  async areConfirmed(signal: AbortSignal): Promise<boolean> {
    const aborted = new Promise<AckResult>((resolve) => {
      signal.addEventListener('abort', () => resolve('lost'), { once: true });
    });
    const newest = this.#acknowledge(this.#head().changeNo);
    return (await Promise.race([newest, aborted])) === 'acknowledged';
  }

  /** Takes what a follower may take. `isBroken`: the whole copy has to be dropped. */
  take(from: Party, delivery: Delivery): Taken {
    const took = this.#take(from, delivery);
    // Read now: the next delivery may be taken while this one's batches are written.
    const { changeNo } = this.#head();
    return { isBroken: took === 'differs', report: { changeNo, isEqual: took === 'equal' } };
  }

  #take(from: Party, { epoch, accounts }: Delivery): Took | 'refused' {
    const state = this.#options.state();
    // H52: whoever would take the next batch takes these.
    const batch = { from, epoch, seq: 1, previousChain: '' };
    if (takesBatch(state, { seq: 0, chain: '' }, batch) !== 'take') return 'refused';
    const took = this.#options.accounts().take(accounts);
    if (took !== 'differs' || state.kind !== 'follow-catching-up') return took;
    // This copy was not yet called close, so nobody counts on it.
    this.#options.accounts().startAnew();
    return 'partial';
  }

  /** Whether nothing about the accounts speaks against a decision that the owner asks for (H51). */
  agrees({ act }: CharterBody, stated: AccountsHead): boolean {
    if (act !== 'cede') return true;
    const { changeNo, rowsHash } = this.#head();
    return changeNo === stated.changeNo && rowsHash === stated.rowsHash;
  }

  readonly #acknowledge = async (changeNo: number): Promise<AckResult> => {
    this.#options.poke();
    const waiting = this.#gate.acknowledge(changeNo);
    this.#openGate();
    return waiting;
  };

  /** Only while somebody waits: the accounts may not be open in every state. */
  #openGate(): void {
    if (this.#gate.size === 0) return;
    const state = this.#options.state();
    const followerSeq = this.#confirmedNo;
    const seen = 'followerSeq' in state ? { ...state, followerSeq } : state;
    this.#gate.open(ackableSeq(seen, this.#head().changeNo));
  }

  #head(): AccountsHead {
    return this.#options.accounts().head();
  }
}
