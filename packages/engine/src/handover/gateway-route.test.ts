import type { Epoch } from '@holdfast/protocol/ids.ts';
import { describe, expect, test } from 'vitest';
import {
  GIVE_UP_RETRY_AFTER_MS,
  HELD_OPS_MAX,
  HOLD_MS_MAX,
  newerEntry,
  RESEND_MS,
  route,
  takesSubtotal,
} from './gateway-route.ts';
import type { RouteQuestion } from './gateway-route.ts';
import { A, B, CUT, entryAt, next } from './samples.ts';

const joint = entryAt(2);
const promoted = next(joint, 'promote', B, { cut: CUT });
const QUESTION: RouteQuestion = {
  newest: joint,
  arrivedAtMs: 1_000,
  last: { kind: 'unsent' },
  nowMs: 1_000,
  heldOps: 0,
};
const sealed = { kind: 'sealed', epoch: 2, atMs: 1_010 } as const;
const giveUp = { kind: 'give-up', retryAfterMs: GIVE_UP_RETRY_AFTER_MS };

describe('where an op goes', () => {
  test('H25: to the owner that the newest entry names, with its epoch', () => {
    expect(route(QUESTION)).toEqual({ kind: 'send', to: A, epoch: 2 });
    expect(route({ ...QUESTION, newest: promoted })).toEqual({ kind: 'send', to: B, epoch: 3 });
  });

  test('H25: of two entries the one of the higher epoch, in whatever order they come', () => {
    expect(newerEntry(joint, promoted)).toBe(promoted);
    expect(newerEntry(promoted, joint)).toBe(promoted);
    expect(newerEntry(promoted, { ...promoted })).toBe(promoted);
    expect(newerEntry(undefined, joint)).toBe(joint);
    expect(newerEntry(joint, undefined)).toBe(joint);
  });

  test.each(['sealed', 'not-owner', 'behind', 'unreachable'] as const)(
    'H26: after %s it waits, then goes out again',
    (kind) => {
      const asked = { ...QUESTION, last: { ...sealed, kind } };
      const againAtMs = sealed.atMs + RESEND_MS;
      expect(route({ ...asked, nowMs: againAtMs - 1 })).toMatchObject({
        kind: 'hold',
        untilMs: againAtMs,
      });
      expect(route({ ...asked, nowMs: againAtMs })).toMatchObject({ kind: 'send', to: A });
    },
  );

  test('H26: a newer entry sends it on at once', () => {
    const told = { ...QUESTION, last: sealed, nowMs: 1_011, newest: promoted };
    expect(route(told)).toEqual({ kind: 'send', to: B, epoch: 3 });
  });

  test('H26: while nobody is known to own the cell it waits', () => {
    expect(route({ ...QUESTION, newest: undefined })).toMatchObject({
      kind: 'hold',
      readCharter: true,
    });
  });

  test('H27: it is given up after 900 ms, and never held beyond', () => {
    const endsAtMs = QUESTION.arrivedAtMs + HOLD_MS_MAX;
    expect(route({ ...QUESTION, nowMs: endsAtMs })).toEqual(giveUp);
    const late = { ...QUESTION, last: { ...sealed, atMs: endsAtMs - 5 }, nowMs: endsAtMs - 1 };
    expect(route(late)).toMatchObject({ kind: 'hold', untilMs: endsAtMs });
  });

  test('H27: it is given up when too many are held, but sent while it can be', () => {
    const full = { ...QUESTION, heldOps: HELD_OPS_MAX };
    expect(route(full).kind).toBe('send');
    expect(route({ ...full, last: sealed, nowMs: 1_011 })).toEqual(giveUp);
    const room = { ...full, heldOps: HELD_OPS_MAX - 1 };
    expect(route({ ...room, last: sealed, nowMs: 1_011 }).kind).toBe('hold');
  });
});

describe('which subtotal is shown', () => {
  const shown = { epoch: 2, seq: 5 };

  test('H21: the higher epoch, then the higher seq', () => {
    expect(takesSubtotal(undefined, shown, A, joint)).toBe(true);
    expect(takesSubtotal(shown, { epoch: 2, seq: 6 }, A, joint)).toBe(true);
    expect(takesSubtotal(shown, { epoch: 2, seq: 5 }, A, joint)).toBe(false);
    expect(takesSubtotal(shown, { epoch: 3, seq: 1 }, B, promoted)).toBe(true);
    expect(takesSubtotal({ epoch: 3, seq: 1 }, { epoch: 2, seq: 6 }, A, joint)).toBe(false);
  });

  test('H21: only from the owner of its epoch', () => {
    expect(takesSubtotal(undefined, shown, B, joint)).toBe(false);
    expect(takesSubtotal(undefined, { epoch: 3, seq: 9 }, A, promoted)).toBe(false);
  });

  test('H21: nothing of an epoch that cannot be looked up', () => {
    expect(takesSubtotal(undefined, shown, A, undefined)).toBe(false);
    expect(takesSubtotal(undefined, shown, A, { ...joint, epoch: 4 as Epoch })).toBe(false);
  });
});
