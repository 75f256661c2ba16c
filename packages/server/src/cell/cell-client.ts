// What a gateway can ask of a cell. This port is the same for a cell in a worker thread of this
// process and for one behind the network; everything that comes back has passed the border.

import type { HandoverBalance } from '@holdfast/engine/charter/balances.ts';
import type {
  AnalyticsMetric,
  CorrectionReason,
  Grain,
  Metric,
} from '@holdfast/protocol/counts.ts';
import type { Epoch, Jurisdiction, Seq, SubjectId, VideoId } from '@holdfast/protocol/ids.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import type {
  AppealOutcome,
  CaseStateKind,
  DecisionAction,
  DecisionGround,
  ReportReason,
} from '@holdfast/protocol/reports.ts';
import type { ListedSession } from '../accounts/account-results.ts';
import type { Publication } from '../border/publication.ts';
import type { StudioAsk, StudioReply } from '../studio/studio-call.ts';
import type { PasskeyAsk } from '../passkeys/passkey.ts';
import type { CaseView } from '../moderation/case-view.ts';
import type { CaseRefusal } from '../moderation/case-machine.ts';
import type { Role } from '../moderation/roles-file.ts';
import type { AuditBody, CaseEntryBody } from '../people/case.ts';
import type { AnyWriting, Kind, WritingOf } from '../people/kinds.ts';
import type { PublicRow } from '../people/published.ts';
import type { Reported } from '../people/report.ts';
import type { OwnPut, Written } from '../people/writings.ts';

/** Who acts, as the gateway knows it from a grant, a cookie or a service key. */
export type Identity = Readonly<
  | { kind: 'anonymous' }
  /** From a grant: the cell's own number for a person, which says nothing about them. */
  | { kind: 'person'; person: number }
  /** An integrator's user; subjects of different tenants are different people. */
  | { kind: 'subject'; tenant: string; subject: SubjectId }
  | { kind: 'account'; account: string }
>;

/** Ops of one session in the order the device made them. */
export type OpGroup = Readonly<{
  /** Unique in the cell: grants and tenants have name spaces of their own (`session-key.ts`). */
  sessionKey: string;
  who: Identity;
  /** From the grant; `undefined` for bulk sessions, which start at their first op. */
  startedAtMs: number | undefined;
  ops: readonly Op[];
}>;

/** How a request for ops ended. `outcomes` has a byte an op, see `outcome-byte.ts` of the protocol. */
export type SubmitReply = Readonly<
  | { kind: 'durable'; epoch: Epoch; seq: Seq; outcomes: Uint8Array }
  | { kind: 'op-window'; n: number; highest: number }
  | CellUnavailable
  | NotServed
>;

/**
 * This party of the cell recorded nothing, because of who owns the cell; `epoch` is the newest it
 * knows. `sealed`: its epoch has ended, and the charter has yet to say who goes on. `not-owner`:
 * somebody else is to be asked. `behind`: it has yet to read of the epoch it was asked under.
 */
export type NotServed = Readonly<{
  kind: 'sealed' | 'not-owner' | 'behind';
  epoch: Epoch;
}>;

/** The cell recorded nothing, or nothing that a retry under the same names could double. */
export type CellUnavailable = Readonly<{
  kind: 'unavailable';
  code: 'overloaded' | 'cell-unavailable' | 'storage-full' | 'shutting-down';
  retryAfterMs: number;
}>;

export type Position = Readonly<{ epoch: Epoch; seq: Seq }>;

export type OpenedSession = Readonly<{
  kind: 'session';
  session: string;
  grant: string;
  startedAtMs: number;
  expiresAtMs: number;
}>;

export type Correction = Readonly<{
  jurisdiction: Jurisdiction;
  metric: Metric;
  delta: number;
  reason: CorrectionReason;
  note: string;
  atMs: number;
  epoch: Epoch;
  seq: Seq;
}>;

export type Books = Readonly<{
  kind: 'books';
  epoch: Epoch;
  seq: Seq;
  ops: number;
  classes: Readonly<Record<string, number>>;
  balanced: boolean;
  /** What of this is on the videos that were named, at the same position. */
  apart?: Readonly<{ ops: number; classes: Readonly<Record<string, number>> }> | undefined;
}>;

/** Every video's like rows, counted anew, beside the number that is kept for it. */
export type LikesRecounted = Readonly<{
  epoch: Epoch;
  /** The batch up to which everything is in it. */
  seq: Seq;
  madeAtMs: number;
  rows: number;
  videos: number;
  offVideos: number;
  /** The first of those whose rows are not as many as their count says. */
  off: readonly Readonly<{ video: VideoId; rows: number; counted: number }>[];
}>;

