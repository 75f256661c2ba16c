import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter, FormatError } from './bytes.ts';

const around = [
  0x7f,
  0x80,
  0x3fff,
  0x4000,
  2 ** 31,
  2 ** 32,
  2 ** 35,
  2 ** 42,
  2 ** 49,
  2 ** 53 - 1,
];
const uint = fc.oneof(fc.maxSafeNat(), fc.constantFrom(...around), fc.nat(1_000));
const int = fc.oneof(
  fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
  fc.constantFrom(0, -1, 1, -64, 64, -(2 ** 31), 2 ** 31, -(2 ** 52), 2 ** 52 - 1),
);

const value = fc.oneof(
  fc.record({ as: fc.constant('byte' as const), value: fc.nat(255) }),
  fc.record({ as: fc.constant('uint' as const), value: uint }),
  fc.record({ as: fc.constant('int' as const), value: int }),
  fc.record({
    as: fc.constant('text' as const),
    value: fc.oneof(
      fc
        .string({ unit: 'binary', maxLength: 200, size: 'max' })
        .filter((text) => text.isWellFormed()),
      fc.string({ maxLength: 30 }),
    ),
  }),
  fc.record({
    as: fc.constant('bytes' as const),
    value: fc.uint8Array({ maxLength: 300, size: 'max' }),
  }),
);

test('what is written one after the other is read back one after the other', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), (values) => {
      const writer = new ByteWriter(4);
      for (const one of values) {
        if (one.as === 'text') writer.text(one.value);
        else if (one.as === 'bytes') writer.bytes(one.value);
        else writer[one.as](one.value);
      }
      const reader = new ByteReader(writer.take());
      for (const one of values) {
        if (one.as === 'text') expect(reader.text()).toBe(one.value);
        else if (one.as === 'bytes')
          expect(new Uint8Array(reader.bytes(one.value.length))).toEqual(one.value);
        else expect(reader[one.as]()).toBe(one.value);
      }
      expect(reader.atEnd).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a number takes as many bytes as it needs, a byte for each seven bits', () => {
  fc.assert(
    fc.property(uint, (number) => {
      const writer = new ByteWriter();
      writer.uint(number);
      expect(writer.length).toBe(Math.max(1, Math.ceil(number.toString(2).length / 7)));
    }),
  );
});

test.each([
  ['byte', []],
  ['uint', [0x80]],
  ['text', [5, 0x61]],
  ['text', [0xff, 0xff, 0xff, 0xff, 0x0f]],
] as const)('reading a %s beyond the end is a FormatError', (as, bytes) => {
  expect(() => new ByteReader(Uint8Array.from(bytes))[as]()).toThrow(FormatError);
});

test('reading bytes beyond the end is a FormatError', () => {
  expect(() => new ByteReader(Uint8Array.of(1, 2)).bytes(3)).toThrow(FormatError);
});

test('taking begins anew, and what was taken is not written over', () => {
  const writer = new ByteWriter(4);
  writer.text('first');
  const first = writer.take();
  writer.text('other');
  expect(new ByteReader(first).text()).toBe('first');
  expect(writer.length).toBe(6);
});
