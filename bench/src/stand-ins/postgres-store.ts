// Likes in PostgreSQL as they are commonly kept: a row for each like, a row for each video's count,
// both changed by one prepared statement, which is one transaction. A request with many ops is one
// statement too, with the counts updated in the order of their keys, so that two requests cannot
// wait for each other.

import pg from 'pg';
import type { LikeRequest, LikeStore, Outcome } from './http.ts';

const SCHEMA = `
  CREATE TABLE likes (
    user_id text NOT NULL,
    video_id text NOT NULL,
    PRIMARY KEY (user_id, video_id)
  );
  CREATE TABLE video_counts (
    video_id text PRIMARY KEY,
    likes bigint NOT NULL
  ) WITH (fillfactor = 50);
`;

const LIKE = {
  name: 'like',
  text: `WITH liked AS (
    INSERT INTO likes (user_id, video_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING video_id
  )
  INSERT INTO video_counts (video_id, likes) SELECT video_id, 1 FROM liked
  ON CONFLICT (video_id) DO UPDATE SET likes = video_counts.likes + 1`,
};

const UNLIKE = {
  name: 'unlike',
  text: `WITH unliked AS (
    DELETE FROM likes WHERE user_id = $1 AND video_id = $2 RETURNING video_id
  )
  UPDATE video_counts SET likes = likes - 1 WHERE video_id IN (SELECT video_id FROM unliked)`,
};

const BATCH = {
  name: 'batch',
  text: `WITH liked AS (
    INSERT INTO likes (user_id, video_id) SELECT $1, unnest($2::text[])
    ON CONFLICT DO NOTHING RETURNING video_id
  ), unliked AS (
    DELETE FROM likes WHERE user_id = $1 AND video_id = ANY($3::text[]) RETURNING video_id
  ), changed AS (
    SELECT video_id, 1 AS delta FROM liked UNION ALL SELECT video_id, -1 FROM unliked
  ), counted AS (
    INSERT INTO video_counts (video_id, likes) SELECT video_id, delta FROM changed ORDER BY video_id
    ON CONFLICT (video_id) DO UPDATE SET likes = video_counts.likes + excluded.likes
  )
  SELECT video_id FROM changed`,
};

export type PostgresPlace = Readonly<{
  socketFolder: string;
  role: string;
  poolSize: number;
}>;

/** Creates the tables in an empty database and opens the pool. */
export async function postgresStore(place: PostgresPlace): Promise<LikeStore> {
  const pool = new pg.Pool({
    host: place.socketFolder,
    user: place.role,
    database: 'postgres',
    max: place.poolSize,
  });
  await pool.query(SCHEMA);

  const applyOne = async (user: string, op: LikeRequest): Promise<Outcome> => {
    const statement = op.kind === 'like' ? LIKE : UNLIKE;
    const { rowCount } = await pool.query({ ...statement, values: [user, op.video] });
    return rowCount === 1 ? 'counted' : 'unchanged';
  };

  const applyDistinct = async (
    user: string,
    ops: readonly LikeRequest[],
  ): Promise<readonly Outcome[]> => {
    const videosOf = (kind: LikeRequest['kind']): string[] =>
      ops.filter((op) => op.kind === kind).map((op) => op.video);
    const values = [user, videosOf('like'), videosOf('unlike')];
    const { rows } = await pool.query<{ video_id: string }>({ ...BATCH, values });
    const changed = new Set(rows.map((row) => row.video_id));
    return ops.map((op) => (changed.has(op.video) ? 'counted' : 'unchanged'));
  };

  return {
    registerVideo: async (video) => {
      const text = 'INSERT INTO video_counts VALUES ($1, 0) ON CONFLICT DO NOTHING';
      await pool.query({ name: 'register', text, values: [video] });
    },
    apply: async (user, ops) => {
      const [first] = ops;
      if (ops.length === 1 && first !== undefined) return [await applyOne(user, first)];
      if (new Set(ops.map((op) => op.video)).size === ops.length) {
        return await applyDistinct(user, ops);
      }
      const outcomes: Outcome[] = [];
      for (const op of ops) outcomes.push(await applyOne(user, op));
      return outcomes;
    },
    likes: async (videos) => {
      const text = 'SELECT video_id, likes FROM video_counts WHERE video_id = ANY($1::text[])';
      const { rows } = await pool.query<{ video_id: string; likes: string }>({
        name: 'read',
        text,
        values: [videos],
      });
      const likes = new Map(rows.map((row) => [row.video_id, Number(row.likes)]));
      return videos.map((video) => likes.get(video) ?? null);
    },
  };
}
