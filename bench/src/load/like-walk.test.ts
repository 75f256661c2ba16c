import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOT_VIDEO, LikeWalk, type LikeOp } from './like-walk.ts';

const SESSIONS = 3;

function walked(options: { lag: number; hot: boolean }, turns: readonly number[]): LikeOp[][] {
  const walk = new LikeWalk({ sessionCount: SESSIONS, videoCount: 1_001, ...options });
  const bySession: LikeOp[][] = [[], [], []];
  for (const session of turns) bySession[session]?.push(walk.next(session));
  return bySession;
}

const OPTIONS = fc.record({ lag: fc.integer({ min: 4, max: 64 }), hot: fc.boolean() });
const TURNS = fc.array(fc.nat(SESSIONS - 1), { maxLength: 2_000 });

describe('LikeWalk', () => {
  test('every op changes the state that the ops before it left', () => {
    fc.assert(
      fc.property(OPTIONS, TURNS, (options, turns) => {
        for (const ops of walked(options, turns)) {
          const liked = new Set<number>();
          for (const op of ops) {
            expect(liked.has(op.video)).toBe(!op.liked);
            if (op.liked) liked.add(op.video);
            else liked.delete(op.video);
          }
        }
      }),
    );
  });

  test('a session counts its ops from 1 without a gap', () => {
    fc.assert(
      fc.property(OPTIONS, TURNS, (options, turns) => {
        for (const ops of walked(options, turns)) {
          expect(ops.map((op) => op.n)).toEqual(ops.map((_, index) => index + 1));
        }
      }),
    );
  });

  test('a like and its unlike are never within fifty ops when the lag is 64', () => {
    const [ops = []] = walked({ lag: 64, hot: false }, new Array<number>(600).fill(0));
    const distances = ops.flatMap((op, index) => {
      if (op.liked) return [];
      return [index - ops.findIndex((earlier) => earlier.video === op.video)];
    });
    expect(distances.length).toBeGreaterThan(100);
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(50);
  });

  test('half of all ops are on the hot video', () => {
    const [ops = []] = walked({ lag: 4, hot: true }, new Array<number>(400).fill(0));
    expect(ops.filter((op) => op.video === HOT_VIDEO)).toHaveLength(200);
  });

  test('liking more videos than there are is refused', () => {
    const walk = new LikeWalk({ sessionCount: 1, videoCount: 5, lag: 100, hot: false });
    for (let like = 0; like < 5; like += 1) walk.next(0);
    expect(() => walk.next(0)).toThrow('W1');
  });
});
