// A cell as the gateway's other parts see it, whoever owns it: the port `CellClient`, over the
// network, following the charter.

import { connectCell } from '../../cell/remote/remote-cell.ts';
import type { ConnectCell } from '../../cell/remote/remote-cell.ts';
import type { CellClient } from '../../cell/cell-client.ts';
import type { Timers } from '../../exchange/timers.ts';
import { callRoute } from './call-route.ts';
import { opsQueue } from './ops-queue.ts';
import { ownerLine } from './owner-line.ts';
import type { LineOptions } from './owner-line.ts';
import { PauseBook } from './pause-book.ts';
import { tellPauses } from './pause-teller.ts';
import { publicationRoute } from './publication-route.ts';
import type { PublicationParts } from './publication-route.ts';

export type OpenCellRoute = Omit<LineOptions, 'connect'> &
  Pick<PublicationParts, 'random' | 'onRefused'> &
  Pick<ConnectCell, 'identity' | 'nowMs' | 'randomBytes'> &
  Readonly<{ timers: Timers }>;

export type CellRoute = Readonly<{
  /** Publishes nothing until the first `resync`. */
  client: CellClient;
  /** Answers what waits as unavailable, and closes all connections. */
  close: () => Promise<void>;
}>;

export function openCellRoute(options: OpenCellRoute): CellRoute {
  const { jurisdiction, timers, monotonicMs, random, onRefused } = options;
  const line = ownerLine({ ...options, connect: (party) => connectCell({ ...options, party }) });
  const pauses = new PauseBook();
  const ops = opsQueue({ line, timers, monotonicMs, pauses });
  const endTelling = tellPauses({ line, pauses, timers, monotonicMs });
  const publications = publicationRoute({ line, timers, random, onRefused });
  return {
    client: {
      jurisdiction,
      submit: ops.submit,
      call: callRoute({ line, timers, monotonicMs, pauses }),
      subscribe: publications.subscribe,
      resync: publications.resync,
      ready: () => publications.isOpen() && !line.isAway(),
    },
    close: async () => {
      endTelling();
      await ops.close();
      await publications.close();
      line.close();
    },
  };
}
