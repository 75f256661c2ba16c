// The cursor of a chart as keys move it. Time runs from left to right in every language (SP15), so
// the right arrow is always "later". Pure.

/** Places that Page Up and Page Down go over: a week of days. */
const PAGE = 7;

/** The place after a key, or `undefined` when the key is not the chart's. */
export function movedCursor(place: number | null, key: string, count: number): number | undefined {
  if (count === 0) return undefined;
  const last = count - 1;
  const held = (to: number): number => Math.min(last, Math.max(0, to));
  switch (key) {
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowLeft':
    case 'ArrowDown':
      return place === null ? last : held(place - 1);
    case 'ArrowRight':
    case 'ArrowUp':
      return place === null ? last : held(place + 1);
    case 'PageDown':
      return place === null ? last : held(place - PAGE);
    case 'PageUp':
      return place === null ? last : held(place + PAGE);
    default:
      return undefined;
  }
}
