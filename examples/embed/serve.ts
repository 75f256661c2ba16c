// A plain web site that embeds Holdfast: `node examples/embed/serve.ts`, with HOLDFAST_URL and
// HOLDFAST_SERVICE_KEY of a running Holdfast in the environment.
//
// It is what an integrator's own server has to do, and no more: register its videos, know who is
// signed in, and hand that person's page a grant. The service key never leaves it.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export type Site = Readonly<{ url: string; close: () => void }>;
export type SiteOptions = Readonly<{ holdfastUrl: string; serviceKey: string; port: number }>;

const HERE = new URL('./', import.meta.url);
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/site.css': ['site.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/paper-player.js': ['paper-player.js', 'text/javascript; charset=utf-8'],
  '/rain.mp4': ['../../packages/server/assets/clips/rain.mp4', 'video/mp4'],
};
const VIDEO = { durationMs: 6_000, creator: 'the-paper', title: 'Rain on the harbour' };
const HOLDFAST_IN_PAGE = 'http://127.0.0.1:7400';

/** Registers the site's video, and serves the site until `close` is called. */
export async function openSite({ holdfastUrl, serviceKey, port }: SiteOptions): Promise<Site> {
  const ask = async (method: string, path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(holdfastUrl + path, {
      method,
      headers: { authorization: `Bearer ${serviceKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  await ask('PUT', '/v1/videos/paper-rain', VIDEO);

  /** Who is signed in, by the name of their session on this site. */
  const readers = new Map<string, string>();
  const readerOf = (request: IncomingMessage): string | undefined =>
    readers.get(/reader=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '');
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const reader = readerOf(request);
    if (request.method === 'POST' && path === '/sign-in') {
      const name = randomBytes(16).toString('hex');
      readers.set(name, 'ada');
      response.setHeader('set-cookie', `reader=${name}; HttpOnly; SameSite=Lax; Path=/`).end();
    } else if (request.method === 'POST' && path === '/sign-out') {
      response.setHeader('set-cookie', 'reader=; Max-Age=0; Path=/').end();
    } else if (request.method === 'POST' && path === '/holdfast-grant') {
      // A new grant for each page that asks: it belongs to one device.
      if (reader === undefined) response.writeHead(401).end();
      else {
        const session = await ask('POST', '/v1/sessions', { subject: reader });
        response.end((session as { grant: string }).grant);
      }
    } else {
      const [file, type] = FILES[path] ?? [];
      if (file === undefined || type === undefined) {
        response.writeHead(404).end();
        return;
      }
      let body = await readFile(new URL(file, HERE));
      if (path === '/') {
        const page = body.toString('utf8').replace(HOLDFAST_IN_PAGE, holdfastUrl);
        body = Buffer.from(page.replace('data-person=""', reader ? `data-person="${reader}"` : ''));
      }
      response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((cause: unknown) => {
      process.stderr.write(`${String(cause)}\n`);
      response.writeHead(502).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${listening}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { HOLDFAST_URL: holdfastUrl = HOLDFAST_IN_PAGE, HOLDFAST_SERVICE_KEY: serviceKey } =
    process.env as Readonly<Record<string, string | undefined>>;
  if (serviceKey === undefined) throw new Error('set HOLDFAST_SERVICE_KEY: holdfast keys create');
  const site = await openSite({ holdfastUrl, serviceKey, port: 8_080 });
  process.stdout.write(`The Paper is at ${site.url}, its likes at ${holdfastUrl}\n`);
}
