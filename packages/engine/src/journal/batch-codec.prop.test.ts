import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CORRECTION_REASONS, METRICS } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { SOURCES } from '@holdfast/protocol/ops.ts';
import { ByteWriter, FormatError } from '../codec/bytes.ts';
import type { Entry, NumberedOp } from '../counting/entries.ts';
import { PERSONS_MAX, VIDEOS_MAX } from '../counting/numbers.ts';
import type { PersonNo, VideoNo } from '../counting/numbers.ts';
import { chainHash, decodeEntries, encodeEntries, laneBytes, lanesOfBytes } from './batch-codec.ts';

const whole = fc.oneof(fc.nat(300), fc.maxSafeNat());
const personNo = fc.nat(PERSONS_MAX - 1) as fc.Arbitrary<PersonNo>;
const videoNo = fc.nat(VIDEOS_MAX - 1) as fc.Arbitrary<VideoNo>;
// Text as it may come: plain, any script, and long enough for a length of two bytes.
const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 70 }),
  fc.string({ unit: 'grapheme', maxLength: 70 }),
  fc.string({ minLength: 125, maxLength: 135, size: 'max' }),
  fc.constant(''),
);
const lanes = fc.uint32Array({ minLength: 8, maxLength: 8 });

const op: fc.Arbitrary<NumberedOp> = fc.oneof(
  fc.record({
    n: whole,
    kind: fc.constantFrom('like' as const, 'unlike' as const),
    video: videoNo,
  }),
  fc.record({
    n: whole,
    kind: fc.constant('view' as const),
    video: videoNo,
    watchedMs: whole,
    source: fc.constantFrom(...SOURCES),
  }),
);

