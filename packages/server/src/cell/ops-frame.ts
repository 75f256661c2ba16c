// Ops on their way into a cell and their answers on the way out, many requests in one run of bytes.
//
// A message between threads costs far more than an op, so everything of one turn of the event loop
// goes together.

import type { Epoch, Seq, SubjectId, VideoId } from '@holdfast/protocol/ids.ts';
import { SOURCES } from '@holdfast/protocol/ops.ts';
import type { Op, Source } from '@holdfast/protocol/ops.ts';
import type { ByteReader, ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import { FormatError } from '@holdfast/engine/codec/bytes.ts';
import type { Identity, OpGroup, SubmitReply } from './cell-client.ts';

const WHO = { anonymous: 0, person: 1, subject: 2, account: 3 } as const;
const KIND_LIKE = 1;
const KIND_UNLIKE = 2;
const KIND_VIEW = 16;

/** Adds one request for ops. */
export function writeRequest(writer: ByteWriter, id: number, groups: readonly OpGroup[]): void {
  writer.uint(id);
  writer.uint(groups.length);
  for (const group of groups) {
    writer.text(group.sessionKey);
    writeWho(writer, group.who);
    writer.uint(group.startedAtMs === undefined ? 0 : group.startedAtMs + 1);
    writer.uint(group.ops.length);
    for (const op of group.ops) writeOp(writer, op);
  }
}

function writeWho(writer: ByteWriter, who: Identity): void {
  writer.byte(WHO[who.kind]);
  if (who.kind === 'person') writer.uint(who.person);
  else if (who.kind === 'account') writer.text(who.account);
  else if (who.kind === 'subject') {
    writer.text(who.tenant);
    writer.text(who.subject);
  }
}

function writeOp(writer: ByteWriter, op: Op): void {
  if (op.kind === 'view') writer.byte(KIND_VIEW + SOURCES.indexOf(op.source));
  else writer.byte(op.kind === 'like' ? KIND_LIKE : KIND_UNLIKE);
  writer.uint(op.n);
  writer.text(op.video);
  if (op.kind === 'view') writer.uint(op.watchedMs);
}

export type OpsRequest = Readonly<{ id: number; groups: readonly OpGroup[] }>;

/** Reads the next request of a frame. */
export function readRequest(reader: ByteReader): OpsRequest {
  const id = reader.uint();
  const groups: OpGroup[] = [];
  for (let left = reader.uint(); left > 0; left -= 1) {
    const sessionKey = reader.text();
    const who = readWho(reader);
    const startedAt = reader.uint();
    const ops: Op[] = [];
    for (let opsLeft = reader.uint(); opsLeft > 0; opsLeft -= 1) ops.push(readOp(reader));
    groups.push({
      sessionKey,
      who,
      startedAtMs: startedAt === 0 ? undefined : startedAt - 1,
      ops,
    });
  }
  return { id, groups };
}

function readWho(reader: ByteReader): Identity {
  const kind = reader.byte();
  switch (kind) {
    case WHO.anonymous:
      return { kind: 'anonymous' };
    case WHO.person:
      return { kind: 'person', person: reader.uint() };
    case WHO.subject: {
      const tenant = reader.text();
      return { kind: 'subject', tenant, subject: reader.text() as SubjectId };
    }
    case WHO.account:
      return { kind: 'account', account: reader.text() };
    default:
      throw new FormatError(`identity ${kind} is not known`);
  }
}

function readOp(reader: ByteReader): Op {
  const kind = reader.byte();
  const n = reader.uint();
  const video = reader.text() as VideoId;
  if (kind === KIND_LIKE) return { n, kind: 'like', video };
  if (kind === KIND_UNLIKE) return { n, kind: 'unlike', video };
  const source: Source | undefined = SOURCES[kind - KIND_VIEW];
  if (source === undefined) throw new FormatError(`op kind ${kind} is not known`);
  return { n, kind: 'view', video, watchedMs: reader.uint(), source };
}

const REPLY = {
  durable: 0,
  'op-window': 1,
  unavailable: 2,
  sealed: 3,
  'not-owner': 4,
  behind: 5,
} as const;
const NOT_SERVED = ['sealed', 'not-owner', 'behind'] as const;
const CODES = ['overloaded', 'cell-unavailable', 'storage-full', 'shutting-down'] as const;

/** Adds the answer to one request. */
export function writeReply(writer: ByteWriter, id: number, reply: SubmitReply): void {
  writer.uint(id);
  writer.byte(REPLY[reply.kind]);
  if (reply.kind === 'durable') {
    writer.uint(reply.epoch);
    writer.uint(reply.seq);
    writer.uint(reply.outcomes.length);
    writer.bytes(reply.outcomes);
  } else if (reply.kind === 'op-window') {
    writer.uint(reply.n);
    writer.uint(reply.highest);
  } else if (reply.kind === 'unavailable') {
    writer.byte(CODES.indexOf(reply.code));
    writer.uint(reply.retryAfterMs);
  } else {
    writer.uint(reply.epoch);
  }
}

/** Reads the next answer. */
export function readReply(reader: ByteReader): Readonly<{ id: number; reply: SubmitReply }> {
  const id = reader.uint();
  const kind = reader.byte();
  if (kind === REPLY.durable) {
    const epoch = reader.uint() as Epoch;
    const seq = reader.uint() as Seq;
    return { id, reply: { kind: 'durable', epoch, seq, outcomes: reader.bytes(reader.uint()) } };
  }
  if (kind === REPLY['op-window']) {
    const n = reader.uint();
    return { id, reply: { kind: 'op-window', n, highest: reader.uint() } };
  }
  const notServed = NOT_SERVED.find((name) => REPLY[name] === kind);
  if (notServed !== undefined) {
    return { id, reply: { kind: notServed, epoch: reader.uint() as Epoch } };
  }
  const code = CODES[reader.byte()];
  if (kind !== REPLY.unavailable || code === undefined) throw new FormatError('an unknown answer');
  return { id, reply: { kind: 'unavailable', code, retryAfterMs: reader.uint() } };
}
