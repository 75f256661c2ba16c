// As much of the MP4 container (ISO/IEC 14496-12) as is needed to check a clip without a decoder.

export type Box = Readonly<{ type: string; start: number; body: DataView }>;

/** The boxes that follow each other in `body`. Throws when one claims more than is there. */
export function boxesIn(body: DataView): Box[] {
  const boxes: Box[] = [];
  let start = 0;
  while (start + 8 <= body.byteLength) {
    const size = body.getUint32(start);
    const type = textAt(body, start + 4);
    if (size < 8 || start + size > body.byteLength) {
      throw new RangeError(`box ${type} at ${start} states a size of ${size}`);
    }
    boxes.push({
      type,
      start,
      body: new DataView(body.buffer, body.byteOffset + start + 8, size - 8),
    });
    start += size;
  }
  return boxes;
}

function textAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}

/** The one box at the end of a path such as `moov/mvhd`. Throws when a step is missing. */
export function boxAt(body: DataView, path: string): Box {
  const [first, ...rest] = path.split('/');
  const found = boxesIn(body).find((box) => box.type === first);
  if (found === undefined) throw new RangeError(`there is no ${path}`);
  return rest.length === 0 ? found : boxAt(found.body, rest.join('/'));
}

export type Mp4Track = Readonly<{ codec: string; width: number; height: number }>;

export type Mp4 = Readonly<{ order: readonly string[]; durationMs: number; tracks: Mp4Track[] }>;

/** The order of the outermost boxes, the length, and each track's sample format and size. */
export function readMp4(file: Uint8Array): Mp4 {
  const whole = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const movie = boxAt(whole, 'moov').body;
  return {
    order: boxesIn(whole).map((box) => box.type),
    durationMs: durationMsOf(boxAt(movie, 'mvhd').body),
    tracks: boxesIn(movie)
      .filter((box) => box.type === 'trak')
      .map((box) => readTrack(box.body)),
  };
}

/** Version 1 of the header has 64-bit times, version 0 32-bit ones. */
function durationMsOf(header: DataView): number {
  const wide = header.getUint8(0) === 1;
  const ticksASec = header.getUint32(wide ? 20 : 12);
  const ticks = wide ? Number(header.getBigUint64(24)) : header.getUint32(16);
  return Math.round((ticks * 1000) / ticksASec);
}

function readTrack(track: DataView): Mp4Track {
  const header = boxAt(track, 'tkhd').body;
  const sizeAt = header.getUint8(0) === 1 ? 88 : 76;
  const samples = boxAt(track, 'mdia/minf/stbl/stsd').body;
  return {
    codec: textAt(samples, 12),
    // 16.16 fixed point.
    width: header.getUint32(sizeAt) / 65_536,
    height: header.getUint32(sizeAt + 4) / 65_536,
  };
}
