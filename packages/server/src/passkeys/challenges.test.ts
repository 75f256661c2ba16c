import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { CHALLENGE_LIFE_MS, openChallenges } from './challenges.ts';
import type { Challenges } from './challenges.ts';

let nowMs = 1_000_000;
let challenges: Challenges;
beforeEach(() => {
  nowMs = 1_000_000;
  challenges = openChallenges({ nowMs: () => nowMs, randomBytes });
});

describe('AC62: a challenge', () => {
  it('is good once', () => {
    const challenge = challenges.give('sign-in');
    expect(challenges.take('sign-in', challenge)).toBe(true);
    expect(challenges.take('sign-in', challenge)).toBe(false);
  });

  it('is good again when it was given back', () => {
    const challenge = challenges.give('sign-in');
    challenges.take('sign-in', challenge);
    challenges.giveBack(challenge);
    expect(challenges.take('sign-in', challenge)).toBe(true);
  });

  it('is good for five minutes', () => {
    const [early, late] = [challenges.give('sign-in'), challenges.give('sign-in')];
    nowMs += CHALLENGE_LIFE_MS - 1;
    expect(challenges.take('sign-in', early)).toBe(true);
    nowMs += 1;
    expect(challenges.take('sign-in', late)).toBe(false);
  });

  it('is good for what it was given for', () => {
    const challenge = challenges.give('add:acc_a');
    expect(challenges.take('sign-in', challenge)).toBe(false);
    expect(challenges.take('add:acc_b', challenge)).toBe(false);
    expect(challenges.take('add:acc_a', challenge)).toBe(true);
  });

  it('is not one that another gateway gave', () => {
    const other = openChallenges({ nowMs: () => nowMs, randomBytes });
    expect(challenges.take('sign-in', other.give('sign-in'))).toBe(false);
  });

  it('is not one that was changed, nor another text for the same bytes', () => {
    const challenge = challenges.give('sign-in');
    const bytes = Buffer.from(challenge, 'base64url');
    bytes.writeUIntBE(nowMs + 10 * CHALLENGE_LIFE_MS, 16, 6);
    expect(challenges.take('sign-in', bytes.toString('base64url'))).toBe(false);
    for (const other of [`${challenge}=`, ` ${challenge}`, challenge.slice(1), '']) {
      expect(challenges.take('sign-in', other)).toBe(false);
    }
  });
});
