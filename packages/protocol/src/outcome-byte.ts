// One byte an op on the way back from a cell: the outcome, and for `invalid` its code.

import { INVALID_CODES, OUTCOMES } from './ops.ts';
import type { InvalidCode, Outcome } from './ops.ts';

const OUTCOME_BITS = 4;

/** Packs an outcome; `code` stands only beside `invalid`. */
export function outcomeByte(outcome: Outcome, code: InvalidCode | undefined): number {
  const codeNumber = code === undefined ? 0 : INVALID_CODES.indexOf(code) + 1;
  return (codeNumber << OUTCOME_BITS) | OUTCOMES.indexOf(outcome);
}

/** The outcome in a byte. Throws on a byte that no version has written. */
export function outcomeOf(byte: number): Outcome {
  const outcome = OUTCOMES[byte & ((1 << OUTCOME_BITS) - 1)];
  if (outcome === undefined) throw new Error(`outcome byte ${byte} has no meaning`);
  return outcome;
}

/** The code beside an `invalid` outcome, or `undefined`. */
export function invalidCodeOf(byte: number): InvalidCode | undefined {
  return INVALID_CODES[(byte >> OUTCOME_BITS) - 1];
}
