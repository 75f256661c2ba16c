// Rates of a video. Each is made of two numbers of the same answer, so that they are of the same
// time. Pure.

import { watchingAt } from './charts/retention.ts';
import type { Overview, RetentionAnswer } from './wire.ts';

/** The likes of a period on each hundred of its views; of no views there is no rate. */
export function likesPer100(overview: Overview | undefined): number | null {
  const of = (metric: 'likes' | 'views'): number | null =>
    overview?.cards.find((card) => card.metric === metric)?.value ?? null;
  const [likes, views] = [of('likes'), of('views')];
  return likes === null || views === null || views === 0 ? null : (likes / views) * 100;
}

const HALF = 0.5;

/** The part of starts that watched at least half. */
export function halfPart(retention: RetentionAnswer | undefined): number | null {
  if (retention === undefined) return null;
  const { starts, points } = retention;
  const watching = watchingAt(points, HALF);
  return starts === null || starts === 0 || watching === null ? null : watching / starts;
}
