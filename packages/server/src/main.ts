#!/usr/bin/env node
// The `holdfast` program: the one place where the real process, clock, network and files come in.

import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { loadBuiltPages } from '@holdfast/web/built-pages.ts';
import { backupData } from './cell/backup.ts';
import { startCellThread } from './cell/cell-thread.ts';
import { fsckData } from './cell/fsck.ts';
import type { CliIo, Output } from './cli/cli-io.ts';
import { runCli } from './cli/program.ts';
import { statusOf } from './cli/status-run.ts';
import { cellProcessOf } from './cli/server/run-cell.ts';
import { gatewayOf } from './cli/server/run-gateway.ts';
import { registrarOf } from './cli/server/run-registrar.ts';
import type { FrontParts } from './cli/server/open-front.ts';
import { serverOf } from './cli/server/run-server.ts';
import type { ProcessParts } from './cli/server/serve.ts';

function outputOf(stream: NodeJS.WriteStream): Output {
  let isGone = false;
  // Whoever was reading has had enough, as `head` does; that is no failure of ours.
  stream.on('error', () => {
    isGone = true;
  });
  return {
    write: (text) => {
      if (!isGone) stream.write(text);
    },
    isTerminal: stream.isTTY,
    columns: stream.columns,
  };
}

const io: CliIo = {
  env: process.env,
  cwd: process.cwd(),
  out: outputOf(process.stdout),
  err: outputOf(process.stderr),
  nowMs: () => Date.now(),
};

// Node is pinned, so that its experimental parts are known to work; the rest of what it warns of is
// for whoever runs this.
process.removeAllListeners('warning');
process.on('warning', ({ name, message }) => {
  if (name !== 'ExperimentalWarning') io.err.write(`holdfast: ${name}: ${message}\n`);
});

const processParts: ProcessParts = {
  monotonicMs: () => performance.now(),
  signals: process,
  onUncaught: (listener) => process.on('uncaughtException', listener),
  exit: (exitCode) => process.exit(exitCode),
};

const frontParts: FrontParts = {
  loadPage: (logger) =>
    loadBuiltPages({
      tell: (line) => logger.info(line),
      onMissing: (reason) => logger.error({ reason }, 'no web pages; all else works without them'),
      monotonicMs: processParts.monotonicMs,
    }),
  clipsFolder: fileURLToPath(new URL('../assets/clips', import.meta.url)),
  monotonicMs: processParts.monotonicMs,
};
const cellParts = { ...processParts, startCell: startCellThread };

const exitCode = await runCli(process.argv.slice(2), io, {
  startServer: serverOf({ ...cellParts, ...frontParts }),
  startRegistrar: registrarOf(processParts),
  startCell: cellProcessOf({ ...processParts, loadPages: frontParts.loadPage }),
  startGateway: gatewayOf({ ...processParts, ...frontParts }),
  startStatus: statusOf({
    ...processParts,
    fetch,
    onParentGone: (listener) =>
      process.stdin.resume().once('end', listener).once('error', listener),
  }),
  fsckData,
  backupData,
  fetch,
});
// What was written to a pipe may still be on its way; the callback comes when it is out.
process.stdout.write('', () => process.exit(exitCode));
