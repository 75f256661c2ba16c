// The parts of rows that are stored as bytes: lists of numbers that are always read whole.

import { ByteReader, ByteWriter } from '../../codec/bytes.ts';
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
