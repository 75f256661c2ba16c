// The remote addresses from which accounts signed in, and the failures from there. In memory and
// bounded; what is dropped costs a person nothing but a shared delay. Rules AC22, AC26 and AC27 of
// docs/spec/accounts.md.

import type { AccountId } from './account-store.ts';
import { setLast } from './bounded-map.ts';
import { afterFailure, type Failures } from './failures.ts';
import type { Remote } from './remote.ts';

const REMOTES_PER_ACCOUNT_MAX = 5;
const NO_FAILURES: Failures = { count: 0, lastAtMs: 0 };

export type KnownRemotes = Readonly<{
  /** The failures of an account from a known address; `undefined` when it is not known. */
  failures(id: AccountId, remote: Remote): Failures | undefined;
  countFailure(id: AccountId, remote: Remote, nowMs: number): void;
  /** Notes a sign-in, which also forgets the failures from there. */
  signedIn(id: AccountId, remote: Remote): void;
  forget(id: AccountId): void;
}>;

export function createKnownRemotes(limits: { accountsMax: number }): KnownRemotes {
  const byAccount = new Map<AccountId, Map<Remote, Failures>>();

  return {
    failures: (id, remote) => byAccount.get(id)?.get(remote),

    countFailure(id, remote, nowMs) {
      const remotes = byAccount.get(id);
      const failures = remotes?.get(remote);
      if (failures !== undefined) remotes?.set(remote, afterFailure(failures, nowMs));
    },

    signedIn(id, remote) {
      const remotes = byAccount.get(id) ?? new Map<Remote, Failures>();
      setLast(remotes, remote, NO_FAILURES, REMOTES_PER_ACCOUNT_MAX);
      setLast(byAccount, id, remotes, limits.accountsMax);
    },

    forget: (id) => void byAccount.delete(id),
  };
}
