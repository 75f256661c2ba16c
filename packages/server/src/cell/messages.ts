// What the thread of a cell and the thread of a gateway say to each other.

import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { BorderRecord } from '../border/records.ts';
import type { CallName, CellCalls, Position } from './cell-client.ts';

/** Into the cell. */
export type CellRequest =
  /** Ops of many requests, see `ops-frame.ts`. */
  | { kind: 'ops'; bytes: Uint8Array }
  | { kind: 'call'; id: number; call: AnyCall }
  /** Ids of one line grow; a watermark says up to which they are done. */
  | { kind: 'resync'; position: Position | undefined; id: number }
  | { kind: 'close' };

export type AnyCall = {
  [Name in CallName]: { name: Name; ask: CellCalls[Name]['ask'] };
}[CallName];

/** Out of the cell: whatever is not about the thread itself has passed the border. */
export type CellMessage =
  | { kind: 'record'; record: BorderRecord }
  | { kind: 'opened' }
  /** A resync was received: publications from here on belong to it. */
  | { kind: 'resyncing' }
  | { kind: 'failed'; message: string; isRetryable: boolean }
  | { kind: 'closed' };

/** What a cell is opened with. */
export type CellOptions = Readonly<{
  /** The cell's own folder; nothing of the cell is anywhere else. */
  dir: string;
  /** The operator's key, under which the copy's data key is wrapped; made where there is none. */
  keyFile: string;
  jurisdiction: Jurisdiction;
  operator: string;
  epoch: Epoch;
  /** PKCS #8 PEM of the operator's Ed25519 key: signs grants. */
  operatorKeyPem: string;
  /** Where the operator says that the data lies, for everybody to read. */
  location?: string | undefined;
  limits: Readonly<{ flushRowsMin: number; flushAgeMsMax: number }>;
}>;
