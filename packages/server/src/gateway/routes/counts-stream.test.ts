import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addVideos, ask, openWorld, video } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;
let port: number;
const sockets: Socket[] = [];

async function open(limits: Record<string, number>): Promise<void> {
  world = await openWorld({ limits: { heartbeatMs: 3_600_000, ...limits } });
  await addVideos(world, 'a', 'b');
  world.exchange.setLikes(video('a'), 1);
  const origin = await world.app.listen({ port: 0 });
  port = Number(new URL(origin).port);
}

beforeEach(() => open({}));
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await world.close();
});

type Stream = Readonly<{ socket: Socket; text: () => string; data: () => readonly unknown[] }>;

function stream(query: string): Stream {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(`GET /v1/counts/stream${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const data = () =>
    [...text.matchAll(/^event: count\ndata: (.*)$/gm)].map(
      ([, json = '']) => JSON.parse(json) as unknown,
    );
  return { socket, text: () => text, data };
}

const counts = (id: string, likes: number) =>
  expect.objectContaining({
    video: id,
    likes: expect.objectContaining({ value: likes }) as unknown,
  }) as unknown;

describe('the stream', () => {
  it('A51: sends every video at once, known or not', async () => {
    const { data, text } = stream('?video=a&video=b&video=nothing');
    await vi.waitFor(() => expect(data()).toHaveLength(3));
    expect(data()).toEqual([
      counts('a', 1),
      expect.objectContaining({ video: 'b', likes: { value: null, state: 'unknown', asOf: null } }),
      { video: 'nothing', error: 'unknown-video' },
    ]);
    expect(text()).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(text()).toContain('content-type: text/event-stream; charset=utf-8');
  });

  it('A51: sends what changed, and only that', async () => {
    const { data } = stream('?video=a&video=b');
    await vi.waitFor(() => expect(data()).toHaveLength(2));
    world.exchange.setLikes(video('b'), 7);
    await vi.waitFor(() => expect(data()).toHaveLength(3));
    expect(data()[2]).toEqual(counts('b', 7));
  });

  it('A51: sends every video again as a heartbeat', async () => {
    await world.close();
    await open({ heartbeatMs: 20 });
    const { data } = stream('?video=a&video=b');
    await vi.waitFor(() => expect(data().length).toBeGreaterThanOrEqual(6));
    expect(data()[4]).toEqual(counts('a', 1));
  });

  it('A52: gives a slow reader the newest counts, and keeps nothing else for it', async () => {
    const { socket, data } = stream('?video=a');
    await vi.waitFor(() => expect(data()).toHaveLength(1));
    socket.pause();
    const CHANGES = 100_000;
    for (let likes = 2; likes <= CHANGES; likes += 1) {
      world.exchange.setLikes(video('a'), likes);
      if (likes % 1_000 === 0) await new Promise(setImmediate);
    }
    socket.resume();
    await vi.waitFor(() => expect(data().at(-1)).toEqual(counts('a', CHANGES)), 10_000);
    expect(data().length).toBeLessThan(CHANGES / 2);
  });

  it('A53: is refused when there are as many as there may be', async () => {
    await world.close();
    await open({ streamsMax: 1 });
    const first = stream('?video=a');
    await vi.waitFor(() => expect(first.data()).toHaveLength(1));
    const refused = await ask(world, 'GET', '/v1/counts/stream?video=a');
    expect(refused.json()).toMatchObject({ status: 503, code: 'overloaded' });
    first.socket.destroy();
    await vi.waitFor(() => expect(world.exchange.watchers()).toBe(0));
    const second = stream('?video=a');
    await vi.waitFor(() => expect(second.data()).toHaveLength(1));
  });

  it('A53: is refused when one address has as many as it may have', async () => {
    await world.close();
    await open({ streamsPerRemoteMax: 1 });
    const first = stream('?video=a');
    await vi.waitFor(() => expect(first.data()).toHaveLength(1));
    const refused = await ask(world, 'GET', '/v1/counts/stream?video=a');
    expect(refused.json()).toMatchObject({ status: 429, code: 'rate-limited' });
    expect(refused.headers['retry-after']).toBe('5');
    first.socket.destroy();
    await vi.waitFor(() => expect(world.exchange.watchers()).toBe(0));
    const second = stream('?video=a');
    await vi.waitFor(() => expect(second.data()).toHaveLength(1));
  });

  it.each(['', '?video=', `?${Array.from({ length: 101 }, (_, n) => `video=v${n}`).join('&')}`])(
    'A51: of %j is 400 and holds no place',
    async (query) => {
      const reply = await ask(world, 'GET', `/v1/counts/stream${query}`);
      expect(reply.statusCode).toBe(400);
      expect(world.exchange.watchers()).toBe(0);
    },
  );

  it('A13: ends when the gateway closes', async () => {
    const { socket, data } = stream('?video=a');
    await vi.waitFor(() => expect(data()).toHaveLength(1));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await world.app.close();
    await ended;
    expect(world.exchange.watchers()).toBe(0);
  });
});
