import { describe, expect, test } from 'vitest';
import { ACCOUNT_LIMITS } from './account-limits.ts';
import {
  guess,
  guessTimes,
  HOME,
  PASSWORD,
  settle,
  signIn,
  signUp,
  START_MS,
  useAccounts,
} from './accounts.fixture.ts';

const AWAY = '198.51.100.1';
const DAY_MS = 86_400_000;
const fixture = useAccounts();
const attempt = (remote = HOME, handle = 'ann') => ({ handle, password: PASSWORD, remote });

describe('the queue of hashes', () => {
  test('AC13: the limits are 2 at once and 64 waiting', () => {
    expect(ACCOUNT_LIMITS).toMatchObject({ hashesRunningMax: 2, hashesWaitingMax: 64 });
  });

  test('AC13: beyond the queue the answer is busy, and nothing is counted', async () => {
    const limits = { hashesWaitingMax: 1, signInBurst: 4 };
    const accounts = fixture.open({ limits });
    await signUp(accounts);
    fixture.hashes.hold();
    const begun = [1, 2, 3].map(() => accounts.signIn(attempt()));
    await settle();
    const busy = { kind: 'busy', retryAfterMs: 2_000 };
    for (let n = 0; n < 10; n += 1) expect(await accounts.signIn(attempt())).toEqual(busy);
    expect(await accounts.signUp(attempt(HOME, 'bob'))).toEqual(busy);
    fixture.hashes.release();
    expect((await Promise.all(begun)).map(({ kind }) => kind)).toEqual(
      new Array<string>(3).fill('signed-in'),
    );
    expect((await accounts.signIn(attempt())).kind).toBe('signed-in');
    expect(fixture.hashes.runningMost).toBe(2);
  });
});

describe('limits of one remote address', () => {
  test('AC17: the limit is 30 sign-ins at once, then one every 2 seconds', () => {
    expect(ACCOUNT_LIMITS).toMatchObject({ signInBurst: 30, signInEveryMs: 2_000 });
  });

  test('AC17: beyond it the answer is rate-limited, whatever the handle', async () => {
    const accounts = fixture.open({ limits: { signInBurst: 2 } });
    await signUp(accounts);
    expect(await guess(accounts, 'bob')).toBe('wrong-credentials');
    expect(await guess(accounts, 'cid')).toBe('wrong-credentials');
    const limited = { kind: 'rate-limited', retryAfterMs: 2_000 };
    expect(await accounts.signIn(attempt())).toEqual(limited);
    expect(await guess(accounts, 'bob', AWAY)).toBe('wrong-credentials');
    fixture.nowMs += 2_000;
    expect((await accounts.signIn(attempt())).kind).toBe('signed-in');
  });

  test('AC18: the limit is 30 sign-ups at once, then one a minute', () => {
    expect(ACCOUNT_LIMITS).toMatchObject({ signUpBurst: 30, signUpEveryMs: 60_000 });
  });

  test('AC18: beyond it a sign-up is rate-limited', async () => {
    const accounts = fixture.open({ limits: { signUpBurst: 1 } });
    await signUp(accounts, 'ann');
    const limited = { kind: 'rate-limited', retryAfterMs: 60_000 };
    expect(await accounts.signUp(attempt(HOME, 'bob'))).toEqual(limited);
    await signUp(accounts, 'bob', AWAY);
  });

  test('AC18: refused handles and passwords cost nothing', async () => {
    const accounts = fixture.open({ limits: { signUpBurst: 2 } });
    await signUp(accounts, 'ann');
    await accounts.signUp(attempt(HOME, 'ann'));
    await accounts.signUp(attempt(HOME, 'a'));
    await accounts.signUp({ ...attempt(HOME, 'bob'), password: 'password' });
    await signUp(accounts, 'bob');
  });

  test('AC19: addresses of one IPv6 network share a limit', async () => {
    const accounts = fixture.open({ limits: { signInBurst: 1 } });
    expect(await guess(accounts, 'ann', '2001:db8::1')).toBe('wrong-credentials');
    expect(await guess(accounts, 'ann', '2001:db8::ffff:2')).toBe('rate-limited');
    expect(await guess(accounts, 'ann', '2001:db8:0:1::1')).toBe('wrong-credentials');
  });

  test('AC27: no address is written to disk', async () => {
    const accounts = fixture.open();
    await signUp(accounts);
    await signIn(accounts);
    await guessTimes(accounts, 6, 'ann', AWAY);
    const bytes = fixture.bytesOnDisk();
    expect(bytes).not.toContain(HOME);
    expect(bytes).not.toContain(AWAY);
  });
});

