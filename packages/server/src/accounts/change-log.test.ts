import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD, HOME, settle, signIn, signUp, useAccounts } from './accounts.fixture.ts';
import {
  accountOf,
  bytesIn,
  catchUp,
  handleOf,
  idOf,
  openFile,
  rowsIn,
  START_MS,
  tokenOf,
} from './change-log.fixture.ts';
import type { AccountFile } from './change-log.fixture.ts';
import { emptyDraft } from '../people/draft.ts';
import { followersTally } from '../people/tally-names.ts';
import { GONE_KEPT_CHANGES } from './change-log-schema.ts';
import { CHANGED_ROWS_MAX } from './replicated-rows.ts';

let owner: AccountFile;
let follower: AccountFile;

beforeEach(() => {
  owner = openFile();
  follower = openFile();
});
afterEach(() => {
  owner.close();
  follower.close();
});

const add = (n: number, file = owner): void => void file.store.addAccount(accountOf(n), tokenOf(n));

describe('the change log', () => {
  test('AC44: a row that changed often is there once, with its newest number', () => {
    add(1);
    for (let day = 1; day <= 5; day += 1) owner.store.renewSession(tokenOf(1), START_MS + day);
    const { rows, head } = owner.log.changesAfter(0);
    expect(rows.map(({ changeNo }) => changeNo)).toEqual([1, 7]);
    expect(head.changeNo).toBe(7);
  });

  test('AC50: a failed attempt has no number, and every owner counts its own', () => {
    add(1);
    const before = owner.log.head();
    const count = 'INSERT INTO failures (handle_index, count, last_at_ms) VALUES (?, 3, ?)';
    owner.db.prepare(count).run(tokenOf(9), START_MS);
    expect(owner.log.head()).toEqual(before);
    catchUp(owner, follower);
    expect(rowsIn(follower)).toEqual(rowsIn(owner));
    expect(follower.db.prepare('SELECT count(*) AS n FROM failures').get()).toEqual({ n: 0 });
  });

  test('AC44: what was rolled back has no number', () => {
    owner.db.exec('BEGIN');
    owner.db.prepare('INSERT INTO deletions (account_id) VALUES (?)').run(idOf(1));
    owner.db.exec('ROLLBACK');
    expect(owner.log.changesAfter(0)).toMatchObject({ rows: [], head: { changeNo: 0 } });
  });

  test('AC45: nothing that names an account outlives it', () => {
    add(1);
    owner.store.deleteAccount(accountOf(1));
    owner.store.finishDeletion(idOf(1));
    owner.log.head();
    expect(owner.log.changesAfter(0).rows.map(({ kind }) => kind)).toEqual([
      'gone',
      'gone',
      'gone',
    ]);
    owner.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(bytesIn(owner)).not.toContain(idOf(1));
  });

  test('AC45: names of rows that are gone are forgotten in the end', () => {
    for (const n of [1, 2]) add(n);
    owner.store.endSession(tokenOf(1));
    owner.db.exec(`UPDATE change_log SET change_no = change_no + ${GONE_KEPT_CHANGES - 1}`);
    const gone = (): number =>
      owner.log.changesAfter(0).rows.filter(({ kind }) => kind === 'gone').length;
    expect(gone()).toBe(1);
    add(3);
    expect(gone()).toBe(0);
  });

  test('AC44: rows of a file from before there was a log are numbered when it is opened', () => {
    add(1);
    add(2);
    const rows = rowsIn(owner);
    const { rowsHash } = owner.log.head();
    const old = new DatabaseSync(`${owner.dir}/accounts.db`);
    const triggers = old.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).all();
    for (const { name } of triggers) old.exec(`DROP TRIGGER ${String(name)}`);
    old.exec('DROP TABLE changes; DROP TABLE change_log');
    old.close();
    owner.db.close();
    owner = openFile(owner.dir);
    expect(owner.log.head()).toEqual({ changeNo: 4, rowsHash });
    expect(catchUp(owner, follower)).toBe('equal');
    expect(rowsIn(follower)).toEqual(rows);
  });
});

