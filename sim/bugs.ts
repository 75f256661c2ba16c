// Mistakes that a runtime can be built with although its machine is right. Each takes the place of
// one thing that the product does; some seed must find the promise that it breaks.

import { REAL } from './hooks.ts';
import type { Hooks } from './hooks.ts';
import type { CheckerName } from './promises.ts';

export type Bug = Readonly<{
  name: string;
  /** Any of these may be the first to be seen broken. */
  breaks: readonly CheckerName[];
  hooks: Partial<Hooks>;
}>;

export const BUGS: readonly Bug[] = [
  {
    name: 'an owner answers before its follower has confirmed',
    breaks: ['OneOwner', 'NoLoss'],
    hooks: {
      acknowledge: (real) => async (seq) => {
        void real(seq);
        return 'acknowledged';
      },
    },
  },
  {
    name: 'an owner that was replaced still answers those who wait',
    breaks: ['NoLoss', 'OneOwner'],
    hooks: {
      acknowledge: (real) => async (seq) => {
        await real(seq);
        return 'acknowledged';
      },
    },
  },
  {
    name: 'a follower confirms what is not on its disk yet',
    breaks: ['OneOwner', 'NoLoss'],
    hooks: {
      report: (report, { ownerSeq }) =>
        report.phase === 'joint' ? { ...report, seq: Math.max(report.seq, ownerSeq) } : report,
    },
  },
  {
    name: 'a join is not recorded before it is sent',
    breaks: ['NoLoss', 'OneOwner', 'EndsWell'],
    hooks: { isRecorded: ({ kind }) => kind !== 'joining' && kind !== 'joint' },
  },
  {
    name: 'a restart does not see that the epoch is sealed',
    breaks: ['SealFinal', 'EndsWell'],
    hooks: { findsSeal: false },
  },
  {
    name: 'names of ops stay behind when a copy is fetched',
    breaks: ['SidesEqual', 'NoDouble'],
    hooks: {
      snapshot: (flushes) => flushes.map((flush) => ({ ...flush, sessions: [] })),
    },
  },
  {
    name: 'likes stay behind when a copy is fetched',
    breaks: ['SidesEqual', 'NoDouble', 'NoLoss', 'Conservation'],
    hooks: { snapshot: (flushes) => flushes.map((flush) => ({ ...flush, likes: [] })) },
  },
  {
    name: 'a gateway sends again under new names',
    breaks: ['NoDouble', 'EndsWell'],
    hooks: {
      resend: (groups, times) =>
        groups.map((group) => ({
          ...group,
          sessionKey: times === 0 ? group.sessionKey : `${group.sessionKey}-${times}`,
        })),
    },
  },
  {
    name: 'the registrar records without comparing epochs',
    breaks: ['OneDecision', 'OneOwner', 'NoLoss', 'SealFinal', 'EndsWell'],
    hooks: { comparesEpochs: false },
  },
  {
    name: 'a disk lies about what it has synced',
    breaks: ['NoLoss', 'OneOwner', 'SealFinal', 'SidesEqual', 'EndsWell'],
    hooks: { forgets: 2 },
  },
  {
    name: 'what nobody has told is shown as zero',
    breaks: ['NeverZero'],
    hooks: { unknown: 0 },
  },
  {
    name: 'a party publishes a count that it never had',
    breaks: ['MonotoneDisplay'],
    hooks: { publishesAhead: 1 },
  },
];

export function hooksOf({ hooks }: Bug): Hooks {
  return { ...REAL, ...hooks };
}
