// Runs everything in one process: what is opened in which order.
//
// It all closes in the reverse order: first the gateway takes no more, then the cells finish what
// they took, then what reads from them is saved.

import { createPublicKey } from 'node:crypto';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Catalog } from '../../catalog/catalog.ts';
import type { CellClient } from '../../cell/cell-client.ts';
import type { startCellThread } from '../../cell/cell-thread.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import type { Charter } from '../../gateway/parts.ts';
import { signHead } from '../../registrar/charter-head.ts';
import type { SignedHead } from '../../registrar/charter-head.ts';
import { foundCells } from '../../registrar/found-cells.ts';
import type { OwnedCell } from '../../registrar/found-cells.ts';
import { openRegistrar } from '../../registrar/registrar.ts';
import type { Registrar } from '../../registrar/registrar.ts';
import { publicKeyText } from '../../signed/wire-key.ts';
import { checkCopyKeys } from '../../at-rest/copy-keys.ts';
import { CliError } from '../cli-error.ts';
import { dataLayout } from '../data-layout.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import { EXIT } from '../exit-codes.ts';
import type { StartServer } from '../start.ts';
import { readyDocument, readyText, urlOf } from './banner.ts';
import type { SupervisedCell } from './cell-supervisor.ts';
import type { CloseStack } from './close-stack.ts';
import { registerSampleClips } from './sample-clips.ts';
import { hasServiceKey, openFront } from './open-front.ts';
import type { Front, FrontParts } from './open-front.ts';
import { serveUntilStopped } from './serve.ts';
import type { ProcessParts } from './serve.ts';
import { startStatusChild } from './status-child.ts';
import type { StatusChild } from './status-child.ts';
import { watchCell } from './watched-cell.ts';

/** A server is called ready once its cells know all videos, or after this. */
const DELIVERY_WAIT_MS_MAX = 5_000;
const DELIVERY_LOOK_MS = 20;

/** What the running process lends to the server; `main.ts` has the real ones. */
export type ServerParts = ProcessParts &
  FrontParts &
  Readonly<{ startCell: typeof startCellThread }>;

type Run = Parameters<StartServer>[0] & Readonly<{ logger: Logger; closing: CloseStack }>;

/** The server as `holdfast start` runs it. */
export function serverOf(parts: ServerParts): StartServer {
  return (options) => {
    const { io, json, config } = options;
    const { logLevel } = config;
    return serveUntilStopped(parts, { io, json, logLevel }, ({ stopAsked, ...serving }) =>
      open(parts, { ...options, ...serving }, stopAsked),
    );
  };
}

/** Opens all parts, and says so when the server is ready. A stop that is asked for ends waits. */
async function open(parts: ServerParts, run: Run, stopAsked: Promise<unknown>): Promise<void> {
  const { config, logger, closing, io } = run;
  const registrar = openCharter(run);
  closing.push('the charter', registrar.close);
  const owned = ownedCells(registrar, run);
  const status = config.status ? statusBeside(parts, run) : undefined;
  checkKeys(owned, config);
  let supervised: readonly SupervisedCell[] = [];
  const front = await openFront(parts, {
    ...run,
    nowMs: io.nowMs,
    ...(status !== undefined && { status }),
    charter: charterOf(registrar, io.nowMs),
    openCells: (exchange) => {
      supervised = owned.map((cell) => supervise(parts, run, cell, exchange));
      return {
        clients: supervised.map(({ client }) => client),
        close: () => stopCells(supervised),
      };
    },
  });
  const begun = Promise.all(supervised.map(({ begin }) => begin()));
  const isStopping = await Promise.race([begun.then(() => false), stopAsked.then(() => true)]);
  if (isStopping) return;
  if (status !== undefined) {
    status.start(front.port);
    closing.push('the status page', status.stop);
  }
  if (config.demo) await registerDemo(parts, front.catalog, logger);
  await delivered(parts, front.catalog, supervised);
  announce(run, front);
}

function charterOf({ charter, watch, privateKey }: Registrar, nowMs: () => number): Charter {
  const publicKey = publicKeyText(createPublicKey(privateKey));
  const head = (): SignedHead => signHead(charter, nowMs(), privateKey);
  return { view: charter, watch, registrarKey: () => publicKey, head };
}

type StatusBeside = Readonly<{
  key: string;
  origin: () => string | undefined;
  start: (port: number) => void;
  stop: () => Promise<void>;
}>;

/** The status page's own port lies this far from the server's, where that is a fixed one. */
const STATUS_PORT_DISTANCE = 40;
const KEY_BYTES = 32;

