import { beforeEach, describe, expect, test } from 'vitest';
import { HOME, PASSWORD, settle, signIn, signUp, useAccounts } from './accounts.fixture.ts';
import type { Accounts } from './accounts.ts';

const fixture = useAccounts();
const NEXT = 'amber-teapot-4';
const FAR = '198.51.100.9';
let accounts: Accounts;
let token: string;
beforeEach(async () => {
  accounts = fixture.open();
  token = (await signUp(accounts)).session.token;
});

const change = (current = PASSWORD, next = NEXT, remote = HOME) =>
  accounts.changePassword({ token, current, next, remote });
const enter = async (password: string) =>
  (await accounts.signIn({ handle: 'ann', password, remote: HOME })).kind;

describe('changing a password', () => {
  test('AC70: makes the new one the only one', async () => {
    expect(await change()).toEqual({ kind: 'changed', sessionsEnded: 0 });
    expect(await enter(PASSWORD)).toBe('wrong-credentials');
    expect(await enter(NEXT)).toBe('signed-in');
  });

  test('AC70: ends every other session and keeps this one', async () => {
    const other = await signIn(accounts);
    const stranger = await signUp(accounts, 'bob');
    expect(await change()).toEqual({ kind: 'changed', sessionsEnded: 1 });
    expect(accounts.session(other.session.token).kind).toBe('no-session');
    expect(accounts.session(token).kind).toBe('signed-in');
    expect(accounts.session(stranger.session.token).kind).toBe('signed-in');
  });

  test('AC70: is a change that a follower takes', async () => {
    const head = accounts.log.head();
    await change();
    expect(accounts.log.head().changeNo).toBeGreaterThan(head.changeNo);
    expect(accounts.log.head().rowsHash).not.toBe(head.rowsHash);
  });

  test.each([
    ['a wrong current password', 'violet-kettle-8', NEXT, 'wrong-credentials'],
    ['a current password that none could be', 'x', NEXT, 'wrong-credentials'],
    ['a new one that is too short', PASSWORD, 'short', 'password-too-short'],
    ['a new one that everybody knows', PASSWORD, 'password123', 'password-too-common'],
  ])('AC71: is refused with %s, and changes nothing', async (_, current, next, kind) => {
    const other = await signIn(accounts);
    expect((await change(current, next)).kind).toBe(kind);
    expect(accounts.session(other.session.token).kind).toBe('signed-in');
    expect(await enter(PASSWORD)).toBe('signed-in');
  });

  test('AC71: is nothing for a session that has ended', async () => {
    accounts.signOut(token);
    expect(await change()).toEqual({ kind: 'no-session' });
    expect(fixture.hashes.calls).toBe(1);
  });

  test('AC72: guesses at the current one cost what failed sign-ins cost', async () => {
    const kinds: string[] = [];
    for (let n = 0; n < 6; n += 1) kinds.push((await change('a wrong password', NEXT, FAR)).kind);
    expect(kinds).toEqual([...Array<string>(5).fill('wrong-credentials'), 'rate-limited']);
    fixture.nowMs += 1_000;
    expect((await change(PASSWORD, NEXT, FAR)).kind).toBe('changed');
    token = (await accounts.signIn({ handle: 'ann', password: NEXT, remote: FAR })).kind;
    expect(token).toBe('signed-in');
  });

  test('AC73: is nothing when the session ends while passwords are hashed', async () => {
    fixture.hashes.hold();
    const changed = change();
    await settle();
    accounts.signOut(token);
    fixture.hashes.release();
    expect(await changed).toEqual({ kind: 'no-session' });
    expect(await enter(PASSWORD)).toBe('signed-in');
  });

  test('AC73: lets no sign-in through that has proven the old one before', async () => {
    await accounts.close();
    const gate = Promise.withResolvers<void>();
    const { hash, matches } = fixture.hashes;
    let held: Promise<void> | undefined = gate.promise;
    const late = async (stored: string, password: string): Promise<boolean> => {
      const wait = held;
      held = undefined;
      const isRight = await matches(stored, password);
      await wait;
      return isRight;
    };
    accounts = fixture.open({ hashPassword: { hash, matches: late } });
    const entering = enter(PASSWORD);
    await settle();
    expect((await change()).kind).toBe('changed');
    gate.resolve();
    expect(await entering).toBe('wrong-credentials');
    expect(accounts.sessions(token)?.length).toBe(1);
  });
});

describe('the list of sign-ins', () => {
  test('AC74: has every session that is good, and says which one asks', async () => {
    fixture.nowMs += 60_000;
    await signIn(accounts);
    const listed = accounts.sessions(token) ?? [];
    expect(listed.map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
    expect(listed.map(({ createdAtMs }) => createdAtMs)).toEqual([
      fixture.nowMs - 60_000,
      fixture.nowMs,
    ]);
    expect(new Set(listed.map(({ id }) => id)).size).toBe(2);
  });

  test('AC74: leaves out what has run out', async () => {
    fixture.nowMs += 25 * 86_400_000;
    const newer = await signIn(accounts);
    fixture.nowMs += 6 * 86_400_000;
    expect(accounts.sessions(token)).toBeUndefined();
    expect(accounts.sessions(newer.session.token)?.length).toBe(1);
  });

  test('AC75: ends one of one’s own and no other', async () => {
    const other = await signIn(accounts);
    const stranger = await signUp(accounts, 'bob');
    const [, listed] = accounts.sessions(token) ?? [];
    const foreign = accounts.sessions(stranger.session.token)?.[0]?.id ?? '';
    expect(accounts.endSession(token, foreign)).toEqual({ kind: 'unknown' });
    expect(accounts.session(stranger.session.token).kind).toBe('signed-in');
    expect(accounts.endSession(token, listed?.id ?? '')).toEqual({ kind: 'ended' });
    expect(accounts.session(other.session.token).kind).toBe('no-session');
    expect(accounts.session(token).kind).toBe('signed-in');
    expect(accounts.endSession(token, listed?.id ?? '')).toEqual({ kind: 'unknown' });
  });
});
