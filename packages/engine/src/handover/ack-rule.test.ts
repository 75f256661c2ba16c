import { describe, expect, test } from 'vitest';
import { ackableSeq, admission, takesBatch } from './ack-rule.ts';
import { PARTY_STATES } from './party-machine.ts';
import type { PartyState } from './party-state.ts';
import { A, B, CUT, entryAt, sampleStates } from './samples.ts';

const states = sampleStates();
const all = PARTY_STATES.map((kind) => states[kind]);
const kindsWhere = (holds: (state: PartyState) => boolean): string[] =>
  all.filter(holds).map(({ kind }) => kind);

const SOLO = ['owning', 'seeding', 'catching-up', 'shadow'];
const JOINTLY = ['arming', 'joining', 'joint', 'leaving', 'sealing', 'sealed'];

describe('acknowledging', () => {
  test('H9: an owner alone acknowledges what is durable at home', () => {
    expect(kindsWhere((state) => ackableSeq(state, 9) === 9)).toEqual(SOLO);
  });

  test('H9 H10 H11: an owner that is, may be or soon is joint acknowledges what both have', () => {
    // The samples have heard of 4 at the follower.
    expect(kindsWhere((state) => ackableSeq(state, 9) === 4)).toEqual(JOINTLY);
    expect(kindsWhere((state) => ackableSeq(state, 3) === 3)).toEqual([...SOLO, ...JOINTLY]);
  });

  test('H9: everybody else acknowledges nothing', () => {
    const others = kindsWhere((state) => ackableSeq(state, 9) === 0);
    expect(others).toHaveLength(PARTY_STATES.length - SOLO.length - JOINTLY.length);
  });
});

describe('admitting', () => {
  test('H14: an owner takes ops of its own epoch and of earlier ones', () => {
    const admitting = ['arming', 'joining', 'joint', 'leaving'];
    for (const epoch of [1, 2]) {
      expect(kindsWhere((state) => admission(state, epoch) === 'admit')).toEqual([
        ...SOLO,
        ...admitting,
      ]);
    }
  });

  test('H14: an op of a later epoch waits until the owner has read of it', () => {
    expect(admission(states.owning, 3)).toBe('behind');
    expect(admission(states.joint, 3)).toBe('behind');
  });

  test('H15: nothing is admitted from the cut on', () => {
    expect(admission(states.sealing, 2)).toBe('sealed');
    expect(admission(states.sealed, 2)).toBe('sealed');
  });

  test('H35: whoever does not own the cell says so, or asks to wait for the decision', () => {
    expect(admission(states.returning, 2)).toBe('not-owner');
    expect(admission(states['follow-joint'], 2)).toBe('not-owner');
    expect(admission(states.fencing, 2)).toBe('sealed');
  });
});

describe('taking batches', () => {
  const head = { seq: 4, chain: 'four' };
  const next = { from: A, epoch: 2, seq: 5, previousChain: 'four' };
  const following = states['follow-joint'];

  test('H12: the batch that continues seq and chain, from the owner of the newest epoch', () => {
    expect(takesBatch(following, head, next)).toBe('take');
    const renewed = { ...A, url: 'https://elsewhere', publicKey: 'renewed' };
    expect(takesBatch(following, head, { ...next, from: renewed })).toBe('take');
    expect(takesBatch(following, head, { ...next, from: B })).toBe('refused');
  });

  test('H12: a session of another epoch is refused, or the charter read first', () => {
    expect(takesBatch(following, head, { ...next, epoch: 1 })).toBe('refused');
    expect(takesBatch(following, head, { ...next, epoch: 3 })).toBe('behind');
  });

  test('H13: gaps, repeats and other chains are told apart and not taken', () => {
    expect(takesBatch(following, head, { ...next, seq: 6 })).toBe('gap');
    expect(takesBatch(following, head, { ...next, seq: 4 })).toBe('had');
    expect(takesBatch(following, head, { ...next, previousChain: 'other' })).toBe('diverged');
  });

  test('H18: only who follows takes; behind a fence or a seal nobody does', () => {
    expect(kindsWhere((state) => takesBatch(state, head, next) === 'take')).toEqual([
      'follow-catching-up',
      'follow-shadow',
      'follow-joint',
    ]);
    expect(takesBatch({ ...states.fencing, entry: entryAt(2) }, head, next)).toBe('refused');
    expect(takesBatch({ ...states['follow-sealed'], cut: CUT }, head, next)).toBe('refused');
  });
});
