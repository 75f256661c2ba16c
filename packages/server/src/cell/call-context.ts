// What the calls of a cell work with.

import type { KeyObject } from 'node:crypto';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Clocks } from '@holdfast/engine/engine/clock.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import type { ClosedDays } from '@holdfast/engine/engine/video-days.ts';
import type { StateStore } from '@holdfast/engine/state/state-store.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { ReadBalances } from '../balances/read-balances.ts';
import type { Border } from '../border/border.ts';
import type { RolesFile } from '../moderation/roles-file.ts';
import type { LikesRecounter } from './likes-recounter.ts';

export type CallContext = Readonly<{
  jurisdiction: Jurisdiction;
  /** Where the operator says that data lies. */
  location: string | undefined;
  engine: Engine;
  store: StateStore;
  accounts: Accounts;
  /** Resolves when all changes of accounts so far may be answered, or never may. */
  accountsAcknowledged: () => Promise<'acknowledged' | 'lost'>;
  border: Border;
  /** Ed25519 key of the operator. */
  operatorKey: KeyObject;
  secret: Uint8Array;
  balances: ReadBalances;
  closedDays: ClosedDays;
  recountLikes: LikesRecounter;
  roles: RolesFile;
  clocks: Clocks;
  randomBytes: (bytes: number) => Uint8Array;
}>;
