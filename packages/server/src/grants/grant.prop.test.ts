import { generateKeyPairSync } from 'node:crypto';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { issueGrant, openGrant, PERSON_MAX } from './grant.ts';
import { newSessionId } from './session-id.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const GRANT_BITS = 111 * 8;

const fields = fc.record({
  jurisdiction: fc.stringMatching(/^[a-z]{2,8}$/).map((text) => text as Jurisdiction),
  epoch: fc.integer({ min: 1, max: 2 ** 32 - 1 }).map((value) => value as Epoch),
  session: fc
    .tuple(fc.nat(2 ** 31 - 1), fc.uint8Array({ minLength: 10, maxLength: 10 }))
    .map(([ms, random]) => newSessionId(ms, random)),
  person: fc.integer({ min: 0, max: PERSON_MAX }),
  startedAtMs: fc.nat(2 ** 31 - 1),
  expiresAtMs: fc.constant(2 ** 47),
});

it('A25: any fields come back as they were signed', () => {
  fc.assert(
    fc.property(fields, (signed) => {
      const opened = openGrant(issueGrant(signed, privateKey), () => publicKey, 0);
      expect(opened).toEqual({ kind: 'valid', fields: signed });
    }),
  );
});

it('A26: any flipped bit makes the grant invalid', () => {
  fc.assert(
    fc.property(fields, fc.nat(GRANT_BITS - 1), (signed, bit) => {
      const bytes = Buffer.from(issueGrant(signed, privateKey).slice(4), 'base64url');
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const forged = `hfg_${bytes.toString('base64url')}`;
      expect(openGrant(forged, () => publicKey, 0)).toEqual({ kind: 'invalid' });
    }),
    { numRuns: 500 },
  );
});
