// Runs a gateway on its own, over the cells that the charter names.
//
// The parts of a gateway are made for a set of cells. When a cell is founded that was not there
// before, they are closed and opened for the new set, on the same port: it happens once in the life
// of a cell, and lasts as long as a restart.

import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { trustLine } from '../../cell/remote/gateway-trust.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { systemTimers } from '../../exchange/timers.ts';
import { openCellRoute } from '../../gateway/ops-route/open-cell-route.ts';
import type { CellRoute } from '../../gateway/ops-route/open-cell-route.ts';
import type { Charter } from '../../gateway/parts.ts';
import type { CharterClient } from '../../registrar/charter-client.ts';
import { makeGatewayKey } from '../../registrar/operator-keys.ts';
import { wireIdentity } from '../../signed/wire-key.ts';
import type { WireIdentity } from '../../signed/wire-key.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import { dataLayout } from '../data-layout.ts';
import { EXIT } from '../exit-codes.ts';
import type { StartGateway } from '../gateway.ts';
import { readyDocument, readyText, urlOf } from './banner.ts';
import { openCharterOf } from './charter-of-part.ts';
import { closeStack } from './close-stack.ts';
import type { CloseStack } from './close-stack.ts';
import { hasServiceKey, openFront } from './open-front.ts';
import type { Front, FrontCells, FrontParts } from './open-front.ts';
import { serveUntilStopped } from './serve.ts';
import type { ProcessParts, Serving } from './serve.ts';

/** How often the registrar hears that this gateway lives. */
const HEARTBEAT_EVERY_MS = 500;
/** A gateway is called ready once its cells are there and know all videos, or after this. */
const CELLS_WAIT_MS_MAX = 5_000;
const LOOK_MS = 20;
/** A charter without a cell is looked at this often … */
const CHARTER_LOOK_MS = 100;
/** … and said to be without one after this. */
const CHARTER_TELL_MS = 2_000;

type Run = Parameters<StartGateway>[0] &
  Serving &
  Readonly<{ identity: WireIdentity; charter: CharterClient }>;

/** A gateway as `holdfast gateway` runs it. */
export function gatewayOf(parts: ProcessParts & FrontParts): StartGateway {
  return (options) => {
    const { io, json, config } = options;
    const { logLevel } = config;
    return serveUntilStopped(parts, { io, json, logLevel }, async (serving) => {
      const { operator, site, dataDir } = config;
      const privateKey = makeGatewayKey(dataDir);
      const identity = wireIdentity({ operator, site, privateKey });
      const layout = dataLayout(dataDir);
      mkdirSync(layout.gatewayDir, { recursive: true });
      writeFileSync(layout.gatewayName, `${trustLine(identity)}\n`);
      const charter = openCharterOf(parts, { ...serving, config, io }, identity);
      serving.closing.push('the charter', charter.close);
      // H40: so that whoever hands a cell over knows which entry this gateway has.
      const heartbeats = setInterval(() => void charter.heartbeat(), HEARTBEAT_EVERY_MS);
      serving.closing.push('the heartbeats', async () => clearInterval(heartbeats));
      await open(parts, { ...options, ...serving, identity, charter });
    });
  };
}

async function open(parts: ProcessParts & FrontParts, run: Run): Promise<void> {
  const { closing, logger, stopAsked } = run;
  let isStopping = false;
  void stopAsked.then(() => (isStopping = true));
  const cells = await cellsOfCharter(run, () => isStopping);
  if (isStopping) return;
  let opened = openStack(run);
  let reopening = Promise.resolve();
  let unwatch = (): void => undefined;
  closing.push('the parts', async () => {
    unwatch();
    await reopening;
    await opened.closeAll();
  });
  let front = await openOver(parts, run, opened, cells, run.config.port);
  const isWhole = (): boolean =>
    knownCells(run.charter).every((cell) =>
      front.clients.some(({ jurisdiction }) => jurisdiction === cell),
    );
  const openAnew = async (): Promise<void> => {
    if (isStopping || isWhole()) return;
    const known = knownCells(run.charter);
    logger.info({ cells: known }, 'a cell was founded; the gateway opens anew for it');
    const { port } = front;
    await opened.closeAll();
    opened = openStack(run);
    front = await openOver(parts, run, opened, known, port);
  };
  // One after the other: what is founded meanwhile is seen by the next.
  const lookAgain = (): void => {
    reopening = reopening.then(openAnew);
    reopening.catch((cause: unknown) => {
      logger.fatal({ err: cause }, 'the gateway could not open anew; start it again');
      parts.exit(EXIT.failed);
    });
  };
  unwatch = run.charter.watch(lookAgain);
  // What was founded while the first was opened.
  lookAgain();
  await Promise.race([cellsThere(parts, () => isWhole() && front), stopAsked]);
  if (!isStopping) announce(run, front);
}

