// The bars of the last 90 days: what colour a day has. Pure.
//
// Rules: docs/spec/status.md (ST15). A day is coloured by its minutes and its budget, never by a
// single failure; a wrong count that was confirmed has no budget, and time that nobody watched is
// shown as such.

import { BUDGET_SHARE } from './burn.ts';
import { secondsIn, secondsOf } from './tally.ts';
import type { Tally } from './tally.ts';
import { COMPONENT_WORDS } from './words.ts';
import type { Component } from './words.ts';

export const DAYS_SHOWN = 90;
export const DAY_MS = 86_400_000;

export const DAY_COLOURS = ['none', 'good', 'spent', 'bad', 'wrong', 'unknown'] as const;
export type DayColour = (typeof DAY_COLOURS)[number];

export type DayBar = Readonly<{
  /** UTC day as `2026-11-22`. */
  day: string;
  colour: DayColour;
  /** Minutes in which it was worse than under maintenance, unknown ones left out. */
  badMinutes: number;
  unknownMinutes: number;
}>;

/** Beyond this many times a day's budget, a day is bad and not only spent. */
const BAD_BUDGETS = 10;
const SECONDS_OF_DAY = 86_400;

const toMinutes = (seconds: number): number => Math.round(seconds / 6) / 10;

/** The bar of one component and day; `tally` is what is known of the day, if anything. */
export function dayBar(component: Component, day: string, tally: Tally | undefined): DayBar {
  const seconds = tally === undefined ? 0 : secondsOf(tally);
  if (tally === undefined || seconds === 0) {
    return { day, colour: 'none', badMinutes: 0, unknownMinutes: 0 };
  }
  const unknown = secondsIn(tally, 'unknown');
  const bad =
    secondsIn(tally, 'degraded_performance') +
    secondsIn(tally, 'partial_outage') +
    secondsIn(tally, 'major_outage');
  const minutes = { badMinutes: toMinutes(bad), unknownMinutes: toMinutes(unknown) };
  return { day, colour: colourOf(component, tally, { bad, unknown, seconds }), ...minutes };
}

function colourOf(
  component: Component,
  tally: Tally,
  { bad, unknown, seconds }: Readonly<{ bad: number; unknown: number; seconds: number }>,
): DayColour {
  if (COMPONENT_WORDS[component].budget === 'none' && secondsIn(tally, 'major_outage') > 0) {
    return 'wrong';
  }
  const budget = SECONDS_OF_DAY * BUDGET_SHARE;
  if (bad > BAD_BUDGETS * budget) return 'bad';
  if (bad > budget) return 'spent';
  return unknown * 2 > seconds ? 'unknown' : 'good';
}

/** The UTC day of a time. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The share of known time that was not bad, in percent with three digits; `undefined` if none was known. */
export function goodShare(tallies: Iterable<Tally>): number | undefined {
  let known = 0;
  let bad = 0;
  for (const tally of tallies) {
    known += secondsOf(tally) - secondsIn(tally, 'unknown');
    bad +=
      secondsIn(tally, 'degraded_performance') +
      secondsIn(tally, 'partial_outage') +
      secondsIn(tally, 'major_outage');
  }
  return known === 0 ? undefined : Math.floor((1 - bad / known) * 100_000) / 1_000;
}
