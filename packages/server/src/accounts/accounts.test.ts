import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  HOME,
  PASSWORD,
  settle,
  signIn,
  signUp,
  START_MS,
  useAccounts,
} from './accounts.fixture.ts';
import { ARGON2ID } from './password-hash.ts';

const DAY_MS = 86_400_000;
const fixture = useAccounts();

describe('signing up', () => {
  test('AC14: makes an account and a session', async () => {
    const accounts = fixture.open();
    const { accountId, handle, session } = await signUp(accounts, 'ann');
    expect(handle).toBe('ann');
    expect(accounts.session(session.token)).toEqual({
      kind: 'signed-in',
      accountId,
      handle: 'ann',
      expiresAtMs: START_MS + 30 * DAY_MS,
      renewed: false,
    });
    expect(session.expiresAtMs).toBe(START_MS + 30 * DAY_MS);
  });

  test.each([
    ['ab', PASSWORD, { kind: 'handle-invalid', reason: 'length' }],
    ['admin', PASSWORD, { kind: 'handle-invalid', reason: 'reserved' }],
    ['ann', 'short', { kind: 'password-too-short', charsMin: 8 }],
    ['ann', 'x'.repeat(257), { kind: 'password-too-long', charsMax: 256 }],
    ['ann', 'Password1', { kind: 'password-too-common', reason: 'listed' }],
    ['ann', 'zzzzzzzz', { kind: 'password-too-common', reason: 'repeated' }],
    ['ann', 'efghijkl', { kind: 'password-too-common', reason: 'sequence' }],
    ['ann.lee', 'ann.lee!', { kind: 'password-too-common', reason: 'handle' }],
  ])(
    'AC1 AC3 AC7 AC8 AC9 AC10: %j with %j is refused, unhashed',
    async (handle, password, refusal) => {
      const accounts = fixture.open();
      expect(await accounts.signUp({ handle, password, remote: HOME })).toEqual(refusal);
      expect(fixture.hashes.calls).toBe(0);
    },
  );

  test('AC2 AC4: a handle that differs in case is taken', async () => {
    const accounts = fixture.open();
    await signUp(accounts, 'ann');
    const second = await accounts.signUp({ handle: 'ANN', password: PASSWORD, remote: HOME });
    expect(second).toEqual({ kind: 'handle-taken' });
  });

  test('AC4: of two sign-ups at once one gets the handle', async () => {
    const accounts = fixture.open();
    fixture.hashes.hold();
    const request = { handle: 'ann', password: PASSWORD, remote: HOME };
    const both = [accounts.signUp(request), accounts.signUp(request)];
    fixture.hashes.release();
    const kinds = (await Promise.all(both)).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['handle-taken', 'signed-up']);
  });

  test('AC5: an id is acc_ and the 16 random bytes', async () => {
    let next = 0;
    const accounts = fixture.open({
      randomBytes: (bytes) => new Uint8Array(bytes).fill((next += 1)),
    });
    const { accountId } = await signUp(accounts);
    expect(accountId).toBe(`acc_${Buffer.alloc(16, 2).toString('base64url')}`);
    expect(accountId).toMatch(/^acc_[A-Za-z0-9_-]{22}$/);
  });

  test('AC6: a password typed in another way signs in', async () => {
    const accounts = fixture.open();
    const password = 'Gar\u00e7on-\u00e9tude';
    await accounts.signUp({ handle: 'ann', password, remote: HOME });
    const typed = { handle: 'ann', password: password.normalize('NFD'), remote: HOME };
    expect((await accounts.signIn(typed)).kind).toBe('signed-in');
  });

  test('AC11: each account has a salt of its own, and the files hold no password', async () => {
    const accounts = fixture.open({ hashPassword: ARGON2ID });
    await signUp(accounts, 'ann');
    await signUp(accounts, 'bob');
    const stored = [
      ...fixture.bytesOnDisk().matchAll(/\$argon2id\$v=19\$m=19456,t=2,p=1\$(\S{22})\$/g),
    ];
    expect(new Set(stored.map(([, salt]) => salt)).size).toBe(2);
    expect(fixture.bytesOnDisk()).not.toContain(PASSWORD);
  });
});

