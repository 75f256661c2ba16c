// A batch as the bytes of a journal record, and back. The format is the truth on disk: it only
// grows by new entry tags, and its first byte says which version wrote it.

import { createHash } from 'node:crypto';
import { CORRECTION_REASONS, METRICS } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { SOURCES } from '@holdfast/protocol/ops.ts';
import { ByteReader, FormatError } from '../codec/bytes.ts';
import type { ByteWriter } from '../codec/bytes.ts';
import type { CorrectionEntry, Entry, NumberedOp, OpsEntry } from '../counting/entries.ts';
import type { PersonNo, VideoNo } from '../counting/numbers.ts';
import { HASH_LANES } from '../counting/set-hash.ts';
import type { LaneHash } from '../counting/set-hash.ts';

const FORMAT_VERSION = 1;

const TAG = { ops: 1, person: 2, video: 3, correction: 4, erase: 5, seal: 6 } as const;
/** A correction behind the session key of its name (C25). */
const TAG_NAMED_CORRECTION = 7;
const KIND_LIKE = 1;
const KIND_UNLIKE = 2;
/** A view's byte is 16 plus its source, so that kind and source take one byte. */
const KIND_VIEW = 16;

/** Writes rule version and entries; the head of the batch is in the record's own fields. */
export function encodeEntries(
  writer: ByteWriter,
  ruleVersion: number,
  entries: readonly Entry[],
): Uint8Array<ArrayBuffer> {
  writer.byte(FORMAT_VERSION);
  writer.uint(ruleVersion);
  for (const entry of entries) encodeEntry(writer, entry);
  return writer.take();
}

function encodeEntry(writer: ByteWriter, entry: Entry): void {
  const isNamed = entry.kind === 'correction' && entry.sessionKey !== undefined;
  writer.byte(isNamed ? TAG_NAMED_CORRECTION : TAG[entry.kind]);
  switch (entry.kind) {
    case 'ops':
      encodeOps(writer, entry);
      return;
    case 'person':
      writer.uint(entry.person);
      writer.bytes(laneBytes(entry.pseudonym));
      writer.text(entry.creatorKey);
      return;
    case 'video':
      writer.uint(entry.no);
      writer.text(entry.video);
      writer.uint(entry.durationMs);
      writer.text(entry.creatorKey);
      return;
    case 'correction':
      if (entry.sessionKey !== undefined) writer.text(entry.sessionKey);
      writer.uint(entry.video);
      writer.byte(METRICS.indexOf(entry.metric));
      writer.int(entry.delta);
      writer.byte(CORRECTION_REASONS.indexOf(entry.reason));
      writer.text(entry.note);
      return;
    case 'erase':
      writer.uint(entry.person);
      return;
    case 'seal':
      writer.text(entry.handover);
      return;
  }
}

function encodeOps(writer: ByteWriter, entry: OpsEntry): void {
  writer.text(entry.sessionKey);
  writer.uint(entry.person);
  writer.byte((entry.vouched ? 1 : 0) | (entry.startedAtMs === undefined ? 0 : 2));
  if (entry.startedAtMs !== undefined) writer.uint(entry.startedAtMs);
  writer.uint(entry.ops.length);
  for (const op of entry.ops) {
    if (op.kind === 'view') writer.byte(KIND_VIEW + SOURCES.indexOf(op.source));
    else writer.byte(op.kind === 'like' ? KIND_LIKE : KIND_UNLIKE);
    writer.uint(op.n);
    writer.uint(op.video);
    if (op.kind === 'view') writer.uint(op.watchedMs);
  }
}

export type DecodedBody = Readonly<{ ruleVersion: number; entries: readonly Entry[] }>;

