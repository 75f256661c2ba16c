// The accounts of one cell: who a person is, proved by a password or by a session token.
//
// Rules: docs/spec/accounts.md (AC1 to AC56).
//
// Why it is safe: a password exists only as argon2id and a token only as SHA-256, so the file gives
// neither away. An attempt is counted as failed and synced before its hash begins, so sending many
// at once or crashing the process gains no guess. Between two awaits nothing else runs, and what
// was true before a hash is asked again in the transaction after it.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { ValueSeal } from '../at-rest/copy-keys.ts';
import {
  createAccountStore,
  SESSION_LIFE_MS,
  type Account,
  type AccountId,
  type AccountStore,
  type TokenHash,
} from './account-store.ts';
import type {
  AccountExport,
  IssuedSession,
  ListedSession,
  PasswordChange,
  PasswordFault,
  SessionResult,
  SignInResult,
  SignUpResult,
  TryLater,
} from './account-results.ts';
import { ACCOUNT_LIMITS, type AccountLimits } from './account-limits.ts';
import { AccountsError, accountsErrorOf } from './accounts-error.ts';
import { createChangeLog, type ChangeLog } from './change-log.ts';
import { openDatabase } from './database.ts';
import { createFailureStore, type FailureStore } from './failure-store.ts';
import { parseHandle, parseNewHandle, type Handle } from './handle.ts';
import { BUSY_RETRY_AFTER_MS, PasswordGate } from './password-gate.ts';
import { ARGON2ID, type PasswordHash } from './password-hash.ts';
import { loadCommonPasswords, parsePassword, whyEasy } from './password.ts';
import { createPublished, type PublicChanges, type Published } from '../people/published.ts';
import { ID_PREFIXES, type Kind } from '../people/kinds.ts';
import type { Author } from '../people/writing.ts';
import { createWritings, type Writings } from '../people/writings.ts';

const ACCOUNT_ID_BYTES = 16;
const TOKEN_BYTES = 32;
const SESSION_NAME_CHARS = 22;
const TOKEN_PATTERN = /^hft_[A-Za-z0-9_-]{43}$/;
/** A session is renewed at most so often, to save a write with every request. */
const RENEWAL_PAUSE_MS = 86_400_000;

export type Credentials = Readonly<{
  handle: string;
  password: string;
  /** Address of the person's device, as the gateway sees it. */
  remote: string;
}>;

export type NewPassword = Readonly<{
  token: string;
  current: string;
  next: string;
  remote: string;
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
  /**
   * Changes the password of whoever has the token and the current one, and ends all their other
   * sessions. A wrong current one counts as a failed sign-in.
   */
  changePassword(request: NewPassword): Promise<PasswordChange>;
  /** Why nobody may sign in by a passkey now; takes a token of the address when somebody may. */
  passkeyRefusal(remote: string): TryLater | undefined;
  /** Makes a session for who proved otherwise who they are. */
  signInProven(accountId: string, remote: string): SignInResult;
  /** The sessions of whoever has the token, in the order in which they began. */
  sessions(token: string): readonly ListedSession[] | undefined;
  /** Ends a session of whoever has the token. */
  endSession(token: string, id: string): Readonly<{ kind: 'ended' | 'unknown' | 'no-session' }>;
  /** Whose token this is. Some microseconds; once a day a write. */
  session(token: string): SessionResult;
  signOut(token: string): Readonly<{ kind: 'signed-out' | 'no-session' }>;
  signOutEverywhere(accountId: string): Readonly<{ kind: 'signed-out'; sessions: number }>;
  exportOf(accountId: string): AccountExport | Readonly<{ kind: 'unknown' }>;
  /**
   * Removes an account and leaves a mark with its id. The caller then erases the person's ops and
   * calls `finishDeletion`. May be repeated until that is done.
   */
  delete(
    accountId: string,
  ): Readonly<{ kind: 'deleted'; accountId: AccountId } | { kind: 'unknown' }>;
  /** Deletions to finish, at most 1,000 at a time; to be asked at every start. */
  pendingDeletions(): readonly AccountId[];
  /**
   * Says that the person's ops are erased. `busy` means that another process, such as a backup,
   * keeps old pages, or that the accounts are frozen; the deletion stays pending.
   */
  finishDeletion(
    accountId: string,
  ): Readonly<{ kind: 'finished' | 'not-pending' } | { kind: 'busy'; retryAfterMs: number }>;
  /** What a second party needs to hold the same rows. */
  readonly log: ChangeLog;
  /** What the people have written; changed under the same rules as their accounts. */
  readonly writings: Omit<Writings, 'removeAllOf'>;
  /** What of it is public, as far as it changed after a number. */
  publicAfter(changeNo: number): PublicChanges;
  /** What an account is called, and since when. */
  authorOf(accountId: string): Author | undefined;
  /**
   * From now on nothing but `log` changes a row that is replicated: calls that would throw
   * `accounts-frozen`, sessions are not renewed, and deletions stay pending. May be repeated.
   */
  freeze(): void;
  /** Takes changes again; may be repeated. */
  thaw(): void;
  /** Takes no new work, waits for what has begun, and closes the file; may be repeated. */
  close(): Promise<void>;
}>;

