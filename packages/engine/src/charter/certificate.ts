// The certificate of a hand-over: one JSON file that anybody can check without asking anybody.
//
// Rules: docs/spec/certificate.md (T1 to T5). Pure, as `charter-entry.ts` is.
//
// Why a changed byte is found: the file has exactly one spelling (T1), everything in its body is
// under the operators' signatures, their signatures are checked with the keys of the charter
// entries in it, and the witness signs the same hash.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { OUTCOMES } from '@holdfast/protocol/ops.ts';
import {
  choice,
  fits,
  id,
  jurisdiction,
  list,
  text,
  uint,
  union,
} from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import type { Cut } from '../handover/charter-rules.ts';
import { BALANCE_TREE } from './balances.ts';
import type { BalanceTree } from './balances.ts';
import { readEntry } from './charter-entry.ts';
import type { CharterEntry, DecisionSignature } from './charter-entry.ts';
import { isHash, isPublicKey, isSignature } from './check-crypto.ts';
import type { CheckCrypto } from './check-crypto.ts';

export const CERTIFICATE_FORMAT = 1;
/** Largest file. */
export const CERTIFICATE_BYTES_MAX: number = 4 * 1024 * 1024;
/** Longest histogram. */
const BUCKETS_MAX = 64;

/** What a side has counted up to the cut. */
export type Totals = Readonly<{
  ops: number;
  /** Ops by the class in which they ended; together they are `ops`. */
  classes: Readonly<Record<string, number>>;
  /** Likes that stand. */
  likes: number;
  /** Views that counted. */
  views: number;
  videos: number;
  persons: number;
}>;

/** What a side says of itself at the cut, out of its own copy. */
export type Statement = Readonly<{
  operator: string;
  site: string;
  publicKey: string;
  cut: Cut;
  totals: Totals;
  /** All videos' balances; `null` when this side does not have them. */
  balances: BalanceTree | null;
}>;

/** How long nobody could acknowledge; `null` is what is not known. */
export type Pause = Readonly<{
  measuredBy: 'owner' | 'gateways';
  pauseMs: number | null;
  /**
   * Of the ops that gateways held and that were then acknowledged, how many had waited up to how
   * long since they arrived; the last bucket has all that waited longer.
   */
  histogram: readonly Readonly<{ upToMs: number | null; ops: number }>[] | null;
}>;

/** Which gateways told what the pause was to their clients; those that did not are named. */
export type GatewaysTold = Readonly<{ reported: number; missing: readonly string[] }>;

/** What gateways have told together; null is what none of them has told. */
export type GatewayWord = GatewaysTold &
  Readonly<{ ops: Omit<OpsInPause, 'turnedAway'> | null; histogram: Pause['histogram'] }>;

/** Ops that met the pause; `null` is what is not known. */
export type OpsInPause = Readonly<{
  /** Came to the old owner after it had closed, and were sent again by their gateways. */
  turnedAway: number | null;
  held: number | null;
  retried: number | null;
  refused: number | null;
  /** Errors that gateways gave to clients. */
  clientErrors: number | null;
}>;

export type CertificateBody = Readonly<{
  format: typeof CERTIFICATE_FORMAT;
  cell: Jurisdiction;
  handover: string;
  startedAtMs: number | null;
  /** Every entry of the cell, from its first to the one that decided. */
  entries: readonly CharterEntry[];
  from: Statement;
  to: Statement;
  pause: Pause;
  ops: OpsInPause;
  /** Whose word histogram and counts are, but for what the old owner turned away. */
  gateways: GatewaysTold | null;
}>;

/** The registrar's word that its charter decided this hand-over, and who had signed. */
export type Witness = Readonly<{ publicKey: string; atMs: number; signature: string }>;

export type Certificate = Readonly<{
  body: CertificateBody;
  signatures: readonly DecisionSignature[];
  witness: Witness;
}>;

/** What the registrar puts its name to. */
export type Witnessed = Readonly<{
  cell: Jurisdiction;
  handover: string;
  epoch: number;
  digest: string;
}>;

/** The 32 bytes that both operators sign (T2). */
export function bodyDigest(crypto: CheckCrypto, body: CertificateBody): Uint8Array {
  return crypto.sha256(`holdfast certificate ${CERTIFICATE_FORMAT} body\n${JSON.stringify(body)}`);
}

/** The 32 bytes that the registrar signs (T3). */
export function witnessDigest(
  crypto: CheckCrypto,
  { cell, handover, epoch, digest }: Witnessed,
  atMs: number,
): Uint8Array {
  const lines = [cell, handover, epoch, digest, atMs].join('\n');
  return crypto.sha256(`holdfast certificate ${CERTIFICATE_FORMAT} witness\n${lines}`);
}

