// The status page that `holdfast start` runs beside itself: a process of its own, with its own file
// and port, that is started again when it dies and outlives this process for a while.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Logger } from 'pino';

const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 60_000;
/** A page that ran this long had no lasting fault. */
const HEALTHY_MS = 60_000;
const STOP_MS_MAX = 10_000;
const LINE_CHARS_MAX = 10_000;

export type StatusChild = Readonly<{
  /** Where the page listens; `undefined` while it does not run. */
  origin: () => string | undefined;
  /** Stops it, and waits. */
  stop: () => Promise<void>;
}>;

export type StartStatusChild = Readonly<{
  /** Arguments after the program's own: `status --json …`. */
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  logger: Logger;
  monotonicMs: () => number;
}>;

/** Starts the page and keeps it running; never throws: nothing that counts depends on it. */
export function startStatusChild(options: StartStatusChild): StatusChild {
  const { logger, monotonicMs } = options;
  let child: ChildProcess | undefined;
  let origin: string | undefined;
  let isStopping = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const run = (): void => {
    const begunMs = monotonicMs();
    const started = spawnPage(options, (url) => {
      origin = url;
      logger.info({ url: `${url}/status` }, 'the status page is up');
    });
    child = started;
    const ended = (why: unknown): void => {
      if (child !== started) return;
      child = undefined;
      origin = undefined;
      if (isStopping) return;
      if (monotonicMs() - begunMs >= HEALTHY_MS) failures = 0;
      const retryMs = Math.min(RETRY_MS_MIN * 2 ** failures, RETRY_MS_MAX);
      failures += 1;
      logger.warn({ why, retryMs }, 'the status page has ended and is started again');
      timer = setTimeout(run, retryMs);
    };
    started.once('error', (cause) => ended(cause.message));
    started.once('exit', (code, signal) => ended(signal ?? code));
  };
  run();

  return {
    origin: () => origin,
    stop: async () => {
      isStopping = true;
      clearTimeout(timer);
      const last = child;
      if (last === undefined || last.exitCode !== null || last.signalCode !== null) return;
      const gone = once(last, 'exit');
      last.kill('SIGTERM');
      const late = setTimeout(() => last.kill('SIGKILL'), STOP_MS_MAX);
      await gone;
      clearTimeout(late);
    },
  };
}

function spawnPage(
  { args, env, logger }: StartStatusChild,
  onReady: (url: string) => void,
): ChildProcess {
  const main = process.argv[1] ?? '';
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  lines(child.stdout, (line) => {
    const url = urlIn(line);
    if (url !== undefined) onReady(url);
  });
  lines(child.stderr, (line) => logger.info({ status: line }, 'the status page says'));
  return child;
}

function lines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (part: string) => {
    const parts = (rest + part).split('\n');
    rest = (parts.pop() ?? '').slice(-LINE_CHARS_MAX);
    for (const line of parts) onLine(line);
  });
}

function urlIn(line: string): string | undefined {
  try {
    const { event, url } = JSON.parse(line) as Readonly<{ event?: unknown; url?: unknown }>;
    return event === 'ready' && typeof url === 'string' ? url : undefined;
  } catch {
    return undefined;
  }
}
