// How the calls of an account store end. Rules: docs/spec/accounts.md.

import type { AccountId } from './account-store.ts';
import type { Handle, HandleFault } from './handle.ts';
import type { EasyPassword } from './password.ts';

/** A session as its owner gets it, once: only the token's hash is stored. */
export type IssuedSession = Readonly<{ token: string; expiresAtMs: number }>;

type SignedIn<Kind> = Readonly<{
  kind: Kind;
  accountId: AccountId;
  handle: Handle;
  session: IssuedSession;
}>;

/** Nothing was changed; the same call may succeed after the wait. */
export type TryLater = Readonly<{ kind: 'rate-limited' | 'busy'; retryAfterMs: number }>;

/** Why a password cannot be one; nothing was changed. */
export type PasswordFault = Readonly<
  | { kind: 'password-too-short'; charsMin: number }
  | { kind: 'password-too-long'; charsMax: number }
  | { kind: 'password-too-common'; reason: EasyPassword }
>;

export type SignUpResult = Readonly<
  | SignedIn<'signed-up'>
  | { kind: 'handle-taken' }
  | { kind: 'handle-invalid'; reason: HandleFault }
  | PasswordFault
  | TryLater
>;

export type SignInResult = Readonly<
  SignedIn<'signed-in'> | { kind: 'wrong-credentials' } | TryLater
>;

export type PasswordChange = Readonly<
  | { kind: 'changed'; sessionsEnded: number }
  | { kind: 'no-session' }
  | { kind: 'wrong-credentials' }
  | PasswordFault
  | TryLater
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

/** A session as its owner may see it: it cannot be used by what is in here. */
export type ListedSession = Readonly<{
  id: string;
  createdAtMs: number;
  /** When it was used last, at most a day too early. */
  renewedAtMs: number;
  expiresAtMs: number;
  /** Whether it is the one that asks. */
  isCurrent: boolean;
}>;

/** What is stored about an account beside its hashes, its sessions and what it wrote. */
export type AccountExport = Readonly<{
  kind: 'account';
  accountId: AccountId;
  handle: Handle;
  createdAtMs: number;
  failedSignIns: number;
}>;
