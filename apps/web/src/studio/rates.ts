// Rates of a video, out of its cards. Pure.

import type { Metric, Overview } from './wire.ts';

export type Rates = Readonly<{
  likesPer100: number | null;
  commentsPer100: number | null;
  engagedPart: number | null;
}>;

/** A rate needs both of its numbers, and views to be a rate of: otherwise there is none. */
export function ratesOf(overview: Overview | undefined): Rates {
  const of = (metric: Metric): number | null =>
    overview?.cards.find((card) => card.metric === metric)?.value ?? null;
  const views = of('views');
  const perView = (value: number | null): number | null =>
    value === null || views === null || views === 0 ? null : value / views;
  const per100 = (value: number | null): number | null => {
    const rate = perView(value);
    return rate === null ? null : rate * 100;
  };
  return {
    likesPer100: per100(of('likes')),
    commentsPer100: per100(of('comments')),
    engagedPart: perView(of('engagedViews')),
  };
}
