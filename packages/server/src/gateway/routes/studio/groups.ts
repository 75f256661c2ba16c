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
 * Merges groups of fewer than `GROUP_VIEWERS_MIN` viewers into one. The merged ones together must be
 * no small group either, so they take the next smallest along until they are enough or all there
 * are: one small group is then never alone, and not to be had back by subtraction from the whole.
 */
export function mergeSmall(groups: readonly Group[]): readonly Group[] {
  const bySize = groups.toSorted((left, right) => left.viewers - right.viewers);
  let merged = bySize.filter(({ viewers }) => viewers < GROUP_VIEWERS_MIN).length;
  if (merged === 0) return groups.toSorted(byViews);
  const viewersIn = (): number =>
    bySize.slice(0, merged).reduce((sum, { viewers }) => sum + viewers, 0);
  while (merged < bySize.length && viewersIn() < GROUP_VIEWERS_MIN) merged += 1;
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
