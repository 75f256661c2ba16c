// Likes in Redis as they are commonly kept: a key for each like, a counter for each video. The
// client pipelines by itself what falls due in one turn of the event loop.
//
// With `appendfsync always` Redis answers after its log is on disk. A crash between the two
// commands of one like leaves a like that is not counted; nothing here repairs that.

import { Redis } from 'ioredis';
import type { LikeRequest, LikeStore, Outcome } from './http.ts';

const LIKE_TTL_S = 30 * 24 * 60 * 60;

export function redisStore(socketPath: string): LikeStore {
  const redis = new Redis({ path: socketPath, enableAutoPipelining: true });

  const applyOne = async (user: string, op: LikeRequest): Promise<Outcome> => {
    const key = `like:${user}:${op.video}`;
    if (op.kind === 'like') {
      if ((await redis.set(key, '1', 'EX', LIKE_TTL_S, 'NX')) !== 'OK') return 'unchanged';
      await redis.incr(`likes:${op.video}`);
      return 'counted';
    }
    if ((await redis.del(key)) === 0) return 'unchanged';
    await redis.decr(`likes:${op.video}`);
    return 'counted';
  };

  return {
    registerVideo: async (video) => {
      await redis.set(`likes:${video}`, '0', 'NX');
    },
    apply: async (user, ops) => await Promise.all(ops.map((op) => applyOne(user, op))),
    likes: async (videos) => {
      const values = await redis.mget(videos.map((video) => `likes:${video}`));
      return values.map((value) => (value === null ? null : Number(value)));
    },
  };
}
