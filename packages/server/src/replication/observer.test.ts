import { describe, expect, test } from 'vitest';
import { emptyMeta } from '@holdfast/engine/counting/rows.ts';
import type { MetaRow } from '@holdfast/engine/counting/rows.ts';
import { hashHex } from '@holdfast/engine/counting/set-hash.ts';
import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import { HandoverObserver } from './observer.ts';
import type { Report } from './peer.ts';
import { WINDOW_MS } from './rate-window.ts';

const meta = (seq: number, opsAccepted = 0): MetaRow => {
  return { ...emptyMeta(1 as Epoch), seq: seq as Seq, opsAccepted };
};
/** Wall clocks are somewhere else entirely than the monotonic one. */
const at = (ms: number): Parameters<HandoverObserver['readings']>[0] => {
  return { monotonicMs: ms, nowMs: 1_000_000 + ms };
};
const zero = hashHex(new Uint32Array(8));
const report = (fields: Partial<Report> = {}): Report => ({
  kind: 'report',
  epoch: 1,
  phase: 'shadow',
  seq: 5,
  beatMs: 0,
  applied: { seq: 5, chain: '', likesHash: zero, countsHash: zero },
  probed: [],
  accounts: undefined,
  nowMs: 1_000_010,
  freeBytes: 900,
  ...fields,
});

