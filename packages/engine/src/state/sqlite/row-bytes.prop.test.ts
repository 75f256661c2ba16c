import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DETAIL_LENGTH, emptyDetail } from '../../counting/day-detail.ts';
import { DetailAdder, detailFromBytes, detailToBytes } from './row-bytes.ts';

const detail = fc
  .array(fc.tuple(fc.nat(DETAIL_LENGTH - 1), fc.nat({ max: 2 ** 50 })), { maxLength: 12 })
  .map((pairs) => {
    const numbers = emptyDetail();
    for (const [slot, value] of pairs) numbers[slot] = value;
    return numbers;
  });

test('C27: a detail comes back from its bytes as it was', () => {
  fc.assert(
    fc.property(detail, (numbers) => {
      expect(detailFromBytes(detailToBytes(numbers))).toEqual(numbers);
    }),
  );
});

test('C27: details that are bytes add up number by number', () => {
  const adder = new DetailAdder();
  fc.assert(
    fc.property(detail, detail, (left, right) => {
      const sum = left.map((value, slot) => value + (right[slot] ?? 0));
      const bytes = adder.add(detailToBytes(left), detailToBytes(right));
      expect(bytes).toEqual(detailToBytes(sum));
    }),
  );
});
