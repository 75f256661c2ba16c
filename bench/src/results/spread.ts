export type Spread = Readonly<{ median: number; min: number; max: number }>;

/** Median, least and greatest; null of nothing. */
export function spread(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? min;
  const lower = sorted[middle - 1] ?? min;
  return { median: sorted.length % 2 === 1 ? upper : (lower + upper) / 2, min, max };
}
