// Where everything lies in a data folder; one table for all commands.

import { join } from 'node:path';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { charterFile } from '../registrar/open-charter.ts';

export type DataLayout = Readonly<{
  charter: string;
  /** What a part that is no registrar knows of the charter. */
  charterCopy: string;
  keys: string;
  /** The gateway's own folder. */
  gatewayDir: string;
  catalog: string;
  exchange: string;
  /** What people have made public; derived. */
  publicCatalog: string;
  search: string;
  /** The line by which cells let this gateway in. */
  gatewayName: string;
  /** Certificates of hand-overs that this gateway has fetched and checked. */
  gatewayCertificates: string;
  /** The same of inventories of retirements. */
  gatewayRetirements: string;
  cellsDir: string;
  /** Certificates of hand-overs; they outlive the cell. */
  certificatesDir: string;
  /** Inventories of retirements; all that is left of a copy. */
  retirementsDir: string;
  /** The balance of each video at each hand-over; kept as long as certificates. */
  balancesDir: string;
  cellDir: (jurisdiction: Jurisdiction) => string;
}>;

export function dataLayout(dataDir: string): DataLayout {
  const gatewayDir = join(dataDir, 'gateway');
  const cellsDir = join(dataDir, 'cells');
  return {
    charter: charterFile(dataDir),
    charterCopy: join(dataDir, 'charter-copy.jsonl'),
    keys: join(dataDir, 'keys.db'),
    gatewayDir,
    catalog: join(gatewayDir, 'catalog.db'),
    exchange: join(gatewayDir, 'exchange.db'),
    publicCatalog: join(gatewayDir, 'public.db'),
    search: join(gatewayDir, 'search.db'),
    gatewayName: join(gatewayDir, 'gateway.pub'),
    gatewayCertificates: join(gatewayDir, 'certificates'),
    gatewayRetirements: join(gatewayDir, 'retirements'),
    cellsDir,
    certificatesDir: join(dataDir, 'certificates'),
    retirementsDir: join(dataDir, 'retirements'),
    balancesDir: join(dataDir, 'balances'),
    cellDir: (jurisdiction) => join(cellsDir, jurisdiction),
  };
}
