// Everything that a line chart draws, as numbers and paths for a size. Pure.

import { hasValue, largest } from './buckets.ts';
import type { Bucket } from './buckets.ts';
import { areaUnder, pathThrough, placed, valueScale } from './scale.ts';
import type { Point, ValueUnit } from './scale.ts';
import { bandsOf, strokesOf } from './segments.ts';
import type { Band, Stroke } from './segments.ts';
import { timeTicks } from './time-ticks.ts';
import type { TimeTick } from './time-ticks.ts';
import type { Zone } from '../zone.ts';

export type MarkKind = 'incident' | 'correction' | 'handover' | 'definition';

/** Something that the reader of a line has to know, at a time or over one. */
export type ChartMark = Readonly<{ kind: MarkKind; atMs: number; untilMs?: number }>;

export type LineAsk = Readonly<{
  buckets: readonly Bucket[];
  compared: readonly (Bucket | undefined)[];
  marks: readonly ChartMark[];
  grainMs: number;
  unit: ValueUnit;
  zone: Zone;
  widthPx: number;
  heightPx: number;
}>;

export type Frame = Readonly<{ left: number; right: number; top: number; bottom: number }>;
export type DrawnStroke = Readonly<{ kind: Stroke['kind']; path: string; lone?: Point }>;
export type PlacedMark = Readonly<{
  mark: ChartMark;
  x: number;
  /** Where its time ends, when it has a length that can be seen. */
  toX: number | undefined;
}>;

export type LineGeometry = Readonly<{
  frame: Frame;
  xs: readonly number[];
  points: readonly (Point | undefined)[];
  strokes: readonly DrawnStroke[];
  area: readonly string[];
  hollow: readonly Point[];
  compared: readonly DrawnStroke[];
  comparedPoints: readonly (Point | undefined)[];
  bands: readonly Readonly<{ x: number; width: number; band: Band }>[];
  yTicks: readonly Readonly<{ value: number; y: number }>[];
  xTicks: readonly Readonly<{ tick: TimeTick; x: number }>[];
  marks: readonly PlacedMark[];
}>;

const MARKS_PX = 26;
const AXIS_PX = 26;
const VALUES_PX = 62;
const END_PX = 14;
/** A label of time is about this wide, with the space around it. */
const TICK_PX = 84;
const MARK_WIDTH_MIN_PX = 3;

export function lineGeometry(ask: LineAsk): LineGeometry {
  const { buckets, compared, unit, zone, widthPx, heightPx } = ask;
  const frame: Frame = {
    left: VALUES_PX,
    right: Math.max(VALUES_PX + 1, widthPx - END_PX),
    top: MARKS_PX,
    bottom: heightPx - AXIS_PX,
  };
  const fromMs = buckets[0]?.atMs ?? 0;
  const toMs = buckets.at(-1)?.atMs ?? 0;
  const xOf = (ms: number): number => placed(ms, fromMs, toMs, frame.left, frame.right);
  const scale = valueScale(largest(buckets, compared), unit);
  const yOf = (value: number): number => placed(value, 0, scale.max, frame.bottom, frame.top);
  const xs = buckets.map(({ atMs }) => xOf(atMs));
  const pointsOf = (row: readonly (Bucket | undefined)[]): readonly (Point | undefined)[] =>
    row.map((bucket, place) =>
      hasValue(bucket) ? { x: xs[place] ?? 0, y: yOf(bucket.value) } : undefined,
    );
  const points = pointsOf(buckets);
  const comparedPoints = pointsOf(compared);
  const strokes = strokesOf(buckets);
  const ticks = Math.max(2, Math.floor((frame.right - frame.left) / TICK_PX));
  return {
    frame,
    xs,
    points,
    strokes: strokes.map((stroke) => drawn(stroke, points)),
    area: strokes
      .map(({ places }) => areaUnder(through(places, points), frame.bottom))
      .filter((path) => path !== ''),
    hollow: points.filter(
      (point, place): point is Point =>
        point !== undefined && buckets[place]?.kind === 'unfinished',
    ),
    compared: strokesOf(compared).map((stroke) => drawn(stroke, comparedPoints)),
    comparedPoints,
    bands: bandsOf(buckets).map((band) => ({ ...bandPlace(band, xs, frame), band })),
    yTicks: scale.ticks.map((value) => ({ value, y: yOf(value) })),
    xTicks: timeTicks(fromMs, toMs, zone, ticks).map((tick) => ({ tick, x: xOf(tick.atMs) })),
    marks: placedMarks(ask, xOf, frame),
  };
}

function through(places: readonly number[], points: readonly (Point | undefined)[]): Point[] {
  return places.flatMap((place) => points[place] ?? []);
}

function drawn(stroke: Stroke, points: readonly (Point | undefined)[]): DrawnStroke {
  const line = through(stroke.places, points);
  const [only] = line;
  const lone = line.length === 1 && only !== undefined ? { lone: only } : {};
  return { kind: stroke.kind, path: pathThrough(line), ...lone };
}

/** A band reaches half-way to the buckets that have values, and to the edge at an end. */
function bandPlace(
  { from, to }: Band,
  xs: readonly number[],
  frame: Frame,
): Readonly<{ x: number; width: number }> {
  const edge = (inside: number, outside: number, end: number): number => {
    const [a, b] = [xs[inside], xs[outside]];
    return a === undefined || b === undefined ? end : (a + b) / 2;
  };
  const x = edge(from, from - 1, frame.left);
  return { x, width: Math.max(1, edge(to, to + 1, frame.right) - x) };
}

/** Marks of the time that is drawn. One of a bucket's time stands at its bucket or after it. */
function placedMarks(
  { marks, buckets, grainMs }: LineAsk,
  xOf: (ms: number) => number,
  { left, right }: Frame,
): readonly PlacedMark[] {
  const fromMs = buckets[0]?.atMs ?? 0;
  const toMs = (buckets.at(-1)?.atMs ?? 0) + grainMs;
  const inside = (x: number): number => Math.min(right, Math.max(left, x));
  return marks
    .filter(({ atMs, untilMs = atMs }) => buckets.length > 0 && untilMs >= fromMs && atMs < toMs)
    .map((mark) => {
      const x = inside(xOf(mark.atMs));
      const endX = mark.untilMs === undefined ? x : inside(xOf(mark.untilMs));
      return { mark, x, toX: endX - x >= MARK_WIDTH_MIN_PX ? endX : undefined };
    });
}

/** The marks that fall into the time of a bucket, by their places in the list. */
export function marksIn(
  marks: readonly ChartMark[],
  atMs: number,
  grainMs: number,
): readonly number[] {
  return marks.flatMap((mark, index) =>
    mark.atMs < atMs + grainMs && (mark.untilMs ?? mark.atMs) >= atMs ? [index] : [],
  );
}
