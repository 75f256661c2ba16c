// Bytes out and in: the few forms that the journal, the rows and the frames between threads use.
//
// Whole numbers are LEB128 variable-length up to 2^53; text is UTF-8 behind its length.

const GROWTH = 2;

/** Appends to a buffer that grows; `take` gives a copy of what was written and starts anew. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(bytesStart = 1_024) {
    this.#buffer = Buffer.allocUnsafe(bytesStart);
  }

  get length(): number {
    return this.#length;
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * GROWTH));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  /** A whole number from 0 to 2^53 - 1. */
  uint(value: number): void {
    this.#room(8);
    let large = value;
    while (large > 0x7fffffff) {
      // The lowest bits are those of the whole number, and what is left divides without a rest.
      const low = large & 0x7f;
      this.#buffer[this.#length] = low | 0x80;
      this.#length += 1;
      large = (large - low) / 0x80;
    }
    let rest = large | 0;
    while (rest >= 0x80) {
      this.#buffer[this.#length] = (rest & 0x7f) | 0x80;
      this.#length += 1;
      rest >>>= 7;
    }
    this.#buffer[this.#length] = rest;
    this.#length += 1;
  }

  /** A whole number of either sign: the sign is the lowest bit. */
  int(value: number): void {
    this.uint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  text(value: string): void {
    const start = this.#length;
    // Ids are ASCII and short; one pass without a native call is several times faster for them.
    if (value.length < 0x80) {
      this.#room(value.length + 1);
      this.#buffer[start] = value.length;
      let ascii = 0;
      for (let index = 0; index < value.length; index += 1) {
        const code = value.charCodeAt(index);
        ascii |= code;
        this.#buffer[start + 1 + index] = code;
      }
      if (ascii < 0x80) {
        this.#length = start + 1 + value.length;
        return;
      }
    }
    const bytes = Buffer.byteLength(value);
    this.uint(bytes);
    this.#room(bytes);
    this.#length += this.#buffer.write(value, this.#length, 'utf8');
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  take(): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(this.#length);
    copy.set(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return copy;
  }
}

/** What was read does not have the form that was written. */
export class FormatError extends Error {
  readonly code = 'format';
}

const TEXT_LOOP_MAX = 24;

/** Reads what a `ByteWriter` wrote; throws `FormatError` beyond the end. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get at(): number {
    return this.#at;
  }

  /** Goes to a position that `at` gave. */
  moveTo(position: number): void {
    this.#at = position;
  }

  get atEnd(): boolean {
    return this.#at >= this.#buffer.length;
  }

  byte(): number {
    const value = this.#buffer[this.#at];
    if (value === undefined) throw new FormatError('the bytes end too early');
    this.#at += 1;
    return value;
  }

  uint(): number {
    let value = this.byte();
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let scale = 0x80; ; scale *= 0x80) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) break;
      if (scale > 2 ** 46) throw new FormatError('a number is too long');
    }
    if (!Number.isSafeInteger(value)) throw new FormatError('a number is too large');
    return value;
  }

  int(): number {
    const value = this.uint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  text(): string {
    const length = this.uint();
    const start = this.#at;
    const end = start + length;
    if (end > this.#buffer.length) throw new FormatError('a text ends too early');
    this.#at = end;
    if (length > TEXT_LOOP_MAX) return this.#buffer.toString('utf8', start, end);
    let text = '';
    for (let index = start; index < end; index += 1) {
      const code = this.#buffer[index] as number;
      if (code >= 0x80) return this.#buffer.toString('utf8', start, end);
      text += String.fromCharCode(code);
    }
    return text;
  }

  /** The bytes read since a position that `at` gave. */
  since(from: number): Uint8Array {
    return this.#buffer.subarray(from, this.#at);
  }

  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#buffer.length) throw new FormatError('the bytes end too early');
    const slice = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return slice;
  }
}
