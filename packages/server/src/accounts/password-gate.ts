// Whoever knows a password goes through here, and nobody else: hashes, and what guessing costs.
//
// Rules: docs/spec/accounts.md (AC11 to AC27).
//
// Why guessing gains nothing by haste: an attempt is counted as failed, and synced, before its hash
// begins, and is forgiven in the transaction that its success leads to.

import type { Account, AccountId } from './account-store.ts';
import type { AccountLimits } from './account-limits.ts';
import type { TryLater } from './account-results.ts';
import { AccountsError } from './accounts-error.ts';
import type { FailureStore } from './failure-store.ts';
import { failureWaitMs } from './failures.ts';
import type { Handle } from './handle.ts';
import { createHashQueue, type HashQueue } from './hash-queue.ts';
import { createKnownRemotes, type KnownRemotes } from './known-remotes.ts';
import { SALT_BYTES, type PasswordHash } from './password-hash.ts';
import { remoteOf } from './remote.ts';
import { createTokenBuckets, type TokenBuckets } from './token-buckets.ts';

/** In this time the hashes that wait are done, on one slow core. */
export const BUSY_RETRY_AFTER_MS = 2_000;

export type Attempt = Readonly<{
  handle: Handle;
  /** Whose handle it is, if anybody's. */
  account: Account | undefined;
  /** Normalised. */
  password: string;
  remote: string;
}>;

export type Proof = Readonly<
  /** `forgive` belongs into the transaction that follows. */
  | { kind: 'right'; account: Account; forgive: () => void; nextHash: string | undefined }
  | { kind: 'wrong-credentials' }
  | TryLater
>;

export type PasswordGateParts = Readonly<{
  failures: FailureStore;
  limits: AccountLimits;
  passwordHash: PasswordHash;
  nowMs: () => number;
  randomBytes: (bytes: number) => Uint8Array;
}>;

export class PasswordGate {
  readonly #parts: PasswordGateParts;
  readonly #hashes: HashQueue;
  readonly #knownRemotes: KnownRemotes;
  readonly #buckets: Readonly<Record<'sign-in' | 'sign-up', TokenBuckets>>;

  constructor(parts: PasswordGateParts) {
    this.#parts = parts;
    const { limits } = parts;
    const bucketsMax = limits.remotesMax;
    this.#hashes = createHashQueue(limits);
    this.#knownRemotes = createKnownRemotes({ accountsMax: limits.knownAccountsMax });
    this.#buckets = {
      'sign-in': createTokenBuckets({
        burst: limits.signInBurst,
        everyMs: limits.signInEveryMs,
        bucketsMax,
      }),
      'sign-up': createTokenBuckets({
        burst: limits.signUpBurst,
        everyMs: limits.signUpEveryMs,
        bucketsMax,
      }),
    };
  }

  /** Why nothing can begin now; takes a token of the remote address when something can. */
  refusal(what: 'sign-in' | 'sign-up', remote: string): TryLater | undefined {
    if (!this.#hashes.hasRoom()) return { kind: 'busy', retryAfterMs: BUSY_RETRY_AFTER_MS };
    const waitMs = this.#buckets[what].take(remoteOf(remote), this.#parts.nowMs());
    return waitMs > 0 ? { kind: 'rate-limited', retryAfterMs: waitMs } : undefined;
  }

  /** The form in which a password is stored. There must be room: see `refusal`. */
  hash(password: string): Promise<string> {
    const salt = this.#parts.randomBytes(SALT_BYTES);
    return this.#run(() => this.#parts.passwordHash.hash(password, salt));
  }

  /** Whether a password is that of a handle; hashes the one that is to follow it, if any. */
  async prove(attempt: Attempt, next?: string): Promise<Proof> {
    const { handle, account, password, remote: address } = attempt;
    const { failures, nowMs } = this.#parts;
    const remote = remoteOf(address);
    const known = account && this.#knownRemotes.failures(account.id, remote);
    const failed = known ?? failures.failures(handle);
    const waitMs = failed === undefined ? 0 : failureWaitMs(failed, nowMs());
    if (waitMs > 0) return { kind: 'rate-limited', retryAfterMs: waitMs };
    const refusal = this.refusal('sign-in', address);
    if (refusal !== undefined) return refusal;

    if (account === undefined || known === undefined) failures.count(handle, nowMs());
    else this.#knownRemotes.countFailure(account.id, remote, nowMs());
    if (account === undefined) {
      // Thrown away: it only makes an unknown handle take as long as a known one.
      await this.hash(password);
      return { kind: 'wrong-credentials' };
    }
    const { isRight, nextHash } = await this.#run(() => this.#match(account, password, next));
    if (!isRight) return { kind: 'wrong-credentials' };
    const forgive = (): void => {
      if (known === undefined) failures.forget(handle);
    };
    return { kind: 'right', account, forgive, nextHash };
  }

  /** Both hashes in one place of the queue, because nobody promises a second one. */
  async #match({ passwordHash: stored }: Account, password: string, next: string | undefined) {
    const { passwordHash, randomBytes } = this.#parts;
    const isRight = await passwordHash.matches(stored, password);
    if (!isRight || next === undefined) return { isRight, nextHash: undefined };
    return { isRight, nextHash: await passwordHash.hash(next, randomBytes(SALT_BYTES)) };
  }

  /** An account has signed in from an address, which also forgets the failures from there. */
  signedIn(id: AccountId, remote: string): void {
    this.#knownRemotes.signedIn(id, remoteOf(remote));
  }

  forget(id: AccountId): void {
    this.#knownRemotes.forget(id);
  }

  async #run<Result>(task: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#hashes.run(task);
    } catch {
      // Without its cause: what hashes a password might quote it.
      throw new AccountsError('accounts-hashing');
    }
  }
}
