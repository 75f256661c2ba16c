import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { SubjectId, VideoId } from '@holdfast/protocol/ids.ts';
import { OP_NUMBER_MAX, WATCHED_MS_MAX } from '@holdfast/protocol/limits.ts';
import { describe, expect, it } from 'vitest';
import type { Identity, OpGroup } from '../cell-client.ts';
import { writeRequest } from '../ops-frame.ts';
import { FRAME_OPS_MAX, FRAME_REQUESTS_MAX } from './cell-wire.ts';
import { readOpsAnswer, readOpsFrame, writeOpsAnswer, writeOpsFrame } from './ops-wire.ts';
import { bulk, durable, EPOCH, granted, like } from './remote.fixture.ts';

const [good] = granted('one', like(1));
if (good === undefined) throw new Error('no group');
const named = (who: Identity): OpGroup => ({ ...good, who });
const view = (watchedMs: number) =>
  ({ n: 1, kind: 'view', video: 'v' as VideoId, watchedMs, source: 'feed' }) as const;

function read(...requests: readonly (readonly OpGroup[])[]) {
  const writer = new ByteWriter();
  writeOpsFrame(writer, { epoch: EPOCH, requests });
  return readOpsFrame(writer.take());
}

describe('a frame of ops', () => {
  it.each<[string, readonly OpGroup[]]>([
    ['without groups', []],
    ['with a session without ops', [{ ...good, ops: [] }]],
    ['with a session of a grant that has no start', [{ ...good, startedAtMs: undefined }]],
    ['with a session of an integrator that has a start', [{ ...good, sessionKey: 'default/x' }]],
    ['with a session that is too long', [{ ...good, sessionKey: `~${'x'.repeat(65)}` }]],
    ['with a session in another name space', [{ ...good, sessionKey: '~a/b' }]],
    ['with a person without a number', [named({ kind: 'person', person: 0 })]],
    [
      'with an odd subject',
      [named({ kind: 'subject', tenant: 'default', subject: 'a b' as SubjectId })],
    ],
    [
      'with an odd tenant',
      [named({ kind: 'subject', tenant: 'De fault', subject: 'a' as SubjectId })],
    ],
    ['with an odd account', [named({ kind: 'account', account: '../x' })]],
    ['with an op number of 0', [{ ...good, ops: [like(0)] }]],
    ['with an op number that is too large', [{ ...good, ops: [like(OP_NUMBER_MAX + 1)] }]],
    ['with an odd video', [{ ...good, ops: [like(1, 'a b')] }]],
    ['with a view that is longer than a day', [{ ...good, ops: [view(WATCHED_MS_MAX + 1)] }]],
  ])('W103: %s is refused whole', (_what, groups) => {
    expect(read(granted('two', like(1)), groups)).toMatchObject({ kind: 'fault' });
  });

  it('W102: whose requests are not numbered one by one is refused', () => {
    const writer = new ByteWriter();
    writer.uint(EPOCH);
    writeRequest(writer, 1, granted('one', like(1)));
    expect(readOpsFrame(writer.take())).toMatchObject({ kind: 'fault' });
  });

  it('W103: without a request, or cut off, is refused', () => {
    const writer = new ByteWriter();
    writer.uint(EPOCH);
    expect(readOpsFrame(writer.take())).toMatchObject({ kind: 'fault' });
    expect(readOpsFrame(new Uint8Array())).toMatchObject({ kind: 'fault' });
    writeOpsFrame(writer, { epoch: EPOCH, requests: [granted('one', like(1))] });
    expect(readOpsFrame(writer.take().slice(0, -2))).toMatchObject({ kind: 'fault' });
  });

  it('W103: has so many ops and requests and no more', () => {
    const full = Array.from({ length: FRAME_OPS_MAX }, (_, index) => like(index + 1));
    expect(read(bulk('a', ...full))).toMatchObject({ epoch: EPOCH });
    expect(read(bulk('a', ...full), bulk('b', like(1)))).toMatchObject({ kind: 'fault' });
    const many = Array.from({ length: FRAME_REQUESTS_MAX }, () => bulk('a', like(1)));
    expect(read(...many)).toMatchObject({ epoch: EPOCH });
    expect(read(...many, bulk('a', like(1)))).toMatchObject({ kind: 'fault' });
  });
});

describe('the answer to a frame', () => {
  const asked = [granted('one', like(1), like(2)), granted('two', like(1))];
  const replies = asked.map((groups) => durable(groups));
  const bytesOf = (list: Parameters<typeof writeOpsAnswer>[1]): Uint8Array => {
    const writer = new ByteWriter();
    writeOpsAnswer(writer, list);
    return writer.take();
  };
  const [first] = replies;
  if (first?.kind !== 'durable') throw new Error('no reply');

  it.each([
    ['with a reply too few', bytesOf(replies.slice(1))],
    ['with an outcome too few', bytesOf([{ ...first, outcomes: Uint8Array.of(0) }, first])],
    [
      'with an outcome that no version has',
      bytesOf([{ ...first, outcomes: Uint8Array.of(0, 15) }, durable(asked[1] ?? [])]),
    ],
    ['of no batch', bytesOf([{ ...first, seq: 0 as typeof first.seq }, durable(asked[1] ?? [])])],
    ['with bytes behind it', Uint8Array.of(...bytesOf(replies), 7)],
    ['of another kind', Uint8Array.of(0, 99)],
  ])('W104: %s is not taken', (_what, bytes) => {
    expect(readOpsAnswer(bytesOf(replies), asked)).toHaveLength(replies.length);
    expect(readOpsAnswer(bytes, asked)).toMatchObject({ kind: 'fault' });
  });
});
