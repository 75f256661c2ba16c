import { describe, expect, it } from 'vitest';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { claimOf, newPasskeyOf, usedPasskey, userHandleOf } from './passkey.ts';
import type { Passkey, PasskeyAsk } from './passkey.ts';
import { softwareDevice } from './software-authenticator.fixture.ts';
import type { Flaw } from './software-authenticator.fixture.ts';

const ORIGIN = 'https://holdfast.example';
const EVIL = 'https://evil.example';
const ask: PasskeyAsk = { challenge: 'Y2hhbGxlbmdl', origin: ORIGIN, rpId: 'holdfast.example' };
const user = { jurisdiction: 'us' as Jurisdiction, account: 'acc_a-b_c' };
const createOptions = {
  challenge: ask.challenge,
  rp: { id: ask.rpId },
  user: { id: userHandleOf(user) },
};
const getOptions = { challenge: ask.challenge, rpId: ask.rpId };

async function deviceWithPasskey() {
  const device = softwareDevice();
  const made = await newPasskeyOf(JSON.stringify(device.create(createOptions, ORIGIN)), ask);
  if (made === undefined) throw new Error('a good answer was not taken');
  return { device, passkey: made };
}

const use = (passkey: Passkey, answer: unknown) =>
  usedPasskey(JSON.stringify(answer), ask, passkey);

describe('a new passkey', () => {
  it('AC60: is taken from an answer to what was asked', async () => {
    const { passkey } = await deviceWithPasskey();
    expect(passkey).toMatchObject({ counter: 0, transports: ['internal'], rpId: ask.rpId });
  });

  it.each<[string, Flaw, string]>([
    ['to another challenge', { challenge: 'b3RoZXI' }, ORIGIN],
    ['of another site', {}, EVIL],
    ['for another site', { rpId: 'evil.example' }, ORIGIN],
    ['of a device that did not ask who is there', { isUserVerified: false }, ORIGIN],
    ['that is a use of a passkey', { type: 'webauthn.get' }, ORIGIN],
  ])('AC60: is not taken from an answer %s', async (_, flaw, origin) => {
    const answer = JSON.stringify(softwareDevice().create(createOptions, origin, flaw));
    expect(await newPasskeyOf(answer, ask)).toBeUndefined();
  });

  it.each(['', 'null', '[]', '{}', '{"id":1}', '{"id":"a","rawId":"a","response":{}}'])(
    'AC60: is not taken from %j',
    async (answer) => {
      expect(await newPasskeyOf(answer, ask)).toBeUndefined();
      expect(await usedPasskey(answer, ask, (await deviceWithPasskey()).passkey)).toBeUndefined();
    },
  );

  it('AC61: is taken without looking at a statement about the device', async () => {
    const answer = softwareDevice().create(createOptions, ORIGIN);
    const bare = Buffer.from(String(answer.response['attestationObject']), 'base64url');
    const data = bare.subarray(bare.indexOf('authData') + 'authData'.length);
    // { fmt: "packed", attStmt: { alg: -7, sig: 0x00, x5c: [0x30] }, authData }
    const statement =
      'a363666d74667061636b65646761747453746d74a363616c67266373696741006378356381413068';
    const packed = Buffer.concat([Buffer.from(statement, 'hex'), Buffer.from('authData'), data]);
    const response = { ...answer.response, attestationObject: packed.toString('base64url') };
    expect(await newPasskeyOf(JSON.stringify({ ...answer, response }), ask)).toBeDefined();
  });
});

describe('the use of a passkey', () => {
  it('AC60: is proven by its signature, and its counter goes on', async () => {
    const { device, passkey } = await deviceWithPasskey();
    expect(await use(passkey, device.get(getOptions, ORIGIN))).toBe(1);
  });

  it.each<[string, Flaw, string]>([
    ['to another challenge', { challenge: 'b3RoZXI' }, ORIGIN],
    ['of another site', {}, EVIL],
    ['for another site', { rpId: 'evil.example' }, ORIGIN],
    ['of a device that did not ask who is there', { isUserVerified: false }, ORIGIN],
    ['that makes a passkey', { type: 'webauthn.create' }, ORIGIN],
  ])('AC60: is not proven by an answer %s', async (_, flaw, origin) => {
    const { device, passkey } = await deviceWithPasskey();
    expect(await use(passkey, device.get(getOptions, origin, flaw))).toBeUndefined();
  });

  it('AC60: is not proven by another passkey', async () => {
    const { passkey } = await deviceWithPasskey();
    const other = await deviceWithPasskey();
    const flaw = { id: passkey.credential };
    expect(await use(passkey, other.device.get(getOptions, ORIGIN, flaw))).toBeUndefined();
  });

  it('AC60: is not proven where the passkey is of another site', async () => {
    const { device, passkey } = await deviceWithPasskey();
    const elsewhere = { ...passkey, rpId: 'evil.example' };
    expect(await use(elsewhere, device.get(getOptions, ORIGIN))).toBeUndefined();
  });

  it('AC64: is not proven when the counter went back, as with a copied passkey', async () => {
    const { device, passkey } = await deviceWithPasskey();
    const used = { ...passkey, counter: 7 };
    expect(await use(used, device.get(getOptions, ORIGIN, { counter: 7 }))).toBeUndefined();
    expect(await use(used, device.get(getOptions, ORIGIN, { counter: 8 }))).toBe(8);
  });
});

describe('what an answer claims', () => {
  it('AC63: is the home and the account that the passkey was made for', async () => {
    const { device, passkey } = await deviceWithPasskey();
    expect(claimOf(device.get(getOptions, ORIGIN))).toEqual({
      credential: passkey.credential,
      challenge: ask.challenge,
      user,
    });
  });

  it.each([undefined, '', 'us', Buffer.from('us.').toString('base64url'), 'x'.repeat(5_000)])(
    'AC63: is no home with the user handle %j',
    async (userHandle) => {
      const { device } = await deviceWithPasskey();
      const claim = claimOf(device.get(getOptions, ORIGIN, { userHandle }));
      expect(claim?.user).toBeUndefined();
    },
  );

  it.each([null, 7, 'text', {}, { id: 'a', response: { clientDataJSON: 'e30' } }])(
    'AC63: is nothing in %j',
    (answer) => {
      expect(claimOf(answer)).toBeUndefined();
    },
  );
});
