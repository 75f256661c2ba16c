// How much of everything about signing in there may be. Rules: docs/spec/accounts.md.

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
