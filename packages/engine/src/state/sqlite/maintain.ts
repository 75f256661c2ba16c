// Housekeeping in `state.db` (C21, session memory): each step is a transaction of its own, and
// doing it twice does nothing more.

import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../../sqlite/transaction.ts';
import { bulkSessionsKeptFromMs, coarsenBefore, grantSessionsKeptFromMs } from '../retention.ts';
import { GRANT_SESSION_PREFIX, widerThan } from '../retention.ts';
import type { RollupWidth } from '../state-store.ts';

/** Rows that one transaction removes, so that a flush never waits long for its turn. */
const ROWS_PER_STEP = 20_000;
const DAY_MINUTES = 1_440;

/** Makes old rollups coarser and lets go of sessions that no op can belong to any more. */
export function maintainState(db: DatabaseSync, nowMs: number): void {
  for (const width of [1, 15] as const) coarsen(db, width, nowMs);
  purgeSessions(db, nowMs);
}

function coarsen(db: DatabaseSync, width: RollupWidth, nowMs: number): void {
  const before = coarsenBefore(width, nowMs);
  const wider = widerThan(width);
  const oldest = db.prepare('SELECT min(minute) AS minute FROM rollups WHERE width = ?');
  const fold = db.prepare(
    `INSERT INTO rollups
     SELECT ?1, minute - minute % ?1, video, sum(likes), sum(views), sum(starts), sum(loops),
       sum(watch_ms)
     FROM rollups WHERE width = ?2 AND minute >= ?3 AND minute < ?4 GROUP BY 2, 3
     ON CONFLICT DO UPDATE SET likes = likes + excluded.likes, views = views + excluded.views,
       starts = starts + excluded.starts, loops = loops + excluded.loops,
       watch_ms = watch_ms + excluded.watch_ms`,
  );
  const drop = db.prepare('DELETE FROM rollups WHERE width = ?1 AND minute >= ?2 AND minute < ?3');
  for (;;) {
    const { minute } = oldest.get(width) as { minute: number | null };
    if (minute === null || minute >= before) return;
    const from = minute - (minute % wider);
    const to = Math.min(from + Math.max(wider, DAY_MINUTES / 24), before);
    transaction(db, () => {
      // A crash between the two leaves neither: both are in one transaction.
      fold.run(wider, width, from, to);
      drop.run(width, from, to);
    });
  }
}

function purgeSessions(db: DatabaseSync, nowMs: number): void {
  const first = Buffer.from(GRANT_SESSION_PREFIX, 'latin1');
  const end = Buffer.from([(first[0] ?? 0) + 1]);
  const steps = [
    { range: 'key >= ?2 AND key < ?3', keptFromMs: grantSessionsKeptFromMs(nowMs) },
    { range: 'NOT (key >= ?2 AND key < ?3)', keptFromMs: bulkSessionsKeptFromMs(nowMs) },
  ];
  for (const { range, keptFromMs } of steps) {
    const purge = db.prepare(
      `DELETE FROM sessions WHERE key IN
       (SELECT key FROM sessions WHERE ${range} AND started < ?1 LIMIT ${ROWS_PER_STEP})`,
    );
    while (Number(purge.run(keptFromMs, first, end).changes) === ROWS_PER_STEP);
  }
}
