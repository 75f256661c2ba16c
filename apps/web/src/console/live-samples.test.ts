import { expect, test } from 'vitest';
import { SAMPLES_MAX } from '@holdfast/protocol/console.ts';
import type { ConsoleSample } from '@holdfast/protocol/console.ts';
import { LiveSamples } from './live-samples.ts';

const samples = (from: number, to: number): ConsoleSample[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    ...{ n: from + index, atMs: 0, state: 'joint', lagMs: null, pauseMs: null },
    ...{ ownerOpsPerSecond: null, followerOpsPerSecond: null },
  }));

test('CO28: samples are put together, each once, and the newest ten minutes kept', () => {
  const live = new LiveSamples();
  expect(live.after).toBe('');
  live.take({ id: 'a', samples: samples(1, 3) });
  expect(live.after).toBe('a.3');
  // An answer that was overtaken by another brings some of them again.
  const all = live.take({ id: 'a', samples: samples(2, SAMPLES_MAX + 2) });
  expect([all.length, all[0]?.n, all.at(-1)?.n]).toEqual([SAMPLES_MAX, 3, SAMPLES_MAX + 2]);
});

test('CO28: a cell that was started again begins anew', () => {
  const live = new LiveSamples();
  live.take({ id: 'a', samples: samples(1, 9) });
  expect(live.take({ id: 'b', samples: samples(1, 2) }).map(({ n }) => n)).toEqual([1, 2]);
  expect(live.after).toBe('b.2');
});
