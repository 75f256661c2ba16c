// Runs the status page: its file, its server, its own place, and the telling of subscribers.

import { lookup } from 'node:dns/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { LogLevel } from '../config/config.ts';
import { Board } from '../status/board.ts';
import type { Assets } from '../status/page/site.ts';
import { placeKey, publicText } from '../status/places/place-key.ts';
import { handOverTo, runPlace } from '../status/places/place-runner.ts';
import { askWith } from '../status/probe/ask.ts';
import type { World } from '../status/probe/journey.ts';
import type { Place } from '../status/rules/observation.ts';
import { openStatusServer } from '../status/serve/status-server.ts';
import { openStatusStore } from '../status/store/status-store.ts';
import { mailThrough } from '../status/subscribe/mail.ts';
import { openSubscribers } from '../status/subscribe/subscribers.ts';
import type { Subscribers } from '../status/subscribe/subscribers.ts';
import { postPinned } from '../status/subscribe/webhook.ts';
import { paintFor, writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { columns } from './columns.ts';
import type { ExitCode } from './exit-codes.ts';
import { urlOf } from './server/banner.ts';
import { drain, listen, serveUntilStopped } from './server/serve.ts';
import type { ProcessParts, Serving } from './server/serve.ts';
import { VERSION } from './version.ts';

const LOOK_MS = 1_000;
const PUMP_MS = 2_000;
/** A page whose parent is gone stays up this long, for people to read what it saw. */
const ORPHAN_MS_MAX = 900_000;
const ID_BYTES = 8;
const CANARY_CLIP = new URL('../../assets/canary/canary.mp4', import.meta.url);

export type PlaceOptions = Readonly<{
  place: Place;
  gateways: readonly string[];
  cells: readonly Jurisdiction[];
  references: readonly string[];
  serviceKey: string;
  registrarKey: string | undefined;
}>;

export type StatusOptions = Readonly<{
  io: CliIo;
  json: boolean;
  logLevel: LogLevel;
  host: string;
  port: number;
  dataDir: string;
  /** Address under which others reach the page; `undefined`: where it listens. */
  publicUrl: string | undefined;
  title: string;
  /** The page's own place; `undefined`: only other places tell it anything. */
  own: PlaceOptions | undefined;
  smtp: Readonly<{ url: string; from: string }> | undefined;
  /** Whether a parent holds the other end of standard input. */
  hasParent: boolean;
}>;

export type RemotePlaceOptions = Readonly<{
  io: CliIo;
  json: boolean;
  logLevel: LogLevel;
  dataDir: string;
  pageUrl: string;
  place: PlaceOptions;
}>;

export type StatusParts = ProcessParts &
  Readonly<{ fetch: typeof globalThis.fetch; onParentGone: (listener: () => void) => void }>;

export type StartStatus = Readonly<{
  /** Runs the page until it is asked to stop. */
  page: (options: StatusOptions) => Promise<ExitCode>;
  /** Runs a place that reports to a page elsewhere. */
  place: (options: RemotePlaceOptions) => Promise<ExitCode>;
}>;

export function statusOf(parts: StatusParts): StartStatus {
  return {
    page: (options) =>
      serveUntilStopped(parts, options, (serving) => open(parts, options, serving)),
    place: (options) =>
      serveUntilStopped(parts, options, (serving) => openPlace(parts, options, serving)),
  };
}

/** The files of the page that do not change. */
export function pageAssets(): Assets {
  const read = (name: string): string =>
    readFileSync(new URL(`../status/page/${name}`, import.meta.url), 'utf8');
  return { css: `${read('page.css')}\n${read('parts.css')}`, script: read('live.js') };
}

export function statusFile(dataDir: string): string {
  return join(dataDir, 'status.db');
}

async function open(parts: StatusParts, options: StatusOptions, serving: Serving): Promise<void> {
  const { io, dataDir, host, own } = options;
  const { logger, closing } = serving;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const clock = { nowMs: io.nowMs, monotonicMs: parts.monotonicMs };
  const store = openStatusStore(statusFile(dataDir));
  closing.push('the file of the page', store.close);
  let url = options.publicUrl ?? urlOf(host, options.port);
  const subscribers = subscribersOf(options, serving, store, () => url);
  const board = new Board({
    store,
    clock,
    newId: () => randomBytes(ID_BYTES).toString('hex'),
    onIncident: (incident) => {
      logger.warn({ incident: incident.id, phase: incident.phase }, incident.name);
      subscribers.announce(incident);
    },
    onProblem: (problem) => logger.error({ err: problem }, 'everything is unknown until this ends'),
  });
  const server = await openStatusServer({
    board,
    store,
    subscribers,
    assets: pageAssets(),
    clock,
    title: options.title,
    url: () => url,
    onError: (error) => logger.error({ err: error }, 'a request failed'),
  });
  closing.push('the server', () => drain(server));
  const port = await listen(server, options);
  url = options.publicUrl ?? urlOf(host, port);
  closing.push(
    'the looks',
    startLooks(board, subscribers, (err) => logger.error({ err }, 'a look failed')),
  );
  if (own !== undefined) {
    const place = runPlace({
      ...own,
      world: worldOf(parts, io, own),
      file: join(dataDir, 'canaries.json'),
      randomBytes,
      firstN: io.nowMs(),
      handOver: async (report) => {
        const answer = board.take(report);
        if (answer.kind === 'refused') logger.warn(answer.detail);
      },
    });
    // A journey that is under way is not waited for: nobody is told of it any more.
    closing.push('the place', () => void place.stop());
  }
  if (options.hasParent) parts.onParentGone(() => endLater(parts, dataDir, serving));
  announce(options, url, own);
}

function subscribersOf(
  { io, smtp, title }: StatusOptions,
  { logger }: Serving,
  store: ReturnType<typeof openStatusStore>,
  url: () => string,
): Subscribers {
  return openSubscribers({
    store,
    nowMs: io.nowMs,
    randomText: () => randomUUID().replaceAll('-', ''),
    resolve: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
    post: postPinned,
    sendMail:
      smtp === undefined
        ? undefined
        : mailThrough({
            ...smtp,
            onAway: (err) =>
              logger.warn({ err }, 'the mail server takes no mail; it is tried again'),
          }),
    url,
    title,
  });
}

export function worldOf(
  { monotonicMs, fetch }: Pick<StatusParts, 'monotonicMs' | 'fetch'>,
  io: Pick<CliIo, 'nowMs'>,
  { serviceKey, registrarKey }: Pick<PlaceOptions, 'serviceKey' | 'registrarKey'>,
): World {
  return {
    ask: askWith(fetch),
    serviceKey,
    registrarKey,
    nowMs: io.nowMs,
    monotonicMs,
    // A pause alone keeps no process alive that has been asked to stop.
    pause: (pauseMs) => sleep(pauseMs, undefined, { ref: false }),
    random: Math.random,
    clip: Uint8Array.from(readFileSync(CANARY_CLIP)),
  };
}

function startLooks(
  board: Board,
  subscribers: Subscribers,
  onFailed: (cause: unknown) => void,
): () => void {
  const guarded = (work: () => void) => (): void => {
    try {
      work();
    } catch (cause) {
      onFailed(cause);
    }
  };
  const looks = setInterval(
    guarded(() => board.look()),
    LOOK_MS,
  );
  const pumps = setInterval(() => void subscribers.pump().catch(onFailed), PUMP_MS);
  return () => {
    clearInterval(looks);
    clearInterval(pumps);
  };
}

/** The page outlives what it watches for a while; it ends when its folder is gone. */
function endLater(parts: StatusParts, dataDir: string, { logger }: Serving): void {
  logger.warn('what this page watches is gone; it stays for 15 minutes, for people to read');
  const untilMs = parts.monotonicMs() + ORPHAN_MS_MAX;
  const timer = setInterval(() => {
    if (existsSync(dataDir) && parts.monotonicMs() < untilMs) return;
    clearInterval(timer);
    parts.exit(0);
  }, LOOK_MS);
}

function announce(
  { io, json, dataDir }: StatusOptions,
  url: string,
  own: PlaceOptions | undefined,
): void {
  if (json) {
    writeJson(io, { event: 'ready', url, version: VERSION, dataDir });
    return;
  }
  const paint = paintFor(io.out, io.env, false);
  const rows = [
    ['  Page', paint.bold(`${url}/status`)],
    ['  API', `${url}/api/v2/summary.json`],
    ['  Watches', own === undefined ? 'what places report' : own.gateways.join(', ')],
    ['  Data', dataDir],
    ['  Stop', 'Ctrl+C; what was seen is on disk'],
  ];
  const title = paint.good(`The status page of Holdfast ${VERSION} is ready.`);
  io.out.write(`${['', title, '', ...columns(rows)].join('\n')}\n\n`);
}

async function openPlace(
  parts: StatusParts,
  { io, json, dataDir, pageUrl, place }: RemotePlaceOptions,
  { logger, closing }: Serving,
): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const privateKey = placeKey(join(dataDir, 'place.key'));
  const running = runPlace({
    ...place,
    world: worldOf(parts, io, place),
    file: join(dataDir, 'canaries.json'),
    randomBytes,
    // Grows over restarts too, as long as the clock is not set back.
    firstN: io.nowMs(),
    handOver: handOverTo(pageUrl, privateKey, parts.fetch, (detail) => {
      logger.warn({ detail }, 'the page did not take what was seen; it counts as silence');
    }),
  });
  closing.push('the place', running.stop);
  const publicKey = publicText(privateKey);
  if (json) writeJson(io, { event: 'ready', place: place.place, publicKey, page: pageUrl });
  else {
    io.out.write(`Place ${place.place} reports to ${pageUrl}.\nIts public key: ${publicKey}\n`);
  }
}
