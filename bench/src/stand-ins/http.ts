// The HTTP side of the stand-ins: what a team writes first for likes, in Fastify, with schemas for
// bodies and answers, and nothing besides. Both stand-ins share it, so that only the store differs.
//
// It takes the caller's word for who the user is and has no protection against an op sent twice
// under other circumstances than those its store's key covers: less work than Holdfast does.

import Fastify, { type FastifyInstance } from 'fastify';

const BODY_BYTES_MAX = 64 * 1024;
const OPS_MAX = 256;

export type LikeRequest = Readonly<{ n: number; kind: 'like' | 'unlike'; video: string }>;
export type Outcome = 'counted' | 'unchanged';

/** Where a stand-in keeps likes; what `apply` resolves to is durable. */
export type LikeStore = Readonly<{
  registerVideo: (video: string) => Promise<void>;
  /** Outcomes in the order of `ops`. */
  apply: (user: string, ops: readonly LikeRequest[]) => Promise<readonly Outcome[]>;
  /** Likes in the order of `videos`; null for an unknown one. */
  likes: (videos: readonly string[]) => Promise<readonly (number | null)[]>;
}>;

const opsSchema = {
  body: {
    type: 'object',
    required: ['ops'],
    properties: {
      ops: {
        type: 'array',
        minItems: 1,
        maxItems: OPS_MAX,
        items: {
          type: 'object',
          required: ['n', 'kind', 'video'],
          properties: {
            n: { type: 'integer', minimum: 1 },
            kind: { enum: ['like', 'unlike'] },
            video: { type: 'string', maxLength: 64 },
          },
        },
      },
    },
  },
  response: {
    200: {
      type: 'object',
      properties: {
        results: {
          type: 'array',
          items: {
            type: 'object',
            properties: { n: { type: 'integer' }, outcome: { type: 'string' } },
          },
        },
      },
    },
  },
} as const;

type OpsBody = Readonly<{ ops: readonly LikeRequest[] }>;
type CountsQuery = Readonly<{ video: string | readonly string[] }>;

export function buildStandIn(store: LikeStore): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: BODY_BYTES_MAX });
  app.get('/readyz', () => ({ ready: true }));
  app.put<{ Params: { id: string } }>('/v1/videos/:id', async (request, reply) => {
    await store.registerVideo(request.params.id);
    return await reply.code(201).send({ id: request.params.id });
  });
  app.post<{ Body: OpsBody }>('/v1/ops', { schema: opsSchema }, async (request, reply) => {
    const user = request.headers.authorization?.slice('Bearer '.length) ?? '';
    if (user === '') return await reply.code(401).send({ title: 'A user is required.' });
    const { ops } = request.body;
    const outcomes = await store.apply(user, ops);
    return { results: ops.map(({ n }, index) => ({ n, outcome: outcomes[index] })) };
  });
  app.get<{ Querystring: CountsQuery }>('/v1/counts', async (request) => {
    const videos = [request.query.video].flat();
    const likes = await store.likes(videos);
    const entries = videos.map((video, index) => [video, { likes: { value: likes[index] } }]);
    return { counts: Object.fromEntries(entries) as unknown };
  });
  return app;
}
