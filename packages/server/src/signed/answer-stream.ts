// The receiving end of a streamed answer (W9): gives chunks that are proven, and tells an end from a
// break.

import type { IncomingMessage } from 'node:http';
import { FRAME, frameReader } from './frames.ts';
import type { Frame } from './frames.ts';
import { SilenceError } from './wire-http.ts';

export class WireStreamError extends Error {
  override readonly name = 'WireStreamError';
  readonly code: 'cut-short' | 'forged' | 'silent';
  /** Whether asking anew, from where the chunks ended, can help. */
  readonly retryable: boolean;

  constructor(code: WireStreamError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = code !== 'forged';
  }
}

/**
 * The payloads of a stream in order, each after its signature was checked. Throws `WireStreamError`
 * when the stream does not come to its signed end. Leaving the loop early closes the connection.
 */
export async function* chunksOf(
  response: IncomingMessage,
  isProven: (frame: Frame, count: number) => boolean,
): AsyncGenerator<Buffer> {
  const reader = frameReader();
  let count = 0;
  try {
    // A response that is not decoded gives buffers.
    for await (const bytes of response as AsyncIterable<Buffer>) {
      const frames = reader.push(bytes);
      if (frames === 'malformed') throw forged();
      for (const frame of frames) {
        count += 1;
        if (!isProven(frame, count)) throw forged();
        if (frame.kind === FRAME.end) return;
        yield frame.payload;
      }
    }
  } catch (cause) {
    if (cause instanceof WireStreamError) throw cause;
    const isSilent = cause instanceof SilenceError;
    throw new WireStreamError(
      isSilent ? 'silent' : 'cut-short',
      `The stream ended early after ${count} frames: ${messageOf(cause)}. What came is whole.`,
      cause,
    );
  } finally {
    response.destroy();
  }
  throw new WireStreamError(
    'cut-short',
    `The stream ended after ${count} frames without its end. What came is whole.`,
  );
}

function forged(): WireStreamError {
  return new WireStreamError(
    'forged',
    'A frame of the stream was altered, moved or left out on its way. What came before is whole.',
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
