// Loses the row of a like on the disk of a copy, as a defect would, and can put it back.
//
// For drills alone: it writes into the state of a copy that is thrown away after.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { VIDEOS_MAX } from '@holdfast/engine/counting/numbers.ts';
import { jsonOf, listAt, textAt } from '../probe/ask.ts';
import type { Ask } from '../probe/ask.ts';
import { BROKEN_CELL } from './fault-proxy.ts';

/** A cell stores what it has acknowledged within some seconds. */
const STORED_MS_MAX = 60_000;
const LOOK_MS = 500;
/** The thread of the cell that stores may be writing. */
const BUSY_MS = 5_000;

export type Copy = Readonly<{ ask: Ask; url: string; serviceKey: string; dataDir: string }>;
type Row = Readonly<{ key: number; at: number }>;

/** Likes a clip and waits until that is stored; `lose` then removes the row, `mend` puts it back. */
export async function prepareLostRow(
  copy: Copy,
): Promise<Readonly<{ lose: () => void; mend: () => void }>> {
  const video = await likeSome(copy);
  const file = join(copy.dataDir, 'cells', BROKEN_CELL, 'state.db');
  const row = await storedRow(file, video);
  return {
    lose: () => write(file, (db) => db.prepare('DELETE FROM likes WHERE key = ?').run(row.key)),
    mend: () =>
      write(file, (db) => {
        db.prepare('INSERT OR REPLACE INTO likes VALUES (?, ?)').run(row.key, row.at);
      }),
  };
}

async function likeSome({ ask, url, serviceKey }: Copy): Promise<string> {
  const feed = await ask({ method: 'GET', url: `${url}/v1/feed` });
  const video = feed.kind === 'answer' ? textAt(listAt(jsonOf(feed), 'items')[0], 'id') : undefined;
  const opened = await ask({
    method: 'POST',
    url: `${url}/v1/sessions`,
    bearer: serviceKey,
    json: { jurisdiction: BROKEN_CELL, subject: 'drill' },
  });
  const grant = opened.kind === 'answer' ? textAt(jsonOf(opened), 'grant') : undefined;
  if (video === undefined || grant === undefined) throw new Error('the copy has no clip to like');
  const json = { ops: [{ n: 1, kind: 'like', video }] };
  const liked = await ask({ method: 'POST', url: `${url}/v1/ops`, bearer: grant, json });
  if (liked.kind !== 'answer' || liked.status !== 200) throw new Error('the copy took no like');
  return video;
}

async function storedRow(file: string, video: string): Promise<Row> {
  const sql = `SELECT key, at FROM likes
    WHERE key % ${VIDEOS_MAX} = (SELECT no FROM counts WHERE id = ?) LIMIT 1`;
  for (let waitedMs = 0; waitedMs < STORED_MS_MAX; waitedMs += LOOK_MS) {
    const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
    const row = db.prepare(sql).get(video) as Row | undefined;
    db.close();
    if (row !== undefined) return row;
    await sleep(LOOK_MS);
  }
  throw new Error('the copy did not store a like');
}

function write(file: string, change: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(file, { timeout: BUSY_MS });
  // Copying back is the business of the thread that stores.
  db.exec('PRAGMA wal_autocheckpoint = 0');
  change(db);
  db.close();
}
