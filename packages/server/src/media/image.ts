// Pictures that people send: known by their first bytes, kept as they came, never decoded.
//
// Rules: docs/spec/uploads.md (UP34).

export type ImageType = Readonly<{ ending: 'jpg' | 'png' | 'webp'; type: string }>;

const JPEG: ImageType = { ending: 'jpg', type: 'image/jpeg' };
const PNG: ImageType = { ending: 'png', type: 'image/png' };
const WEBP: ImageType = { ending: 'webp', type: 'image/webp' };

export const IMAGE_TYPES: readonly string[] = [JPEG.type, PNG.type, WEBP.type];

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG_SIGNATURE = Buffer.from([0xff, 0xd8, 0xff]);
/** Less is no picture in any of the forms. */
const IMAGE_BYTES_MIN = 16;

/** What a picture is, whatever it was said to be; `undefined` for anything else. */
export function imageTypeOf(bytes: Buffer): ImageType | undefined {
  if (bytes.length < IMAGE_BYTES_MIN) return undefined;
  if (bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return PNG;
  if (bytes.subarray(0, JPEG_SIGNATURE.length).equals(JPEG_SIGNATURE)) return JPEG;
  const isRiff = bytes.toString('latin1', 0, 4) === 'RIFF';
  return isRiff && bytes.toString('latin1', 8, 12) === 'WEBP' ? WEBP : undefined;
}