describe('a follower of writings', () => {
  const long = 'x'.repeat(4_000);
  const write = (n: number): void => {
    const body = { ...emptyDraft(`v_${n}`), caption: long };
    const put = { kind: 'draft', account: idOf(1), target: `v_${n}`, body } as const;
    owner.writings.change({ puts: [put] });
  };

  test('AC47: gets long rows in goes of bounded size, and is equal in the end', () => {
    add(1);
    for (let n = 1; n <= 150; n += 1) write(n);
    const { rows, through, head } = owner.log.changesAfter(0);
    expect(rows.length).toBeLessThan(150);
    expect(through).toBeLessThan(head.changeNo);
    expect(catchUp(owner, follower)).toBe('equal');
    expect(rowsIn(follower)).toEqual(rowsIn(owner));
  });

  test('AC47: has the writings and the tallies', () => {
    add(1);
    write(1);
    owner.writings.change({
      puts: [{ kind: 'follow', account: idOf(1), target: idOf(2), body: {} }],
    });
    catchUp(owner, follower);
    expect(follower.writings.tally(followersTally(idOf(2)))).toBe(1);
    const [held] = follower.writings.of(idOf(1), 'draft', { itemsMax: 9 });
    expect(held?.body.caption).toBe(long);
  });

  test('AC47: takes a session before an account that changed after it', () => {
    add(1);
    owner.db.exec('UPDATE accounts SET created_at_ms = created_at_ms + 1');
    expect(catchUp(owner, follower)).toBe('equal');
  });
});

