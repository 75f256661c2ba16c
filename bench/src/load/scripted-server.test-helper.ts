// A server for tests that answers each request on its sockets with the next bytes of a script.

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export type ScriptedServer = Readonly<{
  port: number;
  /** Every request received, whole. */
  requests: readonly string[];
  close: () => Promise<void>;
}>;

/** `answer` is called with a socket for each request, counted from 0. */
export async function scriptedServer(
  answer: (socket: Socket, index: number) => void,
): Promise<ScriptedServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      requests.push(chunk.toString());
      answer(socket, requests.length - 1);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export function responseText(status: number, body: string, headers = ''): string {
  return `HTTP/1.1 ${status} Any\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}