/** What has left a cell, for one type of record. */
export type BorderTotal = Readonly<{
  type: string;
  /** Who such records are for; `own` is the person they are about. */
  destination: 'public' | 'operator' | 'own';
  records: number;
  bytes: number;
}>;

/** What has left a cell in one day of UTC. */
export type BorderDay = Readonly<{ day: string; types: readonly BorderTotal[] }>;

/** One bucket of a series; buckets without any op are left out. */
export type Bucket = Readonly<{ atMs: number; value: number }>;

export type SignedIn = Readonly<{
  kind: 'signed-in';
  account: string;
  handle: string;
  token: string;
  expiresAtMs: number;
}>;

export type AccountRefusal = Readonly<
  | { kind: 'handle-taken' }
  | { kind: 'handle-refused'; detail: string }
  | { kind: 'password-refused'; detail: string }
  | { kind: 'wrong-credentials' }
  | { kind: 'rate-limited'; retryAfterMs: number }
>;

/** Which writings; `before` is a `next` that such an answer gave. */
export type WritingsAsked = Readonly<
  | { by: 'id'; id: string }
  | { by: 'target'; of: Kind; target: string }
  | { by: 'kind'; of: Kind; before: string | undefined; itemsMax: number }
>;

/** A comment that waits for the creator of its video. */
export type HeldComment = Readonly<{
  comment: string;
  video: string;
  parent: string | null;
  account: string;
  handle: string;
  text: string;
  createdAtMs: number;
}>;

/** Which cases; `before` is a `next` that such an answer gave. */
export type CasesAsked = Readonly<
  | { by: 'id'; id: string }
  | { by: 'state'; state: CaseStateKind; before: string | undefined; itemsMax: number }
>;

/** What a moderator does in a case. */
export type ModeratorAct = Readonly<
  | { kind: 'note'; text: string }
  | {
      kind: 'decide';
      action: DecisionAction;
      ground: DecisionGround;
      rule: ReportReason;
      facts: string;
      /** For how long something is hidden; `null` without an end. */
      hiddenMs: number | null;
    }
  | { kind: 'decide-appeal'; outcome: AppealOutcome; facts: string }
>;

/** A line of the audit of cases. */
export type AuditLine = AuditBody & Readonly<{ case: string; atMs: number; handle: string | null }>;

type NoCaseAccess = Readonly<{ kind: 'nobody' | 'forbidden' }>;
type CaseRefused = Readonly<{ kind: 'refused'; code: CaseRefusal | 'case-full' | 'no-duration' }>;

