// The form of an answer to a call: its own, or that the cell cannot.

import { choice, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';

/** The answer of a cell that cannot; every call may end so. */
export const unavailable: Shape = {
  kind: choice('unavailable'),
  code: choice('overloaded', 'cell-unavailable', 'storage-full', 'shutting-down'),
  retryAfterMs: uint,
};

export const answer = (...shapes: Shape[]): Shape => ({
  id: uint,
  answer: union(unavailable, ...shapes),
});
