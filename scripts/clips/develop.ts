// From linear light to the bytes of a picture, and the two lens effects: bloom and vignette.

import { smoothstep } from './curves.ts';
import { add, addStretched, createFrame, type Frame, multiply } from './frame.ts';

const LIGHT_MAX = 4;
const TABLE_STEPS = 1 << 16;
const SHOULDER = 0.72;

/** Straight up to the shoulder, then bending towards 1, so that suns and lamps keep their hue. */
function rollOff(light: number): number {
  if (light <= SHOULDER) return light;
  const room = 1 - SHOULDER;
  return SHOULDER + room * (1 - Math.exp(-(light - SHOULDER) / room));
}

function encode(light: number): number {
  const rolled = rollOff(light);
  return rolled <= 0.0031308 ? rolled * 12.92 : 1.055 * rolled ** (1 / 2.4) - 0.055;
}

const byteOfLight = Float32Array.from(
  { length: TABLE_STEPS + 1 },
  (_, step) => encode((step / TABLE_STEPS) * LIGHT_MAX) * 255,
);

/**
 * Writes three bytes a pixel. The dither hides bands; it stands still, because noise that moves
 * would cost more bits than the picture.
 */
export function develop(frame: Frame, bytes: Uint8Array): void {
  const { width, height, light } = frame;
  const perLight = TABLE_STEPS / LIGHT_MAX;
  let index = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const raw = 52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1);
      const grain = (raw % 1) * 1.4 - 0.2;
      for (let channel = 0; channel < 3; channel += 1) {
        const step = ((light[index] ?? 0) * perLight + 0.5) | 0;
        const known = Math.max(0, Math.min(TABLE_STEPS, step));
        const byte = (byteOfLight[known] ?? 0) + grain;
        bytes[index] = Math.max(0, Math.min(255, byte)) | 0;
        index += 1;
      }
    }
  }
}

const BLOOM_SHRINK = 4;

/** Lets light above `threshold` spill over about `reach` pixels. */
export function bloom(frame: Frame, threshold: number, reach: number, gain: number): void {
  const small = createFrame(frame.width / BLOOM_SHRINK, frame.height / BLOOM_SHRINK);
  const share = 1 / (BLOOM_SHRINK * BLOOM_SHRINK);
  for (let y = 0; y < small.height * BLOOM_SHRINK; y += 1) {
    const row = Math.floor(y / BLOOM_SHRINK) * small.width;
    for (let x = 0; x < small.width * BLOOM_SHRINK; x += 1) {
      const source = (y * frame.width + x) * 3;
      const r = Math.max(0, Math.min(6, frame.light[source] ?? 0) - threshold) * share;
      const g = Math.max(0, Math.min(6, frame.light[source + 1] ?? 0) - threshold) * share;
      const b = Math.max(0, Math.min(6, frame.light[source + 2] ?? 0) - threshold) * share;
      if (r + g + b > 0) add(small, (row + Math.floor(x / BLOOM_SHRINK)) * 3, r, g, b);
    }
  }
  blur(small, Math.max(1, Math.round(reach / BLOOM_SHRINK / 2)));
  addStretched(frame, small, gain);
}

/** Three box blurs each way: close to a Gaussian, at a cost that does not grow with the radius. */
export function blur(frame: Frame, radius: number): void {
  const { width, height, light } = frame;
  const line = new Float32Array(Math.max(width, height));
  for (let pass = 0; pass < 3; pass += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      for (let y = 0; y < height; y += 1) {
        boxLine(light, y * width * 3 + channel, 3, width, radius, line);
      }
      for (let x = 0; x < width; x += 1) {
        boxLine(light, x * 3 + channel, width * 3, height, radius, line);
      }
    }
  }
}

function boxLine(
  values: Float32Array,
  start: number,
  stride: number,
  count: number,
  radius: number,
  line: Float32Array,
): void {
  for (let i = 0; i < count; i += 1) line[i] = values[start + i * stride] ?? 0;
  const last = count - 1;
  const valueAt = (i: number): number => line[Math.max(0, Math.min(last, i))] ?? 0;
  let sum = 0;
  for (let i = -radius; i <= radius; i += 1) sum += valueAt(i);
  for (let i = 0; i < count; i += 1) {
    values[start + i * stride] = sum / (2 * radius + 1);
    sum += valueAt(i + radius + 1) - valueAt(i - radius);
  }
}

/** Darkens towards the corners by up to `strength`. */
export function vignette(frame: Frame, strength: number): void {
  const { width, height } = frame;
  let index = 0;
  for (let y = 0; y < height; y += 1) {
    const down = (y / height - 0.5) * 1.7;
    for (let x = 0; x < width; x += 1) {
      const across = (x / width - 0.5) * 1.5;
      const far = across * across + down * down;
      multiply(frame, index, 1 - strength * smoothstep(0.25, 1.35, far));
      index += 3;
    }
  }
}
