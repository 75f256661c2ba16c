// The range that a question of the studio is about. Rules SD7, SD8.

import { timeOf } from '../analytics.ts';
import type { Query } from '../../query.ts';
import { refusal } from '../../refusal.ts';
import type { Refusal } from '../../refusal.ts';

export const DAY_MS = 86_400_000;
/** Days that one question may be about: a little over ten years. */
const DAYS_MAX = 3_700;

export const RANGE_FORM: Refusal = refusal(
  'invalid-request',
  `from and to must be times such as 2026-11-22T14:00:00Z, from before to, at most ${DAYS_MAX} days apart.`,
);

export type Range = Readonly<{ kind: 'range'; fromMs: number; toMs: number }>;

/** Whole UTC days that hold a range; without `from` from the day of `sinceMs` on (SD7). */
export function utcDaysOf(query: Query, sinceMs: number, nowMs: number): Range | Refusal {
  const toMs = timeOf(query.one('to'), nowMs);
  const from = query.one('from');
  const fromMs = timeOf(from, Math.min(sinceMs, toMs ?? sinceMs));
  if (fromMs === undefined || toMs === undefined || fromMs > toMs) return RANGE_FORM;
  const endMs = Math.min(toMs, nowMs);
  const range = {
    fromMs: Math.max(0, Math.floor(fromMs / DAY_MS) * DAY_MS),
    toMs: Math.max(0, Math.ceil(endMs / DAY_MS) * DAY_MS),
  };
  if (range.toMs - range.fromMs <= DAYS_MAX * DAY_MS) return { kind: 'range', ...range };
  // A video can be older than that, and nobody asked for so much.
  if (from !== undefined) return RANGE_FORM;
  return { kind: 'range', ...range, fromMs: range.toMs - DAYS_MAX * DAY_MS };
}
