import { expect, test } from 'vitest';
import { SAMPLES_MAX } from '@holdfast/protocol/console.ts';
import { FakeController } from './console.fixture.ts';
import { LiveHistory } from './live-history.ts';

const status = new FakeController().status();

test('CO28: the last ten minutes are there for whoever comes late, and no more', () => {
  const history = new LiveHistory('1f');
  for (let n = 1; n <= SAMPLES_MAX + 5; n += 1) history.note(n, status);
  const all = history.after('', 0);
  expect([all.length, all[0]?.n]).toEqual([SAMPLES_MAX, 6]);
  expect(history.after('1f', SAMPLES_MAX + 3).map(({ n }) => n)).toEqual([604, 605]);
});

test('CO28: who saw the history of another process gets all of this one', () => {
  const history = new LiveHistory('2e');
  history.note(1, status);
  expect(history.after('1f', 500)).toHaveLength(1);
});

test('CO28: a party that follows counts as the follower', () => {
  const history = new LiveHistory('1f');
  history.note(1, { ...status, state: 'follow-shadow' });
  expect(history.after('', 0)[0]).toMatchObject({
    ownerOpsPerSecond: null,
    followerOpsPerSecond: 100,
  });
});

test('CO29: what is not known is null and no 0', () => {
  const history = new LiveHistory('1f');
  history.note(1, { ...status, lag: { kind: 'unknown', reason: 'silent' } });
  expect(history.after('', 0)[0]).toMatchObject({
    lagMs: null,
    pauseMs: null,
    followerOpsPerSecond: null,
  });
});