/** The one spelling of a certificate (T1). */
export function certificateText({ body, signatures, witness }: Certificate): string {
  const ordered = {
    body,
    signatures: signatures.map(({ operator, publicKey, signature }) => {
      return { operator, publicKey, signature };
    }),
    witness: { publicKey: witness.publicKey, atMs: witness.atMs, signature: witness.signature },
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

/** Reads a certificate; says what is wrong with its form, and nothing yet of whether it is true. */
export function readCertificate(
  bytes: string,
): Readonly<{ kind: 'certificate'; certificate: Certificate }> | Misread {
  if (bytes.length > CERTIFICATE_BYTES_MAX) return misread('it is larger than any certificate');
  let value: unknown;
  try {
    value = JSON.parse(bytes);
  } catch {
    return misread('it is no JSON');
  }
  if (!fits(CERTIFICATE, value)) return misread('it does not have the form of a certificate');
  // The shape above is this type, field by field.
  const certificate = value as Certificate;
  if (certificateText(certificate) !== bytes) return misread('it is not in its one spelling');
  return { kind: 'certificate', certificate };
}

/** Reads what gateways have told another party. */
export function readGatewayWord(value: unknown): GatewayWord | undefined {
  return fits(GATEWAY_WORD, value) ? (value as GatewayWord) : undefined;
}

/** Reads a body that another party asks this one to sign. */
export function readBody(value: unknown): CertificateBody | undefined {
  return fits(BODY, value) ? (value as CertificateBody) : undefined;
}

export function readStatement(value: unknown): Statement | undefined {
  return fits(STATEMENT, value) ? (value as Statement) : undefined;
}

export function readSignature(value: unknown): DecisionSignature | undefined {
  return fits(SIGNED, value) ? (value as DecisionSignature) : undefined;
}

export function readWitness(value: unknown): Witness | undefined {
  return fits(WITNESS, value) ? (value as Witness) : undefined;
}

/** What somebody asks the registrar to witness. */
export function readWitnessAsk(
  value: unknown,
): (Witnessed & Readonly<{ signatures: readonly DecisionSignature[] }>) | undefined {
  if (!fits(WITNESS_ASK, value)) return undefined;
  return value as Witnessed & Readonly<{ signatures: readonly DecisionSignature[] }>;
}

export type Misread = Readonly<{ kind: 'misread'; detail: string }>;

const misread = (detail: string): Misread => ({ kind: 'misread', detail });

const none: Shape = (value) => value === null;
const maybe = union(uint, none);
/** Exactly the fields of an entry: what is not one would be under no signature of the charter. */
const entry: Shape = (value) => {
  const read = readEntry(value);
  return read !== undefined && sameJson(read, value);
};

const SIGNED: Shape = { operator: text(32), publicKey: isPublicKey, signature: isSignature };
const WITNESS: Shape = { publicKey: isPublicKey, atMs: uint, signature: isSignature };
const STATEMENT: Shape = {
  operator: text(32),
  site: text(32),
  publicKey: isPublicKey,
  cut: { seq: uint, chain: isHash, likesHash: isHash, countsHash: isHash },
  totals: {
    ops: uint,
    classes: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, uint])),
    likes: uint,
    views: uint,
    videos: uint,
    persons: uint,
  },
  balances: union(BALANCE_TREE, none),
};
const NAMES_MAX = 256;
const GATEWAYS_TOLD = {
  reported: uint,
  missing: (value: unknown): boolean =>
    Array.isArray(value) && value.length <= NAMES_MAX && fits(list(text(80)), value),
};
const HISTOGRAM: Shape = (value) =>
  Array.isArray(value) &&
  value.length <= BUCKETS_MAX &&
  value.every((bucket) => fits({ upToMs: maybe, ops: uint }, bucket));
const GATEWAY_WORD: Shape = {
  ...GATEWAYS_TOLD,
  ops: union(none, { held: uint, retried: uint, refused: uint, clientErrors: uint }),
  histogram: union(HISTOGRAM, none),
};

const BODY: Shape = {
  format: (value) => value === CERTIFICATE_FORMAT,
  cell: jurisdiction,
  handover: id,
  startedAtMs: maybe,
  entries: list(entry),
  from: STATEMENT,
  to: STATEMENT,
  pause: {
    measuredBy: choice('owner', 'gateways'),
    pauseMs: maybe,
    histogram: union(HISTOGRAM, none),
  },
  ops: { turnedAway: maybe, held: maybe, retried: maybe, refused: maybe, clientErrors: maybe },
  gateways: union(none, GATEWAYS_TOLD),
};
const CERTIFICATE: Shape = { body: BODY, signatures: list(SIGNED), witness: WITNESS };
const WITNESS_ASK: Shape = {
  cell: jurisdiction,
  handover: id,
  epoch: uint,
  digest: isHash,
  signatures: list(SIGNED),
};

/** Whether two JSON values are the same, whatever the order of their fields. */
export function sameJson(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(
    fields.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, sorted(part)]),
  );
}
