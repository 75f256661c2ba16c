// Scales, ticks and paths of the charts. Pure.

export type Point = Readonly<{ x: number; y: number }>;

/** A scale of values: from 0, always (SP3), to its last tick. */
export type ValueScale = Readonly<{ max: number; ticks: readonly number[] }>;

/** Steps that read well in counts, and in lengths of time. */
const COUNT_STEPS = [1, 2, 5, 10] as const;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DURATION_STEPS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
];
/** Spaces between the ticks of a value scale, about. */
const SPACES = 4;

export type ValueUnit = 'count' | 'duration';

/** A scale for values up to `largest`, with some four spaces; it never ends below a value. */
export function valueScale(largest: number, unit: ValueUnit): ValueScale {
  const wanted = Math.max(largest, 0) / SPACES;
  const step = unit === 'count' ? countStep(wanted) : durationStep(wanted);
  const spaces = Math.max(1, Math.ceil(largest / step));
  const ticks = Array.from({ length: spaces + 1 }, (_, index) => index * step);
  return { max: spaces * step, ticks };
}

function countStep(wanted: number): number {
  if (wanted <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return (COUNT_STEPS.find((step) => step * power >= wanted) ?? 10) * power;
}

function durationStep(wantedMs: number): number {
  const step = DURATION_STEPS_MS.find((ms) => ms >= wantedMs);
  return step ?? countStep(wantedMs / HOUR_MS) * HOUR_MS;
}

/** Where a value lies between two ends of the screen; a scale of one point is its middle. */
export function placed(
  value: number,
  from: number,
  to: number,
  start: number,
  end: number,
): number {
  return to === from ? (start + end) / 2 : start + ((value - from) / (to - from)) * (end - start);
}

/** An SVG path through points. One point is a stroke of no length, which round ends make a dot. */
export function pathThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const from = `M${written(first)}`;
  return rest.length === 0 ? `${from}h0` : from + rest.map((to) => `L${written(to)}`).join('');
}

/** The area between points and a base line below them. */
export function areaUnder(points: readonly Point[], baseY: number): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length === 1) return '';
  const down = written({ x: last.x, y: baseY });
  return `${pathThrough(points)}L${down}L${written({ x: first.x, y: baseY })}Z`;
}

const written = ({ x, y }: Point): string => `${rounded(x)} ${rounded(y)}`;
/** A hundredth of a pixel is finer than any screen, and short. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** The place whose position is nearest to x. `xs` ascend; -1 when there is none. */
export function nearestPlace(xs: readonly number[], x: number): number {
  let best = -1;
  for (const [place, at] of xs.entries()) {
    if (best === -1 || Math.abs(at - x) < Math.abs((xs[best] ?? 0) - x)) best = place;
  }
  return best;
}
