import { describe, expect, it } from 'vitest';
import type {
  ConsoleApprovals,
  ConsoleSession,
  ConsoleStatus,
} from '@holdfast/protocol/console.ts';
import { UNKNOWN } from '../ui/text.ts';
import {
  approvalText,
  bytesLeftOf,
  durationText,
  heldBackText,
  isOwner,
  isRunning,
  paceText,
  STEPS,
  stepOf,
  whyNotApprove,
} from './words.ts';

const NORTH = { operator: 'north', site: 'main', url: 'http://north' };
const SOUTH = { operator: 'south', site: 'main', url: 'http://south' };
const RUNNING: NonNullable<ConsoleStatus['handover']> = {
  id: 'us-1-00000001',
  mode: 'approve',
  isApproved: false,
  target: SOUTH,
  startedAtMs: 0,
  ended: null,
};
const STATUS: ConsoleStatus = {
  cell: 'us',
  party: NORTH,
  state: 'joint',
  epoch: 2,
  owner: NORTH,
  act: 'join',
  handover: RUNNING,
  progress: { copying: null, batchesLeft: 0, leftMs: null, pace: 'idle' },
  lag: { kind: 'unknown', reason: 'no heartbeat' },
  rates: {
    ownerOpsPerSecond: null,
    ownerBatchesPerSecond: null,
    followerOpsPerSecond: null,
    followerBatchesPerSecond: null,
  },
  gates: [{ name: 'lag', light: 'green', reason: '' }],
  pause: null,
  certificate: null,
};
const NOBODY: ConsoleApprovals = { needed: 2, persons: [], byOperatorKey: false };
const ALICE: ConsoleSession = {
  name: 'alice',
  role: 'operator',
  keyId: 'k',
  cell: 'us',
  expiresAtMs: 1,
};

describe('the way of a hand-over', () => {
  it.each([
    ['seeding', 0],
    ['catching-up', 1],
    ['shadow', 2],
    ['joining', 2],
    ['joint', 3],
    ['sealed', 4],
  ])('stands in %s at step %i', (state, index) => {
    expect(stepOf({ ...STATUS, state })).toBe(index);
  });

  it('is all done when the cell was handed over, and nowhere when it was stopped', () => {
    const ended = (outcome: 'handed-over' | 'aborted'): ConsoleStatus => {
      return { ...STATUS, handover: { ...RUNNING, ended: { outcome, reason: '', atMs: 1 } } };
    };
    expect(stepOf(ended('handed-over'))).toBe(STEPS.length);
    expect([stepOf(ended('aborted')), isRunning(ended('aborted'))]).toEqual([-1, false]);
  });

  it('is begun by the owner alone, by the charter', () => {
    expect([isOwner(STATUS), isOwner({ ...STATUS, owner: SOUTH })]).toEqual([true, false]);
  });

  it('is no hand-over of people when a copy is only kept up', () => {
    const status: ConsoleStatus = { ...STATUS, handover: { ...RUNNING, mode: 'follow' } };
    expect([stepOf(status), isRunning(status)]).toEqual([-1, false]);
  });
});

describe('an approval', () => {
  it('is offered to an operator who has not approved, while it waits', () => {
    expect(whyNotApprove(STATUS, NOBODY, ALICE)).toBeUndefined();
  });

  it('is not offered to a viewer, twice, too early, or on a red gate; each says why', () => {
    const viewer = { ...ALICE, role: 'viewer' } as const;
    const given = { ...NOBODY, persons: [{ name: 'alice', atMs: 1 }] };
    const red = [{ name: 'lag', light: 'red', reason: '' }] as const;
    expect(whyNotApprove(STATUS, NOBODY, viewer)).toContain('Viewers');
    expect(whyNotApprove(STATUS, given, ALICE)).toContain('Somebody else');
    expect(whyNotApprove({ ...STATUS, state: 'shadow' }, NOBODY, ALICE)).toContain('yet');
    expect(whyNotApprove({ ...STATUS, gates: red }, NOBODY, ALICE)).toContain('red: lag');
  });

  it('CO27: says when it was the key of the operator', () => {
    expect(approvalText({ ...NOBODY, byOperatorKey: true }, false)).toContain('operator’s key');
    expect(approvalText(NOBODY, false)).toBe('0 of 2 persons have approved.');
  });
});

describe('words', () => {
  it('CO29: what is left of a copy is told in bytes, and not at all while it is not known', () => {
    const copying = { bytes: 3, bytesTotal: 10, bytesPerSecond: null, heldBack: null };
    expect(bytesLeftOf({ ...STATUS.progress, copying })).toBe(7);
    expect(bytesLeftOf({ ...STATUS.progress, copying: { ...copying, bytes: 11 } })).toBe(0);
    expect(bytesLeftOf(STATUS.progress)).toBeNull();
  });

  it('CO34: a copy that is held back says why, and any other says nothing of it', () => {
    const copying = { bytes: 1, bytesTotal: 2, bytesPerSecond: null };
    const why = 'a copy may take 40 MB a second';
    const progress = STATUS.progress;
    expect(heldBackText({ ...progress, copying: { ...copying, heldBack: why } })).toBe(`${why}.`);
    expect(heldBackText({ ...progress, copying: { ...copying, heldBack: null } })).toBeUndefined();
    expect(heldBackText(progress)).toBeUndefined();
  });

  it('CO29: what is not known is an em dash', () => {
    expect([durationText(null), paceText('unknown')]).toEqual([UNKNOWN, UNKNOWN]);
    expect(durationText(61_000)).toBe('1 min');
  });

  it('H32: throttled, stalled and diverging are different words', () => {
    const words = (['throttled', 'stalled', 'diverging'] as const).map(
      (pace) => paceText(pace).split(':')[0],
    );
    expect(words).toEqual(['throttled', 'stalled', 'diverging']);
  });
});
