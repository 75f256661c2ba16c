// Two ends of the wire in one process, for tests.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { signedClient } from './signed-client.ts';
import type { SignedClient } from './signed-client.ts';
import { addSignedRoutes } from './signed-server.ts';
import type { SignedRoute, SignedServerOptions } from './signed-server.ts';
import { wireIdentity } from './wire-key.ts';
import type { WireIdentity } from './wire-key.ts';

export function newIdentity(operator: string, site = 'main'): WireIdentity {
  const { privateKey } = generateKeyPairSync('ed25519');
  return wireIdentity({ operator, site, privateKey });
}

export type ListeningServer = Readonly<{
  url: string;
  port: number;
  errors: readonly unknown[];
  close: () => Promise<void>;
}>;

/** A signed server on a port of its own; knows every key unless `lookup` says otherwise. */
export async function listenSigned(
  identity: WireIdentity,
  routes: readonly SignedRoute[],
  options: Partial<SignedServerOptions> & Readonly<{ port?: number }> = {},
): Promise<ListeningServer> {
  const app = fastify({ forceCloseConnections: true });
  const errors: unknown[] = [];
  const all = {
    identity,
    lookup: (claimed: Readonly<{ operator: string; site: string }>) => claimed,
    nowMs: () => Date.now(),
    randomBytes,
    onError: (error: unknown) => void errors.push(error),
    ...options,
  };
  await addSignedRoutes(app, all, routes);
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, errors, close: () => app.close() };
}

export function clientTo(
  url: string,
  identity: WireIdentity,
  peer: WireIdentity,
  nowMs: () => number = () => Date.now(),
): SignedClient {
  const { publicKey } = peer;
  return signedClient({ identity, peer: { url, publicKey }, nowMs, randomBytes });
}
