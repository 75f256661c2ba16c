// A device with passkeys, in software: makes ES256 keys and signs what a browser would have it sign.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

type Held = { id: string; key: KeyObject; userHandle: string; rpId: string; uses: number };

export type Device = Readonly<{
  /** Answers `navigator.credentials.create`, at a page of `origin`. */
  create: (options: CreateOptions, origin: string, change?: Flaw) => Answer;
  /** Answers `navigator.credentials.get` with the newest passkey for the site. */
  get: (options: GetOptions, origin: string, change?: Flaw) => Answer;
}>;

export type Answer = Readonly<{
  id: string;
  rawId: string;
  type: string;
  clientExtensionResults: object;
  response: Record<string, unknown>;
}>;
export type CreateOptions = Readonly<{
  challenge: string;
  rp: Readonly<{ id?: string }>;
  user: Readonly<{ id: string }>;
}>;
export type GetOptions = Readonly<{ challenge: string; rpId?: string }>;

/** What a bad answer has otherwise. */
export type Flaw = Partial<{
  challenge: string;
  isUserVerified: boolean;
  counter: number;
  userHandle: string | undefined;
  id: string;
  rpId: string;
  type: string;
}>;

const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

function clientData(type: string, challenge: string, origin: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}

function authenticatorData(rpId: string, flags: number, counter: number): Buffer {
  const tail = Buffer.alloc(5);
  tail.writeUInt8(flags);
  tail.writeUInt32BE(counter, 1);
  return Buffer.concat([sha256(rpId), tail]);
}

/** An ES256 key in COSE: a map of kty 2, alg -7, crv 1, x and y. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const head = Buffer.from('a5010203262001215820', 'hex');
  const middle = Buffer.from('225820', 'hex');
  return Buffer.concat([head, Buffer.from(x, 'base64url'), middle, Buffer.from(y, 'base64url')]);
}

function attestation(data: Buffer): string {
  const head = Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex');
  return Buffer.concat([head, Buffer.of(data.length), data]).toString('base64url');
}

export function softwareDevice(): Device {
  const passkeys: Held[] = [];

  return {
    create: ({ challenge, rp, user }, origin, flaw = {}) => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const rpId = flaw.rpId ?? rp.id ?? '';
      const idBytes = randomBytes(16);
      const id = idBytes.toString('base64url');
      passkeys.push({ id, key: privateKey, userHandle: user.id, rpId, uses: 0 });
      const verified = flaw.isUserVerified === false ? 0 : USER_VERIFIED;
      const flags = USER_PRESENT | HAS_CREDENTIAL | verified;
      const length = Buffer.of(0, idBytes.length);
      const data = Buffer.concat([
        authenticatorData(rpId, flags, 0),
        ...[Buffer.alloc(16), length, idBytes, coseKey(publicKey)],
      ]);
      const said = clientData(flaw.type ?? 'webauthn.create', flaw.challenge ?? challenge, origin);
      const response = {
        clientDataJSON: said.toString('base64url'),
        attestationObject: attestation(data),
        transports: ['internal', 'made-up'],
      };
      return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
    },

    get: ({ challenge, rpId = '' }, origin, flaw = {}) => {
      const passkey = passkeys.findLast((each) => each.rpId === rpId);
      if (passkey === undefined) throw new Error('this device has no passkey for the site');
      passkey.uses += 1;
      const verified = flaw.isUserVerified === false ? 0 : USER_VERIFIED;
      const counter = flaw.counter ?? passkey.uses;
      const data = authenticatorData(flaw.rpId ?? rpId, USER_PRESENT | verified, counter);
      const said = clientData(flaw.type ?? 'webauthn.get', flaw.challenge ?? challenge, origin);
      const signature = sign('sha256', Buffer.concat([data, sha256(said)]), passkey.key);
      const id = flaw.id ?? passkey.id;
      const userHandle = 'userHandle' in flaw ? flaw.userHandle : passkey.userHandle;
      const response = {
        clientDataJSON: said.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(userHandle !== undefined && { userHandle }),
      };
      return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
    },
  };
}