describe('failures on one handle', () => {
  test.each(['ann', 'nobody'])(
    'AC15 AC20: after five failures %s waits for a second',
    async (handle) => {
      const accounts = fixture.open();
      await signUp(accounts, 'ann');
      const kinds = await guessTimes(accounts, 6, handle, AWAY);
      expect(kinds).toEqual([...new Array<string>(5).fill('wrong-credentials'), 'rate-limited']);
      const limited = { kind: 'rate-limited', retryAfterMs: 1_000 };
      expect(await accounts.signIn(attempt(AWAY, handle))).toEqual(limited);
    },
  );

  test('AC20: the delay doubles, and is the same from every unknown address', async () => {
    const accounts = fixture.open();
    await signUp(accounts);
    await guessTimes(accounts, 5, 'ann', AWAY);
    fixture.nowMs += 1_000;
    await guess(accounts, 'ann', AWAY);
    const limited = { kind: 'rate-limited', retryAfterMs: 2_000 };
    expect(await accounts.signIn(attempt('192.0.2.1'))).toEqual(limited);
  });

  test('AC20: the right password after the delay signs in and ends it', async () => {
    const accounts = fixture.open();
    await signUp(accounts);
    await guessTimes(accounts, 5, 'ann', AWAY);
    fixture.nowMs += 1_000;
    await signIn(accounts, 'ann', AWAY);
    expect(await guessTimes(accounts, 5, 'ann', '192.0.2.1')).not.toContain('rate-limited');
  });

  test('AC21: refused attempts do not lengthen the delay, and are not hashed', async () => {
    const accounts = fixture.open();
    await signUp(accounts);
    await guessTimes(accounts, 5, 'ann', AWAY);
    const callsBefore = fixture.hashes.calls;
    fixture.nowMs += 600;
    await guessTimes(accounts, 50, 'ann', AWAY);
    expect(await accounts.signIn(attempt(AWAY))).toEqual({
      kind: 'rate-limited',
      retryAfterMs: 400,
    });
    expect(fixture.hashes.calls).toBe(callsBefore);
  });

  test('AC22: failures of strangers do not lock out who signed in from there before', async () => {
    const accounts = fixture.open();
    await signUp(accounts, 'ann', HOME);
    await guessTimes(accounts, 20, 'ann', AWAY);
    await signIn(accounts, 'ann', HOME);
    expect(await guess(accounts, 'ann', AWAY)).toBe('rate-limited');
  });

  test('AC22: a known address is delayed by its own failures', async () => {
    const accounts = fixture.open();
    await signUp(accounts, 'ann', HOME);
    await guessTimes(accounts, 5, 'ann', HOME);
    const limited = { kind: 'rate-limited', retryAfterMs: 1_000 };
    expect(await accounts.signIn(attempt(HOME))).toEqual(limited);
    await signIn(accounts, 'ann', AWAY);
  });

  test('AC23: of many wrong attempts sent at once only five are tried', async () => {
    const accounts = fixture.open();
    await signUp(accounts);
    fixture.hashes.hold();
    const callsBefore = fixture.hashes.calls;
    const begun = Array.from({ length: 20 }, () => guess(accounts, 'ann', AWAY));
    await settle();
    fixture.hashes.release();
    const kinds = await Promise.all(begun);
    expect(kinds.filter((kind) => kind === 'wrong-credentials')).toHaveLength(5);
    expect(fixture.hashes.calls - callsBefore).toBe(5);
  });

  test('AC24: failures survive a restart', async () => {
    const accounts = fixture.open();
    await guessTimes(accounts, 5);
    await accounts.close();
    expect(await guess(fixture.open())).toBe('rate-limited');
  });

  test('AC25: a clock set back by a day locks nobody out', async () => {
    const accounts = fixture.open();
    await signUp(accounts);
    await guessTimes(accounts, 5, 'ann', AWAY);
    fixture.nowMs = START_MS - DAY_MS;
    await signIn(accounts, 'ann', AWAY);
  });
});
