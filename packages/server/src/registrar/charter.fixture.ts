// Parties, and the decisions they make, for tests.

import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  CharterAct,
  CharterBody,
  Cut,
  Party,
} from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';
import { NO_HASH } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry, SignedDecision } from '@holdfast/engine/charter/charter-entry.ts';
import { publicKeyText } from '../signed/wire-key.ts';
import { signDecision } from './charter-entry.ts';
import type { OperatorKey } from './charter-entry.ts';
import type { CharterView } from './charter.ts';
import { charterFile } from './open-charter.ts';
import type { TornTail } from './open-charter.ts';
import { openRegistrar } from './registrar.ts';
import type { OpenRegistrar, Registrar } from './registrar.ts';

export const US = 'us' as Jurisdiction;
export const EU = 'eu' as Jurisdiction;

export const CUT: Cut = {
  seq: 42 as Seq,
  chain: 'a'.repeat(64),
  likesHash: 'b'.repeat(64),
  countsHash: 'c'.repeat(64),
};

export type KeyedParty = Readonly<{ party: Party; key: OperatorKey }>;

export function newParty(operator: string, site = 'main', port = 7500): KeyedParty {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = publicKeyText(createPublicKey(privateKey));
  const party = { operator, site, publicKey, url: `http://127.0.0.1:${port}` };
  return { party, key: { operator, privateKey } };
}

/** A decision for the place after the newest entry of a cell, signed by whoever is named. */
export function decided(
  charter: CharterView,
  act: CharterAct,
  parties: Readonly<{ owner: KeyedParty; follower?: KeyedParty; by: readonly KeyedParty[] }>,
  rest: Partial<CharterBody> = {},
): SignedDecision {
  const { owner, follower, by } = parties;
  const cell = rest.cell ?? US;
  const needsCut = act === 'cede' || act === 'promote' || act === 'force';
  const decision: CharterBody = {
    cell,
    epoch: ((charter.newest(cell)?.epoch ?? 0) + 1) as Epoch,
    act,
    owner: owner.party,
    rule: act === 'join' ? 'joint' : 'solo',
    reason: `${act} of a test`,
    ...(follower && { follower: follower.party }),
    ...(needsCut && { cut: CUT }),
    ...rest,
  };
  const follows = decision.epoch === 1 ? NO_HASH : charter.follows(cell);
  return { decision, signatures: by.map(({ key }) => signDecision(decision, follows, key)) };
}

export function found(
  charter: CharterView,
  owner: KeyedParty,
  cell: Jurisdiction = US,
): SignedDecision {
  return decided(charter, 'found', { owner, by: [owner] }, { cell });
}

/** A data folder with a charter, for one test. */
export type CharterFolder = Readonly<{
  dir: string;
  file: string;
  torn: TornTail[];
  open: (options?: Partial<OpenRegistrar>) => Registrar;
  entries: () => CharterEntry[];
  /** Closes everything and removes the folder. */
  remove: () => void;
}>;

export function charterFolder(): CharterFolder {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-charter-'));
  const file = charterFile(dir);
  const torn: TornTail[] = [];
  const opened: Registrar[] = [];
  return {
    dir,
    file,
    torn,
    open: (options = {}) => {
      const onTornTail = (tail: TornTail): void => void torn.push(tail);
      const registrar = openRegistrar({ dataDir: dir, nowMs: () => 1_000, onTornTail, ...options });
      opened.push(registrar);
      return registrar;
    },
    entries: () =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as CharterEntry),
    remove: () => {
      for (const registrar of opened) registrar.close();
      rmSync(dir, { recursive: true });
    },
  };
}

type DropFirst<List extends unknown[]> = List extends [unknown, ...infer Rest] ? Rest : never;

/** Appends a decision that is well signed, and says how that ended. */
export function append(
  registrar: Registrar,
  ...made: DropFirst<Parameters<typeof decided>>
): string {
  return registrar.append(decided(registrar.charter, ...made)).kind;
}

export const north: KeyedParty = newParty('north', 'main', 7501);
export const south: KeyedParty = newParty('south', 'main', 7502);

export function joint(registrar: Registrar): string {
  return append(registrar, 'join', { owner: north, follower: south, by: [north, south] });
}

export function promote(registrar: Registrar): string {
  return append(registrar, 'promote', { owner: south, by: [south] });
}

/** A charter of four entries: us 1, eu 1, us 2 and 3. */
export function leaveFourEntries(folder: CharterFolder): void {
  const registrar = folder.open();
  registrar.append(found(registrar.charter, north));
  registrar.append(found(registrar.charter, north, EU));
  joint(registrar);
  promote(registrar);
  registrar.close();
}
