import { describe, expect, test } from 'vitest';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { browserCrypto } from './browser-crypto.ts';
import { charterOf, signerOf } from './charter.fixture.ts';
import { checkCharter, faultOfRecord } from './check-charter.ts';
import { readTrust } from './record.ts';
import type { TrustRecord } from './record.ts';

const ENTRIES = charterOf(50);
const check = (entries: readonly CharterEntry[]) =>
  checkCharter(browserCrypto, entries, () => Promise.resolve());

/** The charter with one entry replaced. */
const changed = (n: number, fields: Partial<CharterEntry>): CharterEntry[] =>
  ENTRIES.map((entry) => (entry.n === n ? { ...entry, ...fields } : entry));

describe('following the charter', () => {
  test('PG6: fifty entries hold', async () => {
    expect(await check(ENTRIES)).toMatchObject({ kind: 'holds', entries: 50 });
  });

  test.each([
    ['an entry left out', ENTRIES.filter(({ n }) => n !== 7), 7, 'entry 7 is expected here'],
    ['another reason', changed(9, { reason: 'another' }), 9, 'its hash does not fit its content'],
    ['another time', changed(9, { sinceMs: 1 }), 9, 'its hash does not fit its content'],
    [
      'another entry before it',
      changed(9, { previousHash: 'a'.repeat(64) }),
      9,
      'it does not follow the line before it',
    ],
    [
      'a witness that did not sign',
      changed(9, {
        registrar: {
          publicKey: ENTRIES[8]?.registrar.publicKey ?? '',
          signature: ENTRIES[7]?.registrar.signature ?? '',
        },
      }),
      9,
      'its signature is not by the registrar that it names',
    ],
  ])('PG6: %s is found, with its place', async (_what, entries, n, fault) => {
    expect(await check(entries)).toEqual({ kind: 'broken', n, fault });
  });

  test('PG6: an empty charter holds, and has no registrar', async () => {
    expect(await check([])).toEqual({ kind: 'holds', entries: 0, registrarKey: undefined });
  });
});

describe('the record against its charter', () => {
  const newest = ENTRIES.at(-1);
  const record = readTrust({
    jurisdiction: 'us',
    operator: 'north',
    site: 'main',
    publicKey: newest?.owner.publicKey,
    epoch: 50,
    since: '2026-11-22T14:00:00Z',
    act: 'found',
    entry: { n: 1, hash: ENTRIES[0]?.hash },
  });

  const faultWith = (fields: Partial<TrustRecord>): string | undefined =>
    record === undefined ? 'no record' : faultOfRecord({ ...record, ...fields }, ENTRIES);

  test('PG6: agrees when it says what the charter says', () => {
    expect(faultWith({})).toBeUndefined();
  });

  test.each([
    ['another operator', { operator: 'south' }, 'the charter says that north/main runs it'],
    ['another key', { publicKey: signerOf(9).publicKey }, 'the charter has another key'],
    ['another entry', { entry: { n: 1, hash: 'b'.repeat(64) } }, 'is not in the charter'],
    ['a country it does not have', { jurisdiction: 'eu' }, 'the charter has no entry of it'],
  ])('PG6: %s is found', (_what, fields, fault) => {
    expect(faultWith(fields)).toContain(fault);
  });

  test('PG6: what was recorded between the two answers is no contradiction', () => {
    expect(faultWith({ epoch: 51, operator: 'south' })).toBeUndefined();
  });
});