/** Reads a record's body. Throws `FormatError` when the bytes are not what was written. */
export function decodeEntries(body: Uint8Array): DecodedBody {
  const reader = new ByteReader(body);
  const version = reader.byte();
  if (version !== FORMAT_VERSION) {
    throw new FormatError(`journal format ${version} is not known to this version of Holdfast`);
  }
  const ruleVersion = reader.uint();
  const entries: Entry[] = [];
  while (!reader.atEnd) entries.push(decodeEntry(reader));
  return { ruleVersion, entries };
}

function decodeEntry(reader: ByteReader): Entry {
  const tag = reader.byte();
  switch (tag) {
    case TAG.ops:
      return decodeOps(reader);
    case TAG.person: {
      const person = reader.uint() as PersonNo;
      const pseudonym = lanesOfBytes(reader.bytes(HASH_LANES * 4));
      return { kind: 'person', person, pseudonym, creatorKey: reader.text() };
    }
    case TAG.video: {
      const no = reader.uint() as VideoNo;
      const video = reader.text() as VideoId;
      const durationMs = reader.uint();
      return { kind: 'video', no, video, durationMs, creatorKey: reader.text() };
    }
    case TAG.correction:
      return decodeCorrection(reader, undefined);
    case TAG_NAMED_CORRECTION:
      return decodeCorrection(reader, reader.text());
    case TAG.erase:
      return { kind: 'erase', person: reader.uint() as PersonNo };
    case TAG.seal:
      return { kind: 'seal', handover: reader.text() };
    default:
      throw new FormatError(`journal entry tag ${tag} is not known`);
  }
}

function decodeCorrection(reader: ByteReader, sessionKey: string | undefined): CorrectionEntry {
  const video = reader.uint() as VideoNo;
  const metric = pick(METRICS, reader.byte());
  const delta = reader.int();
  const reason = pick(CORRECTION_REASONS, reader.byte());
  return { kind: 'correction', video, metric, delta, reason, note: reader.text(), sessionKey };
}

function decodeOps(reader: ByteReader): OpsEntry {
  const sessionKey = reader.text();
  const person = reader.uint() as PersonNo;
  const flags = reader.byte();
  const startedAtMs = (flags & 2) === 0 ? undefined : reader.uint();
  const length = reader.uint();
  const ops: NumberedOp[] = [];
  for (let index = 0; index < length; index += 1) {
    const kind = reader.byte();
    const n = reader.uint();
    const video = reader.uint() as VideoNo;
    if (kind === KIND_LIKE) ops.push({ n, kind: 'like', video });
    else if (kind === KIND_UNLIKE) ops.push({ n, kind: 'unlike', video });
    else {
      const source = pick(SOURCES, kind - KIND_VIEW);
      ops.push({ n, kind: 'view', video, watchedMs: reader.uint(), source });
    }
  }
  return { kind: 'ops', sessionKey, person, startedAtMs, vouched: (flags & 1) === 1, ops };
}

function pick<Value>(list: readonly Value[], index: number): Value {
  const value = list[index];
  if (value === undefined) throw new FormatError(`list position ${index} is not known`);
  return value;
}

/** Lanes as 32 big-endian bytes. */
export function laneBytes(hash: LaneHash): Uint8Array {
  const bytes = new Uint8Array(HASH_LANES * 4);
  const view = new DataView(bytes.buffer);
  hash.forEach((lane, index) => view.setUint32(index * 4, lane));
  return bytes;
}

/** Lanes from the bytes that `laneBytes` gave. */
export function lanesOfBytes(bytes: Uint8Array): LaneHash {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: HASH_LANES }, (_, index) => view.getUint32(index * 4));
}

/** C24: the hash of a record covers its head, its body and the hash before it. */
export function chainHash(
  previous: Uint8Array,
  epoch: number,
  seq: number,
  atMs: number,
  body: Uint8Array,
): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeDoubleBE(epoch, 0);
  head.writeDoubleBE(seq, 8);
  head.writeDoubleBE(atMs, 16);
  // Plain bytes, because that is what comes back from a file, a thread and a copy.
  return new Uint8Array(createHash('sha256').update(previous).update(head).update(body).digest());
}
