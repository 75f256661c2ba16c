// Likes in this process's memory and nowhere else: what the HTTP side alone can do. Nothing
// survives it, so it is no peer; it is the ceiling of every server that stands behind Fastify.

import type { LikeStore, Outcome } from './http.ts';

export function memoryStore(): LikeStore {
  const liked = new Set<string>();
  const likes = new Map<string, number>();

  const applyOne = (user: string, kind: 'like' | 'unlike', video: string): Outcome => {
    const key = `${user}:${video}`;
    const isLike = kind === 'like';
    if (liked.has(key) === isLike) return 'unchanged';
    if (isLike) liked.add(key);
    else liked.delete(key);
    likes.set(video, (likes.get(video) ?? 0) + (isLike ? 1 : -1));
    return 'counted';
  };

  return {
    registerVideo: async (video) => {
      if (!likes.has(video)) likes.set(video, 0);
    },
    apply: async (user, ops) => ops.map((op) => applyOne(user, op.kind, op.video)),
    likes: async (videos) => videos.map((video) => likes.get(video) ?? null),
  };
}
