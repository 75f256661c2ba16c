// How a value stands to the one before it. Pure.

export type Change = Readonly<
  | { kind: 'unknown' }
  | { kind: 'same' }
  /** From nothing to something there is no percentage (SP8). */
  | { kind: 'new' }
  | { kind: 'up' | 'down'; part: number }
>;

export function changeOf(value: number | null, previous: number | null): Change {
  if (value === null || previous === null) return { kind: 'unknown' };
  if (value === previous) return { kind: 'same' };
  if (previous === 0) return { kind: 'new' };
  const part = (value - previous) / Math.abs(previous);
  return { kind: part > 0 ? 'up' : 'down', part: Math.abs(part) };
}