/** Requests beside ops, with the reply of each. */
export type CellCalls = Readonly<{
  openSession: { ask: { who: Identity }; reply: OpenedSession };
  registerVideo: {
    ask: { video: VideoId; durationMs: number; creatorKey: string };
    reply: { kind: 'registered'; position: Position };
  };
  /** A look at the op window of every group, before a bulk request that spans cells. */
  checkWindow: {
    ask: { groups: readonly OpGroup[] };
    reply: { kind: 'fits' } | { kind: 'op-window'; n: number; highest: number };
  };
  correct: {
    ask: {
      video: VideoId;
      metric: Metric;
      delta: number;
      reason: CorrectionReason;
      note: string;
      /** `correctionKey` of its name; `undefined` without one. */
      sessionKey: string | undefined;
    };
    reply:
      | { kind: 'corrected'; isRepeat: boolean; position: Position }
      | { kind: 'below-zero'; value: number }
      | { kind: 'unknown-video' };
  };
  corrections: {
    ask: { video: VideoId };
    reply: { kind: 'corrections'; items: readonly Correction[] };
  };
  /** What a video had at each hand-over of the cell, newest first. */
  balances: {
    ask: { video: VideoId };
    reply: { kind: 'balances'; items: readonly HandoverBalance[] } | { kind: 'unknown-video' };
  };
  erase: { ask: { who: Identity }; reply: { kind: 'erased'; position: Position } };
  likesAmong: {
    ask: { who: Identity; videos: readonly VideoId[] };
    reply: { kind: 'likes'; liked: readonly boolean[] };
  };
  likesPage: {
    ask: { who: Identity; after: string | undefined; itemsMax: number };
    reply: {
      kind: 'likes-page';
      items: readonly { video: VideoId; atMs: number }[];
      next: string | undefined;
    };
  };
  /** What a person likes, of somebody who made that public. */
  publicLikes: {
    ask: { account: string; after: string | undefined; itemsMax: number };
    reply:
      | {
          kind: 'public-likes';
          items: readonly { video: VideoId; atMs: number }[];
          next: string | undefined;
        }
      | { kind: 'private' };
  };
  /** `apart` names videos whose ops are also told by themselves. */
  books: { ask: { apart?: readonly VideoId[] }; reply: Books };
  /** What has left the cell, by type of record, and of late by day; at least (`border-book.ts`). */
  border: {
    ask: Record<never, never>;
    reply: {
      kind: 'border';
      sinceMs: number;
      types: readonly BorderTotal[];
      days: readonly BorderDay[];
    };
  };
  /** The newest recount of all like rows from the stored state; `null` while there is none. */
  recountLikes: {
    ask: Record<never, never>;
    reply: { kind: 'likes-recounted'; recount: LikesRecounted | null };
  };
  /** What the operator says of the cell: where its data lies; `undefined` when it does not say. */
  about: {
    ask: Record<never, never>;
    reply: { kind: 'about'; dataAt: string | undefined };
  };
  analytics: {
    ask: {
      video: VideoId;
      metric: AnalyticsMetric;
      /** `hour` is asked as `quarter` and summed by the gateway in the creator's zone. */
      grain: Exclude<Grain, 'hour'>;
      fromMs: number;
      toMs: number;
    };
    reply: { kind: 'series'; buckets: readonly Bucket[]; asOfMs: number };
  };
  /** What a creator is told of their videos, by the numbers; see `studio-call.ts`. */
  studio: { ask: StudioAsk; reply: StudioReply };
  signUp: {
    ask: { handle: string; password: string; remote: string };
    reply: SignedIn | AccountRefusal;
  };
  signIn: {
    ask: { handle: string; password: string; remote: string };
    reply: SignedIn | AccountRefusal;
  };
  /** Signs in whoever has a passkey of an account; `answer` is what their browser answered. */
  passkeySignIn: {
    ask: PasskeyAsk & { account: string; credential: string; answer: string; remote: string };
    reply: SignedIn | AccountRefusal;
  };
  /** Changes the password of whoever has the token, and ends their other sign-ins. */
  changePassword: {
    ask: { token: string; current: string; next: string; remote: string };
    reply:
      | { kind: 'password-changed'; signInsEnded: number }
      | { kind: 'nobody' }
      | Extract<
          AccountRefusal,
          { kind: 'password-refused' | 'wrong-credentials' | 'rate-limited' }
        >;
  };
  /** Adds a passkey for whoever has the token; `answer` is what their browser answered. */
  addPasskey: {
    ask: PasskeyAsk & { token: string; answer: string; name: string };
    reply:
      | { kind: 'passkey-added'; passkey: WritingOf<'passkey'> }
      | { kind: 'passkey-refused' }
      | { kind: 'too-many-passkeys'; itemsMax: number }
      | { kind: 'nobody' };
  };
  /** The sessions of whoever has the token. */
  signIns: {
    ask: { token: string };
    reply: { kind: 'sign-ins'; items: readonly ListedSession[] } | { kind: 'nobody' };
  };
  /** What is kept of an account beside its sign-ins and what it wrote. */
  exportAccount: {
    ask: { token: string };
    reply:
      | {
          kind: 'account-export';
          account: string;
          handle: string;
          createdAtMs: number;
          failedSignIns: number;
        }
      | { kind: 'nobody' };
  };
  endSignIn: {
    ask: { token: string; id: string };
    reply: { kind: 'ended' | 'unknown' } | { kind: 'nobody' };
  };
  whoIs: {
    ask: { token: string };
    reply:
      | {
          kind: 'account';
          account: string;
          handle: string;
          expiresAtMs: number;
          /** This use moved the session's end, so the cookie is to be set anew. */
          renewed: boolean;
        }
      | { kind: 'nobody' };
  };
  /** The writings of whoever has the token: by id, or of a kind, newest first. */
  writings: {
    ask: { token: string; find: WritingsAsked };
    reply:
      | { kind: 'writings'; items: readonly AnyWriting[]; next: string | undefined }
      | { kind: 'nobody' };
  };
  /** About which of some targets whoever has the token has a writing of a kind. */
  ownAmong: {
    ask: { token: string; of: Kind; targets: readonly string[] };
    reply: { kind: 'among'; found: readonly boolean[] } | { kind: 'nobody' };
  };
  /** Changes writings of whoever has the token: all of it or nothing. */
  write: {
    ask: { token: string; puts: readonly OwnPut[]; removes: readonly string[] };
    reply: Written | { kind: 'nobody' };
  };
  /** What is public of the cell's writings, as far as it changed after a number. */
  published: {
    ask: { after: number };
    reply:
      | {
          kind: 'published';
          epoch: Epoch;
          through: number;
          head: number;
          atMs: number;
          rows: readonly PublicRow[];
        }
      | { kind: 'anew'; epoch: Epoch };
  };
  /** Whether a text has a hold word of a creator of this cell (CM23). */
  judgeComment: {
    ask: { creator: string; text: string };
    reply: { kind: 'judged'; held: boolean };
  };
  /** Comments of this cell's people that wait for a creator, of whichever cell (CM19). */
  heldFor: {
    ask: { creator: string; before: string | undefined; itemsMax: number };
    reply: { kind: 'held'; items: readonly HeldComment[]; next: string | undefined };
  };
  /** What a video's creator does with a comment of this cell's people (CM14, CM24). */
  settleComment: {
    ask: { creator: string; comment: string; how: 'release' | 'delete' };
    reply: { kind: 'settled'; video: string } | { kind: 'unknown-comment' };
  };
  rolesOf: {
    ask: { token: string };
    reply: { kind: 'roles'; roles: readonly Role[] } | { kind: 'nobody' };
  };
  /** A report about something of this cell, or of nobody, without who made it (MO2). */
  openCase: {
    ask: {
      report: string;
      about: Reported;
      account: string | null;
      reason: ReportReason;
      note: string;
    };
    reply: { kind: 'opened'; case: string } | { kind: 'unknown-target' | 'case-full' };
  };
  caseStates: {
    ask: { cases: readonly string[] };
    reply: {
      kind: 'case-states';
      items: readonly { case: string; state: CaseStateKind; action: DecisionAction | null }[];
    };
  };
  cases: {
    ask: { token: string; find: CasesAsked };
    reply:
      | {
          kind: 'cases';
          items: readonly CaseView[];
          /** Of one case that was asked for by its id, oldest first. */
          entries: readonly { atMs: number; entry: CaseEntryBody }[];
          next: string | undefined;
        }
      | NoCaseAccess;
  };
  moderate: {
    ask: { token: string; case: string; act: ModeratorAct };
    reply:
      { kind: 'moderated'; item: CaseView } | { kind: 'unknown-case' } | CaseRefused | NoCaseAccess;
  };
  appealNotice: {
    ask: { token: string; notice: string; text: string };
    reply: { kind: 'appealed' } | { kind: 'unknown-notice' } | CaseRefused | { kind: 'nobody' };
  };
  caseAudit: {
    ask: { token: string; before: string | undefined; itemsMax: number };
    reply: { kind: 'audit'; items: readonly AuditLine[]; next: string | undefined } | NoCaseAccess;
  };
  signOut: { ask: { token: string }; reply: { kind: 'signed-out' } };
  deleteAccount: {
    ask: { token: string };
    reply: { kind: 'erased'; position: Position } | { kind: 'nobody' };
  };
}>;