describe('what an owner observes', () => {
  test('H31, H34: readings of the follower, each unknown again when it is silent', async () => {
    const observer = new HandoverObserver();
    observer.sample(meta(5), 0);
    await observer.report(report(), undefined, at(20));
    expect(observer.readings(at(30), 500)).toEqual({
      lag: { kind: 'known', lagMs: 30, trend: 'steady' },
      compare: { compared: 1, different: 0 },
      disk: { freeBytes: 900, copyBytes: 500 },
      clockSpreadMs: 0,
    });
    const silent = observer.readings(at(2_000), 500);
    expect(silent).toMatchObject({ lag: { kind: 'unknown' } });
    expect([silent.disk, silent.clockSpreadMs]).toEqual([undefined, undefined]);
  });

  test('a speed is not known from readings that are too near to each other', () => {
    const observer = new HandoverObserver();
    observer.sample(meta(1, 10), 0);
    observer.sample(meta(2, 10), 60);
    expect(observer.rates(60).ownerOpsPerSecond).toBeNull();
    observer.sample(meta(3, 60), 500);
    expect(observer.rates(500).ownerOpsPerSecond).toBe(100);
  });

  test('the follower is told in ops a second too, by what the owner had at its batch', async () => {
    const observer = new HandoverObserver();
    for (const [ms, seq] of [
      [0, 10],
      [1_000, 20],
    ] as const) {
      observer.sample(meta(seq, seq * 30), ms);
      await observer.report(report({ seq: seq - 5 }), undefined, at(ms));
    }
    observer.sample(meta(30, 900), 2_000);
    await observer.report(report({ seq: 25 }), undefined, at(2_000));
    expect(observer.rates(2_000).followerOpsPerSecond).toBe(300);
  });

  test('the spread of the clocks is what is left of the way there and back', async () => {
    const observer = new HandoverObserver();
    await observer.report(report({ nowMs: 1_000_310 }), undefined, at(20));
    expect(observer.readings(at(30), 500).clockSpreadMs).toBe(300);
  });

  test('H36: a follower that is a batch ahead is compared when this side has caught up', async () => {
    const observer = new HandoverObserver();
    observer.sample(meta(4), 0);
    await observer.report(report(), undefined, at(10));
    expect(observer.compared).toMatchObject({ compared: 0 });
    observer.sample({ ...meta(5), likesHash: Uint32Array.of(9, 0, 0, 0, 0, 0, 0, 0) }, 20);
    expect(observer.compared).toMatchObject({ compared: 1, different: 1 });
    observer.sample(meta(6), 30);
    expect(observer.compared).toMatchObject({ compared: 1 });
  });

  test('H36: a copy that is made anew is compared anew', async () => {
    const observer = new HandoverObserver();
    observer.sample(meta(5), 0);
    const other = { seq: 5, chain: '', likesHash: 'f'.repeat(64), countsHash: zero };
    await observer.report(report({ applied: other }), undefined, at(10));
    expect(observer.compared).toMatchObject({ different: 1 });
    await observer.report(report({ phase: 'seeding', applied: undefined }), undefined, at(20));
    expect(observer.compared).toMatchObject({ compared: 0, different: 0 });
  });

  test('H32: progress of a copy, with the time left at the speed of late', () => {
    const observer = new HandoverObserver();
    observer.sent(100, 0);
    observer.sent(100, 1_000);
    expect(observer.progress('seeding', at(1_000), 1_000, undefined)).toMatchObject({
      copying: { bytes: 200, bytesTotal: 1_000, bytesPerSecond: 100 },
      leftMs: 8_000,
    });
  });

  test('H32, H56: a copy that is held back is throttled, one that gets nothing is stalled', () => {
    const observer = new HandoverObserver();
    observer.sent(100, 0);
    observer.sent(100, 100);
    const progress = (ms: number, heldBack?: string) =>
      observer.progress('seeding', at(ms), 1_000, heldBack);
    expect(progress(100).pace).toBe('unknown');
    // Also when nothing at all went for longer than a speed is looked at.
    expect(progress(WINDOW_MS + 1_000, 'people wait')).toMatchObject({
      pace: 'throttled',
      copying: { heldBack: 'people wait' },
    });
    expect(progress(WINDOW_MS + 1_000)).toMatchObject({
      pace: 'stalled',
      copying: { heldBack: null },
    });
  });

  test('H32: a snapshot that gets on does not diverge, however late beats come back', async () => {
    const observer = new HandoverObserver();
    for (let beat = 1; beat <= 8; beat += 1) {
      observer.sent(10, beat * 100);
      const now = at(beat * 100 + beat * 50);
      await observer.report(report({ phase: 'seeding', beatMs: beat * 100 }), undefined, now);
    }
    expect(observer.readings(at(1_300), 1_000).lag).toMatchObject({ trend: 'rising' });
    expect(observer.progress('seeding', at(1_300), 1_000, undefined).pace).toBe('converging');
    expect(observer.progress('catching-up', at(1_300), 1_000, undefined).pace).not.toBe(
      'converging',
    );
  });

  test('batches left, and no estimate while the follower is not nearing', async () => {
    const observer = new HandoverObserver();
    for (const ms of [0, 1_000]) {
      observer.sample(meta(100 + ms / 10), ms);
      await observer.report(report({ seq: 50 + ms / 5, beatMs: ms }), undefined, at(ms));
    }
    expect(observer.progress('catching-up', at(1_000), 1, undefined)).toMatchObject({ leftMs: 0 });
    const slow = new HandoverObserver();
    for (const ms of [0, 1_000]) {
      slow.sample(meta(100 + ms / 10), ms);
      await slow.report(report({ seq: 50 + ms / 100, beatMs: ms }), undefined, at(ms));
    }
    const { batchesLeft, leftMs } = slow.progress('catching-up', at(1_000), 1, undefined);
    expect([batchesLeft, leftMs]).toEqual([140, null]);
  });

  test('the pause lasts from closing to the decision, and is not known unless seen', () => {
    const observer = new HandoverObserver();
    observer.noteState('joint', 0);
    expect(observer.pause(50)).toBeNull();
    observer.noteState('sealing', 100);
    observer.noteState('sealed', 150);
    expect(observer.pause(170)).toEqual({ pauseMs: 70, isOver: false });
    observer.noteState('follow-catching-up', 200);
    observer.noteState('follow-shadow', 900);
    expect(observer.pause(5_000)).toEqual({ pauseMs: 100, isOver: true });
  });

  test('speeds are not known from one reading', () => {
    const observer = new HandoverObserver();
    observer.sample(meta(1, 10), 0);
    expect(observer.rates(0).ownerOpsPerSecond).toBeNull();
    observer.sample(meta(2, 510), 500);
    expect(observer.rates(500)).toMatchObject({
      ownerOpsPerSecond: 1_000,
      ownerBatchesPerSecond: 2,
    });
  });
});
