// Error budgets: how fast freshness and availability use up their 0.05 %. Pure.
//
// Rules: docs/spec/status.md (ST13, ST14). Wrong numbers have no budget, so they are not here: one
// confirmed wrong count is an incident (ST12).

import type { Tally } from './tally.ts';

/** 99.95 % of journeys are to end well. */
export const BUDGET_SHARE = 0.000_5;

export const WINDOWS = ['5m', '30m', '1h', '6h', '3d'] as const;
export type Window = (typeof WINDOWS)[number];
export const WINDOW_MINUTES: Readonly<Record<Window, number>> = {
  '5m': 5,
  '30m': 30,
  '1h': 60,
  '6h': 360,
  '3d': 4_320,
};

/** Both windows of a rule must burn at least this fast (ST13); `ticket` turns nothing red. */
export const BURN_RULES = [
  { name: 'fast', rate: 14.4, windows: ['1h', '5m'], turnsRed: true },
  { name: 'steady', rate: 6, windows: ['6h', '30m'], turnsRed: true },
  { name: 'slow', rate: 1, windows: ['3d'], turnsRed: false },
] as const satisfies readonly Readonly<{
  name: string;
  rate: number;
  windows: readonly Window[];
  turnsRed: boolean;
}>[];
export type BurnRule = (typeof BURN_RULES)[number];

export type BurnRates = Readonly<Record<Window, number>>;

/** The share of bad journeys in a minute or an hour, and how many minutes it stands for. */
export type BadShare = Readonly<{ minutes: number; share: number }>;

export function badShareOf({ good, bad }: Readonly<Tally>, minutes: number): BadShare {
  const all = good + bad;
  return { minutes, share: all === 0 ? 0 : bad / all };
}

/**
 * How many times faster than allowed the budget burns over a window. The window counts whole, also
 * where it reaches back to before there were journeys: a start can not look like a disaster.
 */
export function burnRate(shares: Iterable<BadShare>, window: Window): number {
  let badMinutes = 0;
  for (const { minutes, share } of shares) badMinutes += minutes * share;
  return badMinutes / WINDOW_MINUTES[window] / BUDGET_SHARE;
}

/** The rules that a component breaks now, the fastest first. */
export function burning(rates: BurnRates): readonly BurnRule[] {
  return BURN_RULES.filter((rule) => rule.windows.every((window) => rates[window] >= rule.rate));
}
