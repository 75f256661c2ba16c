import { beforeEach, describe, expect, test } from 'vitest';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { HOME, signUp, useAccounts } from '../accounts/accounts.fixture.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { userHandleOf } from '../passkeys/passkey.ts';
import { softwareDevice } from '../passkeys/software-authenticator.fixture.ts';
import type { Device } from '../passkeys/software-authenticator.fixture.ts';
import { PASSKEYS_MAX } from '../people/passkey.ts';
import { addPasskey, passkeySignIn } from './account-calls.ts';

const ORIGIN = 'http://localhost:7400';
const asked = { challenge: 'Y2hhbGxlbmdl', origin: ORIGIN, rpId: 'localhost' };
const jurisdiction = 'us' as Jurisdiction;

const fixture = useAccounts();
let accounts: Accounts;
let account: string;
let token: string;
let device: Device;
beforeEach(async () => {
  accounts = fixture.open();
  const made = await signUp(accounts);
  account = made.accountId;
  token = made.session.token;
  device = softwareDevice();
});

function newPasskey() {
  const user = { id: userHandleOf({ jurisdiction, account }) };
  return device.create({ challenge: asked.challenge, rp: { id: asked.rpId }, user }, ORIGIN);
}
const add = (answer: unknown = newPasskey()) =>
  addPasskey(accounts, { ...asked, token, name: 'Phone', answer: JSON.stringify(answer) });
const usePasskey = (flaw = {}) => device.get(asked, ORIGIN, flaw);
const enter = (answer = usePasskey(), of = account) => {
  const { id: credential } = answer;
  const ask = { ...asked, account: of, credential, remote: HOME, answer: JSON.stringify(answer) };
  return passkeySignIn(accounts, ask, fixture.nowMs);
};
const kept = () => accounts.writings.of(account, 'passkey', { itemsMax: 50 });

describe('adding a passkey', () => {
  test('AC60: keeps its public part with the account', async () => {
    expect((await add()).kind).toBe('passkey-added');
    expect(kept().map(({ body }) => body)).toMatchObject([
      { name: 'Phone', counter: 0, transports: ['internal'], lastUsedAtMs: null },
    ]);
  });

  test('AC65: ends at 20 of one account', async () => {
    for (let n = 0; n < PASSKEYS_MAX; n += 1) await add();
    expect(await add()).toEqual({ kind: 'too-many-passkeys', itemsMax: PASSKEYS_MAX });
  });

  test('AC60: never changes one that is there', async () => {
    const answer = newPasskey();
    await add(answer);
    expect(await add(answer)).toEqual({ kind: 'passkey-refused' });
    expect(kept().length).toBe(1);
  });

  test('AC60: needs a session', async () => {
    accounts.signOut(token);
    expect(await add()).toEqual({ kind: 'nobody' });
  });
});

describe('signing in with a passkey', () => {
  test('AC63: makes a session, and notes the use', async () => {
    await add();
    fixture.nowMs += 5_000;
    const entered = await enter();
    expect(entered).toMatchObject({ kind: 'signed-in', account, handle: 'ann' });
    const found = accounts.session(entered.kind === 'signed-in' ? entered.token : '');
    expect(found).toMatchObject({ kind: 'signed-in', accountId: account });
    expect(kept()[0]?.body).toMatchObject({ counter: 1, lastUsedAtMs: fixture.nowMs });
    expect(fixture.hashes.calls).toBe(1);
  });

  test('AC64: is refused to an answer that was used before', async () => {
    await add();
    const answer = usePasskey();
    expect((await enter(answer)).kind).toBe('signed-in');
    expect((await enter(answer)).kind).toBe('wrong-credentials');
  });

  test('AC64: is refused to one of two that come at once with the same counter', async () => {
    await add();
    const ends = await Promise.all([
      enter(usePasskey({ counter: 5 })),
      enter(usePasskey({ counter: 5 })),
    ]);
    expect(ends.map(({ kind }) => kind).toSorted()).toEqual(['signed-in', 'wrong-credentials']);
  });

  test('AC63: is refused for another account', async () => {
    await add();
    const bob = await signUp(accounts, 'bob');
    expect((await enter(usePasskey(), bob.accountId)).kind).toBe('wrong-credentials');
  });

  test('AC66: is refused when the passkey was removed', async () => {
    await add();
    const removes = kept().map(({ id }) => ({ id, account }));
    accounts.writings.change({ removes });
    expect((await enter()).kind).toBe('wrong-credentials');
  });

  test('AC66: is refused when the account was deleted, and nothing of the passkey is left', async () => {
    await add();
    const [passkey] = kept();
    accounts.delete(account);
    accounts.finishDeletion(account);
    expect((await enter()).kind).toBe('wrong-credentials');
    expect(passkey?.body.publicKey.length).toBeGreaterThan(50);
    expect(fixture.bytesOnDisk()).not.toContain(passkey?.body.publicKey);
  });

  test('AC65: is limited for each remote address, as with a password', async () => {
    await add();
    const kinds = new Set<string>();
    for (let n = 0; n < 31; n += 1) kinds.add((await enter(usePasskey({ counter: 0 }))).kind);
    expect(kinds).toContain('rate-limited');
    fixture.nowMs += 2_000;
    expect((await enter()).kind).toBe('signed-in');
  });
});
