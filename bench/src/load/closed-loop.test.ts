import { afterEach, describe, expect, test } from 'vitest';
import { runClosedLoop, type Lane } from './closed-loop.ts';
import { getRequest } from './http-request.ts';
import {
  responseText,
  scriptedServer,
  type ScriptedServer,
} from './scripted-server.test-helper.ts';

let server: ScriptedServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

type Answer = Readonly<{ status: number; body: string; attempts: number }>;

/** A lane that asks for /0, /1 and so on, and keeps the answers. */
function countingLane(requestCount: number, answers: Answer[]): Lane {
  let sent = 0;
  return {
    next: () => {
      if (sent === requestCount) return null;
      sent += 1;
      return getRequest(`/${sent - 1}`, 'token');
    },
    accept: (status, body, attempts) => {
      answers.push({ status, body: body.toString(), attempts });
      return 1;
    },
  };
}

describe('runClosedLoop', () => {
  test('reads an answer that arrives in pieces, wherever it is cut', async () => {
    const whole = responseText(200, '{"counts":{}}', 'X-Other: 1\r\n');
    server = await scriptedServer((socket, index) => {
      socket.write(whole.slice(0, index + 1));
      setTimeout(() => socket.write(whole.slice(index + 1)), 1);
    });
    const answers: Answer[] = [];
    const lanes = [countingLane(whole.length - 1, answers)];
    await runClosedLoop({ port: server.port, lanes });
    expect(answers).toHaveLength(whole.length - 1);
    expect(new Set(answers.map((answer) => answer.body))).toEqual(new Set(['{"counts":{}}']));
  });

  test('sends the same request again after 503', async () => {
    server = await scriptedServer((socket, index) => {
      socket.write(responseText(index === 0 ? 503 : 200, '{}', 'Retry-After: 0\r\n'));
    });
    const answers: Answer[] = [];
    const result = await runClosedLoop({ port: server.port, lanes: [countingLane(1, answers)] });
    expect(server.requests).toEqual([getRequest('/0', 'token'), getRequest('/0', 'token')]);
    expect(answers).toEqual([{ status: 200, body: '{}', attempts: 2 }]);
    expect(result.resends).toBe(1);
  });

  test('connects again and sends the same request after a broken connection', async () => {
    server = await scriptedServer((socket, index) => {
      if (index === 1) socket.destroy();
      else socket.write(responseText(200, '{}'));
    });
    const answers: Answer[] = [];
    await runClosedLoop({ port: server.port, lanes: [countingLane(3, answers)] });
    expect(server.requests.map((request) => request.slice(4, 6))).toEqual(['/0', '/1', '/1', '/2']);
    expect(answers.map((answer) => answer.attempts)).toEqual([1, 2, 1]);
  });

  test('an answer outside the window is accepted, and not counted', async () => {
    server = await scriptedServer((socket) => {
      setTimeout(() => socket.write(responseText(200, '{}')), 60);
    });
    const answers: Answer[] = [];
    const lanes = [countingLane(100, answers)];
    const window = { warmUpMs: 0, measureMs: 20 };
    const result = await runClosedLoop({ port: server.port, lanes, window });
    expect(answers).toHaveLength(1);
    expect(result.ops).toBe(0);
  });

  test('ends with the reason when an answer is not accepted', async () => {
    server = await scriptedServer((socket) => socket.write(responseText(400, '{}')));
    const lane: Lane = {
      next: () => getRequest('/', 'token'),
      accept: (status) => {
        throw new Error(`status ${status}`);
      },
    };
    await expect(runClosedLoop({ port: server.port, lanes: [lane] })).rejects.toThrow('status 400');
  });

  test('refuses an answer without a length by name', async () => {
    server = await scriptedServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    });
    const running = runClosedLoop({ port: server.port, lanes: [countingLane(1, [])] });
    await expect(running).rejects.toThrow('Content-Length');
  });
});
