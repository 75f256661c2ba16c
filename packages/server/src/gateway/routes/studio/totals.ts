// Comments and followers over time: how many there were at the end of each bucket. Rules SD27, SD28.

import type { CountState } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { StudioTotal } from '../../../studio/studio-call.ts';
import type { Stretch } from '../../series.ts';
import { timeText } from '../../answers.ts';
import type { AskStudio, FromCells } from './ask-studio.ts';
import { gapsFrom, worse } from './studio-series.ts';
import type { StudioPoint, StudioSeries } from './studio-series.ts';

export type TotalMetric = 'comments' | 'followers';

export type Whose = Readonly<{
  videos: readonly VideoId[];
  /** A tenant is no account, and nobody follows it. */
  account: string | undefined;
}>;

export type TotalSeries = StudioSeries &
  Readonly<{
    /** What came and went by bucket; in none of those before `sinceMs`. */
    changes: readonly Readonly<{ atMs: number; gained: number; lost: number }>[];
    /** Since when every cell has a history. */
    sinceMs: number;
  }>;

/** A total over stretches; of time before its history there are gaps, as of time not heard of. */
export async function totalSeriesOf(
  ask: AskStudio,
  { videos, account }: Whose,
  metric: TotalMetric,
  stretches: readonly Stretch[],
  nowMs: number,
): Promise<TotalSeries> {
  const isAnybodys = metric === 'comments' || account !== undefined;
  let state: CountState = isAnybodys ? 'live' : 'unknown';
  let [asOfMs, sinceMs] = [nowMs, 0];
  const points: StudioPoint[] = [];
  const changes: TotalSeries['changes'][number][] = [];
  for (const stretch of stretches) {
    const { edges, cellGrain: grain } = stretch;
    const range = { fromMs: edges[0] ?? 0, toMs: edges.at(-1) ?? 0 };
    const from = isAnybodys
      ? await ask({ videos, account, parts: [metric], grain, ...range })
      : undefined;
    const told = from === undefined ? undefined : totalsIn(from, metric);
    state = worse(state, told === undefined ? 'unknown' : (from?.state ?? 'unknown'));
    if (from === undefined || told === undefined) {
      points.push(...gapsFrom(stretch, 0, nowMs));
      continue;
    }
    asOfMs = Math.min(asOfMs, from.asOfMs);
    sinceMs = Math.max(sinceMs, ...told.map((one) => one.sinceMs));
    changes.push(...told.flatMap((one) => one.changes));
    const known = levelsOf(stretch, told, from.asOfMs);
    const rest = from.state === 'stale' ? gapsFrom(stretch, known.length, nowMs) : [];
    points.push(...known, ...rest);
  }
  return { points, state, asOfMs, sinceMs, changes };
}

/** What every cell says; `undefined` when one of them has never said it. */
function totalsIn(from: FromCells, metric: TotalMetric): readonly StudioTotal[] | undefined {
  if (from.state === 'unknown') return undefined;
  const told = from.cells.flatMap(({ reply }) => reply[metric] ?? []);
  return told.length === from.cells.length ? told : undefined;
}

/** Backwards from the end: before a change there were as many as after it, less what it brought. */
function levelsOf(
  { edges }: Stretch,
  told: readonly StudioTotal[],
  asOfMs: number,
): readonly StudioPoint[] {
  const changes = told.flatMap((one) => one.changes).sort((left, right) => right.atMs - left.atMs);
  const sinceMs = Math.max(...told.map((one) => one.sinceMs));
  let level = told.reduce((sum, { atEnd }) => sum + atEnd, 0);
  let next = 0;
  const points: StudioPoint[] = [];
  for (let index = edges.length - 2; index >= 0; index -= 1) {
    const start = edges[index] ?? 0;
    const end = edges[index + 1] ?? 0;
    for (let change = changes[next]; change !== undefined && change.atMs >= end;) {
      level -= change.gained - change.lost;
      next += 1;
      change = changes[next];
    }
    if (start >= asOfMs) continue;
    const at = timeText(start);
    const partial = end > asOfMs;
    // The end of the bucket is what is told of, so it is enough that the history reaches it.
    if (end >= sinceMs || partial) points.push({ at, value: level, partial });
    else points.push({ at, value: null, partial, gap: true, reason: 'not-kept' });
  }
  return points.reverse();
}
