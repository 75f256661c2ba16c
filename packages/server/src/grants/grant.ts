// Grants: what a device holds to send the ops of one session, checkable without asking the cell.
//
// Rules: docs/spec/api.md (A25 to A28).
//
//   hfg_ base64url( version 1 | jurisdiction 8 | epoch 4 | session 16 | person 6 | began 6 | ends 6
//                   | Ed25519 signature 64 )                                    numbers big-endian
//
// Why it is safe: the signature covers every byte before it, the payload has one encoding only (its
// length leaves no unused bits, and only the base64url alphabet is taken), and the key is looked up
// by the jurisdiction and epoch inside, so a grant of one cell never verifies as another's.

import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Epoch, Jurisdiction, SessionId } from '@holdfast/protocol/ids.ts';
import { SESSION_BYTES, sessionBytes, sessionIdOf } from './session-id.ts';

export type GrantFields = Readonly<{
  jurisdiction: Jurisdiction;
  /** Epoch in which the grant was issued; its owner's key checks it for ever. */
  epoch: Epoch;
  session: SessionId;
  /** The cell's number for the person, 0 for nobody. */
  person: number;
  startedAtMs: number;
  expiresAtMs: number;
}>;

export type OpenedGrant = Readonly<
  { kind: 'valid'; fields: GrantFields } | { kind: 'invalid' } | { kind: 'expired' }
>;

/** The public key of a cell's owner in an epoch, or `undefined` when there is no such epoch. */
export type GrantKeyOf = (jurisdiction: Jurisdiction, epoch: Epoch) => KeyObject | undefined;

const VERSION = 1;
const JURISDICTION_BYTES = 8;
const AT = { jurisdiction: 1, epoch: 9, session: 13, person: 29, startedAt: 35, expiresAt: 41 };
const NUMBER_BYTES = 6;
const PAYLOAD_BYTES = 47;
const SIGNATURE_BYTES = 64;
const GRANT_PATTERN = /^hfg_[A-Za-z0-9_-]{148}$/;

/** Largest person number that a grant can hold. */
export const PERSON_MAX: number = 2 ** 48 - 1;

/** Signs a grant. Throws when a field does not fit, because the cell makes them all itself. */
export function issueGrant(fields: GrantFields, privateKey: KeyObject): string {
  const payload = Buffer.alloc(PAYLOAD_BYTES);
  payload.writeUInt8(VERSION, 0);
  payload.write(fields.jurisdiction, AT.jurisdiction, JURISDICTION_BYTES, 'latin1');
  payload.writeUInt32BE(fields.epoch, AT.epoch);
  payload.set(sessionBytes(fields.session), AT.session);
  payload.writeUIntBE(fields.person, AT.person, NUMBER_BYTES);
  payload.writeUIntBE(fields.startedAtMs, AT.startedAt, NUMBER_BYTES);
  payload.writeUIntBE(fields.expiresAtMs, AT.expiresAt, NUMBER_BYTES);
  const signature = sign(null, payload, privateKey);
  return `hfg_${Buffer.concat([payload, signature]).toString('base64url')}`;
}

/** Checks a grant that came from outside. Never throws. */
export function openGrant(token: string, keyOf: GrantKeyOf, nowMs: number): OpenedGrant {
  const fields = verifiedFields(token, keyOf);
  if (fields === undefined) return { kind: 'invalid' };
  return nowMs < fields.expiresAtMs ? { kind: 'valid', fields } : { kind: 'expired' };
}

/** The fields of a grant with a good signature, whether or not it has ended. */
export function verifiedFields(token: string, keyOf: GrantKeyOf): GrantFields | undefined {
  const bytes = bytesOf(token);
  const payload = bytes?.subarray(0, PAYLOAD_BYTES);
  const fields = payload && fieldsOf(payload);
  if (bytes === undefined || payload === undefined || fields === undefined) return undefined;
  const key = keyOf(fields.jurisdiction, fields.epoch);
  if (key === undefined) return undefined;
  return verify(null, payload, key, bytes.subarray(PAYLOAD_BYTES)) ? fields : undefined;
}

/** Who a grant says has signed it. Nothing of it is proven. */
export function claimedSigner(
  token: string,
): Pick<GrantFields, 'jurisdiction' | 'epoch'> | undefined {
  const bytes = bytesOf(token);
  return bytes && fieldsOf(bytes.subarray(0, PAYLOAD_BYTES));
}

function bytesOf(token: string): Buffer | undefined {
  if (!GRANT_PATTERN.test(token)) return undefined;
  const bytes = Buffer.from(token.slice(4), 'base64url');
  return bytes.length === PAYLOAD_BYTES + SIGNATURE_BYTES ? bytes : undefined;
}

function fieldsOf(payload: Buffer): GrantFields | undefined {
  if (payload.readUInt8(0) !== VERSION) return undefined;
  const jurisdiction = payload
    .toString('latin1', AT.jurisdiction, AT.jurisdiction + JURISDICTION_BYTES)
    .replace(/\0+$/, '');
  if (!isJurisdiction(jurisdiction)) return undefined;
  return {
    jurisdiction,
    epoch: payload.readUInt32BE(AT.epoch) as Epoch,
    session: sessionIdOf(payload.subarray(AT.session, AT.session + SESSION_BYTES)),
    person: payload.readUIntBE(AT.person, NUMBER_BYTES),
    startedAtMs: payload.readUIntBE(AT.startedAt, NUMBER_BYTES),
    expiresAtMs: payload.readUIntBE(AT.expiresAt, NUMBER_BYTES),
  };
}
