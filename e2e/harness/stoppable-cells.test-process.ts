// The `holdfast` program, but a cell stops when a file of its name lies in E2E_AWAY_DIR, and cannot
// start until the file is gone. Everything else is the real thing.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { startCellThread } from '@holdfast/server/cell/cell-thread.ts';
import type { CellThread } from '@holdfast/server/cell/cell-thread.ts';
import { backupData } from '@holdfast/server/cell/backup.ts';
import { fsckData } from '@holdfast/server/cell/fsck.ts';
import type { CliIo, Output } from '@holdfast/server/cli/cli-io.ts';
import { runCli } from '@holdfast/server/cli/program.ts';
import { serverOf } from '@holdfast/server/cli/server/run-server.ts';

const LOOK_EVERY_MS = 10;
const awayDir = process.env['E2E_AWAY_DIR'] ?? '';

const isAway = (jurisdiction: string): boolean => existsSync(join(awayDir, jurisdiction));

async function startStoppableCell(
  options: Parameters<typeof startCellThread>[0],
): Promise<CellThread> {
  const { jurisdiction } = options;
  if (isAway(jurisdiction)) throw new Error('the test keeps this cell away');
  const thread = await startCellThread(options);
  const timer = setInterval(() => {
    if (!isAway(jurisdiction)) return;
    clearInterval(timer);
    void thread.stop();
  }, LOOK_EVERY_MS);
  timer.unref();
  return thread;
}

const outputOf = (stream: NodeJS.WriteStream): Output => ({
  write: (text) => void stream.write(text),
  isTerminal: false,
  columns: stream.columns,
});

const io: CliIo = {
  env: process.env,
  cwd: process.cwd(),
  out: outputOf(process.stdout),
  err: outputOf(process.stderr),
  nowMs: () => Date.now(),
};

const startServer = serverOf({
  startCell: startStoppableCell,
  loadPage: () => Promise.resolve(new Map()),
  clipsFolder: awayDir,
  monotonicMs: () => performance.now(),
  signals: process,
  onUncaught: (listener) => process.on('uncaughtException', listener),
  exit: (exitCode) => process.exit(exitCode),
});

const unwanted = (): never => {
  throw new Error('this program only starts everything in one process');
};
const startStatus = { page: unwanted, place: unwanted };
const others = {
  startRegistrar: unwanted,
  startCell: unwanted,
  startGateway: unwanted,
  startStatus,
};
const parts = { startServer, ...others, fsckData, backupData, fetch };
process.exit(await runCli(process.argv.slice(2), io, parts));
