// A port for a part that is to be reached at another address than the one it listens on: such a part
// does not say which port it took, so it is told one.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to connections of their own, which would take it meanwhile. */
const PORT_MIN = 12_000;
const PORTS = 18_000;
const TRIES_MAX = 100;

/** A port of this machine that nothing listens on now. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = PORT_MIN + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port was found');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