describe('signing in', () => {
  test('AC14: gives another session of the same account', async () => {
    const accounts = fixture.open();
    const first = await signUp(accounts, 'ann');
    const second = await signIn(accounts, 'Ann');
    expect(second.accountId).toBe(first.accountId);
    expect(second.session.token).not.toBe(first.session.token);
    expect(accounts.session(second.session.token)).toMatchObject({ kind: 'signed-in' });
    expect(accounts.session(first.session.token)).toMatchObject({ kind: 'signed-in' });
  });

  test('AC14: works with the real hash, and a wrong password does not', async () => {
    const accounts = fixture.open({ hashPassword: ARGON2ID });
    await signUp(accounts);
    await signIn(accounts);
    const wrong = { handle: 'ann', password: `${PASSWORD}!`, remote: HOME };
    expect(await accounts.signIn(wrong)).toEqual({ kind: 'wrong-credentials' });
  });

  test('AC15: an unknown handle gets the same answer and the same work as a wrong password', async () => {
    const accounts = fixture.open();
    await signUp(accounts, 'ann');
    const attempt = async (handle: string) => {
      const callsBefore = fixture.hashes.calls;
      const result = await accounts.signIn({
        handle,
        password: 'a wrong password',
        remote: 'away',
      });
      return { result, hashes: fixture.hashes.calls - callsBefore };
    };
    const expected = { result: { kind: 'wrong-credentials' }, hashes: 1 };
    expect(await attempt('ann')).toEqual(expected);
    expect(await attempt('nobody')).toEqual(expected);
  });

  test('AC16: what no account could have is refused without a hash', async () => {
    const accounts = fixture.open();
    const wrong = { kind: 'wrong-credentials' };
    expect(await accounts.signIn({ handle: 'a b', password: PASSWORD, remote: HOME })).toEqual(
      wrong,
    );
    expect(await accounts.signIn({ handle: 'ann', password: 'short', remote: HOME })).toEqual(
      wrong,
    );
    expect(fixture.hashes.calls).toBe(0);
  });

  test('AC35: an account deleted while its password is checked is not signed in', async () => {
    const accounts = fixture.open();
    const { accountId } = await signUp(accounts);
    fixture.hashes.hold();
    const attempt = accounts.signIn({ handle: 'ann', password: PASSWORD, remote: HOME });
    await settle();
    accounts.delete(accountId);
    fixture.hashes.release();
    expect(await attempt).toEqual({ kind: 'wrong-credentials' });
  });
});

