import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { describe, expect, it } from 'vitest';
import { issueGrant, openGrant, PERSON_MAX } from './grant.ts';
import type { GrantFields } from './grant.ts';
import { newSessionId, sessionBytes, sessionIdOf } from './session-id.ts';

const us = 'us' as Jurisdiction;
const eu = 'eu' as Jurisdiction;
const epoch = (value: number): Epoch => value as Epoch;

const owners: Record<string, { publicKey: KeyObject; privateKey: KeyObject }> = {
  'us/1': generateKeyPairSync('ed25519'),
  'us/2': generateKeyPairSync('ed25519'),
  'eu/1': generateKeyPairSync('ed25519'),
};
const keyOf = (jurisdiction: Jurisdiction, of: Epoch): KeyObject | undefined =>
  owners[`${jurisdiction}/${of}`]?.publicKey;
const signer = (name: string): KeyObject => {
  const owner = owners[name];
  if (owner === undefined) throw new Error(`no owner ${name}`);
  return owner.privateKey;
};

const fields: GrantFields = {
  jurisdiction: us,
  epoch: epoch(1),
  session: newSessionId(1_700_000_000_000, new Uint8Array(10).fill(7)),
  person: 42,
  startedAtMs: 1_700_000_000_000,
  expiresAtMs: 1_700_604_800_000,
};
const nowMs = fields.startedAtMs + 1;

/** Cuts a token open, to put other parts together than a cell would. */
function parts(token: string): { payload: Buffer; signature: Buffer } {
  const bytes = Buffer.from(token.slice(4), 'base64url');
  return { payload: bytes.subarray(0, 47), signature: bytes.subarray(47) };
}

describe('a grant', () => {
  it('A25: opens to what was signed into it', () => {
    const token = issueGrant(fields, signer('us/1'));
    expect(token).toMatch(/^hfg_[A-Za-z0-9_-]{148}$/);
    expect(openGrant(token, keyOf, nowMs)).toEqual({ kind: 'valid', fields });
  });

  it('A25: holds the longest jurisdiction and the largest numbers', () => {
    const large: GrantFields = {
      ...fields,
      jurisdiction: 'abcdefgh' as Jurisdiction,
      epoch: epoch(2 ** 32 - 1),
      person: PERSON_MAX,
    };
    const token = issueGrant(large, signer('us/1'));
    const { publicKey } = owners['us/1'] ?? {};
    expect(openGrant(token, () => publicKey, nowMs)).toEqual({ kind: 'valid', fields: large });
  });

  it('A26: signed by another cell is invalid', () => {
    const token = issueGrant(fields, signer('eu/1'));
    expect(openGrant(token, keyOf, nowMs)).toEqual({ kind: 'invalid' });
  });

  it('A26: of one cell does not open as another cell’s', () => {
    const token = issueGrant({ ...fields, jurisdiction: eu }, signer('us/1'));
    expect(openGrant(token, keyOf, nowMs)).toEqual({ kind: 'invalid' });
  });

  it('A26: with the payload of another person under its signature is invalid', () => {
    const mine = parts(issueGrant(fields, signer('us/1')));
    const theirs = parts(issueGrant({ ...fields, person: 43 }, signer('us/1')));
    const mixed = Buffer.concat([theirs.payload, mine.signature]).toString('base64url');
    expect(openGrant(`hfg_${mixed}`, keyOf, nowMs)).toEqual({ kind: 'invalid' });
  });

  it('A26: of an epoch that never was is invalid', () => {
    const token = issueGrant({ ...fields, epoch: epoch(9) }, signer('us/1'));
    expect(openGrant(token, keyOf, nowMs)).toEqual({ kind: 'invalid' });
  });

  it.each([0, 1, 4, 50, 100, 151])('A26: cut to %i characters is invalid', (chars) => {
    const token = issueGrant(fields, signer('us/1'));
    expect(openGrant(token.slice(0, chars), keyOf, nowMs)).toEqual({ kind: 'invalid' });
  });

  it('A26: in the other base64 alphabet or with anything added is invalid', () => {
    let token = issueGrant(fields, signer('us/1'));
    for (let person = 1; !/[-_]/.test(token.slice(4)); person += 1) {
      token = issueGrant({ ...fields, person }, signer('us/1'));
    }
    const other = `hfg_${token.slice(4).replaceAll('-', '+').replaceAll('_', '/')}`;
    for (const forged of [other, `${token}=`, `${token} `, ` ${token}`, `${token}A`]) {
      expect(openGrant(forged, keyOf, nowMs)).toEqual({ kind: 'invalid' });
    }
  });

  it('A27: is expired from its end on and not before', () => {
    const token = issueGrant(fields, signer('us/1'));
    expect(openGrant(token, keyOf, fields.expiresAtMs - 1).kind).toBe('valid');
    expect(openGrant(token, keyOf, fields.expiresAtMs).kind).toBe('expired');
  });

  it('A28: of a past epoch stays valid after the owner changed', () => {
    const before = issueGrant(fields, signer('us/1'));
    const after = issueGrant({ ...fields, epoch: epoch(2) }, signer('us/2'));
    expect(openGrant(before, keyOf, nowMs).kind).toBe('valid');
    expect(openGrant(after, keyOf, nowMs).kind).toBe('valid');
  });
});

describe('a session id', () => {
  it('A29: has 26 characters and sorts by the time of its session', () => {
    const high = new Uint8Array(10).fill(255);
    const low = new Uint8Array(10);
    const ids = [0, 1, 31, 32, 1_700_000_000_000, 2 ** 48 - 1].map((ms, index) =>
      newSessionId(ms, index % 2 === 0 ? high : low),
    );
    expect(ids).toEqual([...ids].sort());
    for (const id of ids) expect(id).toMatch(/^[0-9A-Z]{26}$/);
  });

  it('A29: and its bytes are the same thing', () => {
    const id = newSessionId(1_700_000_000_000, Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    expect(sessionIdOf(sessionBytes(id))).toBe(id);
    expect(() => sessionBytes('not-a-session')).toThrow('not a session id');
  });
});
