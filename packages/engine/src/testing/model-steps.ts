// Random scripts for `ModelRun`, weighted so that every rule comes up in most of them.

import fc from 'fast-check';
import type { OpWish, Step } from './model-run.ts';

const op: fc.Arbitrary<OpWish> = fc.record({
  kind: fc.constantFrom('like', 'like', 'unlike', 'view', 'view'),
  // Now and then 0, a video that the cell does not know.
  video: fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.constant(0)),
  watchedMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 6_000 }) },
    fc.constantFrom(749, 750, 1_999, 2_000, 35_000, 86_400_000),
  ),
});

const session = fc.nat(9);

const send: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('send'),
  session,
  op,
  skip: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, 31, 63, 64, 70)),
});

const resend: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('resend'),
  session,
  back: fc.oneof({ weight: 3, arbitrary: fc.nat(10) }, fc.nat(120)),
});

const binge: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('binge'),
  session,
  video: fc.integer({ min: 1, max: 4 }),
});

const HOUR_MS = 3_600_000;
const tick: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('tick'),
  ms: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
    { weight: 3, arbitrary: fc.constantFrom(HOUR_MS, 12 * HOUR_MS, 25 * HOUR_MS) },
    fc.constantFrom(7 * 24 * HOUR_MS, 401 * 24 * HOUR_MS),
  ),
});

const correct: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('correct'),
  video: fc.nat(3),
  metric: fc.constantFrom('likes', 'views'),
  delta: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(2 ** 33, -(2 ** 33))),
  name: fc.constantFrom(undefined, '!op/a', '!op/b', '!op/c'),
});

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 60, arbitrary: send },
  { weight: 35, arbitrary: resend },
  { weight: 2, arbitrary: binge },
  { weight: 10, arbitrary: tick },
  { weight: 6, arbitrary: fc.constant<Step>({ kind: 'cut' }) },
  { weight: 3, arbitrary: correct },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase'), person: fc.nat(2) }) },
);

/** Steps of one run; long ones, so that sessions reach the ends of their windows. */
export const script: fc.Arbitrary<Step[]> = fc.array(anyStep, {
  minLength: 1,
  maxLength: 800,
  size: 'max',
});
