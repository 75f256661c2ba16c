// Chromium without anything between: the DevTools protocol over a pipe. Tools that drive browsers turn
// on the recording of the network, and the page's process then keeps up to 100 MB of answers for them.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export const CHROMIUM = '/usr/bin/chromium';
/** Real-time priority: before everything else that runs on the machine, after the system itself. */
const REALTIME = ['chrt', '--rr', '5'];
const ENDS_MS_MAX = 10_000;
const KB_A_MB = 1_000;

type Params = Readonly<Record<string, unknown>>;
type Answer = Readonly<Record<string, unknown>>;
type Message = Readonly<{
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Answer;
  result?: Answer;
  error?: Readonly<{ message: string }>;
}>;

export type Session = Readonly<{
  send: (method: string, params?: Params) => Promise<Answer>;
  on: (method: string, listener: (params: Answer) => void) => void;
  /** The value of an expression, once its promise is kept. */
  evaluate: <T>(expression: string) => Promise<T>;
}>;

export type Chromium = Readonly<{
  version: string;
  /** The browser itself: tracing, processes. */
  root: Session;
  page: Session;
  close: () => Promise<void>;
}>;

export type Memory = Readonly<{ residentMb: number; ownMb: number; sharedMb: number }>;

type Size = Readonly<{ width: number; height: number }>;

export async function openChromium(size: Size, isRealtime: boolean): Promise<Chromium> {
  const profile = await mkdtemp(join(tmpdir(), 'holdfast-bench-chromium-'));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--mute-audio',
    '--hide-scrollbars',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
    'about:blank',
  ];
  const command = [...(isRealtime ? REALTIME : []), CHROMIUM, ...flags];
  const child = spawn('/usr/bin/env', command, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const open = connect(child.stdio[3] as Duplex, child.stdio[4] as Duplex);
  const root = open(undefined);
  const { product } = (await root.send('Browser.getVersion')) as { product: string };
  const { targetInfos } = (await root.send('Target.getTargets')) as {
    targetInfos: readonly { targetId: string; type: string }[];
  };
  const target = targetInfos.find(({ type }) => type === 'page');
  if (target === undefined) throw new Error('Chromium opened without a page');
  const { sessionId } = (await root.send('Target.attachToTarget', {
    targetId: target.targetId,
    flatten: true,
  })) as { sessionId: string };
  const page = open(sessionId);
  await page.send('Emulation.setDeviceMetricsOverride', {
    ...size,
    deviceScaleFactor: 1,
    mobile: false,
  });
  const close = async (): Promise<void> => {
    const late = setTimeout(() => child.kill('SIGKILL'), ENDS_MS_MAX);
    await Promise.race([root.send('Browser.close'), ended]);
    await ended;
    clearTimeout(late);
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  return { version: product, root, page, close };
}

type Waiting = Readonly<{ resolve: (answer: Answer) => void; reject: (error: Error) => void }>;

/** Messages end with a zero byte, and carry the session that they belong to. */
function connect(sink: Duplex, source: Duplex): (sessionId: string | undefined) => Session {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, (params: Answer) => void>();
  let lastId = 0;
  const take = (text: string): void => {
    const { id, sessionId, method, params, result, error } = JSON.parse(text) as Message;
    if (id === undefined) listeners.get(`${sessionId} ${method}`)?.(params ?? {});
    else if (error === undefined) waiting.get(id)?.resolve(result ?? {});
    else waiting.get(id)?.reject(new Error(error.message));
    if (id !== undefined) waiting.delete(id);
  };
  let parts: Buffer[] = [];
  source.on('data', (bytes: Buffer) => {
    let from = 0;
    for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, from)) {
      parts.push(bytes.subarray(from, end));
      take(Buffer.concat(parts).toString());
      parts = [];
      from = end + 1;
    }
    parts.push(bytes.subarray(from));
  });
  return (sessionId) => {
    const send = (method: string, params: Params = {}): Promise<Answer> => {
      lastId += 1;
      const id = lastId;
      sink.write(`${JSON.stringify({ id, sessionId, method, params })}\0`);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
      });
    };
    return {
      send,
      on: (method, listener) => void listeners.set(`${sessionId} ${method}`, listener),
      evaluate: async <T>(expression: string): Promise<T> => {
        const ask = { expression, awaitPromise: true, returnByValue: true };
        const { result, exceptionDetails } = (await send('Runtime.evaluate', ask)) as {
          result: { value: T };
          exceptionDetails?: { exception?: { description?: string } };
        };
        if (exceptionDetails === undefined) return result.value;
        throw new Error(exceptionDetails.exception?.description ?? `failed: ${expression}`);
      },
    };
  };
}

type ProcessInfo = Readonly<{ type: string; id: number; cpuTime: number }>;

async function processesOf(root: Session): Promise<readonly ProcessInfo[]> {
  const { processInfo } = await root.send('SystemInfo.getProcessInfo');
  return processInfo as readonly ProcessInfo[];
}

/** Processor time of the whole browser until now. */
export async function cpuMsOf(root: Session): Promise<number> {
  return 1_000 * (await processesOf(root)).reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** The process that draws the page: of those that could, the one that works while one waits. */
export async function rendererOf(root: Session, lookMs: number): Promise<number> {
  const before = new Map((await processesOf(root)).map(({ id, cpuTime }) => [id, cpuTime]));
  await sleep(lookMs);
  const worked = (await processesOf(root))
    .filter(({ type }) => type === 'renderer')
    .map(({ id, cpuTime }) => ({ id, workS: cpuTime - (before.get(id) ?? 0) }));
  return worked.reduce((most, one) => (one.workS > most.workS ? one : most)).id;
}

/** What a process holds; `ownMb` is what would be free without it, code of Chromium not counted. */
export async function memoryOf(pid: number): Promise<Memory> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mb = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN) / KB_A_MB;
  const ownMb = mb('Private_Dirty') + mb('Private_Clean');
  return { residentMb: mb('Rss'), ownMb, sharedMb: mb('Pss_Shmem') };
}
