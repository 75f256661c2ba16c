// What one cell process is for its cell at this moment: the seam between what is served to gateways
// and what decides who owns the cell (`replication/replica-role.ts`). `admit` is the admission rule
// of the machine, and `routes` are what the two parties of a cell say to each other.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import type { SignedRoute } from '../../signed/signed-server.ts';
import type { WireParty } from '../../signed/wire-key.ts';
import type { CellClient, NotServed } from '../cell-client.ts';

/** A cell that this process runs now. */
export type Serving = Readonly<{
  client: CellClient;
  /** Aborted when this run of the cell is over, or when it publishes for its cell no more. */
  ended: AbortSignal;
}>;

export type PartyRole = Readonly<{
  /**
   * Whether what was sent under an epoch is taken now. Asked for each frame and call, and changes
   * between two of them; what was taken before is answered by `serving`.
   */
  admit: (epoch: Epoch) => 'admit' | NotServed['kind'];
  /** `undefined` while there is nothing that could answer, such as before the first start. */
  serving: () => Serving | undefined;
  /** The newest entry of this cell that this party knows; sent along with every refusal. */
  newest: () => CharterEntry | undefined;
  /** Entries of the charter, of any cell, from number n + 1 on; `entriesMax` at most. */
  entriesAfter: (n: number, entriesMax: number) => readonly CharterEntry[];
  /** What the other party of the cell may ask; each handler looks at who the sender is. */
  routes: readonly SignedRoute[];
  /** Whether somebody who is no gateway may open a session, such as the other party. */
  knows: (claimed: WireParty) => boolean;
  /** Lets the cell finish what it took, and lets go of its files. */
  close: () => Promise<void>;
}>;