describe('sessions', () => {
  test('AC28: a token is hft_ and the 32 random bytes', async () => {
    let next = 0;
    const accounts = fixture.open({
      randomBytes: (bytes) => new Uint8Array(bytes).fill((next += 1)),
    });
    const { session } = await signUp(accounts);
    expect(session.token).toBe(`hft_${Buffer.alloc(32, 3).toString('base64url')}`);
    expect(session.token).toMatch(/^hft_[A-Za-z0-9_-]{43}$/);
  });

  test('AC28: the files hold the hash of a token and not the token', async () => {
    const { session } = await signUp(fixture.open());
    const bytes = fixture.bytesOnDisk();
    expect(bytes).toContain(hash('sha256', session.token, 'buffer').toString('latin1'));
    expect(bytes).not.toContain(session.token.slice(4));
  });

  test.each(['', 'hft_', `hft_${'A'.repeat(43)}`, 'x'.repeat(1_000_000)])(
    'AC28: a token that was never given is no session (%#)',
    (token) => {
      expect(fixture.open().session(token)).toEqual({ kind: 'no-session' });
    },
  );

  test('AC29: a session ends 30 days after it was made', async () => {
    const accounts = fixture.open();
    const { session } = await signUp(accounts);
    fixture.nowMs = START_MS + 30 * DAY_MS;
    expect(accounts.session(session.token)).toEqual({ kind: 'no-session' });
  });

  test('AC29 AC30: a session used on its last day goes on for 30 days', async () => {
    const accounts = fixture.open();
    const { session } = await signUp(accounts);
    const usedAtMs = START_MS + 30 * DAY_MS - 1;
    fixture.nowMs = usedAtMs;
    expect(accounts.session(session.token)).toMatchObject({
      renewed: true,
      expiresAtMs: usedAtMs + 30 * DAY_MS,
    });
    fixture.nowMs = usedAtMs + 30 * DAY_MS - 1;
    expect(accounts.session(session.token).kind).toBe('signed-in');
  });

  test('AC30: use renews a session once a day', async () => {
    const accounts = fixture.open();
    const { session } = await signUp(accounts);
    const renewedAfter = (elapsedMs: number): unknown => {
      fixture.nowMs = START_MS + elapsedMs;
      return accounts.session(session.token);
    };
    expect(renewedAfter(DAY_MS - 1)).toMatchObject({ renewed: false });
    expect(renewedAfter(DAY_MS)).toMatchObject({ renewed: true });
    expect(renewedAfter(DAY_MS + 1)).toMatchObject({
      renewed: false,
      expiresAtMs: START_MS + 31 * DAY_MS,
    });
  });

  test('AC31: the 21st session ends the oldest', async () => {
    const accounts = fixture.open();
    const sessions = [(await signUp(accounts)).session];
    for (let n = 0; n < 20; n += 1) sessions.push((await signIn(accounts)).session);
    const kinds = sessions.map(({ token }) => accounts.session(token).kind);
    expect(kinds).toEqual(['no-session', ...new Array<string>(20).fill('signed-in')]);
  });

  test('AC31: sessions that have run out make room before one in use', async () => {
    const accounts = fixture.open();
    // Older ones of other people, so that the step of cleaning has no row left for these.
    for (let n = 0; n < 20; n += 1) await signUp(accounts, `person${n}`);
    fixture.nowMs += 1;
    const oldest = (await signUp(accounts)).session;
    for (let n = 0; n < 19; n += 1) await signIn(accounts);
    fixture.nowMs = START_MS + 29 * DAY_MS;
    accounts.session(oldest.token);
    fixture.nowMs = START_MS + 31 * DAY_MS;
    await signIn(accounts);
    expect(accounts.session(oldest.token).kind).toBe('signed-in');
  });

  test('AC32: signing out ends that session alone', async () => {
    const accounts = fixture.open();
    const first = (await signUp(accounts)).session;
    const second = (await signIn(accounts)).session;
    expect(accounts.signOut(first.token)).toEqual({ kind: 'signed-out' });
    expect(accounts.session(first.token)).toEqual({ kind: 'no-session' });
    expect(accounts.session(second.token).kind).toBe('signed-in');
    expect(accounts.signOut(first.token)).toEqual({ kind: 'no-session' });
  });

  test('AC32: signing out everywhere ends all sessions of the account and of no other', async () => {
    const accounts = fixture.open();
    const ann = await signUp(accounts, 'ann');
    const annAgain = await signIn(accounts, 'ann');
    const bob = await signUp(accounts, 'bob');
    expect(accounts.signOutEverywhere(ann.accountId)).toEqual({ kind: 'signed-out', sessions: 2 });
    const tokens = [ann, annAgain, bob].map(({ session }) => session.token);
    const kinds = tokens.map((token) => accounts.session(token).kind);
    expect(kinds).toEqual(['no-session', 'no-session', 'signed-in']);
    expect(accounts.signOutEverywhere(ann.accountId)).toEqual({ kind: 'signed-out', sessions: 0 });
  });

  test('AC39: accounts and sessions are there when the file is opened again', async () => {
    const first = fixture.open();
    const { accountId, session } = await signUp(first);
    await first.close();
    const again = fixture.open();
    expect(again.session(session.token)).toMatchObject({ kind: 'signed-in', accountId });
    expect((await signIn(again)).accountId).toBe(accountId);
  });
});
