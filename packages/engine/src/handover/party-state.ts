// The states and events of one party, and the effects that a step asks for.
//
// Everything here can be written to disk as JSON and read back: a state is its own durable record.

import type { CharterBody, Cut, Party, Signer } from './charter-rules.ts';

/** A hand-over or a standby, as the owner was told of it. */
export type Plan = Readonly<{ handover: string; follower: Party }>;

/** `entry` is the newest charter entry that the party knows. */
type Known = Readonly<{ me: Party; entry: CharterBody }>;

/** The follower's own signature of an entry; what it is over, its driver knows. */
export type Countersignature = Signer & Readonly<{ signature: string }>;

/** Where the follower's journal durably ends, as far as the owner has heard; 0 is nowhere. */
type Heard = Readonly<{ followerSeq: number }>;

export type PartyState = Readonly<
  | { kind: 'idle'; me: Party; entry: CharterBody | undefined }
  // The owner's side.
  | ({ kind: 'owning' } & Known)
  | ({ kind: 'seeding'; plan: Plan } & Known)
  | ({ kind: 'catching-up'; plan: Plan } & Known)
  | ({ kind: 'shadow'; plan: Plan } & Known)
  | ({ kind: 'arming'; plan: Plan; throughSeq: number } & Known & Heard)
  | ({ kind: 'joining'; plan: Plan; join: CharterBody; signed?: Countersignature } & Known & Heard)
  | ({ kind: 'joint' } & Known & Heard)
  | ({ kind: 'leaving'; leave: CharterBody } & Known & Heard)
  | ({ kind: 'sealing'; sinceMs: number; stopped: string | undefined } & Known & Heard)
  | ({ kind: 'sealed'; sinceMs: number; cut: Cut; decision: CharterBody | undefined } & Known &
      Heard)
  // The follower's side.
  | ({ kind: 'follow-seeding' } & Known)
  | ({ kind: 'follow-catching-up' } & Known)
  | ({ kind: 'follow-shadow' } & Known)
  | ({ kind: 'follow-joint' } & Known)
  | ({ kind: 'follow-sealed'; cut: Cut } & Known)
  | ({
      kind: 'fencing';
      reason: string;
      promote: CharterBody | undefined;
      /** A person forces it: this copy is not joint. */
      isForced?: true;
    } & Known)
  | ({ kind: 'returning'; cut: Cut } & Known)
  | ({ kind: 'retiring' } & Known)
  | ({ kind: 'retired' } & Known)
>;

/** How far a follower says it is. */
export type FollowerPhase = 'none' | 'seeding' | 'catching-up' | 'shadow' | 'joint' | 'sealed';

/** What a follower finds out about its own copy. */
export type CopyFinding = 'whole' | 'close' | 'behind' | 'broken';

/** Whether all gates are green, and if not, which and why, for people. */
export type Verdict = Readonly<{ kind: 'green' } | { kind: 'held'; reasons: readonly string[] }>;

/** `seq` of a party's own journal comes with the event, read when the event is handled. */
export type PartyEvent = Readonly<
  // Told by people, or by what acts for them.
  | { kind: 'start'; plan: Plan; followerVersion: number }
  | { kind: 'follow' }
  | { kind: 'cut'; verdict: Verdict; nowMs: number }
  | { kind: 'stop'; by: 'person' | 'gate'; reason: string }
  | { kind: 'promote'; reason: string }
  /** Only by a person's word, who was told what is lost. */
  | { kind: 'force'; reason: string }
  | { kind: 'retire'; isAttested: boolean }
  // Found out at home.
  | { kind: 'go'; ownSeq: number }
  | { kind: 'tick'; nowMs: number }
  | { kind: 'seal'; result: 'failed' }
  | { kind: 'seal'; result: 'written'; cut: Cut }
  | { kind: 'copy'; finding: CopyFinding }
  | { kind: 'fenced'; cut: Cut }
  | { kind: 'done'; isGood: boolean }
  // Heard from others; the sender is known and the message is new.
  | { kind: 'charter'; entries: readonly CharterBody[]; ownSeq: number }
  | { kind: 'report'; epoch: number; phase: FollowerPhase; seq: number }
  | { kind: 'answer'; body: CharterBody; agrees: boolean; signed?: Countersignature }
  | { kind: 'asked'; body: CharterBody }
  | { kind: 'seal-taken'; cut: Cut }
>;

export type HandoverRefusal =
  | 'wrong-state'
  | 'same-party'
  | 'already-running'
  | 'protocol-version'
  | 'gates-held'
  | 'undecided'
  | 'sealed'
  | 'no-joint-copy'
  | 'no-copy'
  | 'not-attested'
  | 'still-needed'
  | 'unsound-charter';

/**
 * What the driver has to do, in this order, one after the other. When an effect fails, or the
 * process ends, those after it do not happen.
 */
export type PartyEffect = Readonly<
  /** The state on disk (fsync) before anything that follows. */
  | { kind: 'persist'; state: PartyState }
  /** Sign and send to the registrar; the outcome is learned from the charter alone. */
  | { kind: 'append'; body: CharterBody }
  /** To the follower: sign this. The owner's own signature does not go along. */
  | { kind: 'ask'; body: CharterBody }
  /** To the owner: this party's signature, or that it will not sign. */
  | { kind: 'answer'; body: CharterBody; agrees: boolean }
  /** To the owner: phase, and where this journal durably ends. */
  | { kind: 'report' }
  /** Queue the seal as the last batch of the epoch; `seal` tells how it ended. */
  | { kind: 'write-seal' }
  /** Say where the journal ends now that nothing is taken any more, as `fenced`. */
  | { kind: 'take-cut' }
  /** Fetch a snapshot from the owner, dropping what is here; `copy` tells when it is whole. */
  | { kind: 'copy' }
  /** Move batches beyond the cut into a file of their own, then forget them; then `done`. */
  | { kind: 'set-aside'; cut: Cut }
  /** Destroy keys and files and write the inventory; then `done`. */
  | { kind: 'destroy' }
  /** Tell whoever asked why nothing was changed. */
  | { kind: 'refuse'; reason: HandoverRefusal; detail: string }
>;

export type Step = Readonly<{ state: PartyState; effects: readonly PartyEffect[] }>;
