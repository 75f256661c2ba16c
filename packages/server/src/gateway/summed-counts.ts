// Sums of counts, which are no better than the least of what they are made of.

import type { Count } from '@holdfast/protocol/counts.ts';

/** The sum: unknown when one of them is, stale when one is, and as of the oldest. */
export function summed(counts: readonly Count[], asOfNothing: string): Count {
  let value = 0;
  let state: 'live' | 'stale' = 'live';
  let asOf: string | undefined;
  for (const count of counts) {
    if (count.state === 'unknown') return { value: null, state: 'unknown', asOf: null };
    value += count.value;
    if (count.state === 'stale') state = 'stale';
    if (asOf === undefined || count.asOf < asOf) ({ asOf } = count);
  }
  // Of nothing the sum is a known 0.
  return { value, state, asOf: asOf ?? asOfNothing };
}
