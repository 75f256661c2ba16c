// Passkeys: what a browser answers, checked. The checks of the standard are the library's; what is
// asked for, and what is believed of an answer, is decided here.
//
// Rules: docs/spec/accounts.md (AC60 to AC66).
//
// Why no answer can make this server fetch anything: a statement about the make of a device is not
// asked for, and one that is sent all the same is taken off before the answer is looked at, because
// certificates name addresses to ask whether they are still good.

import { hash } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';

/** What a browser was asked for, which its answer has to be about. */
export type PasskeyAsk = Readonly<{
  /** Base64url. */
  challenge: string;
  /** The origin of the page, as `https://example.org`. */
  origin: string;
  /** The host name of it. */
  rpId: string;
}>;

/** A passkey as its account keeps it; nothing of it is secret. */
export type Passkey = Readonly<{
  credential: string;
  publicKey: string;
  /** Uses that the device told of; many tell 0 for ever. */
  counter: number;
  transports: readonly string[];
  rpId: string;
}>;

/** Longest answer of a browser, as JSON text. */
export const PASSKEY_ANSWER_CHARS_MAX: number = 12 * 1024;
export const CREDENTIAL_CHARS_MAX = 1_364;
export const PUBLIC_KEY_CHARS_MAX = 1_024;
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];
/** Ed25519, ECDSA on P-256 and RSA, by the numbers of COSE; the browser is told the same. */
export const PASSKEY_ALGORITHMS: readonly number[] = [-8, -7, -257];

/** Loaded with the first passkey: its parts take longer to load than all else of a cell. */
const library = async () => import('@simplewebauthn/server');

/** What a passkey is found by: credentials are too long for that, and keep their length to them. */
export function credentialName(credential: string): string {
  return hash('sha256', credential, 'base64url');
}

/** A new passkey out of a browser's answer; `undefined` when the answer is not one to this ask. */
export async function newPasskeyOf(answer: string, ask: PasskeyAsk): Promise<Passkey | undefined> {
  try {
    const { verifyRegistrationResponse } = await library();
    const response = await withoutStatement(JSON.parse(answer) as RegistrationResponseJSON);
    const verified = await verifyRegistrationResponse({
      response,
      expectedChallenge: ask.challenge,
      expectedOrigin: ask.origin,
      expectedRPID: ask.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    });
    if (!verified.verified) return undefined;
    const { credential } = verified.registrationInfo;
    const publicKey = Buffer.from(credential.publicKey).toString('base64url');
    if (credential.id.length > CREDENTIAL_CHARS_MAX) return undefined;
    if (publicKey.length > PUBLIC_KEY_CHARS_MAX) return undefined;
    const told: readonly unknown[] = response.response.transports ?? [];
    const transports = TRANSPORTS.filter((known) => told.includes(known));
    const { id, counter } = credential;
    return { credential: id, publicKey, counter, transports, rpId: ask.rpId };
  } catch {
    // The library throws for every way in which an answer is wrong, and for what is no answer.
    return undefined;
  }
}

/** The counter after a passkey was used; `undefined` when the answer does not prove its use. */
export async function usedPasskey(
  answer: string,
  ask: PasskeyAsk,
  { credential, publicKey, counter, rpId }: Passkey,
): Promise<number | undefined> {
  if (rpId !== ask.rpId) return undefined;
  try {
    const { verifyAuthenticationResponse } = await library();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: JSON.parse(answer) as AuthenticationResponseJSON,
      expectedChallenge: ask.challenge,
      expectedOrigin: ask.origin,
      expectedRPID: ask.rpId,
      requireUserVerification: true,
      credential: { id: credential, publicKey: bytesOf(publicKey), counter },
    });
    return verified ? authenticationInfo.newCounter : undefined;
  } catch {
    return undefined;
  }
}

/** What an answer says of itself, before anything of it is believed. */
export type Claim = Readonly<{
  credential: string;
  challenge: string;
  /** The home and account that the passkey was made for; only when it is used. */
  user: PasskeyUser | undefined;
}>;

/** Reads what an answer claims; `undefined` for what is none. */
export function claimOf(answer: unknown): Claim | undefined {
  const { id, response } = fieldsOf(answer);
  const { clientDataJSON, userHandle } = fieldsOf(response);
  if (typeof id !== 'string' || typeof clientDataJSON !== 'string') return undefined;
  const { challenge } = fieldsOf(jsonIn(clientDataJSON));
  if (typeof challenge !== 'string') return undefined;
  const user = typeof userHandle === 'string' ? userOf(userHandle) : undefined;
  return { credential: id, challenge, user };
}

export type PasskeyUser = Readonly<{ jurisdiction: Jurisdiction; account: string }>;

const USER_PATTERN = /^([a-z]{2,8})\.([A-Za-z0-9_-]{1,55})$/;

/**
 * What a device keeps with a passkey and gives back with its use: the home cell, so that whoever
 * signs in needs to name neither it nor a handle, and the account, which says nothing about them.
 */
export function userHandleOf({ jurisdiction, account }: PasskeyUser): string {
  return Buffer.from(`${jurisdiction}.${account}`).toString('base64url');
}

function userOf(userHandle: string): PasskeyUser | undefined {
  const text = Buffer.from(userHandle, 'base64url').toString('utf8');
  const [, jurisdiction, account] = USER_PATTERN.exec(text) ?? [];
  if (!isJurisdiction(jurisdiction) || account === undefined) return undefined;
  return { jurisdiction, account };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function jsonIn(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** `{ fmt: "none", attStmt: {}, authData: … }` in CBOR, up to the length of the data. */
const NO_STATEMENT = 'a363666d74646e6f6e656761747453746d74a068617574684461746159';

async function withoutStatement(
  answer: RegistrationResponseJSON,
): Promise<RegistrationResponseJSON> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  const { attestationObject } = answer.response;
  const data = decodeAttestationObject(bytesOf(attestationObject)).get('authData');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(data.length);
  const without = Buffer.concat([Buffer.from(NO_STATEMENT, 'hex'), length, data]);
  const response = { ...answer.response, attestationObject: without.toString('base64url') };
  return { ...answer, response };
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64url, 'base64url'));
}
