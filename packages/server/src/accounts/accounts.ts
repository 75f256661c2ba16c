// The accounts of one cell: who a person is, proved by a password or by a session token.
//
// Rules: docs/spec/accounts.md (A1 to A43).
//
// Why it is safe: a password exists only as argon2id and a token only as SHA-256, so the file gives
// neither away. An attempt is counted as failed and synced before its hash begins, so sending many
// at once or crashing the process gains no guess. Between two awaits nothing else runs, and what
// was true before a hash is asked again in the transaction after it.

import { hash } from 'node:crypto';
import {
  createAccountStore,
  SESSION_LIFE_MS,
  type Account,
  type AccountId,
  type TokenHash,
} from './account-store.ts';
import { AccountsError, accountsErrorOf } from './accounts-error.ts';
import { openDatabase } from './database.ts';
import { createFailureStore } from './failure-store.ts';
import { failureWaitMs } from './failures.ts';
import { parseHandle, parseNewHandle, type Handle, type HandleFault } from './handle.ts';
import { createHashQueue } from './hash-queue.ts';
import { createKnownRemotes } from './known-remotes.ts';
import { ARGON2ID, SALT_BYTES, type PasswordHash } from './password-hash.ts';
import { loadCommonPasswords, parsePassword, whyEasy, type EasyPassword } from './password.ts';
import { remoteOf, type Remote } from './remote.ts';
import { createTokenBuckets } from './token-buckets.ts';

const ACCOUNT_ID_BYTES = 16;
const TOKEN_BYTES = 32;
const TOKEN_PATTERN = /^hft_[A-Za-z0-9_-]{43}$/;
/** A session is renewed at most so often, to save a write with every request. */
const RENEWAL_PAUSE_MS = 86_400_000;
/** In this time the hashes that wait are done, on one slow core. */
const BUSY_RETRY_AFTER_MS = 2_000;

export type AccountLimits = Readonly<{
  hashesRunningMax: number;
  hashesWaitingMax: number;
  signInBurst: number;
  signInEveryMs: number;
  signUpBurst: number;
  signUpEveryMs: number;
  /** Remote addresses that each limit remembers. */
  remotesMax: number;
  /** Accounts whose known addresses are remembered. */
  knownAccountsMax: number;
  /** Handles whose failures are stored. */
  failuresMax: number;
}>;

export const ACCOUNT_LIMITS: AccountLimits = {
  hashesRunningMax: 2,
  hashesWaitingMax: 64,
  signInBurst: 30,
  signInEveryMs: 2_000,
  signUpBurst: 30,
  signUpEveryMs: 60_000,
  remotesMax: 100_000,
  knownAccountsMax: 100_000,
  failuresMax: 100_000,
};

export type Credentials = Readonly<{
  handle: string;
  password: string;
  /** Address of the person's device, as the gateway sees it. */
  remote: string;
}>;

/** A session as its owner gets it, once: only the token's hash is stored. */
export type IssuedSession = Readonly<{ token: string; expiresAtMs: number }>;

type SignedIn<Kind> = Readonly<{
  kind: Kind;
  accountId: AccountId;
  handle: Handle;
  session: IssuedSession;
}>;

/** Nothing was changed; the same call may succeed after the wait. */
type TryLater = Readonly<{ kind: 'rate-limited' | 'busy'; retryAfterMs: number }>;

export type SignUpResult = Readonly<
  | SignedIn<'signed-up'>
  | { kind: 'handle-taken' }
  | { kind: 'handle-invalid'; reason: HandleFault }
  | { kind: 'password-too-short'; charsMin: number }
  | { kind: 'password-too-long'; charsMax: number }
  | { kind: 'password-too-common'; reason: EasyPassword }
  | TryLater
>;

export type SignInResult = Readonly<
  SignedIn<'signed-in'> | { kind: 'wrong-credentials' } | TryLater
>;

export type SessionResult = Readonly<
  | {
      kind: 'signed-in';
      accountId: AccountId;
      handle: Handle;
      expiresAtMs: number;
      /** Whether this use moved the end, so that a cookie should be set anew. */
      renewed: boolean;
    }
  | { kind: 'no-session' }
>;

/** All that is stored about an account but the hashes; times are RFC 3339 UTC. */
export type AccountExport = Readonly<{
  kind: 'account';
  accountId: AccountId;
  handle: Handle;
  createdAt: string;
  failedSignIns: number;
  sessions: readonly Readonly<{ createdAt: string; renewedAt: string }>[];
}>;

/**
 * The accounts of a cell. Whatever changes something is durable on return. Every call throws, or
 * rejects with, `AccountsError` when the store fails; it then has changed nothing but perhaps
 * counted a failed sign-in. Only one process may have the file open for writing.
 */
export type Accounts = Readonly<{
  /** Makes an account and its first session. */
  signUp(request: Credentials): Promise<SignUpResult>;
  /** Makes a session for who knows the password. */
  signIn(request: Credentials): Promise<SignInResult>;
  /** Whose token this is. Some microseconds; once a day a write. */
  session(token: string): SessionResult;
  signOut(token: string): Readonly<{ kind: 'signed-out' | 'no-session' }>;
  signOutEverywhere(accountId: string): Readonly<{ kind: 'signed-out'; sessions: number }>;
  exportOf(accountId: string): AccountExport | Readonly<{ kind: 'unknown' }>;
  /**
   * Removes an account and leaves a mark with its id. The caller then erases the person's ops and
   * calls `finishDeletion`. May be repeated until that is done.
   */
  delete(accountId: string): Readonly<
    { kind: 'deleted'; accountId: AccountId } | { kind: 'unknown' }
  >;
  /** Deletions to finish, at most 1,000 at a time; to be asked at every start. */
  pendingDeletions(): readonly AccountId[];
  /**
   * Says that the person's ops are erased. `busy` means that another process, such as a backup,
   * keeps old pages; the deletion stays pending.
   */
  finishDeletion(accountId: string): Readonly<
    { kind: 'finished' | 'not-pending' } | { kind: 'busy'; retryAfterMs: number }
  >;
  /** Takes no new work, waits for what has begun, and closes the file; may be repeated. */
  close(): Promise<void>;
}>;

export type OpenAccounts = Readonly<{
  /** Path of `accounts.db`; its folder must exist. */
  file: string;
  /** Milliseconds since 1970. */
  nowMs: () => number;
  /** Unpredictable bytes, as from `crypto.randomBytes`. */
  randomBytes: (bytes: number) => Uint8Array;
  /** How passwords are stored; argon2id unless a test wants a fast one. */
  hashPassword?: PasswordHash;
  limits?: Partial<AccountLimits>;
}>;