export type OpenAccounts = Readonly<{
  /** Path of `accounts.db`; its folder must exist. */
  file: string;
  /** Seals what says something about a person. */
  values: ValueSeal;
  /** Milliseconds since 1970. */
  nowMs: () => number;
  /** Unpredictable bytes, as from `crypto.randomBytes`. */
  randomBytes: (bytes: number) => Uint8Array;
  /** How passwords are stored; argon2id unless a test wants a fast one. */
  hashPassword?: PasswordHash;
  limits?: Partial<AccountLimits>;
}>;

/**
 * Opens the account store and makes the file where there is none. Throws `AccountsError` when the
 * file cannot be used safely.
 */
export function openAccounts(options: OpenAccounts): Accounts {
  return new SqliteAccounts(options);
}

class SqliteAccounts implements Accounts {
  readonly #nowMs: () => number;
  readonly #randomBytes: (bytes: number) => Uint8Array;
  readonly #commonPasswords: ReadonlySet<string>;
  readonly #db: DatabaseSync;
  readonly #failures: FailureStore;
  readonly #store: AccountStore;
  readonly #gate: PasswordGate;
  readonly #begun = new Set<Promise<unknown>>();
  readonly log: ChangeLog;
  readonly writings: Accounts['writings'];
  readonly #published: Published;
  #isFrozen = false;
  #closing: Promise<void> | undefined;

  constructor(options: OpenAccounts) {
    const limits = { ...ACCOUNT_LIMITS, ...options.limits };
    this.#nowMs = options.nowMs;
    this.#randomBytes = options.randomBytes;
    this.#commonPasswords = loadCommonPasswords();
    this.#db = openDatabase(options.file, options.values);
    this.#failures = createFailureStore(this.#db, limits);
    const writings = createWritings(this.#db, { nowMs: this.#nowMs, newId: this.#newId });
    this.writings = this.#guarded(writings);
    this.#store = createAccountStore(this.#db, this.#failures, writings);
    const log = createChangeLog(this.#db);
    this.#published = createPublished(this.#db, log.head, this.#author);
    this.log = {
      head: () => this.#guard(() => log.head()),
      changesAfter: (changeNo) => this.#guard(() => log.changesAfter(changeNo)),
      take: (changes) => this.#guard(() => log.take(changes)),
      startAnew: () => this.#guard(() => log.startAnew()),
    };
    const { nowMs, randomBytes, hashPassword: passwordHash = ARGON2ID } = options;
    const failures = this.#failures;
    this.#gate = new PasswordGate({ failures, limits, passwordHash, nowMs, randomBytes });
  }

  signUp(request: Credentials): Promise<SignUpResult> {
    return this.#begin(() => this.#signUp(request));
  }

  signIn(request: Credentials): Promise<SignInResult> {
    return this.#begin(() => this.#signIn(request));
  }

  changePassword(request: NewPassword): Promise<PasswordChange> {
    return this.#begin(() => this.#changePassword(request));
  }

  passkeyRefusal(remote: string): TryLater | undefined {
    return this.#gate.refusal('sign-in', remote);
  }

  signInProven(accountId: string, remote: string): SignInResult {
    return this.#change(() => {
      const account = this.#store.accountById(accountId);
      if (account === undefined) return { kind: 'wrong-credentials' };
      return this.#enter(account, remote, () => undefined);
    });
  }