function openStack({ logger }: Run): CloseStack {
  return closeStack((name, cause) => {
    logger.error({ err: cause }, `${name} did not close well; nothing acknowledged is lost`);
  });
}

function knownCells({ charter }: CharterClient): readonly Jurisdiction[] {
  return charter.describe().map(({ jurisdiction }) => jurisdiction);
}

/** The cells that the charter names, once it names one. */
async function cellsOfCharter(
  { charter, logger, stopAsked, config }: Run,
  isStopping: () => boolean,
): Promise<readonly Jurisdiction[]> {
  for (let waitedMs = 0; ; waitedMs += CHARTER_LOOK_MS) {
    const cells = knownCells(charter);
    if (cells.length > 0 || isStopping()) return cells;
    if (waitedMs === CHARTER_TELL_MS) {
      const { url } = config.registrar;
      logger.warn({ registrar: url }, 'waiting: no cell has been founded yet');
    }
    await Promise.race([sleep(CHARTER_LOOK_MS), stopAsked]);
  }
}

function openOver(
  parts: ProcessParts & FrontParts,
  run: Run,
  closing: CloseStack,
  cells: readonly Jurisdiction[],
  port: number,
): Promise<Front> {
  const { config, charter, io, secrets, logger } = run;
  const [first] = cells;
  if (first === undefined) throw new Error('a gateway is opened for at least one cell');
  const residency = cells.find((cell) => cell === config.residency) ?? first;
  return openFront(parts, {
    config: { ...config, port, cells, residency },
    secrets,
    logger,
    closing,
    nowMs: io.nowMs,
    charter: charterOf(charter),
    openCells: (exchange) => openCells(parts, run, cells, exchange),
  });
}

function charterOf({ charter, watch, registrarKey, head }: CharterClient): Charter {
  return { view: charter, watch, registrarKey, head, isCopy: true };
}

function openCells(
  { monotonicMs }: ProcessParts,
  { identity, charter, io, logger }: Run,
  cells: readonly Jurisdiction[],
  exchange: Exchange,
): FrontCells {
  const { newest, entryOf, size } = charter.charter;
  const { watch, offer } = charter;
  const routes = cells.map((jurisdiction): CellRoute => {
    const log = logger.child({ cell: jurisdiction });
    const route = openCellRoute({
      jurisdiction,
      identity,
      book: { newest, entryOf, size, watch, offer },
      timers: systemTimers,
      monotonicMs,
      nowMs: io.nowMs,
      random: Math.random,
      randomBytes,
      onReach: ({ kind, owner, detail }) => {
        const { operator, site, url } = owner;
        if (kind === 'there') log.info({ operator, site, url }, 'the cell is there again');
        else log.warn({ operator, site, url, detail }, 'the cell is away; counts stay as they are');
      },
      onRefused: (detail) => log.error(detail),
    });
    route.client.subscribe(exchange.accept);
    route.client.resync(exchange.positionOf(jurisdiction));
    return route;
  });
  return {
    clients: routes.map(({ client }) => client),
    close: async () => {
      await Promise.all(routes.map((route) => route.close()));
    },
  };
}

async function cellsThere(
  { monotonicMs }: ProcessParts,
  front: () => Front | false,
): Promise<void> {
  const untilMs = monotonicMs() + CELLS_WAIT_MS_MAX;
  const isThere = (): boolean => {
    const now = front();
    if (now === false) return false;
    return now.clients.every(
      (client) => client.ready() && now.catalog.undelivered(client.jurisdiction) === 0,
    );
  };
  while (!isThere() && monotonicMs() < untilMs) await sleep(LOOK_MS);
}

function announce({ config, io, json }: Run, { port, keys, clients }: Front): void {
  const { host, dataDir } = config;
  const ready = {
    url: urlOf(host, port),
    config: { dataDir, cells: clients.map(({ jurisdiction }) => jurisdiction) },
    hasServiceKey: hasServiceKey(keys),
    cellsAway: clients.flatMap((client) => (client.ready() ? [] : [client.jurisdiction])),
  };
  if (json) writeJson(io, readyDocument(ready));
  else io.out.write(readyText(ready, paintFor(io.out, io.env, false)));
}