const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ kind: fc.constant('seal' as const), handover: text }),
  fc.record({
    kind: fc.constant('ops' as const),
    sessionKey: text,
    person: personNo,
    startedAtMs: fc.option(whole, { nil: undefined }),
    vouched: fc.boolean(),
    ops: fc.array(op, { maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constant('person' as const),
    person: personNo,
    pseudonym: lanes,
    creatorKey: text,
  }),
  fc.record({
    kind: fc.constant('video' as const),
    no: videoNo,
    video: text as fc.Arbitrary<string> as fc.Arbitrary<VideoId>,
    durationMs: whole,
    creatorKey: text,
  }),
  fc.record({
    kind: fc.constant('correction' as const),
    video: videoNo,
    metric: fc.constantFrom(...METRICS),
    delta: fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
    reason: fc.constantFrom(...CORRECTION_REASONS),
    note: text,
    sessionKey: fc.option(text, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('erase' as const), person: personNo }),
);

function encoded(entries: readonly Entry[], ruleVersion = 1): Uint8Array {
  return encodeEntries(new ByteWriter(16), ruleVersion, entries);
}

describe('C5: a batch on disk', () => {
  test('comes back as it was, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), fc.nat(200), (entries, ruleVersion) => {
        expect(decodeEntries(encoded(entries, ruleVersion))).toEqual({ ruleVersion, entries });
      }),
      { numRuns: 500 },
    );
  });

  test('comes back also from a writer that was used before', () => {
    const writer = new ByteWriter(16);
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        const body = encodeEntries(writer, 1, entries);
        encodeEntries(writer, 1, [{ kind: 'erase', person: 9 as PersonNo }]);
        expect(decodeEntries(body).entries).toEqual(entries);
      }),
    );
  });

  test('cut short gives a FormatError, or whole entries from its beginning', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 5 }), fc.nat(), (entries, at) => {
        const body = encoded(entries);
        const cut = body.subarray(0, at % body.length);
        let decoded: readonly Entry[] | undefined;
        try {
          decoded = decodeEntries(cut).entries;
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
        if (decoded === undefined) return;
        expect(decoded.length).toBeLessThan(entries.length);
        expect(decoded).toEqual(entries.slice(0, decoded.length));
      }),
      { numRuns: 500 },
    );
  });

  test('of any other bytes is never more than a FormatError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeEntries(Uint8Array.of(1, 1, ...bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('of a later version is refused by name', () => {
    const body = encoded([]);
    body[0] = 2;
    expect(() => decodeEntries(body)).toThrow('journal format 2 is not known');
  });

  test.each([
    ['entry tag', [1, 1, 8]],
    ['entry tag 0', [1, 1, 0]],
    ['op kind', [1, 1, 1, 0, 1, 0, 1, 3, 1, 1]],
    ['view source', [1, 1, 1, 0, 1, 0, 1, 22, 1, 1, 1]],
    ['metric', [1, 1, 4, 1, 9, 0, 0, 0]],
    ['reason', [1, 1, 4, 1, 0, 0, 9, 0]],
    ['number of nine bytes', [1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]],
    ['number beyond 2^53', [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])('with an unknown %s is a FormatError', (_, bytes) => {
    expect(() => decodeEntries(Uint8Array.from(bytes))).toThrow(FormatError);
  });

  test('stays readable: these bytes were written by the first version', () => {
    const body = [
      1,
      1, // format, rule
      2,
      1,
      ...new Array<number>(32).fill(7),
      1,
      0x63, // person 1, its hash, creator c
      3,
      1,
      2,
      0x76,
      0x31,
      0x90,
      0x4e,
      1,
      0x63, // video 1, v1, 10,000 ms, creator c
      1,
      2,
      0x7e,
      0x73,
      1,
      3,
      0x80,
      1,
      2,
      1,
      1,
      1,
      17,
      2,
      1,
      0xac,
      2, // session ~s, like, view
      4,
      1,
      0,
      3,
      0,
      1,
      0x78, // correction of likes by -2, fraud, note x
      7,
      4,
      0x21,
      0x6f,
      0x2f,
      0x61,
      1,
      0,
      1,
      0,
      0, // correction of likes by -1 with the name !o/a
      5,
      1, // erasure
    ];
    const lane = 0x07070707;
    const why = { reason: 'fraud', note: '', sessionKey: '!o/a' } as const;
    expect(decodeEntries(Uint8Array.from(body))).toEqual({
      ruleVersion: 1,
      entries: [
        { kind: 'person', person: 1, pseudonym: new Uint32Array(8).fill(lane), creatorKey: 'c' },
        { kind: 'video', no: 1, video: 'v1', durationMs: 10_000, creatorKey: 'c' },
        {
          kind: 'ops',
          sessionKey: '~s',
          person: 1,
          startedAtMs: 128,
          vouched: true,
          ops: [
            { n: 1, kind: 'like', video: 1 },
            { n: 2, kind: 'view', video: 1, watchedMs: 300, source: 'feed' },
          ],
        },
        { kind: 'correction', video: 1, metric: 'likes', delta: -2, reason: 'fraud', note: 'x' },
        { kind: 'correction', video: 1, metric: 'likes', delta: -1, ...why },
        { kind: 'erase', person: 1 },
      ],
    });
  });
});

test('hashes as bytes come back as they were', () => {
  fc.assert(
    fc.property(lanes, (hash) => {
      expect(lanesOfBytes(laneBytes(hash))).toEqual(hash);
    }),
  );
});

test('C24: the chain hash covers the hash before, the head and every byte of the body', () => {
  const previous = new Uint8Array(32).fill(1);
  const body = Uint8Array.of(1, 2, 3);
  const hash = Buffer.from(chainHash(previous, 1, 5, 1_000, body)).toString('hex');
  const others = [
    chainHash(new Uint8Array(32).fill(2), 1, 5, 1_000, body),
    chainHash(previous, 2, 5, 1_000, body),
    chainHash(previous, 1, 6, 1_000, body),
    chainHash(previous, 1, 5, 1_001, body),
    chainHash(previous, 1, 5, 1_000, Uint8Array.of(1, 2, 4)),
    chainHash(previous, 1, 5, 1_000, Uint8Array.of(1, 2, 3, 0)),
  ].map((other) => Buffer.from(other).toString('hex'));
  expect(new Set([hash, ...others]).size).toBe(7);
});
