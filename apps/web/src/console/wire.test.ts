import { expect, test } from 'vitest';
import { readAudit, readLive, readSession, readStarted } from './wire.ts';

const SESSION = { name: 'alice', role: 'operator', keyId: 'k', cell: 'us', expiresAtMs: 1 };
const LIVE = {
  session: SESSION,
  nowMs: 1,
  status: null,
  approvals: { needed: 2, persons: [{ name: 'bob', atMs: 1 }], byOperatorKey: false },
  history: { id: 'a', samples: [] },
};

test('an answer of the form is taken as it is, also with fields that came later', () => {
  expect(readLive({ ...LIVE, more: 1 })).toMatchObject(LIVE);
  expect(readSession(SESSION)).toEqual(SESSION);
  expect(readAudit({ entries: [] })).toEqual([]);
  const dry = { kind: 'dry-run', checks: [], steps: ['copy'], fits: true };
  expect(readStarted(dry)).toEqual(dry);
});

test('an answer with a field missing or of another kind is not taken at all', () => {
  expect(readSession({ ...SESSION, role: 'root' })).toBeUndefined();
  expect(readLive({ ...LIVE, status: {} })).toBeUndefined();
  expect(readLive({ ...LIVE, history: { id: 'a', samples: [{ n: '1' }] } })).toBeUndefined();
  expect(readLive({ ...LIVE, approvals: { ...LIVE.approvals, persons: [{}] } })).toBeUndefined();
  expect(readAudit({ entries: [{ at: 1 }] })).toBeUndefined();
  expect(readStarted({ kind: 'dry-run' })).toBeUndefined();
});
