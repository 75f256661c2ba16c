// The front of an installation: keys, exchange, catalog and gateway, over cells that run in this
// process or elsewhere.

import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Logger } from 'pino';
import type { Catalog } from '../../catalog/catalog.ts';
import { openCatalog } from '../../catalog/open-catalog.ts';
import { openPublicCatalog } from '../../catalog/open-public-catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import { registerPublished } from '../../catalog/register-published.ts';
import type { CellClient } from '../../cell/cell-client.ts';
import type { Config, Secrets } from '../../config/config.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { openMediaStore } from '../../media/media-store.ts';
import { openExchange } from '../../exchange/open-exchange.ts';
import { openGateway } from '../../gateway/open-gateway.ts';
import type { Charter } from '../../gateway/parts.ts';
import { CERTIFICATE_FILE } from '../../gateway/trust/certificate-file.ts';
import { INVENTORY_FILE, retirementsOf } from '../../gateway/trust/inventory-file.ts';
import { openShelf } from '../../gateway/trust/shelf.ts';
import { residencyOf } from '../../gateway/residency.ts';
import type { PageFile } from '../../gateway/routes/pages.ts';
import { withOwnKey } from '../../keys/own-key.ts';
import { openKeys } from '../../keys/keys.ts';
import type { FixedKey, Keys } from '../../keys/keys.ts';
import { dataLayout } from '../data-layout.ts';
import type { CloseStack } from './close-stack.ts';
import { drain, listen } from './serve.ts';

/** The canaries of the status page are nobody's videos. */
const CANARY_TENANT = 'canary';

/** What the running process lends to a front; `main.ts` has the real ones. */
export type FrontParts = Readonly<{
  /** The web app by address; it is built first where its sources have changed. */
  loadPage: (logger: Logger) => Promise<ReadonlyMap<string, PageFile>>;
  /** Folder of the sample clips, with `clips.json`. */
  clipsFolder: string;
  monotonicMs: () => number;
}>;

/** Cells to stand before; they are closed after the gateway and before what they publish into. */
export type FrontCells = Readonly<{
  clients: readonly CellClient[];
  close: () => Promise<void>;
}>;

export type OpenFront = Readonly<{
  config: Pick<Config, 'host' | 'port' | 'dataDir' | 'mediaDir' | 'residency' | 'countryHeader'> &
    Pick<Config, 'secureCookies' | 'trustProxy'> &
    Readonly<{ cells: readonly Jurisdiction[] }>;
  secrets: Secrets;
  logger: Logger;
  closing: CloseStack;
  nowMs: () => number;
  charter: Charter;
  /** The status page beside this server: its key, and where it listens. */
  status?: Readonly<{ key: string; origin: () => string | undefined }>;
  /** Makes the clients of `config.cells`; they publish into the exchange. */
  openCells: (exchange: Exchange) => FrontCells;
}>;

export type Front = Readonly<{
  exchange: Exchange;
  catalog: Catalog;
  publicCatalog: PublicCatalog;
  keys: Keys;
  clients: readonly CellClient[];
  port: number;
}>;

/** The certificates and inventories that are known here, as files and in memory. */
function openShelves(
  { monotonicMs }: Pick<FrontParts, 'monotonicMs'>,
  { charter, logger, closing }: Pick<OpenFront, 'charter' | 'logger' | 'closing'>,
  { gatewayCertificates, gatewayRetirements }: ReturnType<typeof dataLayout>,
) {
  const shelf = {
    charter,
    fetch: globalThis.fetch,
    monotonicMs,
    onRefused: (detail: string) => logger.warn({ detail }, 'a public file was not kept'),
  };
  const certificates = openShelf({ ...shelf, file: CERTIFICATE_FILE, folder: gatewayCertificates });
  closing.push('the certificates', certificates.close);
  const inventories = openShelf({ ...shelf, file: INVENTORY_FILE, folder: gatewayRetirements });
  closing.push('the inventories', inventories.close);
  return { certificates, inventories };
}

/** Opens everything and listens. What was opened is on the closing stack, also when this throws. */
export async function openFront(parts: FrontParts, options: OpenFront): Promise<Front> {
  const { config, secrets, logger, closing, nowMs, charter, status } = options;
  const layout = dataLayout(config.dataDir);
  mkdirSync(layout.gatewayDir, { recursive: true });
  const fixed = fixedKeys(secrets);
  const keys = openKeys({ file: layout.keys, nowMs, randomBytes, fixed });
  closing.push('the key store', keys.close);
  const exchange = openExchange({
    file: layout.exchange,
    cells: config.cells,
    clock: { nowMs, monotonicMs: parts.monotonicMs },
    onProblem: ({ kind, message, cause }) => logger.warn({ kind, err: cause }, message),
  });
  closing.push('the exchange', exchange.close);
  const { clients, close } = options.openCells(exchange);
  const cells = new Map(clients.map((client) => [client.jurisdiction, client] as const));
  const catalog = openCatalog({
    file: layout.catalog,
    cells,
    nowMs,
    onDeliveryFailed: (cause) => logger.error({ err: cause }, 'a video was not delivered'),
  });
  closing.push('the catalog', catalog.close);
  const publicCatalog = openPublicCatalog({
    file: layout.publicCatalog,
    cells,
    nowMs,
    beforehand: registerPublished(catalog, (kind) =>
      logger.error({ kind }, 'a published video was not registered'),
    ),
    onFailed: (cause) =>
      logger.error({ err: cause }, 'the public catalog was not brought up to date'),
  });
  closing.push('the public catalog', publicCatalog.close);
  closing.push('the cells', close);
  const { certificates, inventories } = openShelves(parts, options, layout);
  const gateway = await openGateway({
    cells,
    exchange,
    catalog,
    publicCatalog,
    media: openMediaStore(config.mediaDir, randomBytes),
    keys: status === undefined ? keys : withOwnKey(keys, status.key, CANARY_TENANT),
    charter,
    certificates,
    inventories,
    retirements: retirementsOf(charter.view, inventories),
    residency: residencyOf({ ...config, byDefault: config.residency }),
    nowMs,
    searchFile: layout.search,
    randomBytes,
    logger,
    page: await parts.loadPage(logger),
    clipsFolder: parts.clipsFolder,
    ...(status !== undefined && { statusPage: status.origin }),
    trustProxy: config.trustProxy,
    secureCookies: config.secureCookies,
  });
  closing.push('the gateway', () => drain(gateway));
  const port = await listen(gateway, config);
  return { exchange, catalog, publicCatalog, keys, clients, port };
}

/** Whether somebody could send ops for users of their own. */
export function hasServiceKey(keys: Keys): boolean {
  return keys.list().some(({ kind, source }) => {
    const isRevoked = source.kind === 'stored' && source.revokedAtMs !== undefined;
    return kind === 'service' && !isRevoked;
  });
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
