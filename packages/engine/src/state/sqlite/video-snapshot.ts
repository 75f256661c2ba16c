// All videos of a stored state in the order of their ids, read at one moment on a connection of its
// own: whatever is stored meanwhile is not seen. For a thread that takes its time.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import { COMMITTED } from '../../counting/lines.ts';
import type { VideoNo } from '../../counting/numbers.ts';
import { readMeta } from './state-reads.ts';
import { openStateReader } from './schema.ts';

/** A video with its committed counts, in the order of `COMMITTED`. */
export type CountedVideo = Readonly<{ no: VideoNo; video: VideoId; counts: readonly number[] }>;

export type VideoSnapshot = Readonly<{
  /** The batch that the snapshot includes everything up to; 0 of a state that was never stored. */
  seq: number;
  /** One pass, by id. */
  videos: () => Iterable<CountedVideo>;
  close: () => void;
}>;

const COLUMNS = {
  likes: 'likes',
  likesCorrected: 'likes_corrected',
  views: 'views',
  viewsCorrected: 'views_corrected',
  starts: 'starts',
  loops: 'loops',
  watchMs: 'watch_ms',
} as const satisfies Readonly<Record<(typeof COMMITTED)[number], string>>;

/** Opens a snapshot of `state.db`. Throws when the file cannot be read. */
export function openVideoSnapshot(file: string): VideoSnapshot {
  const db = openStateReader(file);
  // The snapshot is of the first read after this.
  db.exec('BEGIN');
  const seq = readMeta(db)?.seq ?? 0;
  const counts = COMMITTED.map((name) => `c.${COLUMNS[name]}`).join(', ');
  // A join in this order goes along the ids, so that nothing has to be sorted.
  const statement = db.prepare(
    `SELECT c.no, v.id, ${counts} FROM videos v CROSS JOIN counts c ON c.no = v.no ORDER BY v.id`,
  );
  statement.setReturnArrays(true);
  return {
    seq,
    *videos() {
      for (const row of statement.iterate() as Iterable<unknown>) {
        const [no, video, ...numbers] = row as [VideoNo, VideoId, ...number[]];
        yield { no, video, counts: numbers };
      }
    },
    close: () => db.close(),
  };
}
