// The rows of `accounts.db`: accounts, their sessions and the marks of deletion. Synchronous.
// Rules AC4, AC31, AC33, AC35 and AC37 of docs/spec/accounts.md.
//
// Why deleting leaves nothing: with secure_delete SQLite overwrites what it deletes, but older
// pages stay in the write-ahead log until that is emptied. So a deletion is finished only after
// the log was emptied, and its mark stays until then.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { AccountsError } from './accounts-error.ts';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { emptyWriteAheadLog } from './database.ts';
import type { Writings } from '../people/writings.ts';
import type { FailureStore } from './failure-store.ts';
import type { Handle } from './handle.ts';

/** A session ends so long after it was last renewed. */
export const SESSION_LIFE_MS = 30 * 86_400_000;
const SESSIONS_PER_ACCOUNT_MAX = 20;
/** Sessions that have run out which each new session removes at most. */
const CLEANED_ROWS_MAX = 20;
/** Marks of deletion in one answer. */
const DELETIONS_LISTED_MAX = 1_000;

declare const brand: unique symbol;
/** Names an account for ever; says nothing about the person. */
export type AccountId = string & { readonly [brand]: 'AccountId' };
/** SHA-256 of a session token. */
export type TokenHash = Uint8Array & { readonly [brand]: 'TokenHash' };

export type Account = Readonly<{
  id: AccountId;
  handle: Handle;
  passwordHash: string;
  createdAtMs: number;
}>;

export type Session = Readonly<{
  accountId: AccountId;
  handle: Handle;
  createdAtMs: number;
  renewedAtMs: number;
  tokenHash: TokenHash;
}>;

/** Every change is durable on return. Errors are those of SQLite. */
export type AccountStore = Readonly<{
  accountByHandle(handle: Handle): Account | undefined;
  accountById(id: string): Account | undefined;
  /** Adds an account with its first session; false when the handle is taken. */
  addAccount(account: Account, tokenHash: TokenHash): boolean;
  /** Adds a session unless the account as proven is no more; `beforehand` is in its transaction. */
  addSession(proven: Account, tokenHash: TokenHash, nowMs: number, beforehand: () => void): boolean;
  sessionByToken(tokenHash: TokenHash): Session | undefined;
  sessionsOf(id: AccountId): readonly Session[];
  renewSession(tokenHash: TokenHash, nowMs: number): void;
  endSession(tokenHash: TokenHash): boolean;
  /**
   * Changes the password and ends all sessions but one, unless that one or the password that was
   * proven is no more; returns how many were ended. `beforehand` is in the same transaction.
   */
  changePassword(
    proven: Account,
    passwordHash: string,
    kept: TokenHash,
    beforehand: () => void,
  ): number | undefined;
  /** Ends all sessions of an account and returns how many there were. */
  endSessions(id: string): number;
  /** Replaces all rows of an account by a mark of deletion. */
  deleteAccount(account: Account): void;
  /** The id again when its deletion is not finished. */
  pendingDeletion(id: string): AccountId | undefined;
  pendingDeletions(): readonly AccountId[];
  /** Removes the mark once no trace is left; false when another process holds on to the file. */
  finishDeletion(id: AccountId): boolean;
}>;

export function createAccountStore(
  db: DatabaseSync,
  failures: FailureStore,
  writings: Pick<Writings, 'removeAllOf'>,
): AccountStore {
  const sql = prepareStatements(db);

  const insertSession = (id: AccountId, tokenHash: TokenHash, nowMs: number): void => {
    sql.cleanSessions.run(nowMs - SESSION_LIFE_MS, CLEANED_ROWS_MAX);
    // First, so that a session which has run out never ends one that is in use.
    sql.endRunOutSessions.run(id, nowMs - SESSION_LIFE_MS);
    sql.insertSession.run(id, tokenHash, nowMs, nowMs);
    sql.endOldestSessions.run(id, id, SESSIONS_PER_ACCOUNT_MAX);
  };

  return {
    accountByHandle: (handle) => accountOf(sql.accountByHandle.get(handle)),
    accountById: (id) => accountOf(sql.accountById.get(id)),

    addAccount: ({ id, handle, passwordHash, createdAtMs }, tokenHash) =>
      transaction(db, () => {
        const { changes } = sql.insertAccount.run(id, handle, passwordHash, createdAtMs);
        if (changes === 0) return false;
        insertSession(id, tokenHash, createdAtMs);
        return true;
      }),

    addSession: ({ id, passwordHash: proven }, tokenHash, nowMs, beforehand) =>
      transaction(db, () => {
        if (accountOf(sql.accountById.get(id))?.passwordHash !== proven) return false;
        beforehand();
        insertSession(id, tokenHash, nowMs);
        return true;
      }),

    sessionByToken: (tokenHash) => sessionsIn([sql.sessionByToken.get(tokenHash)])[0],
    sessionsOf: (id) => sessionsIn(sql.sessionsOf.all(id)),
    renewSession: (tokenHash, nowMs) => void sql.renewSession.run(nowMs, tokenHash),
    endSession: (tokenHash) => sql.endSession.run(tokenHash).changes > 0,
    changePassword: ({ id, passwordHash: proven }, passwordHash, kept, beforehand) =>
      transaction(db, () => {
        const account = accountOf(sql.accountById.get(id));
        const isKept = sql.sessionByToken.get(kept) !== undefined;
        if (account?.passwordHash !== proven || !isKept) return undefined;
        beforehand();
        sql.changePassword.run(id, passwordHash);
        return Number(sql.endOtherSessions.run(id, kept).changes);
      }),
    endSessions: (id) => Number(sql.endSessions.run(id).changes),

    deleteAccount({ id, handle }) {
      transaction(db, () => {
        // First, so that a follower which got a part of this is told to finish it (AC51).
        sql.markDeletion.run(id);
        sql.endSessions.run(id);
        failures.forget(handle);
        writings.removeAllOf(id);
        sql.deleteAccount.run(id);
      });
      // Early, for the sake of the person; `finishDeletion` insists on it.
      emptyWriteAheadLog(db);
    },

    pendingDeletion: (id) => accountIdsIn([sql.pendingDeletion.get(id)])[0],
    pendingDeletions: () => accountIdsIn(sql.pendingDeletions.all(DELETIONS_LISTED_MAX)),

    finishDeletion(id) {
      if (!emptyWriteAheadLog(db)) return false;
      sql.unmarkDeletion.run(id);
      return true;
    },
  };
}

