import { generateKeyPairSync } from 'node:crypto';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { expect, it, vi } from 'vitest';
import { issueGrant } from './grant.ts';
import type { GrantFields } from './grant.ts';
import { EPOCHS_AHEAD_MAX, grantVerifier } from './grant-verifier.ts';
import type { GrantVerifierOptions } from './grant-verifier.ts';
import { newSessionId } from './session-id.ts';
import { twoGenerations } from './two-generations.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const epoch = 1 as Epoch;
const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const known = (): ReturnType<GrantVerifierOptions['keyOf']> => ({
  epoch,
  operator: 'one',
  publicKeyPem,
});
const options = { keyOf: known, newestEpoch: () => 1, tokens: 10 };
const fields: GrantFields = {
  jurisdiction: 'us' as Jurisdiction,
  epoch,
  session: newSessionId(5, new Uint8Array(10)),
  person: 3,
  startedAtMs: 5,
  expiresAtMs: 100,
};

it('A27: a remembered grant is still refused after its end', () => {
  const keyOf = vi.fn(known);
  const verifier = grantVerifier({ ...options, keyOf });
  const token = issueGrant(fields, privateKey);
  const first = verifier.open(token, 99);
  expect(first).toMatchObject({ who: { kind: 'person', person: 3 }, startedAtMs: 5 });
  expect(verifier.open(token, 99)).toBe(first);
  expect(keyOf).toHaveBeenCalledTimes(1);
  expect(verifier.open(token, 100)).toBe('expired');
});

it('A18: a grant of nobody opens as anonymous', () => {
  const verifier = grantVerifier(options);
  const token = issueGrant({ ...fields, person: 0 }, privateKey);
  expect(verifier.open(token, 6)).toMatchObject({ who: { kind: 'anonymous' } });
});

it('A26: a refused grant is not remembered as good', () => {
  const verifier = grantVerifier({ ...options, keyOf: () => undefined });
  const token = issueGrant(fields, privateKey);
  expect(verifier.open(token, 6)).toBe('invalid');
  expect(verifier.open(token, 6)).toBe('invalid');
});

it('A75: a grant of an epoch that is not known yet is not called invalid, and is good afterwards', () => {
  let newest = 1;
  const verifier = grantVerifier({
    ...options,
    keyOf: (_cell, asked) => (asked <= newest ? known() : undefined),
    newestEpoch: () => newest,
  });
  const token = issueGrant({ ...fields, epoch: 3 as Epoch }, privateKey);
  expect(verifier.open(token, 6)).toBe('ahead');
  newest = 2;
  expect(verifier.open(token, 6)).toBe('ahead');
  newest = 3;
  expect(verifier.open(token, 6)).toMatchObject({ who: { kind: 'person', person: 3 } });
});

it('A26: an epoch that is nonsense, and a cell that is not known, are invalid', () => {
  const keyOf = () => undefined;
  const late = { ...fields, epoch: (2 + EPOCHS_AHEAD_MAX) as Epoch };
  const verifier = grantVerifier({ ...options, keyOf });
  expect(verifier.open(issueGrant(late, privateKey), 6)).toBe('invalid');
  const elsewhere = grantVerifier({ ...options, keyOf, newestEpoch: () => undefined });
  expect(elsewhere.open(issueGrant(fields, privateKey), 6)).toBe('invalid');
});

it('the map of two generations keeps what is used and is bounded', () => {
  const map = twoGenerations<number>(10);
  map.set('kept', 1);
  for (let n = 0; n < 100; n += 1) {
    map.set(`other-${n}`, n);
    expect(map.get('kept')).toBe(1);
  }
  const held = Array.from({ length: 100 }, (_, n) => map.get(`other-${n}`) !== undefined);
  expect(held.filter(Boolean).length).toBeLessThanOrEqual(20);
});
