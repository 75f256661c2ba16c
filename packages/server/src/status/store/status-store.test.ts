import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { Board } from '../board.ts';
import type { Observation, Place } from '../rules/observation.ts';
import { countSeconds, countValue, tallyOf } from '../rules/tally.ts';
import type { Tallies } from '../rules/tally.ts';
import { COMPONENTS, PROBE_KINDS, PROBES } from '../rules/words.ts';
import { openStatusStore } from './status-store.ts';

const MB = 1_000_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const CELLS: readonly Jurisdiction[] = ['us' as Jurisdiction, 'eu' as Jurisdiction];

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-status-store-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What one round of all journeys through one gateway tells, with times as they would be. */
function round(atMs: number): readonly Observation[] {
  return CELLS.flatMap((cell) =>
    PROBE_KINDS.flatMap((kind) =>
      PROBES[kind].feeds.map((component): Observation => {
        const noise = (atMs * 7 + component.length * 131) % 97;
        const of = {
          cell,
          gateway: 'http://127.0.0.1:7400',
          kind,
          component,
          verdict: 'good',
        } as const;
        const times = { startedAtMs: atMs + noise, endedAtMs: atMs + 3 * noise, valueMs: noise };
        return { ...of, ...times, detail: '', expected: null, shown: null, video: null };
      }),
    ),
  );
}

function minuteOf(minute: number): Tallies {
  const tallies: Tallies = new Map();
  for (const cell of CELLS) {
    for (const component of COMPONENTS) {
      const tally = tallyOf(tallies, `${cell}/${component}`);
      tally.good = 12;
      countSeconds(tally, minute % 500 === 0 ? 'unknown' : 'operational', 60);
      for (let n = 0; n < 6; n += 1) countValue(tally, 40 + ((minute * 13 + n * 29) % 200));
    }
  }
  return tallies;
}

it('ST25, ST26: a year at default settings takes less than 200 MB, raw 7 days, minutes 90 days', () => {
  const store = openStatusStore(join(dir, 'status.db'));
  const endMs = Date.UTC(2026, 10, 22);
  const place = 'here' as Place;
  // A tenth of the raw results of 7 days; their size is ten times that.
  store.together(() => {
    for (let atMs = endMs - 0.7 * DAY_MS; atMs < endMs; atMs += 10_000) {
      store.addRaw(atMs, { place, n: atMs, sentAtMs: atMs, observations: round(atMs) });
    }
  });
  const pages = (): number => Number(store.db.prepare('PRAGMA page_count').get()?.['page_count']);
  const rawBytes = pages() * 4_096;
  store.together(() => {
    for (let minute = 0; minute < 90 * 1_440; minute += 10) {
      store.putMinute(Math.floor(endMs / MINUTE_MS) - minute, minuteOf(minute));
    }
  });
  const minuteBytes = pages() * 4_096 - rawBytes;
  const before = pages() * 4_096;
  const hour = minuteOf(1);
  store.together(() => {
    for (let back = 0; back < 365 * 24; back += 1) {
      store.putHour(Math.floor(endMs / 3_600_000) - back, hour);
    }
  });
  const hourBytes = pages() * 4_096 - before;
  const yearBytes = 10 * rawBytes + 10 * minuteBytes + hourBytes;
  expect(yearBytes).toBeLessThan(200 * MB);
  expect(yearBytes).toBeGreaterThan(10 * MB);

  store.prune(endMs + 100 * DAY_MS);
  const left = (table: string): number =>
    Number(store.db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  for (let turn = 0; turn < 20; turn += 1) store.prune(endMs + 100 * DAY_MS);
  expect([left('raw'), left('minutes'), left('hours')]).toEqual([0, 0, 365 * 24]);
  store.close();
  expect(statSync(join(dir, 'status.db')).size).toBeGreaterThan(0);
});

it('ST25: a page opens on what it knew: its cells, as unknown, and their days', () => {
  const file = join(dir, 'status.db');
  const nowMs = Date.UTC(2026, 10, 22, 12);
  const store = openStatusStore(file);
  store.putMeta('cells', JSON.stringify(['us']));
  store.putHour(Math.floor(nowMs / 3_600_000) - 5, minuteOf(1));
  store.close();
  const again = openStatusStore(file);
  const clock = { nowMs: () => nowMs, monotonicMs: () => 0 };
  const board = new Board({ store: again, clock, newId: () => 'id' });
  expect(board.components.map(({ state }) => state)).toEqual(COMPONENTS.map(() => 'unknown'));
  expect([...board.days.values()][0]?.size).toBe(2 * COMPONENTS.length);
  again.close();
});
