import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FRAME, FRAME_BYTES_MAX, frameHead, frameReader } from './frames.ts';
import type { FrameKind } from './frames.ts';

const signature = Buffer.alloc(64, 7);

const framed = (kind: FrameKind, payload: Buffer): Buffer =>
  Buffer.concat([frameHead(kind, signature, payload.length), payload]);

it('W9: reads the same frames however the network cuts them', () => {
  const payload = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const cuts = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 8 }), cuts, (payloads, sizes) => {
      const whole = Buffer.concat(payloads.map((bytes) => framed(FRAME.data, bytes)));
      const reader = frameReader();
      const read: string[] = [];
      for (let at = 0, turn = 0; at < whole.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        const frames = reader.push(whole.subarray(at, at + size));
        if (frames === 'malformed') throw new Error('a frame that is whole was refused');
        read.push(...frames.map((frame) => frame.payload.toString('hex')));
        at += size;
      }
      expect(read).toEqual(payloads.map((bytes) => bytes.toString('hex')));
      expect(reader.pendingBytes()).toBe(0);
    }),
  );
});

it('W9: refuses a payload that is too large before it has arrived, and a kind it does not know', () => {
  expect(frameReader().push(frameHead(FRAME.data, signature, FRAME_BYTES_MAX + 1))).toBe(
    'malformed',
  );
  const unknown = framed(FRAME.data, Buffer.alloc(0));
  unknown.writeUInt8(9, 4);
  expect(frameReader().push(unknown)).toBe('malformed');
});
