// The inventory of a retirement: what a party destroyed of the cell that it gave away, signed by its
// operator and witnessed by the registrar; one JSON file that anybody can check.
//
// Rules: docs/spec/at-rest.md (E13, E15).
//
// Why a changed byte is found: the file has one spelling, all of its body is under the operator's
// signature, and the witness signs the same hash.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { choice, fits, id, jurisdiction, list, text, uint } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { readWitness } from './certificate.ts';
import type { Misread, Witness } from './certificate.ts';
import { hexOf, isHash, isPublicKey, isSignature } from './check-crypto.ts';
import type { CheckCrypto } from './check-crypto.ts';

export const INVENTORY_FORMAT = 1;
/** Largest file. */
export const INVENTORY_BYTES_MAX: number = 4 * 1024 * 1024;
/** Files of one copy; batches set aside and parts of snapshots are few. */
export const INVENTORY_FILES_MAX = 10_000;
const LINES_MAX = 40;

/** A file as it lay on disk, mostly ciphertext. */
export type InventoryFile = Readonly<{ name: string; bytes: number; sha256: string }>;

export type InventoryBody = Readonly<{
  format: typeof INVENTORY_FORMAT;
  kind: 'retirement';
  cell: Jurisdiction;
  /** The hand-over by which the party gave the cell away, and the epoch that began with it. */
  handover: string;
  epoch: number;
  party: Readonly<{ operator: string; site: string; publicKey: string }>;
  /** SHA-256 of the certificate of that hand-over, as a file. */
  certificate: string;
  orderedAtMs: number;
  destroyedAtMs: number;
  /** The data key: its name, and its file. The operator's key may serve other cells. */
  key: InventoryFile & Readonly<{ id: string; operatorKey: 'destroyed' | 'kept' }>;
  /** Sealed under the data key; opened before it was destroyed, and not after, with this reason. */
  sample: Readonly<{ sealed: string; before: 'opened'; after: 'not opened'; reason: string }>;
  files: readonly InventoryFile[];
  how: readonly string[];
  kept: readonly string[];
  unproven: readonly string[];
}>;

export type Inventory = Readonly<{
  body: InventoryBody;
  /** By the operator of the party, with the party's key. */
  signature: string;
  witness: Witness;
}>;

/** What the registrar puts its name to. */
export type WitnessedRetirement = Readonly<{
  cell: Jurisdiction;
  handover: string;
  epoch: number;
  digest: string;
}>;

/** The 32 bytes that the operator signs. */
export function inventoryDigest(crypto: CheckCrypto, body: InventoryBody): Uint8Array {
  return crypto.sha256(`holdfast inventory ${INVENTORY_FORMAT} body\n${JSON.stringify(body)}`);
}

/** The 32 bytes that the registrar signs. */
export function retirementDigest(
  crypto: CheckCrypto,
  { cell, handover, epoch, digest }: WitnessedRetirement,
  atMs: number,
): Uint8Array {
  const lines = [cell, handover, epoch, digest, atMs].join('\n');
  return crypto.sha256(`holdfast inventory ${INVENTORY_FORMAT} witness\n${lines}`);
}

