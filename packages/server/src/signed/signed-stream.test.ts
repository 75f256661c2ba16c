import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WireStreamError } from './answer-stream.ts';
import { middle } from './between.fixture.ts';
import { clientTo, listenSigned, newIdentity } from './signed.fixture.ts';
import type { ListeningServer } from './signed.fixture.ts';
import { FRAME_BYTES_MAX } from './frames.ts';
import type { SignedRoute } from './signed-server.ts';

const largestChunk = randomBytes(FRAME_BYTES_MAX);
const north = newIdentity('north', 'east');
const south = newIdentity('south');

let closing: (() => unknown)[] = [];
let server: ListeningServer;

beforeEach(async () => {
  closing = [];
  server = await listen(counting, large, plain);
});

afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});

async function listen(...routes: readonly SignedRoute[]): Promise<ListeningServer> {
  const listening = await listenSigned(south, routes);
  closing.push(listening.close);
  return listening;
}

async function chunksAt(url: string, path: string): Promise<AsyncIterable<Buffer>> {
  const client = clientTo(url, north, south);
  closing.push(client.close);
  const opened = await client.stream({ method: 'GET', path });
  if (opened.kind !== 'stream') throw new Error(`no stream but ${opened.kind}`);
  return opened.chunks;
}

const counting: SignedRoute = {
  method: 'GET',
  url: '/stream/:frames',
  bodyBytesMax: 0,
  handle: ({ params }) => ({ kind: 'stream', chunks: frames(Number(params['frames'])) }),
};

const large: SignedRoute = {
  method: 'GET',
  url: '/large',
  bodyBytesMax: 0,
  handle: () => ({ kind: 'stream', chunks: largest() }),
};

const plain: SignedRoute = {
  ...large,
  url: '/plain',
  handle: () => ({ kind: 'bytes', status: 200, body: 'x' }),
};

async function* largest(): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield largestChunk;
  yield new Uint8Array();
  yield largestChunk;
}

async function* frames(count: number): AsyncGenerator<Uint8Array> {
  for (let n = 1; n <= count; n += 1) {
    await Promise.resolve();
    yield Buffer.from(`frame ${n}`);
  }
}

describe('a signed stream', () => {
  it('W9: gives its chunks in order and ends', async () => {
    const got: string[] = [];
    for await (const chunk of await chunksAt(server.url, '/stream/500')) got.push(String(chunk));
    expect(got).toEqual(Array.from({ length: 500 }, (_none, n) => `frame ${n + 1}`));
  });

  it.each([
    [
      'altered',
      (body: Buffer) => Buffer.concat([body.subarray(0, 75), Buffer.from('X'), body.subarray(76)]),
      'forged',
    ],
    ['cut within a frame', (body: Buffer) => body.subarray(0, -80), 'cut-short'],
    ['without its end', (body: Buffer) => body.subarray(0, -69), 'cut-short'],
    ['without its first frame', (body: Buffer) => body.subarray(69 + 'frame 1'.length), 'forged'],
    ['with a frame twice', (body: Buffer) => Buffer.concat([body.subarray(0, 76), body]), 'forged'],
  ])('W9: a stream %s is noticed', async (_what, alter, code) => {
    const between = await middle(
      () => server.url,
      (sent) => sent,
      (answer, { url }) => (url === '/stream/3' ? { ...answer, body: alter(answer.body) } : answer),
    );
    closing.push(between.close);
    const read = async (): Promise<void> => {
      for await (const chunk of await chunksAt(between.url, '/stream/3')) {
        expect(String(chunk)).toMatch(/^frame \d$/);
      }
    };
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WireStreamError);
    expect(error).toMatchObject({ code });
  });

  it('W9: is ended at the sender when the receiver leaves', async () => {
    const left = Promise.withResolvers<void>();
    const endless: SignedRoute = {
      ...counting,
      handle: ({ signal }) => {
        signal.addEventListener('abort', () => left.resolve());
        return { kind: 'stream', chunks: frames(Infinity) };
      },
    };
    const { url } = await listen(endless);
    for await (const chunk of await chunksAt(url, '/stream/0')) {
      if (String(chunk) === 'frame 3') break;
    }
    await expect(left.promise).resolves.toBeUndefined();
  });

  it('W9: carries the largest frames and empty ones', async () => {
    const got: Buffer[] = [];
    for await (const chunk of await chunksAt(server.url, '/large')) got.push(chunk);
    expect(got.map((chunk) => chunk.equals(largestChunk))).toEqual([true, false, true]);
    expect(got[1]).toHaveLength(0);
  });

  it('W9: what is no stream comes as an answer', async () => {
    const client = clientTo(server.url, north, south);
    closing.push(client.close);
    const reply = await client.stream({ method: 'GET', path: '/plain' });
    expect(reply).toMatchObject({ kind: 'answer', status: 200 });
  });
});
