// The form of a streamed answer: frames, each with its own signature (W9). Pure.
//
//   4 bytes  length of the payload, big endian
//   1 byte   kind
//   64 bytes signature over the frame's place in the stream, its kind and its payload
//   payload

export const FRAME = { data: 1, end: 2 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

/** Largest payload of one frame. */
export const FRAME_BYTES_MAX: number = 8 * 1024 * 1024;

const LENGTH_BYTES = 4;
const SIGNATURE_BYTES = 64;
const HEAD_BYTES: number = LENGTH_BYTES + 1 + SIGNATURE_BYTES;

export type Frame = Readonly<{ kind: FrameKind; signature: Buffer; payload: Buffer }>;

/** What stands before the payload. */
export function frameHead(kind: FrameKind, signature: Buffer, payloadBytes: number): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32BE(payloadBytes, 0);
  head.writeUInt8(kind, LENGTH_BYTES);
  signature.copy(head, LENGTH_BYTES + 1);
  return head;
}

export type FrameReader = Readonly<{
  /** Takes what has arrived and gives the frames that are whole now, or says it is no frame. */
  push: (bytes: Buffer) => readonly Frame[] | 'malformed';
  /** Bytes of a frame that has not arrived whole. */
  pendingBytes: () => number;
}>;

export function frameReader(): FrameReader {
  let chunks: Buffer[] = [];
  let haveBytes = 0;
  let needBytes = HEAD_BYTES;

  return {
    pendingBytes: () => haveBytes,
    push: (bytes) => {
      chunks.push(bytes);
      haveBytes += bytes.length;
      const frames: Frame[] = [];
      // Joined only once a frame is whole, so that a large one is not copied for every chunk of it.
      while (haveBytes >= needBytes) {
        const joined = chunks.length === 1 ? (chunks[0] ?? bytes) : Buffer.concat(chunks);
        chunks = [joined];
        const payloadBytes = joined.readUInt32BE(0);
        const kind = kindOf(joined.readUInt8(LENGTH_BYTES));
        if (payloadBytes > FRAME_BYTES_MAX || kind === undefined) return 'malformed';
        needBytes = HEAD_BYTES + payloadBytes;
        if (haveBytes < needBytes) break;
        const signature = joined.subarray(LENGTH_BYTES + 1, HEAD_BYTES);
        frames.push({ kind, signature, payload: joined.subarray(HEAD_BYTES, needBytes) });
        chunks = [joined.subarray(needBytes)];
        haveBytes -= needBytes;
        needBytes = HEAD_BYTES;
      }
      return frames;
    },
  };
}

function kindOf(value: number): FrameKind | undefined {
  return value === FRAME.data || value === FRAME.end ? value : undefined;
}
