import type { VideoCounts } from '@holdfast/protocol/counts.ts';
import { describe, expect, test } from 'vitest';
import { Likes } from './likes.ts';
import type { OpenOp, Settlement } from './outbox.ts';

const AS_OF = '2026-11-22T14:00:00.000Z';
const position = { cell: 'us', epoch: 2, seq: 7 };

function opOf(id: string, kind: 'like' | 'unlike' = 'like'): OpenOp {
  return { id, who: 'ada', intent: { kind, video: 'v1' } };
}

function saved(op: OpenOp, outcome = 'counted'): Settlement {
  return { ...op, end: { kind: 'recorded', outcome, position } };
}

function countsAt(epoch: number, seq: number): VideoCounts {
  const count = { value: 1, state: 'live', asOf: AS_OF } as const;
  const cell = { likes: 1, views: 1, state: 'live', asOf: AS_OF, epoch, seq } as const;
  return { likes: count, views: count, cells: { us: cell } };
}

function setUp() {
  const changes: string[] = [];
  const likes = new Likes((video) => changes.push(video));
  return { likes, changes, now: () => likes.shown('v1') };
}

describe('a like', () => {
  test('SL1: shows at once, is saved with its answer, and settled once the counts include it', () => {
    for (const shown of [countsAt(2, 7), countsAt(3, 1)]) {
      const { likes, now } = setUp();
      likes.press(opOf('a'));
      expect(now()).toEqual({ liked: true, known: true, pending: 'unsent' });
      likes.settle(saved(opOf('a')));
      expect(now()).toEqual({ liked: true, known: true, pending: 'saved' });
      likes.include('v1', countsAt(2, 6));
      likes.include('v2', countsAt(2, 9));
      expect(now().pending).toBe('saved');
      likes.include('v1', shown);
      expect(now()).toEqual({ liked: true, known: true, pending: 'no' });
    }
  });

  test('SL2: counts that come before the answer end nothing that is not acknowledged', () => {
    const { likes, now } = setUp();
    likes.press(opOf('a'));
    likes.include('v1', countsAt(9, 9));
    expect(now().pending).toBe('unsent');
  });

  test('SL3: goes back to what it was when the server did not record it', () => {
    const ends = [
      { kind: 'refused', code: 'grant-expired', detail: '' },
      { kind: 'superseded' },
      { kind: 'recorded', outcome: 'invalid', position },
    ] as const;
    for (const end of ends) {
      const { likes, now } = setUp();
      likes.confirm('v1', false);
      likes.press(opOf('a'));
      likes.settle({ ...opOf('a'), end });
      expect(now()).toEqual({ liked: false, known: true, pending: 'no' });
    }
  });

  test('SL1: shows the last of several presses until all are settled', () => {
    const { likes, now } = setUp();
    likes.press(opOf('a'));
    likes.press(opOf('b', 'unlike'));
    likes.settle(saved(opOf('a')));
    likes.include('v1', countsAt(2, 8));
    expect(now()).toEqual({ liked: false, known: true, pending: 'unsent' });
  });

  test('SL4: a press that is told twice counts once, and the same state is the same object', () => {
    const { likes, changes, now } = setUp();
    likes.press(opOf('a'));
    const before = now();
    likes.press(opOf('a'));
    likes.restore([opOf('a')]);
    expect(now()).toBe(before);
    expect(changes).toEqual(['v1']);
  });

  test('SL4: what is no longer open was settled unseen; what is saved stays until it is shown', () => {
    const { likes, now } = setUp();
    likes.confirm('v1', false);
    likes.press(opOf('a'));
    likes.restore([]);
    expect(now().liked).toBe(false);
    likes.press(opOf('b'));
    likes.settle(saved(opOf('b')));
    likes.restore([]);
    expect(now().pending).toBe('saved');
  });

  test('SL5: nothing of the one before is shown to the next', () => {
    const { likes, now } = setUp();
    likes.confirm('v1', true);
    likes.press(opOf('a'));
    likes.reset();
    expect(now()).toEqual({ liked: false, known: false, pending: 'no' });
  });
});
