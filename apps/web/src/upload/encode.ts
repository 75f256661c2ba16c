// Cuts a part out of a video and, where the codec is not taken, encodes it, with the browser's own
// coders (WebCodecs). Loaded when it is needed. The server never sees what is cut away.

import {
  BlobSource,
  BufferTarget,
  Conversion,
  ConversionCanceledError,
  getFirstEncodableAudioCodec,
  getFirstEncodableVideoCodec,
  Input,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import type { AudioCodec, VideoCodec } from 'mediabunny';
import { videoBitsPerSecond } from './media-limits.ts';
import { READABLE } from './probe.ts';
import type { Need, Probe, Range } from './upload-machine.ts';

/** The longer side of what is encoded here; more is work for nothing on a phone. */
const LONG_SIDE_MAX = 1_280;
const AUDIO_BITS_PER_SECOND = 128_000;

type Coders = Readonly<{ container: 'mp4' | 'webm'; video: VideoCodec; audio: AudioCodec }>;

/** The first pair that this browser can write and every browser plays. */
async function codersHere(): Promise<Coders | null> {
  const [video, audio] = await Promise.all([
    getFirstEncodableVideoCodec(['avc', 'vp9', 'av1']),
    getFirstEncodableAudioCodec(['aac', 'opus']),
  ]);
  if (video === 'avc' && audio === 'aac') return { container: 'mp4', video, audio };
  const [webVideo, webAudio] = await Promise.all([
    getFirstEncodableVideoCodec(['vp9', 'av1']),
    getFirstEncodableAudioCodec(['opus']),
  ]);
  if (webVideo === null || webAudio === null) return null;
  return { container: 'webm', video: webVideo, audio: webAudio };
}

/** Whether this browser can cut and encode a file: read its pictures and its sound, and write its own. */
export async function canEncode(file: Blob): Promise<boolean> {
  if (typeof VideoEncoder === 'undefined' || typeof VideoDecoder === 'undefined') return false;
  if ((await codersHere()) === null) return false;
  const input = new Input({ formats: READABLE, source: new BlobSource(file) });
  try {
    const video = await input.getPrimaryVideoTrack();
    const audio = await input.getPrimaryAudioTrack();
    // A sound that it cannot read would be left out without a word.
    return (await video?.canDecode()) === true && (await audio?.canDecode()) !== false;
  } finally {
    input.dispose();
  }
}

export type Encoded = Readonly<
  { kind: 'encoded'; blob: Blob; container: 'mp4' | 'webm' } | { kind: 'failed'; code: string }
>;

type EncodeJob = Readonly<{
  file: Blob;
  probe: Probe;
  range: Range;
  needs: readonly Need[];
  signal: AbortSignal;
  onPart: (part: number) => void;
}>;

/** Where nothing but the length is wrong, pictures are copied as they are and only the cut is new. */
function copies(job: EncodeJob): boolean {
  return (
    !job.needs.includes('codec') &&
    !job.needs.includes('too-large') &&
    job.probe.container === 'mp4'
  );
}

/** Makes the part. What cannot be made is an answer and not an error. */
export async function encodePart(job: EncodeJob): Promise<Encoded> {
  const coders = await codersHere();
  if (coders === null) return { kind: 'failed', code: 'cannot-encode' };
  const isCopy = copies(job);
  const container = isCopy ? 'mp4' : coders.container;
  const input = new Input({ formats: READABLE, source: new BlobSource(job.file) });
  const target = new BufferTarget();
  const format =
    container === 'mp4' ? new Mp4OutputFormat({ fastStart: 'in-memory' }) : new WebMOutputFormat();
  const output = new Output({ format, target });
  const { startMs, endMs } = job.range;
  const bitrate = videoBitsPerSecond(endMs - startMs);
  const video = isCopy
    ? {}
    : { codec: coders.video, bitrate, forceTranscode: true, ...sizeOf(job.probe) };
  const audio = isCopy ? {} : { codec: coders.audio, bitrate: AUDIO_BITS_PER_SECOND };
  try {
    const conversion = await Conversion.init({
      input,
      output,
      tracks: 'primary',
      trim: { start: startMs / 1_000, end: endMs / 1_000 },
      video,
      audio,
    });
    if (!conversion.isValid || !conversion.utilizedTracks.some((track) => track.isVideoTrack())) {
      return { kind: 'failed', code: 'cannot-encode' };
    }
    conversion.onProgress = job.onPart;
    job.signal.addEventListener('abort', () => void conversion.cancel());
    await conversion.execute();
    if (target.buffer === null) return { kind: 'failed', code: 'encode-failed' };
    const blob = new Blob([target.buffer], {
      type: container === 'mp4' ? 'video/mp4' : 'video/webm',
    });
    return { kind: 'encoded', blob, container };
  } catch (error) {
    const code = error instanceof ConversionCanceledError ? 'cancelled' : 'encode-failed';
    return { kind: 'failed', code };
  } finally {
    input.dispose();
  }
}

function sizeOf({ width, height }: Probe): Readonly<{ width?: number; height?: number }> {
  if (Math.max(width, height) <= LONG_SIDE_MAX) return {};
  return height >= width ? { height: LONG_SIDE_MAX } : { width: LONG_SIDE_MAX };
}