/** The one spelling of an inventory. */
export function inventoryText({ body, signature, witness }: Inventory): string {
  const { publicKey, atMs, signature: by } = witness;
  const ordered = { body, signature, witness: { publicKey, atMs, signature: by } };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

/** Reads an inventory; says what is wrong with its form, and nothing yet of whether it is true. */
export function readInventory(
  bytes: string,
): Readonly<{ kind: 'inventory'; inventory: Inventory }> | Misread {
  const misread = (detail: string): Misread => ({ kind: 'misread', detail });
  if (bytes.length > INVENTORY_BYTES_MAX) return misread('it is larger than any inventory');
  let value: unknown;
  try {
    value = JSON.parse(bytes);
  } catch {
    return misread('it is no JSON');
  }
  if (!fits(INVENTORY, value)) return misread('it does not have the form of an inventory');
  // The shape above is this type, field by field.
  const inventory = value as Inventory;
  if (inventoryText(inventory) !== bytes) return misread('it is not in its one spelling');
  return { kind: 'inventory', inventory };
}

/** What somebody asks the registrar to witness. */
export function readRetirementAsk(
  value: unknown,
): (WitnessedRetirement & Readonly<{ signature: string }>) | undefined {
  if (!fits(WITNESS_ASK, value)) return undefined;
  return value as WitnessedRetirement & Readonly<{ signature: string }>;
}

/** Whether a document is meant to be an inventory, whatever else is wrong with it. */
export function looksLikeInventory(bytes: string): boolean {
  try {
    const { body } = JSON.parse(bytes) as { body?: { kind?: unknown } };
    return body?.kind === 'retirement';
  } catch {
    return false;
  }
}

/** One question that was asked of the file; `detail` says what was found, in words. */
export type InventoryCheck = Readonly<{ name: string; holds: boolean; detail: string }>;
export type InventoryVerdict = Readonly<{
  holds: boolean;
  checks: readonly InventoryCheck[];
  unproven: readonly string[];
  inventory: Inventory | undefined;
}>;

/** Checks form, signature and witness of an inventory file, without the network. */
export function verifyInventory(
  crypto: CheckCrypto,
  file: string,
  { registrarKey }: Readonly<{ registrarKey?: string | undefined }> = {},
): InventoryVerdict {
  const read = readInventory(file);
  if (read.kind === 'misread') {
    const checks = [{ name: 'form', holds: false, detail: read.detail }];
    return { holds: false, checks, unproven: [], inventory: undefined };
  }
  const { inventory } = read;
  const { body } = inventory;
  const bytes = body.files.reduce((sum, file_) => sum + file_.bytes, 0);
  const checks: readonly InventoryCheck[] = [
    { name: 'form', holds: true, detail: 'an inventory of format 1, in its one spelling' },
    timesCheck(body),
    {
      name: 'destroyed',
      holds: true,
      detail: `data key ${body.key.id}, ${body.files.length} files, ${bytes} bytes, by its word`,
    },
    signatureCheck(crypto, inventory),
    witnessCheck(crypto, inventory, registrarKey),
  ];
  const trust = 'That the witness is the registrar that you trust: compare its key.';
  return {
    holds: checks.every(({ holds }) => holds),
    checks,
    unproven: registrarKey === undefined ? [...body.unproven, trust] : body.unproven,
    inventory,
  };
}

function timesCheck({ orderedAtMs, destroyedAtMs }: InventoryBody): InventoryCheck {
  const holds = orderedAtMs <= destroyedAtMs;
  const at = new Date(destroyedAtMs).toISOString();
  const detail = holds ? `destroyed by ${at}, by its own clock` : 'it ended before it began';
  return { name: 'times', holds, detail };
}

function signatureCheck(crypto: CheckCrypto, { body, signature }: Inventory): InventoryCheck {
  const { operator, publicKey } = body.party;
  const holds = crypto.isSigned(publicKey, inventoryDigest(crypto, body), signature);
  const detail = holds ? `signed by ${operator}` : `it is not signed by ${operator}`;
  return { name: 'signature', holds, detail };
}

function witnessCheck(
  crypto: CheckCrypto,
  { body, witness }: Inventory,
  registrarKey: string | undefined,
): InventoryCheck {
  const bad = (detail: string): InventoryCheck => ({ name: 'witness', holds: false, detail });
  if (registrarKey !== undefined && witness.publicKey !== registrarKey) {
    return bad('the witness is not the registrar whose key was given');
  }
  const { cell, handover, epoch } = body;
  const digest = hexOf(inventoryDigest(crypto, body));
  const bytes = retirementDigest(crypto, { cell, handover, epoch, digest }, witness.atMs);
  if (!crypto.isSigned(witness.publicKey, bytes, witness.signature)) {
    return bad('the signature is not by the witness that it names');
  }
  const at = new Date(witness.atMs).toISOString();
  const detail = `a registrar witnessed at ${at} that this party gave the cell away`;
  return { name: 'witness', holds: true, detail };
}

const FILE = { name: text(300), bytes: uint, sha256: isHash };
const lines: Shape = (value) =>
  Array.isArray(value) && value.length <= LINES_MAX && fits(list(text(1_000)), value);
const BODY: Shape = {
  format: (value) => value === INVENTORY_FORMAT,
  kind: choice('retirement'),
  cell: jurisdiction,
  handover: id,
  epoch: uint,
  party: { operator: text(32), site: text(32), publicKey: isPublicKey },
  certificate: isHash,
  orderedAtMs: uint,
  destroyedAtMs: uint,
  key: { ...FILE, id: text(32), operatorKey: choice('destroyed', 'kept') },
  sample: {
    sealed: text(1_000),
    before: choice('opened'),
    after: choice('not opened'),
    reason: text(100),
  },
  files: (value) =>
    Array.isArray(value) && value.length <= INVENTORY_FILES_MAX && fits(list(FILE), value),
  how: lines,
  kept: lines,
  unproven: lines,
};
const INVENTORY: Shape = {
  body: BODY,
  signature: isSignature,
  witness: (value) => readWitness(value) !== undefined,
};
const WITNESS_ASK: Shape = {
  cell: jurisdiction,
  handover: id,
  epoch: uint,
  digest: isHash,
  signature: isSignature,
};
