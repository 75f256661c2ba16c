// The messages between two parties as bytes, read in every field at the edge: a peer may be of
// another version, or worse.

import { readDecision } from '@holdfast/engine/charter/charter-entry.ts';
import { isHash } from '@holdfast/engine/charter/check-crypto.ts';
import { ByteReader, ByteWriter, FormatError } from '@holdfast/engine/codec/bytes.ts';
import { BODY_BYTES_MAX } from '@holdfast/engine/journal/journal.ts';
import type { JournalRecord } from '@holdfast/engine/journal/journal.ts';
import type { Epoch, Seq, TimestampMs } from '@holdfast/protocol/ids.ts';
import { bool, choice, fits, list, nothing, text, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import type { AcceptedOps } from './accepted-ops.ts';
import { ACCOUNTS_BYTES_MAX, readAccounts, writeAccounts } from './accounts-wire.ts';
import { DELIVERY_BYTES_MAX, DELIVERY_RECORDS_MAX } from './peer.ts';
import { PROBES_MAX } from '../cell/ledger-roles.ts';
import type { DecisionAnswer, Delivery, Question, Report } from './peer.ts';

export const PEER_ROUTES = {
  deliver: '/v1/peer/:cell/batches',
  ask: '/v1/peer/:cell/decisions',
  standby: '/v1/peer/:cell/standby',
  manifest: '/v1/peer/:cell/snapshot',
  chunk: '/v1/peer/:cell/snapshot/:snapshot/:file/:chunk',
} as const;

const HASH_BYTES = 32;
/** A delivery may exceed its aim by one record, and has some bytes beside the bodies. */
export const DELIVERY_MESSAGE_BYTES_MAX: number =
  DELIVERY_BYTES_MAX + BODY_BYTES_MAX + DELIVERY_RECORDS_MAX * 128 + ACCOUNTS_BYTES_MAX;
export const ASK_BYTES_MAX: number = 16 * 1024;
export const REPORT_BYTES_MAX: number = 64 * 1024;

/** Why a message was not read: for the log of whoever sent it. */
export type Malformed = Readonly<{ kind: 'malformed'; detail: string }>;

export function writeDelivery(delivery: Delivery): Uint8Array {
  const writer = new ByteWriter(4_096);
  writer.uint(delivery.epoch);
  writer.uint(delivery.ownerSeq);
  writer.uint(delivery.baseSeq);
  writeAccepted(writer, delivery.accepted);
  writer.text(delivery.previousChain);
  writer.uint(Math.round(delivery.beatMs));
  writer.uint(delivery.probes.length);
  for (const video of delivery.probes) writer.uint(video);
  writer.uint(delivery.records.length);
  for (const { epoch, seq, atMs, hash, body } of delivery.records) {
    writer.uint(epoch);
    writer.uint(seq);
    writer.uint(atMs);
    writer.bytes(hash);
    writer.uint(body.length);
    writer.bytes(body);
  }
  writeAccounts(writer, delivery.accounts);
  return writer.take();
}

export function readDelivery(bytes: Uint8Array): Delivery | Malformed {
  try {
    const reader = new ByteReader(bytes);
    const epoch = reader.uint();
    const ownerSeq = reader.uint();
    const baseSeq = reader.uint();
    const accepted = readAccepted(reader);
    const previousChain = reader.text();
    const beatMs = reader.uint();
    const probes = readList(reader, PROBES_MAX, () => reader.uint());
    const records = readList(reader, DELIVERY_RECORDS_MAX, () => readRecord(reader));
    const accounts = readAccounts(reader);
    if (!reader.atEnd) throw new FormatError('there are bytes behind the last account');
    if (previousChain !== '' && !isHash(previousChain)) throw new FormatError('no chain hash');
    const head = { epoch, ownerSeq, baseSeq, accepted, previousChain, beatMs };
    return { ...head, probes, records, accounts };
  } catch (error) {
    if (error instanceof FormatError) return { kind: 'malformed', detail: error.message };
    throw error;
  }
}

function writeAccepted(writer: ByteWriter, { ops, likes, unlikes, views }: AcceptedOps): void {
  for (const number of [ops, likes, unlikes, views]) writer.uint(number);
}

function readAccepted(reader: ByteReader): AcceptedOps {
  const ops = reader.uint();
  const likes = reader.uint();
  const unlikes = reader.uint();
  return { ops, likes, unlikes, views: reader.uint() };
}

function readList<Item>(reader: ByteReader, itemsMax: number, read: () => Item): Item[] {
  const length = reader.uint();
  if (length > itemsMax) throw new FormatError(`a list of ${length} is longer than ${itemsMax}`);
  return Array.from({ length }, read);
}

function readRecord(reader: ByteReader): JournalRecord {
  const epoch = reader.uint() as Epoch;
  const seq = reader.uint() as Seq;
  const atMs = reader.uint() as TimestampMs;
  const hash = reader.bytes(HASH_BYTES);
  const length = reader.uint();
  if (length > BODY_BYTES_MAX) throw new FormatError(`a batch of ${length} bytes is too large`);
  // Copies: the message's own memory is used again.
  const body = Uint8Array.from(reader.bytes(length));
  return { epoch, seq, atMs, hash: Uint8Array.from(hash), body };
}

const hash: Shape = isHash;
const number: Shape = (value) => Number.isFinite(value);

const REPORT: Shape = {
  kind: choice('report'),
  epoch: uint,
  phase: choice('none', 'seeding', 'catching-up', 'shadow', 'joint', 'sealed'),
  seq: uint,
  beatMs: number,
  applied: union(nothing, { seq: uint, chain: hash, likesHash: hash, countsHash: hash }),
  probed: list({ video: uint, seq: uint, likes: uint, views: uint, watchMs: uint }),
  accounts: union(nothing, { changeNo: uint, isEqual: bool }),
  nowMs: number,
  freeBytes: union(nothing, uint),
};

export function writeReport(report: Report): string {
  return JSON.stringify(report);
}

export function readReport(bytes: Uint8Array): Report | Malformed {
  const value = jsonIn(bytes);
  if (!fits(REPORT, value)) return { kind: 'malformed', detail: 'it is no report of a follower' };
  // The shape above is this type, field by field.
  return value as Report;
}

const ASKED: Shape = { body: () => true, accounts: { changeNo: uint, rowsHash: hash } };

export function writeAsked(question: Question): string {
  return JSON.stringify(question);
}

export function readAsked(bytes: Uint8Array): Question | Malformed {
  const value = jsonIn(bytes);
  if (!fits(ASKED, value)) return { kind: 'malformed', detail: 'it is no question' };
  const { body: decision, accounts } = value as Question;
  const body = readDecision(decision);
  return body ? { body, accounts } : { kind: 'malformed', detail: 'it is no decision' };
}

const ANSWER: Shape = union(
  { kind: choice('refuses', 'no-opinion') },
  {
    kind: choice('agrees'),
    signature: { operator: text(32), publicKey: text(200), signature: text(200) },
  },
);

export function readAnswer(bytes: Uint8Array): DecisionAnswer | Malformed {
  const value = jsonIn(bytes);
  if (!fits(ANSWER, value)) return { kind: 'malformed', detail: 'it is no answer to a decision' };
  return value as DecisionAnswer;
}

export function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
