// Runs everything in one process: what is opened in which order.
//
// It all closes in the reverse order: first the gateway takes no more, then the cells finish what
// they took, then what reads from them is saved.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Catalog } from '../../catalog/catalog.ts';
import { openCatalog } from '../../catalog/open-catalog.ts';
import type { startCellThread } from '../../cell/cell-thread.ts';
import type { Secrets } from '../../config/config.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { openExchange } from '../../exchange/open-exchange.ts';
import { openGateway } from '../../gateway/open-gateway.ts';
import { residencyOf } from '../../gateway/residency.ts';
import type { PageFile } from '../../gateway/routes/pages.ts';
import { openKeys } from '../../keys/keys.ts';
import type { FixedKey, Keys } from '../../keys/keys.ts';
import { foundCells } from '../../registrar/found-cells.ts';
import type { OwnedCell } from '../../registrar/found-cells.ts';
import { openRegistrar } from '../../registrar/registrar.ts';
import type { Registrar } from '../../registrar/registrar.ts';
import { CliError } from '../cli-error.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import { dataLayout } from '../data-layout.ts';
import { EXIT } from '../exit-codes.ts';
import type { StartServer } from '../start.ts';
import { readyDocument, readyText, urlOf } from './banner.ts';
import { superviseCell } from './cell-supervisor.ts';
import type { SupervisedCell } from './cell-supervisor.ts';
import type { CloseStack } from './close-stack.ts';
import { registerSampleClips } from './sample-clips.ts';
import { drain, listen, serveUntilStopped } from './serve.ts';
import type { ProcessParts } from './serve.ts';

/** A server is called ready once its cells know all videos, or after this. */
const DELIVERY_WAIT_MS_MAX = 5_000;
const DELIVERY_LOOK_MS = 20;

/** What the running process lends to the server; `main.ts` has the real ones. */
export type ServerParts = ProcessParts &
  Readonly<{
    startCell: typeof startCellThread;
    /** The web app by address. */
    loadPage: () => Promise<ReadonlyMap<string, PageFile>>;
    /** Folder of the sample clips, with `clips.json`. */
    clipsFolder: string;
  }>;

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
  const { config, secrets, logger, closing, io } = run;
  const layout = dataLayout(config.dataDir);
  mkdirSync(layout.gatewayDir, { recursive: true });

  const registrar = openCharter(run);
  closing.push('the charter', registrar.close);
  const owned = ownedCells(registrar, run);
  const keys = openKeys({
    file: layout.keys,
    nowMs: io.nowMs,
    randomBytes,
    fixed: fixedKeys(secrets),
  });
  closing.push('the key store', keys.close);
  const exchange = openExchange({
    file: layout.exchange,
    cells: config.cells,
    clock: { nowMs: io.nowMs, monotonicMs: parts.monotonicMs },
    onProblem: ({ kind, message, cause }) => logger.warn({ kind, err: cause }, message),
  });
  closing.push('the exchange', exchange.close);
  const supervised = owned.map((cell) => supervise(parts, run, cell, exchange));
  const cells = new Map(supervised.map(({ client }) => [client.jurisdiction, client] as const));
  const catalog = openCatalog({
    file: layout.catalog,
    cells,
    nowMs: io.nowMs,
    onDeliveryFailed: (cause) => logger.error({ err: cause }, 'a video was not delivered'),
  });
  closing.push('the catalog', catalog.close);
  closing.push('the cells', () => stopCells(supervised));

  const gateway = await openGateway({
    cells,
    exchange,
    catalog,
    keys,
    charter: { cells: registrar.charter.describe, keyOf: registrar.charter.keyOf },
    residency: residencyOf({ ...config, byDefault: config.residency }),
    nowMs: io.nowMs,
    logger,
    page: await parts.loadPage(),
    clipsFolder: parts.clipsFolder,
    trustProxy: config.trustProxy,
    secureCookies: config.secureCookies,
  });
  closing.push('the gateway', () => drain(gateway));
  const port = await listen(gateway, config);

  const begun = Promise.all(supervised.map(({ begin }) => begin()));
  const isStopping = await Promise.race([begun.then(() => false), stopAsked.then(() => true)]);
  if (isStopping) return;
  if (config.demo) await registerDemo(parts, catalog, logger);
  await delivered(parts, catalog, supervised);
  announce(run, { port, keys, supervised });
}

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

function fixedKeys({ serviceKey, operatorKey }: Secrets): readonly FixedKey[] {
  const fixed: FixedKey[] = [];
  const name = 'environment';
  if (serviceKey !== undefined) fixed.push({ kind: 'service', secret: serviceKey.reveal(), name });
  if (operatorKey !== undefined) {
    fixed.push({ kind: 'operator', secret: operatorKey.reveal(), name });
  }
  return fixed;
}

function supervise(
  parts: ServerParts,
  { config, logger }: Run,
  cell: OwnedCell,
  exchange: Exchange,
): SupervisedCell {
  const { jurisdiction } = cell;
  const log = logger.child({ cell: jurisdiction });
  const supervised = superviseCell({
    jurisdiction,
    start: () =>
      parts.startCell({
        ...cell,
        dir: dataLayout(config.dataDir).cellDir(jurisdiction),
        limits: {
          flushRowsMin: config.flush.rowsMin,
          flushAgeMsMax: config.flush.secondsMax * 1_000,
        },
        onNotice: ({ level, event, message }) => log[level]({ event }, message),
      }),
    onUp: (client) => client.resync(exchange.positionOf(jurisdiction)),
    onEvent: (event) => {
      if (event.kind === 'up') return log.info('the cell is up');
      const { cause, retryMs } = event;
      const what = event.kind === 'died' ? 'the cell ended' : 'the cell cannot start';
      log.error(
        { err: cause },
        `${what}; nothing acknowledged is lost; trying again in ${retryMs} ms`,
      );
    },
    monotonicMs: parts.monotonicMs,
    pause: async (pauseMs, signal) => {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    },
  });
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

type Opened = Readonly<{ port: number; keys: Keys; supervised: readonly SupervisedCell[] }>;

function announce({ config, io, json }: Run, { port, keys, supervised }: Opened): void {
  const away = supervised.filter(({ client }) => !client.ready());
  const ready = {
    url: urlOf(config.host, port),
    config,
    hasServiceKey: keys.list().some(isGoodServiceKey),
    cellsAway: away.map(({ client }) => client.jurisdiction),
  };
  if (json) writeJson(io, readyDocument(ready));
  else io.out.write(readyText(ready, paintFor(io.out, io.env, false)));
}

function isGoodServiceKey({ kind, source }: ReturnType<Keys['list']>[number]): boolean {
  const isRevoked = source.kind === 'stored' && source.revokedAtMs !== undefined;
  return kind === 'service' && !isRevoked;
}
