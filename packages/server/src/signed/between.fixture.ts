// Somebody on the way between the two ends, for tests: sees, alters, repeats and cuts.

import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { SIGNED_HEADER } from './sign.ts';

export type Between = Readonly<{ url: string; close: () => void }>;

export type Arrived = Readonly<{
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}>;

/** Who sees every request and every answer, and sends on what the two functions make of them. */
export async function middle(
  serverUrl: () => string,
  change: (arrived: Arrived) => Arrived,
  changeAnswer: (answer: RawAnswer, arrived: Arrived) => RawAnswer = (answer) => answer,
): Promise<Between> {
  const proxy: Server = createServer((incoming, outgoing) => {
    void (async () => {
      const { method = '', url = '', headers } = incoming;
      const arrived = { method, url, headers, body: Buffer.concat(await incoming.toArray()) };
      const answer = changeAnswer(await raw(serverUrl(), change(arrived)), arrived);
      outgoing.writeHead(answer.status, {
        [SIGNED_HEADER]: answer.headers[SIGNED_HEADER] ?? '',
        'content-type': answer.headers['content-type'] ?? '',
      });
      outgoing.end(answer.body);
    })();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const close = (): void => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, close };
}

export type RawAnswer = Readonly<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>;

/** Sends a request as it is, and gives the answer as it came. */
export function raw(
  url: string,
  { method, url: path, headers, body }: Arrived,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { [SIGNED_HEADER]: signed } = headers;
    const sent = { 'content-length': body.length, ...(signed && { [SIGNED_HEADER]: signed }) };
    const asked = httpRequest(new URL(path, url), { method, headers: sent }, (response) => {
      void response.toArray().then((chunks: Buffer[]) => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, headers: answered, body: Buffer.concat(chunks) });
      }, reject);
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

/** The same request with another signed header. */
export function withHeader(sent: Arrived, pattern: RegExp, replacement: string): Arrived {
  const header = String(sent.headers[SIGNED_HEADER]).replace(pattern, replacement);
  return { ...sent, headers: { [SIGNED_HEADER]: header } };
}

/** Passes connections on, and once told so resets the one on which bytes come next. */
export async function cuttingProxy(
  port: number,
): Promise<Between & Readonly<{ cutAtNextBytes: () => void }>> {
  let cuts = false;
  const sockets = new Set<Socket>();
  const proxy = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (bytes) => {
      if (!cuts) return void far.write(bytes);
      cuts = false;
      return void near.resetAndDestroy();
    });
    far.pipe(near);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  };
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return { url, close, cutAtNextBytes: () => void (cuts = true) };
}
