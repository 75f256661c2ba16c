// The balances that a side keeps, by hand-over: ID.bin has every video, ID.json what both sides have
// signed of it. ID.json is written last: without it there are no balances of that name.
//
// Rules: docs/spec/balances.md (BL6).

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BALANCE_TREE, readSignedBalances } from '@holdfast/engine/charter/balances.ts';
import type {
  BalancePlace,
  BalanceTree,
  SignedBalances,
} from '@holdfast/engine/charter/balances.ts';
import { isId } from '@holdfast/protocol/ids.ts';
import { fits, id, jurisdiction, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { writeWhole } from '../replication/whole-file.ts';

/** What a side knows of all balances of one cut. */
export type KeptBalances = Readonly<{
  handover: string;
  place: BalancePlace;
  tree: BalanceTree;
  closing: SignedBalances | null;
  opening: SignedBalances | null;
}>;

export type BalanceStore = Readonly<{
  /** The file of every video; its folder is there. */
  fileOf: (handover: string) => string;
  read: (handover: string) => KeptBalances | undefined;
  /** Durable on return; the file of every video is there already. */
  keep: (kept: KeptBalances) => void;
  drop: (handover: string) => void;
}>;

const signed: Shape = (value) => readSignedBalances(value) !== undefined;
const maybeSigned = union(signed, (value) => value === null);
const KEPT: Shape = {
  handover: id,
  place: { cell: jurisdiction, epoch: uint, seq: uint },
  tree: BALANCE_TREE,
  closing: maybeSigned,
  opening: maybeSigned,
};

export function balanceStore(folder: string): BalanceStore {
  const held = new Map<string, KeptBalances>();
  const named = (handover: string, ending: string): string => {
    if (!isId(handover)) throw new TypeError('a hand-over is named by an id');
    return join(folder, `${handover}.${ending}`);
  };
  return {
    fileOf: (handover) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return named(handover, 'bin');
    },
    read: (handover) => {
      const kept = held.get(handover) ?? readKept(named(handover, 'json'));
      // As many as the cell has changed hands, each some hundred bytes.
      if (kept !== undefined) held.set(handover, kept);
      return kept;
    },
    keep: (kept) => {
      writeWhole(named(kept.handover, 'json'), `${JSON.stringify(kept, null, 2)}\n`);
      held.set(kept.handover, kept);
    },
    drop: (handover) => {
      held.delete(handover);
      rmSync(named(handover, 'json'), { force: true });
      // A crash here leaves a file that nobody reads.
      rmSync(named(handover, 'bin'), { force: true });
    },
  };
}

/** Reads what somebody else says that they keep; nothing of it is checked yet but its form. */
export function keptIn(value: unknown): KeptBalances | undefined {
  return fits(KEPT, value) ? (value as KeptBalances) : undefined;
}

function readKept(file: string): KeptBalances | undefined {
  if (!existsSync(file)) return undefined;
  return keptIn(JSON.parse(readFileSync(file, 'utf8')));
}
