import { expect, it } from 'vitest';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { handoverIn } from './handover-in.ts';

const party = (operator: string, site: string) => ({
  operator,
  site,
  publicKey: `key of ${operator}`,
  url: 'https://cell.example',
});
const joinedBy = (follower: ReturnType<typeof party>): CharterEntry => ({
  n: 2,
  cell: 'us' as Jurisdiction,
  epoch: 2 as Epoch,
  act: 'join',
  owner: party('north', 'main'),
  follower,
  rule: 'joint',
  reason: 'they acknowledge together',
  sinceMs: Date.UTC(2026, 10, 22, 14),
  previousHash: '0'.repeat(64),
  hash: '1'.repeat(64),
  signatures: [],
  registrar: { publicKey: 'the key of the registrar', signature: 'a signature' },
});

it('A76: another operator that acknowledges with the owner is a hand-over under way', () => {
  expect(handoverIn(joinedBy(party('south', 'main')))).toEqual({
    state: 'joint',
    to: 'south',
    since: '2026-11-22T14:00:00.000Z',
  });
});

it('A76: a standby of the owner is none, and neither is a cell with one party or without entry', () => {
  const { follower: _, ...alone } = joinedBy(party('south', 'main'));
  expect(handoverIn(joinedBy(party('north', 'west')))).toBeUndefined();
  expect(handoverIn({ ...alone, act: 'leave', rule: 'solo' })).toBeUndefined();
  expect(handoverIn(undefined)).toBeUndefined();
});