describe('a follower', () => {
  test('AC47: gets many rows in several goes, and is equal only after the last', () => {
    for (let n = 1; n <= CHANGED_ROWS_MAX; n += 1) add(n);
    expect(follower.log.take(owner.log.changesAfter(0))).toBe('partial');
    expect(rowsIn(follower).size).toBe(CHANGED_ROWS_MAX);
    expect(follower.log.take(owner.log.changesAfter(CHANGED_ROWS_MAX))).toBe('equal');
    expect(rowsIn(follower)).toEqual(rowsIn(owner));
  });

  test('AC47: a row that moves on between two goes comes with the later', () => {
    for (let n = 1; n <= CHANGED_ROWS_MAX; n += 1) add(n);
    const first = owner.log.changesAfter(0);
    owner.store.deleteAccount(accountOf(1));
    owner.store.renewSession(tokenOf(2), START_MS + 9);
    expect(follower.log.take(first)).toBe('partial');
    expect(catchUp(owner, follower)).toBe('equal');
    expect(rowsIn(follower)).toEqual(rowsIn(owner));
  });

  test('AC47: a change that does not follow what is here is not taken', () => {
    add(1);
    catchUp(owner, follower);
    add(2);
    const changes = owner.log.changesAfter(2);
    const before = rowsIn(follower);
    expect(follower.log.take({ ...changes, from: 1 })).toBe('stale');
    expect(follower.log.take({ ...changes, from: 3 })).toBe('stale');
    expect(rowsIn(follower)).toEqual(before);
  });

  test('AC48: whoever has changes that the owner has not is never equal', () => {
    add(1);
    catchUp(owner, follower);
    add(7, follower);
    expect(catchUp(owner, follower)).toBe('differs');
  });

  test('AC48: nor is one whose own changes have the numbers of the owner’s', () => {
    add(1);
    catchUp(owner, follower);
    add(7, follower);
    add(2);
    expect(catchUp(owner, follower)).toBe('differs');
  });

  test('AC48: a row that cannot stand beside the others changes nothing', () => {
    add(1, follower);
    owner.store.addAccount({ ...accountOf(2), handle: handleOf(1) }, tokenOf(2));
    owner.store.renewSession(tokenOf(2), START_MS + 1);
    const before = rowsIn(follower);
    expect(follower.log.take({ ...owner.log.changesAfter(0), from: 2 })).toBe('differs');
    expect(rowsIn(follower)).toEqual(before);
  });

  test('AC48: begins anew and is equal', () => {
    add(1);
    catchUp(owner, follower);
    add(7, follower);
    for (const n of [2, 3, 4]) add(n);
    follower.log.startAnew();
    expect(rowsIn(follower).size).toBe(0);
    expect(catchUp(owner, follower)).toBe('equal');
    expect(rowsIn(follower)).toEqual(rowsIn(owner));
    expect(bytesIn(follower)).not.toContain(handleOf(7));
    add(5);
    expect(catchUp(owner, follower)).toBe('equal');
  });

  test('AC48: finds that it was away for so long that it missed a deletion', () => {
    for (const n of [1, 2]) add(n);
    catchUp(owner, follower);
    owner.store.endSession(tokenOf(1));
    owner.db.exec(`UPDATE change_log SET change_no = change_no + ${GONE_KEPT_CHANGES}`);
    add(3);
    expect(catchUp(owner, follower)).toBe('differs');
  });

  test('AC49: has nothing left of a deleted account when it is equal', () => {
    add(1);
    add(2);
    catchUp(owner, follower);
    expect(bytesIn(follower)).toContain('secret-of-1');
    owner.store.deleteAccount(accountOf(1));
    owner.store.finishDeletion(idOf(1));
    expect(catchUp(owner, follower)).toBe('equal');
    const bytes = bytesIn(follower);
    const traces = [
      idOf(1),
      handleOf(1),
      'secret-of-1',
      Buffer.from(tokenOf(1)).toString('latin1'),
    ];
    expect(traces.filter((trace) => bytes.includes(trace))).toEqual([]);
    expect(bytes).toContain('secret-of-2');
  });

  test('AC49: has nothing left of a session whose key another one got', () => {
    add(1);
    catchUp(owner, follower);
    owner.store.endSession(tokenOf(1));
    add(2);
    expect(catchUp(owner, follower)).toBe('equal');
    expect(bytesIn(follower)).not.toContain(Buffer.from(tokenOf(1)).toString('latin1'));
  });

  test('AC49: is not equal while something else reads old pages, and is after it', () => {
    add(1);
    catchUp(owner, follower);
    const reader = new DatabaseSync(`${follower.dir}/accounts.db`, { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM accounts').get();
    owner.store.deleteAccount(accountOf(1));
    const changes = owner.log.changesAfter(follower.log.head().changeNo);
    expect(follower.log.take(changes)).toBe('partial');
    reader.exec('COMMIT');
    reader.close();
    expect(catchUp(owner, follower)).toBe('equal');
  });

  test('AC51: is told of a deletion before anything is taken from it', () => {
    add(1);
    const { changeNo } = owner.log.head();
    owner.store.deleteAccount(accountOf(1));
    const [first] = owner.log.changesAfter(changeNo).rows;
    expect(first).toMatchObject({ kind: 'row', key: idOf(1), values: [] });
  });
});

describe('accounts that are frozen', () => {
  const fixture = useAccounts();

  test('AC52: change nothing, and say so', async () => {
    const accounts = fixture.open();
    const { accountId, session } = await signUp(accounts);
    const { changeNo } = accounts.log.head();
    accounts.freeze();
    const request = { handle: 'ben', password: PASSWORD, remote: HOME };
    const frozen = { code: 'accounts-frozen', retryable: true };
    await expect(accounts.signUp(request)).rejects.toMatchObject(frozen);
    await expect(accounts.signIn({ ...request, handle: 'ann' })).rejects.toMatchObject(frozen);
    expect(() => accounts.signOut(session.token)).toThrow(expect.objectContaining(frozen));
    expect(() => accounts.signOutEverywhere(accountId)).toThrow(expect.objectContaining(frozen));
    expect(() => accounts.delete(accountId)).toThrow(expect.objectContaining(frozen));
    expect(accounts.log.head().changeNo).toBe(changeNo);
    accounts.thaw();
    expect(accounts.signOut(session.token).kind).toBe('signed-out');
  });

  test('AC52: turn away who was waiting for a hash', async () => {
    const accounts = fixture.open();
    await signUp(accounts);
    const { changeNo } = accounts.log.head();
    fixture.hashes.hold();
    const waiting = [signUp(accounts, 'ben'), signIn(accounts)].map((call) =>
      expect(call).rejects.toMatchObject({ code: 'accounts-frozen' }),
    );
    await settle();
    accounts.freeze();
    fixture.hashes.release();
    await Promise.all(waiting);
    expect(accounts.log.head().changeNo).toBe(changeNo);
  });

  test('AC52: still know whose a session is, and do not renew it', async () => {
    const accounts = fixture.open();
    const { session } = await signUp(accounts);
    const { changeNo } = accounts.log.head();
    accounts.freeze();
    fixture.nowMs += 2 * 86_400_000;
    expect(accounts.session(session.token)).toMatchObject({ kind: 'signed-in', renewed: false });
    expect(accounts.log.head().changeNo).toBe(changeNo);
  });

  test('AC52: leave a deletion pending', async () => {
    const accounts = fixture.open();
    const { accountId } = await signUp(accounts);
    accounts.delete(accountId);
    accounts.freeze();
    expect(accounts.finishDeletion(accountId).kind).toBe('busy');
    expect(accounts.pendingDeletions()).toEqual([accountId]);
  });
});
