// The life of a process that serves: how it logs, how it is asked to stop, and how it ends.
//
// Why it is safe to stop at any moment: what was acknowledged is on disk, and all else is derived
// from it. So an orderly stop only saves time at the next start. Parts close in the reverse of the
// order in which they were opened.

import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { LogLevel } from '../../config/config.ts';
import { paintFor } from '../cli-io.ts';
import type { CliIo } from '../cli-io.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { closeStack } from './close-stack.ts';
import type { CloseStack } from './close-stack.ts';
import { listenError } from './listen-error.ts';
import { openLogger } from './logger.ts';
import { watchStopSignals } from './stop-signals.ts';
import type { SignalSource } from './stop-signals.ts';

/** Requests that are under way get this long to end before their connections are cut. */
const DRAIN_MS_MAX = 10_000;
const IDLE_CHECK_MS = 20;
/** A stop that takes longer is given up. */
const STOP_MS_MAX = 60_000;

/** What the running process lends to a server; `main.ts` has the real ones. */
export type ProcessParts = Readonly<{
  monotonicMs: () => number;
  signals: SignalSource;
  /** Calls back for an error that nobody caught. */
  onUncaught: (listener: (error: unknown) => void) => void;
  /** Ends the process at once. */
  exit: (exitCode: number) => void;
}>;

export type Serving = Readonly<{
  logger: Logger;
  /** What was opened, to be closed in the end. */
  closing: CloseStack;
  /** Resolves with the signal that asks for a stop. */
  stopAsked: Promise<string>;
}>;

/**
 * Opens a server, waits until it is asked to stop, and closes it. `open` resolves once it is ready;
 * when it throws, what it opened is closed again.
 */
export async function serveUntilStopped(
  parts: ProcessParts,
  { io, json, logLevel }: Readonly<{ io: CliIo; json: boolean; logLevel: LogLevel }>,
  open: (serving: Serving) => Promise<void>,
): Promise<ExitCode> {
  const isPretty = io.err.isTerminal && !json;
  const pretty = isPretty ? paintFor(io.err, io.env, json) : undefined;
  const logger = openLogger({ level: logLevel, write: io.err.write, pretty });
  parts.onUncaught((error) => {
    logger.fatal({ err: error }, 'unexpected error; nothing acknowledged is lost; start again');
    parts.exit(EXIT.failed);
  });
  const closing = closeStack((name, cause) => {
    logger.error({ err: cause }, `${name} did not close well; nothing acknowledged is lost`);
  });
  const stopAsked = untilStopSignal(parts, logger);
  try {
    await open({ logger, closing, stopAsked });
    const signal = await stopAsked;
    logger.info(`${signal}: finishing what was begun; once more ends at once`);
  } catch (cause) {
    await closing.closeAll();
    throw cause;
  }
  return stop(parts, logger, closing);
}

function untilStopSignal(parts: ProcessParts, logger: Logger): Promise<string> {
  return new Promise((resolve) => {
    watchStopSignals({
      source: parts.signals,
      monotonicMs: parts.monotonicMs,
      onFirst: resolve,
      onAgain: (signal, exitCode) => {
        logger.warn(`${signal} again: ended at once; nothing acknowledged is lost`);
        parts.exit(exitCode);
      },
    });
  });
}

async function stop(parts: ProcessParts, logger: Logger, closing: CloseStack): Promise<ExitCode> {
  const timer = setTimeout(() => {
    logger.error('the stop takes too long and is given up; nothing acknowledged is lost');
    parts.exit(EXIT.failed);
  }, STOP_MS_MAX);
  const isClean = await closing.closeAll();
  clearTimeout(timer);
  logger.info('stopped');
  return isClean ? EXIT.ok : EXIT.failed;
}

/** Closes a server; what is still under way after a while is cut. */
export async function drain(app: FastifyInstance): Promise<void> {
  // Node closes connections that are idle when it is told to close, not those that become so.
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  const timer = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS_MAX);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(timer);
  }
}

/** Listens, and resolves with the port. Throws `CliError`. */
export async function listen(
  app: FastifyInstance,
  { host, port }: Readonly<{ host: string; port: number }>,
): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw listenError(host, port, cause);
  }
  // `listen` has resolved on a host and port, so this is no pipe.
  return (app.server.address() as AddressInfo).port;
}
