import { setTimeout as pause } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { LikeWalk } from '../load/like-walk.ts';
import { Oracle } from '../load/oracle.ts';
import { responseText, scriptedServer } from '../load/scripted-server.test-helper.ts';
import type { ScriptedServer } from '../load/scripted-server.test-helper.ts';
import { videoNames } from '../load/setup.ts';
import { OpenLoop } from './open-loop.ts';
import { Samples } from './samples.ts';

const VIDEOS = 100;
const STAYING = 4;
const OPS_PER_REQUEST = 3;

let server: ScriptedServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

/** All ops of a request, in the given outcome. */
function outcomes(request: string, outcome: string): string {
  const { ops } = JSON.parse(request.slice(request.indexOf('{'))) as { ops: { n: number }[] };
  const results = ops.map(({ n }) => ({ n, outcome }));
  return responseText(200, JSON.stringify({ results, position: { seq: 7 } }));
}

/** A loop against a server that answers each request as `answer` says. */
async function run(answer: (socket: Socket, request: string, index: number) => void) {
  const started = await scriptedServer((socket, index) =>
    answer(socket, started.requests[index] ?? '', index),
  );
  server = started;
  const oracle = new Oracle(VIDEOS + STAYING);
  const failed: string[] = [];
  const loop = new OpenLoop(
    {
      load: { opsPerSecond: 300, opsPerRequest: OPS_PER_REQUEST, sessions: 2, connections: 2 },
      target: { dialect: 'holdfast', port: started.port, serviceKey: 'key' },
      tokens: ['first', 'second'],
      walk: new LikeWalk({ sessionCount: 2, videoCount: VIDEOS, lag: 4, hot: false }),
      oracle,
      names: videoNames(VIDEOS + STAYING),
      staying: { first: VIDEOS, count: STAYING },
      samples: new Samples(performance.now()),
      onFailed: ({ message }) => failed.push(message),
    },
    performance.now(),
  );
  loop.start();
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await pause(2);
  };
  return { loop, oracle, failed, requests: started.requests, until };
}

describe('the open loop', () => {
  test('O3, O4: the oracle has every op that was acknowledged, and likes that stay', async () => {
    const { loop, oracle, requests, until } = await run((socket, request) =>
      socket.write(outcomes(request, 'counted')),
    );
    await until(() => loop.totals.requests >= 4);
    await loop.finish();
    const ops = requests.reduce((sum, text) => sum + text.split('"kind"').length - 1, 0);
    expect(oracle.opsAcknowledged).toBe(ops);
    // The first request of each of the two sessions.
    expect(oracle.expectedLikes(VIDEOS)).toBe(2);
    expect(loop.totals.seq).toBe(7);
  });

  test('O2: what a client sees as an error is counted, and sent again as it was', async () => {
    const { loop, requests, until } = await run((socket, request, index) => {
      const error = responseText(503, '{"code":"cell-away"}');
      socket.write(index === 0 ? error : outcomes(request, 'counted'));
    });
    await until(() => loop.totals.requests >= 4);
    await loop.finish();
    expect(loop.errors()).toEqual({ '503 cell-away': 1 });
    expect(requests.filter((text) => text === requests[0])).toHaveLength(2);
  });

  test('O2: a connection that breaks under a request is an error, and the op comes through', async () => {
    const { loop, requests, until } = await run((socket, request, index) => {
      if (index === 0) socket.destroy();
      else socket.write(outcomes(request, 'counted'));
    });
    await until(() => loop.totals.requests >= 4);
    await loop.finish();
    expect(loop.clientErrors).toBe(1);
    expect(requests.filter((text) => text === requests[0])).toHaveLength(2);
  });

  test('a server that closes a connection on which nothing is asked is no error', async () => {
    const { loop, until } = await run((socket, request) => {
      socket.end(outcomes(request, 'counted'));
    });
    await until(() => loop.totals.requests >= 6);
    await loop.finish();
    expect(loop.clientErrors).toBe(0);
  });

  test('O3: a name that was counted before is a duplicate, and nothing else is right', async () => {
    const again = await run((socket, request) => socket.write(outcomes(request, 'duplicate')));
    await again.until(() => again.loop.totals.duplicates >= 2);
    await again.loop.finish();
    expect(again.failed).toEqual([]);
    await server?.close();
    const wrong = await run((socket, request) => socket.write(outcomes(request, 'no-change')));
    await wrong.until(() => wrong.failed.length > 0);
    expect(wrong.failed[0]).toContain('it must be counted');
    await expect(wrong.loop.finish()).rejects.toThrow('it must be counted');
  });
});
