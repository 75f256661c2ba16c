// Groups of viewers that are too small to be shown by themselves. Pure. Rule SD12.

/** A group of fewer viewers is merged with others. */
export const GROUP_VIEWERS_MIN = 10;
export const OTHER = 'other';

export type Group = Readonly<{
  jurisdiction: string;
  viewers: number;
  views: number;
  likes: number;
}>;

/**
 * Merges groups of fewer than `GROUP_VIEWERS_MIN` viewers into one. What was merged must not be had
 * back by subtraction from the whole, so one small group takes the next smallest along, and the
 * merged ones together are no small group themselves unless they are all there are.
 */
export function mergeSmall(groups: readonly Group[]): readonly Group[] {
  const bySize = groups.toSorted((left, right) => left.viewers - right.viewers);
  let merged = bySize.filter(({ viewers }) => viewers < GROUP_VIEWERS_MIN).length;
  if (merged === 0) return groups.toSorted(byViews);
  const viewersIn = (): number =>
    bySize.slice(0, merged).reduce((sum, { viewers }) => sum + viewers, 0);
  while (merged < bySize.length && (merged < 2 || viewersIn() < GROUP_VIEWERS_MIN)) merged += 1;
  const other = bySize.slice(0, merged).reduce(
    (sum, group) => ({
      ...sum,
      viewers: sum.viewers + group.viewers,
      views: sum.views + group.views,
      likes: sum.likes + group.likes,
    }),
    { jurisdiction: OTHER, viewers: 0, views: 0, likes: 0 },
  );
  return [...bySize.slice(merged).sort(byViews), other];
}

function byViews(left: Group, right: Group): number {
  return right.views - left.views;
}
