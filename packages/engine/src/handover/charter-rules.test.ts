import type { Epoch, Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';
import { describe, expect, test } from 'vitest';
import { CHARTER_ACTS, isEqualCut, mayAppend } from './charter-rules.ts';
import type { CharterBody, Cut, Party } from './charter-rules.ts';

const A: Party = { operator: 'acme', site: 'east', publicKey: 'key-a', url: 'https://a' };
const B: Party = { operator: 'bolt', site: 'north', publicKey: 'key-b', url: 'https://b' };
const A_WEST: Party = { ...A, site: 'west', publicKey: 'key-w', url: 'https://w' };
const CUT: Cut = { seq: 7 as Seq, chain: 'c', likesHash: 'l', countsHash: 'n' };

const BASE = { cell: 'us' as Jurisdiction, epoch: 1 as Epoch, reason: 'test' };
const soloA: CharterBody = { ...BASE, act: 'found', owner: A, rule: 'solo' };
const jointAB: CharterBody = {
  ...BASE,
  epoch: 2 as Epoch,
  act: 'join',
  owner: A,
  follower: B,
  rule: 'joint',
};
const after = (
  newest: CharterBody,
  act: CharterBody['act'],
  owner: Party,
  more: Partial<CharterBody> = {},
): CharterBody => ({
  ...BASE,
  epoch: (newest.epoch + 1) as Epoch,
  act,
  owner,
  rule: 'solo',
  ...more,
});

const JOINT = { rule: 'joint', follower: B } as const;

const signersOf = (newest: CharterBody | undefined, candidate: CharterBody): string => {
  const answer = mayAppend(newest, candidate);
  if (answer.kind === 'refused') return answer.code;
  return answer.signers.map(({ publicKey }) => publicKey).join(' ');
};

describe('who signs', () => {
  test.each([
    ['found', undefined, soloA, 'key-a'],
    ['join', soloA, after(soloA, 'join', A, JOINT), 'key-a key-b'],
    ['leave', jointAB, after(jointAB, 'leave', A), 'key-a'],
    ['leave after a seal', jointAB, after(jointAB, 'leave', A, { cut: CUT }), 'key-a'],
    ['cede', jointAB, after(jointAB, 'cede', B, { cut: CUT }), 'key-a key-b'],
    ['promote', jointAB, after(jointAB, 'promote', B, { cut: CUT }), 'key-b'],
    ['renew', soloA, after(soloA, 'renew', { ...A, publicKey: 'new' }), 'key-a new'],
    ['renew of the address', soloA, after(soloA, 'renew', { ...A, url: 'https://n' }), 'key-a'],
    ['force', soloA, after(soloA, 'force', A_WEST, { cut: CUT }), 'key-a key-w'],
  ])('H1 H3 H4 H5 H6: %s is signed by those it binds', (_name, newest, candidate, signers) => {
    expect(signersOf(newest, candidate)).toBe(signers);
  });

  test('H3: sites of one operator that share a key sign once', () => {
    const twin = { ...A, site: 'west' };
    const join = after(soloA, 'join', A, { rule: 'joint', follower: twin });
    expect(signersOf(soloA, join)).toBe('key-a');
  });
});

describe('refusals', () => {
  test.each([
    ['a second founding', soloA, after(soloA, 'found', A), 'wrong-predecessor'],
    ['anything before the founding', undefined, jointAB, 'wrong-predecessor'],
    ['a founding at epoch 2', undefined, { ...soloA, epoch: 2 as Epoch }, 'wrong-epoch'],
    ['a join in joint', jointAB, after(jointAB, 'join', A, JOINT), 'wrong-predecessor'],
    ['a leave in solo', soloA, after(soloA, 'leave', A), 'wrong-predecessor'],
    ['a cede in solo', soloA, after(soloA, 'cede', B, { cut: CUT }), 'wrong-predecessor'],
    ['a promote in solo', soloA, after(soloA, 'promote', B, { cut: CUT }), 'wrong-predecessor'],
    ['a renew in joint', jointAB, after(jointAB, 'renew', A_WEST), 'wrong-predecessor'],
    ['a force in joint', jointAB, after(jointAB, 'force', A, { cut: CUT }), 'wrong-predecessor'],
    ['a join by another owner', soloA, after(soloA, 'join', A_WEST, JOINT), 'wrong-owner'],
    ['a leave to the follower', jointAB, after(jointAB, 'leave', B), 'wrong-owner'],
    ['a cede to the owner', jointAB, after(jointAB, 'cede', A, { cut: CUT }), 'wrong-owner'],
    [
      'a promote of a third',
      jointAB,
      after(jointAB, 'promote', A_WEST, { cut: CUT }),
      'wrong-owner',
    ],
    ['a renew of another site', soloA, after(soloA, 'renew', A_WEST), 'wrong-owner'],
    ['a renew that renews nothing', soloA, after(soloA, 'renew', A), 'nothing-new'],
    ['a force to another operator', soloA, after(soloA, 'force', B, { cut: CUT }), 'wrong-owner'],
    ['a force of the owner', soloA, after(soloA, 'force', A, { cut: CUT }), 'same-party'],
  ])('H3 H4 H5 H6: %s is refused', (_name, newest, candidate, code) => {
    expect(signersOf(newest, candidate)).toBe(code);
  });

  test.each([
    [
      'a joint rule without a follower',
      after(soloA, 'join', A, { rule: 'joint' }),
      'wrong-follower',
    ],
    ['a follower in solo', after(jointAB, 'leave', A, { follower: B }), 'wrong-follower'],
    ['a join that stays solo', after(soloA, 'join', A), 'wrong-rule'],
    ['a leave that stays joint', after(jointAB, 'leave', A, JOINT), 'wrong-rule'],
    ['a cede without a cut', after(jointAB, 'cede', B), 'wrong-cut'],
    ['a promote without a cut', after(jointAB, 'promote', B), 'wrong-cut'],
    ['a force without a cut', after(soloA, 'force', A_WEST), 'wrong-cut'],
    ['a join with a cut', after(soloA, 'join', A, { ...JOINT, cut: CUT }), 'wrong-cut'],
  ])('H2: %s is refused', (_name, candidate, code) => {
    expect(signersOf(candidate.epoch === 2 ? soloA : jointAB, candidate)).toBe(code);
  });

  test('H2: a hand-over to itself is refused, under whatever key or address', () => {
    const self = { ...A, publicKey: 'other', url: 'https://other' };
    const join = after(soloA, 'join', A, { rule: 'joint', follower: self });
    expect(signersOf(soloA, join)).toBe('same-party');
  });

  test('H2: two operators with one key are refused', () => {
    const join = after(soloA, 'join', A, { rule: 'joint', follower: { ...B, publicKey: 'key-a' } });
    expect(signersOf(soloA, join)).toBe('shared-key');
  });

  test.each([1, 2, 4])('H1: epoch %i after epoch 2 is refused', (epoch) => {
    const leave = { ...after(jointAB, 'leave', A), epoch: epoch as Epoch };
    expect(signersOf(jointAB, leave)).toBe('wrong-epoch');
  });

  test('H1: an entry of another cell is refused', () => {
    const leave = { ...after(jointAB, 'leave', A), cell: 'eu' as Jurisdiction };
    expect(signersOf(jointAB, leave)).toBe('wrong-cell');
  });

  test('H1: of all acts exactly one can take each epoch', () => {
    const candidates = CHARTER_ACTS.map((act) => after(jointAB, act, A, { cut: CUT }));
    const taken = candidates.find((one) => mayAppend(jointAB, one).kind === 'may');
    expect(taken?.act).toBe('leave');
    for (const one of candidates) expect(signersOf(taken, one)).not.toMatch(/^key/);
  });
});

test('H16: cuts are equal only when place and state are', () => {
  expect(isEqualCut(CUT, { ...CUT })).toBe(true);
  for (const other of [
    { seq: 8 as Seq },
    { chain: 'x' },
    { likesHash: 'x' },
    { countsHash: 'x' },
  ]) {
    expect(isEqualCut(CUT, { ...CUT, ...other })).toBe(false);
  }
});
