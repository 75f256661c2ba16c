// The worlds that are explored: each wide in one direction, so that all together end in seconds.

import type { Config } from './world.ts';

const PLAIN: Config = {
  name: '',
  from: 'shadow',
  ops: 1,
  crashes: 0,
  duplicates: 0,
  losses: 0,
  broken: 0,
  turns: 2,
  flightMax: 3,
  stream: 'at-once',
  gateways: 'any',
  hasDisplay: false,
  retires: false,
};

/** A small world with some of it made larger. */
export const config = (name: string, more: Partial<Config>): Config => ({
  ...PLAIN,
  ...more,
  name,
});

export const EVERY_COMMIT: readonly Config[] = [
  config('three ops and a crash', { ops: 3, crashes: 1 }),
  config('two crashes', { ops: 2, crashes: 2 }),
  config('lost and repeated messages', { ops: 2, losses: 1, duplicates: 1 }),
  config('batches and reports overtaken', { stream: 'fly', crashes: 1 }),
  config('two gateways that forget', { gateways: 'keep', crashes: 1 }),
  config('from nothing, and copies that break', { from: 'new', turns: 4, crashes: 1, broken: 1 }),
  config('there and back', { turns: 5 }),
  config('a batch of long ago', { from: 'late-batch', ops: 3 }),
  config('copies that are destroyed', { retires: true, ops: 2, crashes: 1 }),
  config('what viewers see', { hasDisplay: true, ops: 2, turns: 3 }),
];

/** Minutes each; with HOLDFAST_SLOW=1. */
export const SLOW: readonly Config[] = [
  config('three ops, two crashes, three commands', { ops: 3, crashes: 2, turns: 3 }),
  config('every fault at once', { ops: 3, crashes: 1, losses: 1, duplicates: 1 }),
  config('every fault twice', { crashes: 2, losses: 2, duplicates: 2 }),
  config('two gateways, three ops', { gateways: 'keep', ops: 3, crashes: 1, losses: 1 }),
  config('overtaken, two ops', { stream: 'fly', ops: 2, crashes: 1 }),
  config('overtaken, broken copies', {
    stream: 'fly',
    crashes: 1,
    broken: 1,
    from: 'new',
    turns: 3,
  }),
  config('there and back with a crash', { ops: 2, turns: 5, crashes: 1 }),
  config('there and back three times', { turns: 8 }),
];
