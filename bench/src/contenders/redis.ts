// Fastify and Redis: `SET NX EX` and `INCR`, with every answer after an fsync of Redis' log.

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Availability, Instance } from './contender.ts';
import { findOnPath, freePort, runToEnd, start } from './processes.ts';
import { startStandIn } from './stand-in.ts';

/** Finds `redis-server`; says what to do when there is none. */
export async function findRedis(scratchFolder: string): Promise<Availability> {
  const program = await findOnPath('redis-server');
  if (program === null) {
    const why = 'no redis-server on PATH (on Debian or Ubuntu: apt-get install redis-server)';
    return { kind: 'missing', name: 'redis', why };
  }
  const version = await runToEnd({ command: program, args: ['--version'] });
  const number = /v=(\S+)/.exec(version)?.[1] ?? 'of unknown version';
  return {
    kind: 'available',
    contender: {
      name: 'redis',
      title: 'Fastify + Redis',
      describe: `Redis ${number}, appendonly yes, appendfsync always, unix socket, auto-pipelining`,
      launch: () => launchRedis(program, scratchFolder),
    },
  };
}

async function launchRedis(program: string, scratchFolder: string): Promise<Instance> {
  const folder = await mkdtemp(join(scratchFolder, 'redis-'));
  const socketPath = join(folder, 'redis.sock');
  const settings = {
    port: '0',
    unixsocket: socketPath,
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    // A rewrite of the log in the middle of a window would be a fair cost over days, not seconds.
    'auto-aof-rewrite-percentage': '0',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const redis = await start({ command: program, args });
  const port = await freePort();
  const standIn = await startStandIn({ kind: 'redis', port, socketPath });
  return {
    target: { dialect: 'stand-in', port, serviceKey: 'service' },
    pids: [redis.pid, standIn.pid],
    stop: async () => {
      await standIn.stop('SIGTERM');
      await redis.stop('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
