// What the address of a studio page says beside its path, and what is remembered of it.

import { choiceOf, DEFAULT_CHOICE } from './period.ts';
import type { PeriodChoice } from './period.ts';
import { METRICS } from './wire.ts';
import type { Metric } from './wire.ts';

export const SORTS = [
  'publishedAt',
  'views',
  'engagedViews',
  'likes',
  'comments',
  'watchMs',
] as const;
export type Sort = (typeof SORTS)[number];

/** Every choice of a studio page, checked. */
export type StudioChoice = PeriodChoice & Readonly<{ metric: Metric; sort: Sort }>;

/** The part of storage that is used here. */
export type Keeper = Pick<Storage, 'getItem' | 'setItem'>;

const KEY = 'holdfast.studio';

/** The choices of an address; what it does not say is as it was chosen before (SP13). */
export function studioChoice(
  search: Readonly<Record<string, unknown>>,
  kept: Readonly<Record<string, unknown>>,
): StudioChoice {
  const period = choiceOf(search, choiceOf(kept, DEFAULT_CHOICE));
  const metric = METRICS.find((name) => name === search['metric']) ?? 'views';
  const sort = SORTS.find((name) => name === search['sort']) ?? 'publishedAt';
  return { ...period, metric, sort };
}

/** Another choice of period takes the days of the one before it away, unless it brings its own. */
export function changedChoice(choice: StudioChoice, change: Partial<StudioChoice>): StudioChoice {
  const next = { ...choice, ...change };
  if (next.period === 'custom') return next;
  const { from: _from, to: _to, ...rest } = next;
  return rest;
}

/** What was chosen before on this device; nothing when it cannot be read. */
export function keptChoice(keeper: Keeper): Readonly<Record<string, unknown>> {
  try {
    const kept: unknown = JSON.parse(keeper.getItem(KEY) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Keeps period, comparison and zone for the next visit. */
export function keepChoice(keeper: Keeper, { period, from, to, compare, tz }: PeriodChoice): void {
  try {
    keeper.setItem(KEY, JSON.stringify({ period, from, to, compare, tz }));
  } catch {
    // Without storage the choice lives in the address alone.
  }
}
