// The streams of publications that a cell has open, one for each gateway that listens.
//
// Rules: docs/spec/wire.md (W107, W108).

import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Publication } from '../../border/publication.ts';
import type { WireParty } from '../../signed/wire-key.ts';
import type { Position } from '../cell-client.ts';
import { CHUNK_VIDEOS_MAX, STREAM_ALIVE_MS } from './cell-wire.ts';
import type { Serving } from './party-role.ts';
import { writePublication } from './publications-wire.ts';
import { subscriberQueue } from './subscriber-queue.ts';

/** Streams of one key: a gateway that connects anew may not have noticed how the last one ended. */
export const STREAMS_PER_KEY_MAX = 4;

export type PublicationStreams = Readonly<{
  /** The chunks of a new stream; it ends with the run of the cell, or when the reader is gone. */
  open: (
    serving: Serving,
    reader: WireParty,
    after: Position | undefined,
    isGone: AbortSignal,
  ) => AsyncIterable<Uint8Array>;
}>;

export function openStreams(): PublicationStreams {
  const byKey = new Map<string, AbortController[]>();

  /** Makes room by ending the oldest, which nobody reads any more. */
  const enter = (keyId: string): AbortController => {
    const pushedOut = new AbortController();
    const streams = byKey.get(keyId) ?? [];
    byKey.set(keyId, streams);
    if (streams.push(pushedOut) > STREAMS_PER_KEY_MAX) streams.shift()?.abort();
    return pushedOut;
  };

  const leave = (keyId: string, stream: AbortController): void => {
    const left = byKey.get(keyId)?.filter((other) => other !== stream) ?? [];
    if (left.length === 0) byKey.delete(keyId);
    else byKey.set(keyId, left);
  };

  return {
    open: async function* open(serving, { keyId }, after, isGone) {
      const pushedOut = enter(keyId);
      try {
        const until = AbortSignal.any([isGone, serving.ended, pushedOut.signal]);
        yield* chunksOf(serving, after, until);
      } finally {
        leave(keyId, pushedOut);
      }
    },
  };
}

async function* chunksOf(
  { client }: Serving,
  after: Position | undefined,
  until: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const queue = subscriberQueue(client.jurisdiction);
  const writer = new ByteWriter();
  let isFull = false;
  let wake = (): void => undefined;
  const take = (publication: Publication): void => {
    isFull ||= !queue.push(publication);
    wake();
  };
  const end = client.subscribe(take);
  const news = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, STREAM_ALIVE_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const stopped = (): void => wake();
  until.addEventListener('abort', stopped);
  try {
    // In this order, so that nothing that belongs to the answer is missed.
    client.resync(after, take);
    while (!until.aborted && !isFull) {
      if (queue.isEmpty()) await news();
      for (const publication of queue.take(CHUNK_VIDEOS_MAX)) writePublication(writer, publication);
      // An empty one says that the cell is there (W107).
      if (!until.aborted) yield writer.take();
    }
  } finally {
    until.removeEventListener('abort', stopped);
    end();
  }
}