/** The status page beside this server; its key lives as long as this process. */
function statusBeside({ monotonicMs }: ServerParts, { config, logger, io }: Run): StatusBeside {
  const key = `hfk_${randomBytes(KEY_BYTES).toString('base64url')}`;
  let child: StatusChild | undefined;
  return {
    key,
    origin: () => child?.origin(),
    start: (port) => {
      const own = config.port === 0 ? 0 : config.port + STATUS_PORT_DISTANCE;
      const flags = [
        '--port',
        String(own > PORT_MAX ? 0 : own),
        '--data',
        join(config.dataDir, 'status'),
      ];
      const cells = config.cells.flatMap((cell) => ['--cell', cell]);
      const gateway = ['--gateway', urlOf(config.host, port)];
      const args = ['status', '--json', '--with-parent', ...flags, ...gateway, ...cells];
      const env = { ...io.env, HOLDFAST_SERVICE_KEY: key, HOLDFAST_LOG: 'warn' };
      child = startStatusChild({ args, env, logger, monotonicMs });
    },
    stop: async () => {
      await child?.stop();
    },
  };
}

const PORT_MAX = 65_535;

function openCharter({ config, io, logger }: Run): Registrar {
  return openRegistrar({
    dataDir: config.dataDir,
    nowMs: io.nowMs,
    onTornTail: ({ kind, bytes }) => {
      const what = kind === 'cut' ? 'cut off an unfinished entry' : 'ended an entry';
      logger.warn({ bytes }, `a crash had interrupted the charter: ${what} nobody was told of`);
    },
  });
}

function ownedCells(registrar: Registrar, { config, logger }: Run): readonly OwnedCell[] {
  const { dataDir, cells, operator } = config;
  const result = foundCells(registrar, { dataDir, cells, operator });
  if (result.kind === 'cells-left-out') {
    const names = result.cells.join(', ');
    throw new CliError(
      EXIT.usage,
      'cells-left-out',
      `The data in ${dataDir} has cells that are not configured: ${names}. Without them every ` +
        'count would lack their part, so nothing was started and nothing changed. Name them in ' +
        'HOLDFAST_CELLS too.',
    );
  }
  if (result.founded.length > 0) logger.info({ operator }, `founded: ${result.founded.join(', ')}`);
  return result.owned;
}

/** Before anything is served: a cell whose files cannot be opened would only be missed. */
function checkKeys(owned: readonly OwnedCell[], { dataDir, keyFile }: Run['config']): void {
  const { cellDir } = dataLayout(dataDir);
  for (const { jurisdiction } of owned) checkCopyKeys({ dir: cellDir(jurisdiction), keyFile });
}

function supervise(
  { startCell, monotonicMs }: ServerParts,
  { config, logger }: Run,
  cell: OwnedCell,
  exchange: Exchange,
): SupervisedCell {
  const { jurisdiction } = cell;
  const onUp = (client: CellClient): void => client.resync(exchange.positionOf(jurisdiction));
  const supervised = watchCell({ cell, config, logger, startCell, monotonicMs, onUp });
  supervised.client.subscribe(exchange.accept);
  return supervised;
}

async function stopCells(supervised: readonly SupervisedCell[]): Promise<void> {
  const ends = await Promise.allSettled(supervised.map((cell) => cell.stop()));
  const failures = ends.flatMap((end) =>
    end.status === 'rejected' ? [end.reason as unknown] : [],
  );
  if (failures.length > 0) throw new AggregateError(failures, 'a cell did not stop cleanly');
}

async function registerDemo(parts: ServerParts, catalog: Catalog, logger: Logger): Promise<void> {
  try {
    const manifest = readFileSync(join(parts.clipsFolder, 'clips.json'), 'utf8');
    await registerSampleClips(catalog, manifest);
  } catch (cause) {
    logger.warn({ err: cause }, 'the sample clips are not there; everything else works');
  }
}

/** Waits until the cells that are up know every video: until then they refuse ops on the rest. */
async function delivered(
  parts: ServerParts,
  catalog: Catalog,
  supervised: readonly SupervisedCell[],
): Promise<void> {
  const untilMs = parts.monotonicMs() + DELIVERY_WAIT_MS_MAX;
  const waits = ({ client }: SupervisedCell): boolean =>
    client.ready() && catalog.undelivered(client.jurisdiction) > 0;
  while (supervised.some(waits) && parts.monotonicMs() < untilMs) await sleep(DELIVERY_LOOK_MS);
}

function announce({ config, io, json }: Run, { port, keys, clients }: Front): void {
  const away = clients.filter((client) => !client.ready());
  const ready = {
    url: urlOf(config.host, port),
    config,
    hasServiceKey: hasServiceKey(keys),
    cellsAway: away.map(({ jurisdiction }) => jurisdiction),
  };
  if (json) writeJson(io, readyDocument(ready));
  else io.out.write(readyText(ready, paintFor(io.out, io.env, false)));
}
