// A stand-in's process. Its one argument is a `StandInOptions` as JSON.

import { buildStandIn, type LikeStore } from './http.ts';
import { memoryStore } from './memory-store.ts';
import { postgresStore, type PostgresPlace } from './postgres-store.ts';
import { redisStore } from './redis-store.ts';

export type StandInOptions = Readonly<{ port: number }> &
  (
    | Readonly<{ kind: 'memory' }>
    | Readonly<{ kind: 'redis'; socketPath: string }>
    | (Readonly<{ kind: 'postgres' }> & PostgresPlace)
  );

async function openStore(options: StandInOptions): Promise<LikeStore> {
  if (options.kind === 'memory') return memoryStore();
  if (options.kind === 'redis') return redisStore(options.socketPath);
  return await postgresStore(options);
}

// The bench wrote this argument a moment ago; nobody else starts this file.
const options = JSON.parse(process.argv[2] ?? '') as StandInOptions;
const app = buildStandIn(await openStore(options));
await app.listen({ host: '127.0.0.1', port: options.port });
