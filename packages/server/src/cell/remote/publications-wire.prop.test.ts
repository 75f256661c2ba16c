import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Publication } from '../../border/publication.ts';
import { watermark } from '../../exchange/fake-publications.ts';
import { CHUNK_VIDEOS_MAX } from './cell-wire.ts';
import { readPublications, writePublication } from './publications-wire.ts';

const us = 'us' as Jurisdiction;
const video = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/).map((text) => text as VideoId);
const count = fc.integer({ min: -1_000, max: 2 ** 50 });
const place = {
  jurisdiction: fc.constant(us),
  epoch: fc.integer({ min: 1 }).map((value) => value as Epoch),
  seq: fc.nat().map((value) => value as Seq),
};
const publication: fc.Arbitrary<Publication> = fc.oneof(
  fc.record({ kind: fc.constant('watermark' as const), ...place, atMs: fc.nat(2 ** 41) }),
  fc
    .tuple(fc.record(place), fc.array(fc.tuple(video, count, count), { maxLength: 5 }))
    .map(([at, rows]) => ({
      kind: 'subtotals' as const,
      ...at,
      videos: rows.map(([name]) => name),
      likes: Float64Array.from(rows, ([, likes]) => likes),
      views: Float64Array.from(rows, ([, , views]) => views),
    })),
);

function bytesOf(...publications: readonly Publication[]): Uint8Array {
  const writer = new ByteWriter();
  for (const one of publications) writePublication(writer, one);
  return writer.take();
}

describe('a chunk of publications', () => {
  it('W109: is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(publication, { maxLength: 5 }), (written) => {
        expect(readPublications(bytesOf(...written), us)).toEqual(written);
      }),
    );
  });

  it('W109: whatever bytes come, nothing is thrown, and no number is odd', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(publication, { minLength: 1, maxLength: 4 }), changes, (written, to) => {
        const bytes = bytesOf(...written);
        for (const { at, byte } of to) bytes[at % bytes.length] = byte;
        const read = readPublications(bytes, us);
        if ('kind' in read) return;
        for (const one of read) {
          expect(one.epoch).toBeGreaterThan(0);
          if (one.kind === 'subtotals') {
            expect([...one.likes, ...one.views].every(Number.isSafeInteger)).toBe(true);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('W109: with more videos than a chunk has is refused, before room is made for them', () => {
    const writer = new ByteWriter();
    for (const part of [1, 1, 1, CHUNK_VIDEOS_MAX + 1]) writer.uint(part);
    expect(readPublications(writer.take(), us)).toMatchObject({ kind: 'fault' });
  });

  it('W109: with a time that is none is refused', () => {
    expect(readPublications(bytesOf(watermark(us, 1, 1, 2 ** 53 - 1)), us)).toMatchObject({
      kind: 'fault',
    });
  });
});
