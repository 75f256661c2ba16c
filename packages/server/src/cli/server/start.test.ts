// The whole program as people run it: real processes, a real data folder, a real port.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const KEY = 'hfk_key-of-the-test';
/** Only to end a test that hangs. */
const TEST_MS_MAX = 120_000;

type Ended = Readonly<{ code: number | null; signal: string | null; out: string; err: string }>;
type Running = Readonly<{
  child: ChildProcess;
  /** The first line on stdout, or what the program said instead of one. */
  ready: Promise<Readonly<{ event: string; url: string }>>;
  ended: Promise<Ended>;
}>;

let outer: string;
let dir: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'holdfast start '));
  dir = join(outer, 'data');
  children = [];
});

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(outer, { recursive: true });
});

function holdfast(...args: readonly string[]): Running {
  const env = {
    PATH: process.env['PATH'],
    HOLDFAST_SERVICE_KEY: KEY,
    HOLDFAST_DATA: dir,
    HOLDFAST_STATUS: '0',
  };
  const child = spawn(process.execPath, [MAIN, ...args], { env });
  children.push(child);
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    return { code: code as number | null, signal: signal as string | null, out, err };
  });
  const line = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) resolve(out);
    });
  });
  const ready = Promise.race([line, ended.then(() => err)]).then(readyOf);
  return { child, ended, ready };
}

/** A program that was to do something else, or could not start, has said other things. */
function readyOf(text: string): Readonly<{ event: string; url: string }> {
  try {
    return JSON.parse(text) as { event: string; url: string };
  } catch {
    return { event: text, url: '' };
  }
}

const start = (...args: readonly string[]): Running =>
  holdfast('start', '--port', '0', '--json', '--no-demo', ...args);

async function api(url: string, method: string, body?: unknown, bearer = KEY): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${url}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Likes `v1` as somebody new; returns the position to read after. */
async function like(url: string, subject: string): Promise<string> {
  await api(`${url}/v1/videos/v1`, 'PUT', { durationMs: 9_000, creator: 'c', title: 'One' });
  const opened = await api(`${url}/v1/sessions`, 'POST', { jurisdiction: 'us', subject });
  const { grant } = opened as { grant: string };
  const ops = [{ n: 1, kind: 'like', video: 'v1' }];
  const answer = await api(`${url}/v1/ops`, 'POST', { ops }, grant);
  const { seq, results } = answer as { seq: number; results: unknown };
  expect(results).toEqual([{ n: 1, outcome: 'counted' }]);
  return `us:${seq}`;
}

async function likes(url: string, after: string): Promise<unknown> {
  const answer = await api(`${url}/v1/videos/v1/counts?after=${after}`, 'GET');
  return (answer as { likes: { value: unknown } }).likes.value;
}

describe('holdfast start', () => {
  it(
    'counts through kill -9, and stops cleanly when asked',
    async () => {
      const first = start();
      const { event, url } = await first.ready;
      expect(event).toBe('ready');
      const after = await like(url, 'one');
      // A gateway may not have heard from every cell when it is ready.
      await expect.poll(() => likes(url, after), { timeout: 10_000 }).toBe(1);
      first.child.kill('SIGKILL');
      await first.ended;
      const check = await holdfast('fsck').ended;
      expect([check.code, check.out]).toEqual([0, expect.stringContaining('\n0 differences\n')]);

      const second = start();
      const again = await second.ready;
      const position = await like(again.url, 'two');
      await expect.poll(() => likes(again.url, position), { timeout: 10_000 }).toBe(2);
      second.child.kill('SIGTERM');
      const { code, out, err } = await second.ended;
      expect(code).toBe(0);
      expect(out.trim().split('\n')).toHaveLength(1);
      expect(err).not.toContain(KEY);
    },
    TEST_MS_MAX,
  );

  it(
    'ends at once when it is asked again while it waits for a request',
    async () => {
      const { child, ready, ended } = start();
      const { port } = new URL((await ready).url);
      const slow = connect(Number(port));
      slow.on('error', () => undefined);
      slow.write('POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n');
      slow.write('content-type: application/json\r\n\r\n{');
      // The answer to a later request shows that the server has the slow one.
      await fetch(`http://127.0.0.1:${port}/healthz`);
      child.kill('SIGTERM');
      await once(child.stderr ?? child, 'data');
      child.kill('SIGINT');
      expect((await ended).code).toBe(130);
    },
    TEST_MS_MAX,
  );

  it(
    'makes a copy that counts as the original did',
    async () => {
      const first = start();
      const { url } = await first.ready;
      await like(url, 'one');
      first.child.kill('SIGTERM');
      await first.ended;
      const copy = join(outer, 'copy');
      expect((await holdfast('backup', '--to', copy).ended).code).toBe(0);
      expect((await holdfast('fsck', '--data', copy).ended).code).toBe(0);
      const again = await start('--data', copy).ready;
      const position = await like(again.url, 'two');
      await expect.poll(() => likes(again.url, position), { timeout: 10_000 }).toBe(2);
    },
    TEST_MS_MAX,
  );

  it(
    'refuses a second start on the same data, which goes on',
    async () => {
      const first = start();
      const { url } = await first.ready;
      const { code, err } = await start().ended;
      expect(code).toBe(3);
      expect(err).toContain(`process ${first.child.pid}`);
      expect(await api(`${url}/readyz`, 'GET')).toEqual({ status: 'ready' });
    },
    TEST_MS_MAX,
  );

  it(
    'says which port is taken, and lets go of the data',
    async () => {
      const other = start('--data', join(outer, 'other'));
      const { port } = new URL((await other.ready).url);
      const { code, err } = await holdfast('start', '--port', port).ended;
      expect(code).toBe(1);
      expect(err).toContain(`listening on 127.0.0.1 port ${port}`);
      const { event } = await start().ready;
      expect(event).toBe('ready');
    },
    TEST_MS_MAX,
  );

  it(
    'runs the other cells when one cannot start, says so, and takes it in when it can',
    async () => {
      const made = start();
      await made.ready;
      made.child.kill('SIGTERM');
      await made.ended;
      const journal = join(dir, 'cells', 'eu', 'journal.db');
      rmSync(join(dir, 'cells', 'eu'), { recursive: true });
      writeFileSync(join(dir, 'cells', 'eu'), 'in the way');

      const { ready } = start();
      expect(await ready).toMatchObject({ event: 'ready', cellsAway: ['eu'] });
      const { url } = await ready;
      expect((await fetch(`${url}/readyz`)).status).toBe(503);
      await like(url, 'one');

      rmSync(join(dir, 'cells', 'eu'));
      while (!(await fetch(`${url}/readyz`)).ok) await once(AbortSignal.timeout(50), 'abort');
      expect(statSync(journal).isFile()).toBe(true);
    },
    TEST_MS_MAX,
  );

  it(
    'is for its owner alone',
    async () => {
      await start().ready;
      expect(statSync(dir).mode & 0o077).toBe(0);
    },
    TEST_MS_MAX,
  );
});
