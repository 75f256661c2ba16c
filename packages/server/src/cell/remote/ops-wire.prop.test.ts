import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Epoch, Seq, SubjectId, VideoId } from '@holdfast/protocol/ids.ts';
import { OP_NUMBER_MAX, WATCHED_MS_MAX } from '@holdfast/protocol/limits.ts';
import { SOURCES } from '@holdfast/protocol/ops.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Identity, OpGroup, SubmitReply } from '../cell-client.ts';
import {
  faultOfGroups,
  readOpsAnswer,
  readOpsFrame,
  writeOpsAnswer,
  writeOpsFrame,
} from './ops-wire.ts';

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const tenant = fc.stringMatching(/^[a-z0-9-]{1,32}$/);
const n = fc.integer({ min: 1, max: OP_NUMBER_MAX });
const video = id.map((text) => text as VideoId);
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ n, kind: fc.constantFrom('like', 'unlike'), video }),
  fc.record({
    n,
    kind: fc.constant('view' as const),
    video,
    watchedMs: fc.integer({ min: 0, max: WATCHED_MS_MAX }),
    source: fc.constantFrom(...SOURCES),
  }),
);
const who: fc.Arbitrary<Identity> = fc.oneof(
  fc.constant({ kind: 'anonymous' } as const),
  fc.record({ kind: fc.constant('person' as const), person: fc.integer({ min: 1 }) }),
  fc.record({
    kind: fc.constant('subject' as const),
    tenant,
    subject: id.map((text) => text as SubjectId),
  }),
  fc.record({ kind: fc.constant('account' as const), account: id }),
);
const ops = fc.array(op, { minLength: 1, maxLength: 4 });
const group: fc.Arbitrary<OpGroup> = fc.oneof(
  fc.record({ sessionKey: id.map((text) => `~${text}`), who, startedAtMs: fc.nat(), ops }),
  fc.record({
    sessionKey: fc.tuple(tenant, id).map(([of, name]) => `${of}/${name}`),
    who,
    startedAtMs: fc.constant(undefined),
    ops,
  }),
);
const requests = fc.array(fc.array(group, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 4,
});
const epoch = fc.integer({ min: 1 }).map((value) => value as Epoch);
const seq = fc.integer({ min: 1 }).map((value) => value as Seq);

/** Outcomes may be any kind of bytes. */
function plain(replies: ReturnType<typeof readOpsAnswer>): unknown {
  if ('kind' in replies) return replies;
  return replies.map((reply) =>
    reply.kind === 'durable' ? { ...reply, outcomes: [...reply.outcomes] } : reply,
  );
}

function frameBytes(frame: Parameters<typeof writeOpsFrame>[1]): Uint8Array {
  const writer = new ByteWriter();
  writeOpsFrame(writer, frame);
  return writer.take();
}

it('W102: a frame is read as it was written', () => {
  fc.assert(
    fc.property(epoch, requests, (of, written) => {
      const frame = { epoch: of, requests: written };
      expect(readOpsFrame(frameBytes(frame))).toEqual(frame);
    }),
  );
});

it('W103: whatever bytes come, what is taken has the form of ops, and nothing is thrown', () => {
  const place = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
  fc.assert(
    fc.property(requests, fc.array(place, { minLength: 1, maxLength: 6 }), (written, changes) => {
      const bytes = frameBytes({ epoch: 1 as Epoch, requests: written });
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      const read = readOpsFrame(bytes);
      if ('kind' in read) return;
      for (const groups of read.requests) expect(faultOfGroups(groups)).toBe(undefined);
    }),
    { numRuns: 2_000 },
  );
});

it('W104: an answer is read as it was written, and never for another frame', () => {
  const replyTo = (groups: readonly OpGroup[]): fc.Arbitrary<SubmitReply> => {
    const count = groups.reduce((sum, { ops: list }) => sum + list.length, 0);
    const outcomes = fc
      .array(fc.integer({ min: 0, max: 8 }), { minLength: count, maxLength: count })
      .map((list) => Uint8Array.from(list));
    return fc.oneof(
      fc.record({ kind: fc.constant('durable' as const), epoch, seq, outcomes }),
      fc.record({ kind: fc.constant('op-window' as const), n: fc.nat(), highest: fc.nat() }),
      fc.record({ kind: fc.constantFrom('sealed', 'not-owner', 'behind'), epoch }),
      fc.record({
        kind: fc.constant('unavailable' as const),
        code: fc.constantFrom('overloaded', 'storage-full'),
        retryAfterMs: fc.nat(),
      }),
    );
  };
  const answered = requests.chain((asked) =>
    fc.tuple(fc.constant(asked), fc.tuple(...asked.map(replyTo))),
  );
  fc.assert(
    fc.property(answered, ([asked, replies]) => {
      const writer = new ByteWriter();
      writeOpsAnswer(writer, replies);
      const bytes = writer.take();
      expect(plain(readOpsAnswer(bytes, asked))).toEqual(plain(replies));
      expect(readOpsAnswer(bytes, [...asked, [group1]])).toMatchObject({ kind: 'fault' });
      expect(readOpsAnswer(bytes, asked.slice(1))).toMatchObject({ kind: 'fault' });
    }),
  );
});

const group1: OpGroup = {
  sessionKey: '~one',
  who: { kind: 'anonymous' },
  startedAtMs: 1,
  ops: [{ n: 1, kind: 'like', video: 'v' as VideoId }],
};
