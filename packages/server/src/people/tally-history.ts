// What came to a tally and what went from it, by quarter-hour, so that how it stood at an earlier
// time is known. Numbers only, kept beside the tallies they explain.
//
// Rules: docs/spec/people.md (PE9 to PE12).
//
// Why nothing is in it twice: a row moves in the transaction that moves the tally, by the same
// difference. It is a row of `tallies`, so it is copied, followed and handed over as they are.

import type { DatabaseSync } from 'node:sqlite';
import { HISTORY_PREFIX } from './tally-names.ts';

export const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
/** How long quarter-hours are kept: the longest period of the studio and as much before it. */
export const HISTORY_DAYS_MAX = 800;
/** Digits of a quarter-hour's number, so that names sort by time; enough beyond the year 2200. */
const QUARTER_DIGITS = 7;
/** Since when every change is in the history, in quarter-hours; 0 where it has them all. */
const SINCE_NAME = `${HISTORY_PREFIX}since`;

const KEPT = /^(followers|comments)\//;

export type TallyChange = Readonly<{ atMs: number; gained: number; lost: number }>;
export type TallyHistory = Readonly<{
  /** Before this nobody knows what came and went. */
  sinceMs: number;
  /** The tally as it is now. */
  value: number;
  /** Quarter-hours in which something changed, oldest first. */
  changes: readonly TallyChange[];
}>;

export type TallyHistories = Readonly<{
  /** A part of the transaction that moves the tally, and after the tally was moved. */
  note: (tally: string, by: 1 | -1, nowMs: number) => void;
  /** A part of the transaction that drops the tally. */
  drop: (tally: string) => void;
  /** Of one tally since a time. */
  of: (tally: string, fromMs: number, nowMs: number) => TallyHistory;
}>;

type Way = 'gained' | 'lost';
const prefixOf = (way: Way, tally: string): string => `${HISTORY_PREFIX}${way}/${tally}/`;
const nameOf = (way: Way, tally: string, atMs: number): string =>
  prefixOf(way, tally) + `${Math.floor(atMs / QUARTER_MS)}`.padStart(QUARTER_DIGITS, '0');
/** Sorts behind every number of a quarter-hour. */
const END = '~';

export function createTallyHistories(db: DatabaseSync): TallyHistories {
  const sql = prepareStatements(db);

  const sinceMs = (nowMs: number): number => {
    const kept = sql.value.get(SINCE_NAME)?.['value'];
    if (kept !== undefined) return Number(kept) * QUARTER_MS;
    // Nothing was ever counted, so nothing is missing; else a version before this one counted it.
    return sql.any.get(HISTORY_PREFIX, HISTORY_PREFIX + END) === undefined ? 0 : nowMs;
  };

  const begin = (nowMs: number, by: 1 | -1, value: number): void => {
    if (sql.value.get(SINCE_NAME) !== undefined) return;
    const tallies = Number(sql.count.get(HISTORY_PREFIX, HISTORY_PREFIX + END)?.['n'] ?? 0);
    // The tally that has just begun is the only one of a cell that counted nothing before.
    const isWhole = tallies === 1 && by === 1 && value === 1;
    sql.put.run(SINCE_NAME, isWhole ? 0 : Math.ceil(nowMs / QUARTER_MS));
  };

  return {
    note: (tally, by, nowMs) => {
      begin(nowMs, by, Number(sql.value.get(tally)?.['value'] ?? 0));
      if (!KEPT.test(tally)) return;
      const way: Way = by === 1 ? 'gained' : 'lost';
      const name = nameOf(way, tally, nowMs);
      const oldest = nameOf(way, tally, nowMs - HISTORY_DAYS_MAX * DAY_MS);
      sql.add.run(name);
      sql.dropRange.run(prefixOf(way, tally), oldest);
    },
    drop: (tally) => {
      for (const way of ['gained', 'lost'] as const) {
        sql.dropRange.run(prefixOf(way, tally), prefixOf(way, tally) + END);
      }
    },
    of: (tally, fromMs, nowMs) => {
      const byTime = new Map<number, { gained: number; lost: number }>();
      for (const way of ['gained', 'lost'] as const) {
        const [first, end] = [nameOf(way, tally, fromMs), prefixOf(way, tally) + END];
        for (const { name, value } of sql.range.all(first, end)) {
          const atMs = Number(String(name).slice(-QUARTER_DIGITS)) * QUARTER_MS;
          const change = byTime.get(atMs) ?? { gained: 0, lost: 0 };
          change[way] += Number(value);
          byTime.set(atMs, change);
        }
      }
      const keptFromMs = nowMs - HISTORY_DAYS_MAX * DAY_MS;
      return {
        sinceMs: Math.max(sinceMs(nowMs), fromMs < keptFromMs ? keptFromMs : 0),
        value: Number(sql.value.get(tally)?.['value'] ?? 0),
        changes: [...byTime]
          .map(([atMs, change]) => ({ atMs, ...change }))
          .sort((left, right) => left.atMs - right.atMs),
      };
    },
  };
}

function prepareStatements(db: DatabaseSync) {
  const others = 'FROM tallies WHERE NOT (name >= ? AND name < ?)';
  return {
    value: db.prepare('SELECT value FROM tallies WHERE name = ?'),
    any: db.prepare(`SELECT 1 AS found ${others} LIMIT 1`),
    count: db.prepare(`SELECT count(*) AS n FROM (SELECT 1 ${others} LIMIT 2)`),
    put: db.prepare('INSERT INTO tallies (name, value) VALUES (?, ?)'),
    add: db.prepare(
      `INSERT INTO tallies (name, value) VALUES (?, 1)
       ON CONFLICT (name) DO UPDATE SET value = value + 1`,
    ),
    range: db.prepare('SELECT name, value FROM tallies WHERE name >= ? AND name < ? ORDER BY name'),
    dropRange: db.prepare('DELETE FROM tallies WHERE name >= ? AND name < ?'),
  };
}