  session(token: string): SessionResult {
    return this.#guard(() => {
      const tokenHash = tokenHashOf(token);
      const session = tokenHash && this.#store.sessionByToken(tokenHash);
      if (tokenHash === undefined || session === undefined) return { kind: 'no-session' };
      const nowMs = this.#nowMs();
      const ageMs = nowMs - session.renewedAtMs;
      if (ageMs >= SESSION_LIFE_MS) return { kind: 'no-session' };
      const renewed = ageMs >= RENEWAL_PAUSE_MS && !this.#isFrozen;
      if (renewed) this.#store.renewSession(tokenHash, nowMs);
      const expiresAtMs = (renewed ? nowMs : session.renewedAtMs) + SESSION_LIFE_MS;
      const { accountId, handle } = session;
      return { kind: 'signed-in', accountId, handle, expiresAtMs, renewed };
    });
  }

  signOut(token: string): ReturnType<Accounts['signOut']> {
    return this.#change(() => {
      const tokenHash = tokenHashOf(token);
      const ended = tokenHash !== undefined && this.#store.endSession(tokenHash);
      return { kind: ended ? 'signed-out' : 'no-session' };
    });
  }

  sessions(token: string): readonly ListedSession[] | undefined {
    return this.#guard(() => {
      const found = this.session(token);
      if (found.kind === 'no-session') return undefined;
      const current = tokenHashOf(token);
      const nowMs = this.#nowMs();
      return this.#store.sessionsOf(found.accountId).flatMap((session) => {
        const { createdAtMs, renewedAtMs, tokenHash } = session;
        const expiresAtMs = renewedAtMs + SESSION_LIFE_MS;
        if (expiresAtMs <= nowMs) return [];
        const isCurrent = current !== undefined && Buffer.compare(current, tokenHash) === 0;
        const id = sessionName(tokenHash);
        return { id, createdAtMs, renewedAtMs, expiresAtMs, isCurrent };
      });
    });
  }

  endSession(token: string, id: string): ReturnType<Accounts['endSession']> {
    return this.#change(() => {
      const found = this.session(token);
      if (found.kind === 'no-session') return { kind: 'no-session' };
      const named = this.#store
        .sessionsOf(found.accountId)
        .find(({ tokenHash }) => sessionName(tokenHash) === id);
      if (named === undefined) return { kind: 'unknown' };
      this.#store.endSession(named.tokenHash);
      return { kind: 'ended' };
    });
  }

  signOutEverywhere(accountId: string): ReturnType<Accounts['signOutEverywhere']> {
    return this.#change(() => {
      return { kind: 'signed-out', sessions: this.#store.endSessions(accountId) };
    });
  }

  exportOf(accountId: string): ReturnType<Accounts['exportOf']> {
    return this.#guard(() => {
      const account = this.#store.accountById(accountId);
      if (account === undefined) return { kind: 'unknown' };
      const { id, handle, createdAtMs } = account;
      const failedSignIns = this.#failures.failures(handle)?.count ?? 0;
      return { kind: 'account', accountId: id, handle, createdAtMs, failedSignIns };
    });
  }

  delete(accountId: string): ReturnType<Accounts['delete']> {
    return this.#change(() => {
      const account = this.#store.accountById(accountId);
      if (account !== undefined) {
        this.#store.deleteAccount(account);
        this.#gate.forget(account.id);
        return { kind: 'deleted', accountId: account.id };
      }
      const pending = this.#store.pendingDeletion(accountId);
      return pending === undefined ? { kind: 'unknown' } : { kind: 'deleted', accountId: pending };
    });
  }

  pendingDeletions(): readonly AccountId[] {
    return this.#guard(() => this.#store.pendingDeletions());
  }

  finishDeletion(accountId: string): ReturnType<Accounts['finishDeletion']> {
    return this.#guard(() => {
      const pending = this.#store.pendingDeletion(accountId);
      if (pending === undefined) return { kind: 'not-pending' };
      if (!this.#isFrozen && this.#store.finishDeletion(pending)) return { kind: 'finished' };
      return { kind: 'busy', retryAfterMs: BUSY_RETRY_AFTER_MS };
    });
  }

  publicAfter(changeNo: number): PublicChanges {
    return this.#guard(() => this.#published(changeNo));
  }

  authorOf(accountId: string): Author | undefined {
    return this.#guard(() => this.#author(accountId));
  }

  readonly #author = (accountId: string): Author | undefined => {
    const account = this.#store.accountById(accountId);
    return account && { handle: account.handle, sinceMs: account.createdAtMs };
  };

  readonly #newId = (kind: Kind): string =>
    `${ID_PREFIXES[kind]}_${base64url(this.#randomBytes(ACCOUNT_ID_BYTES))}`;

  #guarded(writings: Writings): Accounts['writings'] {
    return {
      get: (id) => this.#guard(() => writings.get(id)),
      find: (...asked) => this.#guard(() => writings.find(...asked)),
      of: (...asked) => this.#guard(() => writings.of(...asked)),
      about: (...asked) => this.#guard(() => writings.about(...asked)),
      all: (...asked) => this.#guard(() => writings.all(...asked)),
      tally: (name) => this.#guard(() => writings.tally(name)),
      history: (...asked) => this.#guard(() => writings.history(...asked)),
      change: (change) => this.#change(() => writings.change(change)),
    };
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  thaw(): void {
    this.#isFrozen = false;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#begun);
    this.#db.close();
  }

  async #signUp({ handle: wanted, password, remote }: Credentials): Promise<SignUpResult> {
    const parsed = parseNewHandle(wanted);
    if (parsed.kind !== 'handle') return parsed;
    const { handle } = parsed;
    const secret = this.#newPassword(password, handle);
    if (secret.kind !== 'password') return secret;
    if (this.#store.accountByHandle(handle) !== undefined) return { kind: 'handle-taken' };
    const refusal = this.#gate.refusal('sign-up', remote);
    if (refusal !== undefined) return refusal;
    const passwordHash = await this.#gate.hash(secret.password);

    const id = `acc_${base64url(this.#randomBytes(ACCOUNT_ID_BYTES))}` as AccountId;
    const createdAtMs = this.#nowMs();
    const { session, tokenHash } = this.#newSession(createdAtMs);
    this.#assertThawed();
    const added = this.#store.addAccount({ id, handle, passwordHash, createdAtMs }, tokenHash);
    // Somebody may have taken the handle while the password was hashed.
    if (!added) return { kind: 'handle-taken' };
    this.#gate.signedIn(id, remote);
    return { kind: 'signed-up', accountId: id, handle, session };
  }

  #newPassword(
    text: string,
    handle: Handle,
  ): Readonly<{ kind: 'password'; password: string }> | PasswordFault {
    const secret = parsePassword(text);
    if (secret.kind !== 'password') return secret;
    const reason = whyEasy(secret.password, handle, this.#commonPasswords);
    return reason === undefined ? secret : { kind: 'password-too-common', reason };
  }

  async #signIn({ handle: wanted, password, remote }: Credentials): Promise<SignInResult> {
    const parsed = parseHandle(wanted);
    const secret = parsePassword(password);
    if (parsed.kind !== 'handle' || secret.kind !== 'password') {
      return { kind: 'wrong-credentials' };
    }
    const { handle } = parsed;
    const account = this.#store.accountByHandle(handle);
    const proof = await this.#gate.prove({ handle, account, password: secret.password, remote });
    if (proof.kind !== 'right') return proof;
    const { forgive } = proof;
    return this.#enter(proof.account, remote, forgive);
  }

  /** Makes a session for an account that is proven to be theirs. */
  #enter(account: Account, remote: string, beforehand: () => void): SignInResult {
    const { id, handle } = account;
    const nowMs = this.#nowMs();
    const { session, tokenHash } = this.#newSession(nowMs);
    this.#assertThawed();
    const added = this.#store.addSession(account, tokenHash, nowMs, beforehand);
    // The account may have gone, or got another password, while the proof was looked at.
    if (!added) return { kind: 'wrong-credentials' };
    this.#gate.signedIn(id, remote);
    return { kind: 'signed-in', accountId: id, handle, session };
  }

  async #changePassword({ token, current, next, remote }: NewPassword): Promise<PasswordChange> {
    const tokenHash = tokenHashOf(token);
    const session = this.session(token);
    if (tokenHash === undefined || session.kind === 'no-session') return { kind: 'no-session' };
    const { accountId, handle } = session;
    const secret = this.#newPassword(next, handle);
    if (secret.kind !== 'password') return secret;
    const proven = parsePassword(current);
    if (proven.kind !== 'password') return { kind: 'wrong-credentials' };
    const account = this.#store.accountById(accountId);
    const attempt = { handle, account, password: proven.password, remote };
    const proof = await this.#gate.prove(attempt, secret.password);
    if (proof.kind !== 'right') return proof;
    const { account: before, forgive, nextHash } = proof;
    assert(nextHash !== undefined, 'the next password was hashed with the proof');
    this.#assertThawed();
    // Another change, or the end of the session, may have come while passwords were hashed.
    const ended = this.#store.changePassword(before, nextHash, tokenHash, forgive);
    if (ended !== undefined) this.#gate.signedIn(accountId, remote);
    return ended === undefined ? { kind: 'no-session' } : { kind: 'changed', sessionsEnded: ended };
  }

  #newSession(nowMs: number): { session: IssuedSession; tokenHash: TokenHash } {
    const token = `hft_${base64url(this.#randomBytes(TOKEN_BYTES))}`;
    const session = { token, expiresAtMs: nowMs + SESSION_LIFE_MS };
    return { session, tokenHash: sha256(token) };
  }

  #assertThawed(): void {
    if (this.#isFrozen) throw new AccountsError('accounts-frozen');
  }

  async #begin<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) throw new AccountsError('accounts-closed');
    this.#assertThawed();
    const done = work();
    this.#begun.add(done);
    try {
      return await done;
    } catch (cause) {
      throw accountsErrorOf(cause);
    } finally {
      this.#begun.delete(done);
    }
  }

  #change<Result>(call: () => Result): Result {
    this.#assertThawed();
    return this.#guard(call);
  }

  #guard<Result>(call: () => Result): Result {
    if (this.#closing !== undefined) throw new AccountsError('accounts-closed');
    try {
      return call();
    } catch (cause) {
      throw accountsErrorOf(cause);
    }
  }
}

function tokenHashOf(token: string): TokenHash | undefined {
  return TOKEN_PATTERN.test(token) ? sha256(token) : undefined;
}

function sha256(token: string): TokenHash {
  return hash('sha256', token, 'buffer') as Uint8Array as TokenHash;
}

/** Names a session to its owner; nothing can be done with it but to end the session. */
function sessionName(tokenHash: TokenHash): string {
  return `ses_${hash('sha256', tokenHash, 'base64url').slice(0, SESSION_NAME_CHARS)}`;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
