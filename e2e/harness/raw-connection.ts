// A connection on which a test writes what no HTTP client would.

import { connect } from 'node:net';
import type { Socket } from 'node:net';

export type RawConnection = Readonly<{
  socket: Socket;
  write: (bytes: string | Uint8Array) => void;
  /** What has come so far. */
  received: () => string;
  /** Resolves when the other side has ended it, with all that came. */
  closed: Promise<string>;
  destroy: () => void;
}>;

/** Connects; rejects when it is refused. */
export function openRaw(port: number): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const closed = new Promise<string>((over) => socket.once('close', () => over(text)));
    socket.once('error', reject);
    socket.once('connect', () => {
      // A reset later on is an end like any other.
      socket.off('error', reject).on('error', () => undefined);
      resolve({
        socket,
        write: (bytes) => void socket.write(bytes),
        received: () => text,
        closed,
        destroy: () => socket.destroy(),
      });
    });
  });
}
