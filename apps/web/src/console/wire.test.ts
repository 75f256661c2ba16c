import { expect, test } from 'vitest';
import { readAudit, readLive, readSession, readStarted } from './wire.ts';

const SESSION = { name: 'alice', role: 'operator', keyId: 'k', cell: 'us', expiresAtMs: 1 };
const PARTY = { operator: 'north', site: 'main', url: 'http://north' };
const STATUS = {
  cell: 'us',
  party: PARTY,
  state: 'seeding',
  epoch: 1,
  owner: PARTY,
  act: 'found',
  handover: null,
  progress: { copying: null, batchesLeft: null, leftMs: null, pace: 'throttled' },
  lag: { kind: 'unknown', reason: 'no heartbeat' },
  rates: {
    ownerOpsPerSecond: null,
    ownerBatchesPerSecond: null,
    followerOpsPerSecond: null,
    followerBatchesPerSecond: null,
  },
  gates: [],
  pause: null,
  certificate: null,
};
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

test('CO34: a copy that does not say whether it is held back is not taken', () => {
  const copying = { bytes: 1, bytesTotal: 2, bytesPerSecond: null };
  const withCopying = (more: object) => {
    const progress = { ...STATUS.progress, copying: { ...copying, ...more } };
    return readLive({ ...LIVE, status: { ...STATUS, progress } });
  };
  expect(withCopying({ heldBack: 'busy' })?.status?.progress.copying?.heldBack).toBe('busy');
  expect(withCopying({ heldBack: null })).toBeDefined();
  expect(withCopying({})).toBeUndefined();
});