function prepareStatements(db: DatabaseSync) {
  const account = `SELECT id, open_value('handle', id, handle) AS handle,
    open_value('password_hash', id, password_hash) AS password_hash, created_at_ms FROM accounts`;
  const session = `SELECT account_id, open_value('handle', a.id, a.handle) AS handle,
    s.created_at_ms, renewed_at_ms, token_hash FROM sessions s JOIN accounts a ON a.id = s.account_id`;
  return {
    accountByHandle: db.prepare(`${account} WHERE handle_index = index_value(?)`),
    accountById: db.prepare(`${account} WHERE id = ?`),
    insertAccount: db.prepare(
      `INSERT INTO accounts (id, handle, handle_index, password_hash, created_at_ms)
       VALUES (?1, seal_value('handle', ?1, ?2), index_value(?2),
         seal_value('password_hash', ?1, ?3), ?4)
       ON CONFLICT (handle_index) DO NOTHING`,
    ),
    deleteAccount: db.prepare('DELETE FROM accounts WHERE id = ?'),
    insertSession: db.prepare(
      `INSERT INTO sessions (account_id, token_hash, created_at_ms, renewed_at_ms)
       VALUES (?, ?, ?, ?)`,
    ),
    sessionByToken: db.prepare(`${session} WHERE token_hash = ?`),
    sessionsOf: db.prepare(`${session} WHERE account_id = ? ORDER BY n`),
    renewSession: db.prepare('UPDATE sessions SET renewed_at_ms = ? WHERE token_hash = ?'),
    endSession: db.prepare('DELETE FROM sessions WHERE token_hash = ?'),
    endSessions: db.prepare('DELETE FROM sessions WHERE account_id = ?'),
    endOtherSessions: db.prepare('DELETE FROM sessions WHERE account_id = ? AND token_hash <> ?'),
    changePassword: db.prepare(
      `UPDATE accounts SET password_hash = seal_value('password_hash', ?1, ?2) WHERE id = ?1`,
    ),
    endRunOutSessions: db.prepare(
      'DELETE FROM sessions WHERE account_id = ? AND renewed_at_ms <= ?',
    ),
    endOldestSessions: db.prepare(
      `DELETE FROM sessions WHERE account_id = ? AND n NOT IN (
         SELECT n FROM sessions WHERE account_id = ? ORDER BY n DESC LIMIT ?)`,
    ),
    cleanSessions: db.prepare(
      `DELETE FROM sessions WHERE n IN (
         SELECT n FROM sessions WHERE renewed_at_ms <= ? ORDER BY renewed_at_ms LIMIT ?)`,
    ),
    markDeletion: db.prepare('INSERT OR IGNORE INTO deletions (account_id) VALUES (?)'),
    unmarkDeletion: db.prepare('DELETE FROM deletions WHERE account_id = ?'),
    pendingDeletion: db.prepare('SELECT account_id FROM deletions WHERE account_id = ?'),
    pendingDeletions: db.prepare('SELECT account_id FROM deletions ORDER BY account_id LIMIT ?'),
  };
}

type Row = Record<string, SQLOutputValue>;

// The casts below are the edge: these columns are written by this file, from these types, and by the
// change log, which has checked each value against its column.

function accountOf(row: Row | undefined): Account | undefined {
  if (row === undefined) return undefined;
  return {
    id: text(row, 'id') as AccountId,
    handle: text(row, 'handle') as Handle,
    passwordHash: text(row, 'password_hash'),
    createdAtMs: Number(row['created_at_ms']),
  };
}

function sessionsIn(rows: readonly (Row | undefined)[]): readonly Session[] {
  return rows.flatMap((row) =>
    row === undefined
      ? []
      : {
          accountId: text(row, 'account_id') as AccountId,
          handle: text(row, 'handle') as Handle,
          createdAtMs: Number(row['created_at_ms']),
          renewedAtMs: Number(row['renewed_at_ms']),
          tokenHash: tokenHashIn(row),
        },
  );
}

function tokenHashIn(row: Row): TokenHash {
  const value = row['token_hash'];
  if (!(value instanceof Uint8Array)) throw new AccountsError('accounts-corrupt');
  return value as TokenHash;
}

function accountIdsIn(rows: readonly (Row | undefined)[]): readonly AccountId[] {
  return rows.flatMap((row) => (row === undefined ? [] : (text(row, 'account_id') as AccountId)));
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new AccountsError('accounts-corrupt');
  return value;
}
