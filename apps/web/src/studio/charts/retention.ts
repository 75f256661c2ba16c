// The retention curve: of those who started, how many were still watching at each part. Pure.

export type RetentionPoint = Readonly<{ part: number; watching: number }>;

/** Fewer starts than this say more about single people than about the video (SP10). */
export const STARTS_MIN = 30;
/** A short video wins or loses its viewers here. */
export const INTRO_MS = 3_000;

export type Retention = Readonly<
  | { kind: 'too-few'; starts: number }
  | {
      kind: 'curve';
      starts: number;
      points: readonly RetentionPoint[];
      intro: IntroDrop | undefined;
    }
>;

/** The part of those who started that was gone when the introduction was over. */
export type IntroDrop = Readonly<{ atMs: number; atPart: number; lostPart: number }>;

export function retentionOf(
  starts: number,
  points: readonly RetentionPoint[],
  durationMs: number | null,
): Retention {
  if (starts < STARTS_MIN || points.length < 2) return { kind: 'too-few', starts };
  const ordered = [...points].sort((a, b) => a.part - b.part);
  return { kind: 'curve', starts, points: ordered, intro: introDrop(starts, ordered, durationMs) };
}

function introDrop(
  starts: number,
  points: readonly RetentionPoint[],
  durationMs: number | null,
): IntroDrop | undefined {
  // Of a video that is over by then, the introduction is all there is.
  if (durationMs === null || durationMs <= INTRO_MS) return undefined;
  const atPart = INTRO_MS / durationMs;
  const watching = watchingAt(points, atPart);
  if (watching === null) return undefined;
  return { atMs: INTRO_MS, atPart, lostPart: Math.max(0, 1 - watching / starts) };
}

/** How many were watching at a part of the video, on the line between the points around it. */
export function watchingAt(points: readonly RetentionPoint[], part: number): number | null {
  const after = points.findIndex((point) => point.part >= part);
  const right = points[after];
  if (right === undefined) return null;
  const left = points[after - 1];
  if (left === undefined || right.part === part) return right.part === part ? right.watching : null;
  const along = (part - left.part) / (right.part - left.part);
  return left.watching + along * (right.watching - left.watching);
}

/** The largest value of the scale: 100 %, or what loops make of it. */
export function percentMax(starts: number, points: readonly RetentionPoint[]): number {
  const most = points.reduce((found, { watching }) => Math.max(found, watching), 0);
  return Math.max(1, starts === 0 ? 1 : Math.ceil((most / starts) * 4) / 4);
}

/** A player tells its time a little off from where it was put. */
const PART_GRAIN = 1e-4;

/** The place of the point that the playback has reached. */
export function placeAt(points: readonly RetentionPoint[], part: number): number {
  let place = 0;
  for (const [index, point] of points.entries()) if (point.part <= part + PART_GRAIN) place = index;
  return place;
}