export type CallName = keyof CellCalls;
export type CallReply<Name extends CallName> = CellCalls[Name]['reply'] | CellUnavailable;

/** Everything a verifier needs to check a grant of this cell, past epochs included. */
export type CellKey = Readonly<{ epoch: Epoch; operator: string; publicKeyPem: string }>;

export type CellDescription = Readonly<{
  jurisdiction: Jurisdiction;
  operator: string;
  epoch: Epoch;
  sinceMs: number;
}>;

export type CellClient = Readonly<{
  jurisdiction: Jurisdiction;
  /**
   * Sends ops. `done` is called exactly once, later, with the reply; `durable` means on disk.
   * The ops of one call are recorded together or not at all.
   */
  submit: (groups: readonly OpGroup[], done: (reply: SubmitReply) => void) => void;
  call: <Name extends CallName>(
    name: Name,
    ask: CellCalls[Name]['ask'],
  ) => Promise<CallReply<Name>>;
  /** What the cell publishes, in order; returns a function that ends the subscription. */
  subscribe: (listener: (publication: Publication) => void) => () => void;
  /**
   * Asks for every subtotal that changed after `position`, as publications, followed by a
   * watermark. An exchange calls it after it has loaded its last good subtotals.
   */
  resync: (
    position: Position | undefined,
    /** Whose watermarks wait for it; absent, all listeners'. Those of others go on. */
    listener?: (publication: Publication) => void,
  ) => void;
  /** Whether the cell can acknowledge now. */
  ready: () => boolean;
}>;
