import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { guessTimes, signIn, signUp, START_MS, useAccounts } from './accounts.fixture.ts';

const fixture = useAccounts();

describe('data of one’s own', () => {
  test('AC34: an export of an account holds its handle, its beginning and its failed sign-ins', async () => {
    const accounts = fixture.open();
    const { accountId } = await signUp(accounts, 'ann');
    fixture.nowMs = START_MS + 60_000;
    await signIn(accounts, 'ann');
    await guessTimes(accounts, 2, 'ann', '198.51.100.1');
    expect(accounts.exportOf(accountId)).toEqual({
      kind: 'account',
      accountId,
      handle: 'ann',
      createdAtMs: START_MS,
      failedSignIns: 2,
    });
  });

  test('AC34: nothing is exported about an account that is not there', () => {
    expect(fixture.open().exportOf('acc_nobody')).toEqual({ kind: 'unknown' });
  });
});

describe('deletion', () => {
  test('AC35: account and sessions are gone, and other accounts are not', async () => {
    const accounts = fixture.open();
    const ann = await signUp(accounts, 'ann');
    const bob = await signUp(accounts, 'bob');
    expect(accounts.delete(ann.accountId)).toEqual({ kind: 'deleted', accountId: ann.accountId });
    expect(accounts.session(ann.session.token)).toEqual({ kind: 'no-session' });
    expect(accounts.exportOf(ann.accountId)).toEqual({ kind: 'unknown' });
    expect(await guessTimes(accounts, 1, 'ann')).toEqual(['wrong-credentials']);
    expect(accounts.session(bob.session.token).kind).toBe('signed-in');
  });

  test('AC35: the failures of the handle are gone', async () => {
    const accounts = fixture.open();
    const { accountId } = await signUp(accounts, 'ann');
    await guessTimes(accounts, 5, 'ann', '198.51.100.1');
    accounts.delete(accountId);
    expect(await guessTimes(accounts, 1, 'ann', '198.51.100.1')).toEqual(['wrong-credentials']);
  });

  test('AC35: the addresses from which it signed in are forgotten', async () => {
    // The same bytes give the same id, so that what was remembered under it would show.
    const accounts = fixture.open({ randomBytes: (bytes) => new Uint8Array(bytes) });
    const { accountId } = await signUp(accounts, 'ann', '203.0.113.7');
    accounts.delete(accountId);
    await signUp(accounts, 'ann', '203.0.113.8');
    await guessTimes(accounts, 5, 'ann', '198.51.100.1');
    expect(await guessTimes(accounts, 1, 'ann', '203.0.113.7')).toEqual(['rate-limited']);
  });

  test('AC35: an account that never was cannot be deleted', () => {
    const accounts = fixture.open();
    expect(accounts.delete('acc_nobody')).toEqual({ kind: 'unknown' });
    expect(accounts.pendingDeletions()).toEqual([]);
  });

  test('AC36: a mark is listed until it is finished, and finishing twice is nothing new', async () => {
    const accounts = fixture.open();
    const { accountId } = await signUp(accounts);
    accounts.delete(accountId);
    expect(accounts.pendingDeletions()).toEqual([accountId]);
    expect(accounts.finishDeletion(accountId)).toEqual({ kind: 'finished' });
    expect(accounts.pendingDeletions()).toEqual([]);
    expect(accounts.finishDeletion(accountId)).toEqual({ kind: 'not-pending' });
    expect(accounts.delete(accountId)).toEqual({ kind: 'unknown' });
  });

  test('AC36: deleting again before it is finished gives the same answer', async () => {
    const accounts = fixture.open();
    const { accountId } = await signUp(accounts);
    expect(accounts.delete(accountId)).toEqual(accounts.delete(accountId));
    expect(accounts.pendingDeletions()).toEqual([accountId]);
  });

  test('AC36: an account that is not being deleted cannot be finished', async () => {
    const accounts = fixture.open();
    const { accountId, session } = await signUp(accounts);
    expect(accounts.finishDeletion(accountId)).toEqual({ kind: 'not-pending' });
    expect(accounts.session(session.token).kind).toBe('signed-in');
  });

  test('AC36: a mark is still there after a restart', async () => {
    const accounts = fixture.open();
    const { accountId } = await signUp(accounts);
    accounts.delete(accountId);
    await accounts.close();
    const again = fixture.open();
    expect(again.pendingDeletions()).toEqual([accountId]);
    expect(again.finishDeletion(accountId)).toEqual({ kind: 'finished' });
  });

  test('AC37: no byte of the person is left in the files', async () => {
    const accounts = fixture.open();
    const other = await signUp(accounts, 'bystander');
    const { accountId, session } = await signUp(accounts, 'marker_handle');
    await guessTimes(accounts, 2, 'marker_handle', '198.51.100.1');
    const tokenHash = hash('sha256', session.token, 'buffer').toString('latin1');
    const [passwordHash = ''] = storedPasswordHashes('marker_handle');
    const traces = ['marker_handle', tokenHash, passwordHash, accountId];
    expect(tracesOnDisk(traces)).toEqual(traces);

    accounts.delete(accountId);
    accounts.finishDeletion(accountId);
    expect(tracesOnDisk(traces.slice(0, -1))).toEqual([]);
    await accounts.close();
    expect(tracesOnDisk(traces)).toEqual([]);
    expect(fixture.open().session(other.session.token).kind).toBe('signed-in');
  });

  test('AC37: while another process holds old pages, a deletion stays pending', async () => {
    const accounts = fixture.open();
    const { accountId } = await signUp(accounts);
    const backup = new DatabaseSync(fixture.file);
    backup.exec('BEGIN');
    backup.prepare('SELECT count(*) FROM accounts').get();
    accounts.delete(accountId);
    expect(accounts.finishDeletion(accountId)).toEqual({ kind: 'busy', retryAfterMs: 2_000 });
    expect(accounts.pendingDeletions()).toEqual([accountId]);
    backup.close();
    expect(accounts.finishDeletion(accountId)).toEqual({ kind: 'finished' });
  });

  test('AC38: who takes the handle of a deleted account is somebody else', async () => {
    const accounts = fixture.open();
    const before = await signUp(accounts, 'ann');
    accounts.delete(before.accountId);
    const after = await signUp(accounts, 'ann');
    expect(after.accountId).not.toBe(before.accountId);
    expect(accounts.pendingDeletions()).toEqual([before.accountId]);
    expect(accounts.session(after.session.token).kind).toBe('signed-in');
  });
});

function storedPasswordHashes(handle: string): string[] {
  const db = new DatabaseSync(fixture.file);
  const rows = db
    .prepare('SELECT password_hash FROM accounts WHERE handle = ?')
    .all(Buffer.from(handle));
  db.close();
  return rows.map((row) => Buffer.from(row['password_hash'] as Uint8Array).toString());
}

function tracesOnDisk(traces: readonly string[]): string[] {
  const bytes = fixture.bytesOnDisk();
  return traces.filter((trace) => bytes.includes(trace));
}
