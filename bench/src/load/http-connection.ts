// One keep-alive HTTP/1.1 connection with one request outstanding, on a bare socket.
//
// The load generator shares two cores with the server that it measures, so each microsecond it
// spends is taken from the result. A general client parses every header into objects; this one
// reads the status, the content length and the body, in place. It understands what the servers
// under test send and refuses everything else by name.

import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';

const READ_BYTES = 64 * 1024;
const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;
const HEADER_END: Buffer = Buffer.from('\r\n\r\n');
/** Matches `Content-Length: ` in either spelling. */
const LENGTH_MARK: Buffer = Buffer.from('ength: ');
const STATUS_AT = 9;
const ZERO = 48;
const NINE = 57;

export type ResponseHandler = Readonly<{
  /** `body` and `head` are valid during the call only: their memory is read into again. */
  onResponse: (status: number, body: Buffer, head: Buffer) => void;
  /** The connection ended or failed; a request then outstanding may or may not have been done. */
  onBroken: (error: Error) => void;
  /** The server sent what this client does not read; sending again would not help. */
  onUnreadable: (error: Error) => void;
}>;

export class HttpConnection {
  readonly #port: number;
  readonly #handler: ResponseHandler;
  readonly #readBuffer: Buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  /** The first part of a response that did not arrive in one piece. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #neededBytes = 0;
  #socket: Socket | null = null;

  constructor(port: number, handler: ResponseHandler) {
    this.#port = port;
    this.#handler = handler;
  }

  /** Connects, or connects again after `onBroken`; requests sent before that wait in the socket. */
  open(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#neededBytes = 0;
    const socket = connect({
      host: '127.0.0.1',
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: this.#readBuffer,
        callback: (byteCount: number) => {
          if (socket === this.#socket) this.#takeOrReport(byteCount);
          return true;
        },
      },
    });
    this.#socket = socket;
    const broken = (error: Error): void => {
      if (socket !== this.#socket) return;
      this.#socket = null;
      socket.destroy();
      this.#handler.onBroken(error);
    };
    socket.on('error', broken);
    socket.on('close', () => broken(new Error('the server closed the connection')));
    socket.on('end', () => broken(new Error('the server ended the connection')));
  }

  /** Sends a whole request made of Latin-1 characters, head and body. */
  send(request: string): void {
    this.#socket?.write(request, 'latin1');
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.destroy();
  }

  #takeOrReport(byteCount: number): void {
    try {
      this.#take(byteCount);
    } catch (error) {
      this.#handler.onUnreadable(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(byteCount: number): void {
    const chunk = this.#readBuffer.subarray(0, byteCount);
    if (this.#heldBytes === 0) {
      if (!this.#deliver(chunk)) this.#hold(chunk);
      return;
    }
    this.#hold(chunk);
    if (this.#heldBytes < this.#neededBytes) return;
    const whole = Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    if (!this.#deliver(whole)) {
      this.#held = [whole];
      this.#heldBytes = whole.length;
    }
  }

  #hold(chunk: Buffer): void {
    this.#held.push(Buffer.from(chunk));
    this.#heldBytes += chunk.length;
    if (this.#heldBytes > RESPONSE_BYTES_MAX) {
      throw new Error(`a response has more than ${RESPONSE_BYTES_MAX} bytes`);
    }
  }

  /** Hands over the response in `bytes`; false when it is not whole yet. */
  #deliver(bytes: Buffer): boolean {
    const headEnd = bytes.indexOf(HEADER_END);
    if (headEnd === -1) return false;
    const bodyStart = headEnd + HEADER_END.length;
    const status = numberAt(bytes, STATUS_AT);
    const bodyLength = contentLength(bytes, headEnd, status);
    this.#neededBytes = bodyStart + bodyLength;
    if (bytes.length < this.#neededBytes) return false;
    this.#neededBytes = 0;
    const body = bytes.subarray(bodyStart, bodyStart + bodyLength);
    this.#handler.onResponse(status, body, bytes.subarray(0, headEnd));
    return true;
  }
}

function contentLength(bytes: Buffer, headEnd: number, status: number): number {
  const mark = bytes.indexOf(LENGTH_MARK);
  if (mark !== -1 && mark < headEnd) return numberAt(bytes, mark + LENGTH_MARK.length);
  if (status === 204) return 0;
  const head = bytes.toString('latin1', 0, headEnd);
  throw new Error(`a response without Content-Length cannot be measured: ${head.slice(0, 300)}`);
}

/** The decimal number that starts at `offset`; 0 when there is none. */
export function numberAt(bytes: Buffer, offset: number): number {
  let value = 0;
  for (let at = offset; at < bytes.length; at += 1) {
    const digit = bytes[at] ?? 0;
    if (digit < ZERO || digit > NINE) break;
    value = value * 10 + (digit - ZERO);
  }
  return value;
}
