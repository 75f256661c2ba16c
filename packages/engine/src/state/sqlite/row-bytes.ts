// The parts of rows that are stored as bytes: lists of numbers that are always read whole.

import { ByteReader, ByteWriter } from '../../codec/bytes.ts';
import { DETAIL_LENGTH, emptyDetail } from '../../counting/day-detail.ts';
import type { DayDetail } from '../../counting/day-detail.ts';
import type { Uniques } from '../../counting/uniques.ts';

const EXACT = 0;
const REGISTERS_KIND = 1;
const EMPTY = new Uint8Array(0);

/** Numbers as variable-length bytes; an empty list is no bytes. */
export function numbersToBytes(numbers: readonly number[]): Uint8Array {
  if (numbers.length === 0) return EMPTY;
  const writer = new ByteWriter(numbers.length * 4);
  for (const value of numbers) writer.uint(value);
  return writer.take();
}

export function numbersFromBytes(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  const reader = new ByteReader(bytes);
  while (!reader.atEnd) numbers.push(reader.uint());
  return numbers;
}

/** Kind and bytes of a sketch. */
export function uniquesToBytes(uniques: Uniques): { kind: number; data: Uint8Array } {
  if (uniques.kind === 'registers') return { kind: REGISTERS_KIND, data: uniques.registers };
  const { hashes } = uniques;
  const data = new Uint8Array(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  return { kind: EXACT, data };
}

export function uniquesFromBytes(kind: number, data: Uint8Array): Uniques {
  const copy = data.slice();
  if (kind === REGISTERS_KIND) return { kind: 'registers', registers: copy };
  return { kind: 'exact', hashes: new Float64Array(copy.buffer, 0, copy.length / 8) };
}

/** A detail as bytes: slot and number of each that is not 0, in the order of the slots. */
export function detailToBytes(detail: readonly number[]): Uint8Array {
  const numbers: number[] = [];
  for (let slot = 0; slot < DETAIL_LENGTH; slot += 1) {
    const value = detail[slot] ?? 0;
    if (value !== 0) numbers.push(slot, value);
  }
  return numbersToBytes(numbers);
}

export function detailFromBytes(bytes: Uint8Array): DayDetail {
  const detail = emptyDetail();
  const numbers = numbersFromBytes(bytes);
  for (let at = 0; at < numbers.length; at += 2) detail[numbers[at] ?? 0] = numbers[at + 1] ?? 0;
  return detail;
}

/** Adds details that are bytes, without making lists of them: it runs for every row of a flush. */
export class DetailAdder {
  readonly #writer = new ByteWriter(1_024);

  /** The sum of two details. Slots stand in order in both, so one pass takes the lower of the two. */
  add(left: Uint8Array, right: Uint8Array): Uint8Array {
    const [first, second] = [new ByteReader(left), new ByteReader(right)];
    let leftSlot = nextSlot(first);
    let rightSlot = nextSlot(second);
    while (leftSlot < DETAIL_LENGTH || rightSlot < DETAIL_LENGTH) {
      const slot = Math.min(leftSlot, rightSlot);
      let sum = 0;
      if (leftSlot === slot) {
        sum += first.uint();
        leftSlot = nextSlot(first);
      }
      if (rightSlot === slot) {
        sum += second.uint();
        rightSlot = nextSlot(second);
      }
      this.#writer.uint(slot);
      this.#writer.uint(sum);
    }
    return this.#writer.take();
  }
}

/** The slot of the next number, `DETAIL_LENGTH` behind the last. */
function nextSlot(reader: ByteReader): number {
  return reader.atEnd ? DETAIL_LENGTH : reader.uint();
}
