// What a party does about the silence of the other, and how a standby finds its owner.
//
// Rules: docs/spec/handover.md (H17, H22). Only hints are weighed here. Whatever comes of them goes
// through the machine and the charter, so a wrong hint costs a change of owner and never an op.

import { shouldPromote } from '@holdfast/engine/handover/lag.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyEvent, PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { AcceptedOps } from './accepted-ops.ts';

/**
 * An owner goes on alone when its follower has been silent for so long; shorter than what a standby
 * waits for its owner, so that a broken line ends with the owner that people are connected to.
 */
export const FOLLOWER_SILENT_MS_MAX = 1_500;
/** A standby that hears nothing of its owner asks for batches this often. */
export const ASK_OWNER_EVERY_MS = 2_000;
/** The registrar is asked no more often than this. */
const ASK_REGISTRAR_EVERY_MS = 500;
/** The registrar has heard of a part that was heard of within this. */
const REGISTRAR_HEARD_MS_MAX = 1_500;

/** Hand-overs by this name end in the joint rule and stay there. */
export const STANDBY_PREFIX = 'standby-';
/** Those by this name only keep a copy at the party that had the cell before (H38). */
export const BACK_PREFIX = 'back-';

export type HeardOfOwner = 'yes' | 'no' | 'unknown';

export type VigilOptions = Readonly<{
  isStandby: boolean;
  me: Party;
  state: () => PartyState;
  durableSeq: () => number;
  dispatch: (event: PartyEvent) => Promise<unknown>;
  /** Whether the registrar hears the owner; a registrar that does not answer is `unknown`. */
  registrarHears: (owner: Party, agoMsMax: number) => Promise<HeardOfOwner>;
  /** Asks the owner to take this party as its standby; resolves whatever comes of it. */
  askOwner: (owner: Party) => Promise<void>;
  /** Told once when an owner is lost whose copy here cannot be promoted without loss. */
  onNoJointCopy?: (owner: Party, silentMs: number) => void;
  monotonicMs: () => number;
}>;

/** A copy that is not joint is of no use to an owner that was silent for so long; people decide. */
const TELL_LOST_AFTER_MS = 5_000;

export class Vigil {
  readonly #options: VigilOptions;
  #heardAtMs: number;
  #lastKind: PartyState['kind'] | undefined;
  #askedOwnerAtMs = -Infinity;
  #askedRegistrarAtMs = -Infinity;
  #isAsking = false;
  #isLossTold = false;
  #ownerHead: Readonly<{ seq: number; accepted: AcceptedOps; atMs: number }> | undefined;

  constructor(options: VigilOptions) {
    this.#options = options;
    this.#heardAtMs = options.monotonicMs();
  }

  /** The other party was heard of: a delivery, or the answer to one. */
  noteHeard(): void {
    this.#heardAtMs = this.#options.monotonicMs();
  }

  /** The owner said where its journal ends, and what it has accepted. */
  noteOwner(seq: number, accepted: AcceptedOps): void {
    this.noteHeard();
    this.#ownerHead = { seq, accepted, atMs: this.#heardAtMs };
    this.#isLossTold = false;
  }

  /** How far the owner was when it was last heard; `undefined`: not since the start. */
  ownerHead(): Readonly<{ seq: number; accepted: AcceptedOps; agoMs: number }> | undefined {
    const head = this.#ownerHead;
    if (head === undefined) return undefined;
    const { seq, accepted, atMs } = head;
    return { seq, accepted, agoMs: this.#options.monotonicMs() - atMs };
  }

  /** Looks at how things are, and does what is to be done about it. */
  async look(): Promise<void> {
    const { state, dispatch, monotonicMs } = this.#options;
    const now = state();
    // In a new state the other party has not had time to be heard.
    if (now.kind !== this.#lastKind) this.noteHeard();
    this.#lastKind = now.kind;
    const silentMs = monotonicMs() - this.#heardAtMs;
    switch (now.kind) {
      case 'shadow':
        if (now.plan.handover.startsWith(STANDBY_PREFIX)) {
          await dispatch({ kind: 'go', ownSeq: this.#options.durableSeq() });
        }
        return;
      case 'joint':
        if (silentMs < FOLLOWER_SILENT_MS_MAX) return;
        await dispatch({ kind: 'stop', by: 'gate', reason: 'the follower is silent' });
        return;
      case 'follow-joint':
        await this.#watchOwner(now.entry.owner, silentMs);
        return;
      case 'idle':
      case 'follow-seeding':
      case 'follow-catching-up':
      case 'follow-shadow':
        this.#tellLoss(now, silentMs);
        if (now.entry !== undefined) await this.#askOwner(now.entry.owner, silentMs);
        return;
      default:
    }
  }

  /** H43: such a copy is never promoted by itself; people are told that it could be. */
  #tellLoss({ kind, entry }: PartyState, silentMs: number): void {
    const { isStandby, onNoJointCopy } = this.#options;
    const isWhole = kind === 'follow-catching-up' || kind === 'follow-shadow';
    if (!isStandby || !isWhole || silentMs < TELL_LOST_AFTER_MS || this.#isLossTold) return;
    this.#isLossTold = true;
    onNoJointCopy?.(entry.owner, silentMs);
  }

  async #watchOwner(owner: Party, silentMs: number): Promise<void> {
    const { isStandby, registrarHears, dispatch } = this.#options;
    const mayBeLost = shouldPromote({ isStandby, silentMs, registrarHearsOwner: 'no' });
    if (!mayBeLost || !this.#mayAsk()) return;
    this.#isAsking = true;
    try {
      const registrarHearsOwner = await registrarHears(owner, REGISTRAR_HEARD_MS_MAX);
      if (!shouldPromote({ isStandby, silentMs, registrarHearsOwner })) return;
      await dispatch({ kind: 'promote', reason: 'neither its standby nor the registrar hears it' });
    } finally {
      this.#isAsking = false;
    }
  }

  #mayAsk(): boolean {
    const nowMs = this.#options.monotonicMs();
    if (this.#isAsking || nowMs - this.#askedRegistrarAtMs < ASK_REGISTRAR_EVERY_MS) return false;
    this.#askedRegistrarAtMs = nowMs;
    return true;
  }

  /** Only another site of the same operator: two operators begin a hand-over by a person's word. */
  async #askOwner(owner: Party, silentMs: number): Promise<void> {
    const { isStandby, me, askOwner, monotonicMs } = this.#options;
    const isSibling = owner.operator === me.operator && !isSameParty(owner, me);
    if (!isStandby || !isSibling || silentMs < ASK_OWNER_EVERY_MS) return;
    if (monotonicMs() - this.#askedOwnerAtMs < ASK_OWNER_EVERY_MS) return;
    this.#askedOwnerAtMs = monotonicMs();
    await askOwner(owner);
  }
}
