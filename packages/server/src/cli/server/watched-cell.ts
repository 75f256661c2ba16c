// One cell in a thread of this process, kept running, with what becomes of it in the log.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { CellClient } from '../../cell/cell-client.ts';
import type { startCellThread } from '../../cell/cell-thread.ts';
import type { Config } from '../../config/config.ts';
import type { OwnedCell } from '../../registrar/found-cells.ts';
import { dataLayout } from '../data-layout.ts';
import { superviseCell } from './cell-supervisor.ts';
import type { CellEvent, SupervisedCell } from './cell-supervisor.ts';

export type WatchCell = Readonly<{
  cell: OwnedCell;
  config: Pick<Config, 'dataDir' | 'keyFile' | 'flush'>;
  logger: Logger;
  startCell: typeof startCellThread;
  monotonicMs: () => number;
  onUp: (client: CellClient) => void;
}>;

export function watchCell(options: WatchCell): SupervisedCell {
  const { cell, config, startCell, monotonicMs, onUp } = options;
  const { jurisdiction } = cell;
  const { dataDir, keyFile, flush } = config;
  const log = options.logger.child({ cell: jurisdiction });
  return superviseCell({
    jurisdiction,
    start: () =>
      startCell({
        ...cell,
        dir: dataLayout(dataDir).cellDir(jurisdiction),
        keyFile,
        location: 'this machine',
        limits: { flushRowsMin: flush.rowsMin, flushAgeMsMax: flush.secondsMax * 1_000 },
        onNotice: ({ level, event, message }) => log[level]({ event }, message),
      }),
    onUp,
    onEvent: (event) => logEvent(log, event),
    monotonicMs,
    pause: async (pauseMs, signal) => {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    },
  });
}

function logEvent(log: Logger, event: CellEvent): void {
  if (event.kind === 'up') {
    log.info('the cell is up');
    return;
  }
  const { cause, retryMs } = event;
  const what = event.kind === 'died' ? 'the cell ended' : 'the cell cannot start';
  log.error({ err: cause }, `${what}; nothing acknowledged is lost; trying again in ${retryMs} ms`);
}
