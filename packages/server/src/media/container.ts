// Reads what a video file says of itself: kind of container, tracks, codecs, size, length, and
// whether all of it is there. It parses and never decodes.
//
// Rules: docs/spec/uploads.md (UP20 to UP25).
//
// The file is somebody's who may mean harm: what is read of it is bounded here, and time and memory
// by whoever runs this (`check-upload.ts`).

import type { FileHandle } from 'node:fs/promises';
import { CustomSource, EncodedPacketSink, Input, MP4, WEBM } from 'mediabunny';
import type { InputTrack, InputVideoTrack } from 'mediabunny';

export const VIDEO_MS_MAX = 300_000;
/** The last frame may begin within the limit and end behind it. */
const VIDEO_MS_GRACE = 500;
/** Of one file; what a player needs to begin is far less. */
const READ_BYTES_MAX: number = 64 * 1024 * 1024;
const BOXES_MAX = 1_000;
const TRACKS_MAX = 16;
const SIDE_MAX = 8_192;

const VIDEO_CODECS: readonly string[] = ['avc', 'vp9', 'av1'];
const AUDIO_CODECS: readonly string[] = ['aac', 'opus'];

export const UPLOAD_PROBLEMS = {
  'not-a-video':
    'This file is no MP4 or WebM video, whatever it is called. Choose another, or export it as MP4.',
  truncated: 'The end of this video is missing. Export or copy it anew, and upload that file.',
  empty: 'This file is empty. Choose another.',
  'too-long': 'This video is longer than 5 minutes. Trim it, and upload the shorter one.',
  'too-large': 'This file is larger than 200 MB. Export it smaller, and upload that.',
  'codec-unsupported':
    'This video is packed in a way that not every browser plays. Export it as MP4 with H.264 and AAC, or as WebM with VP9 or AV1 and Opus.',
  'no-video-track': 'There is sound in this file, and no picture. Choose another.',
  expired: 'The upload was not finished within a day, so what had come was removed. Begin again.',
} as const satisfies Record<string, string>;

export type UploadProblem = keyof typeof UPLOAD_PROBLEMS;

export type Checked = Readonly<
  | {
      kind: 'video';
      ending: 'mp4' | 'webm';
      type: string;
      durationMs: number;
      /** As it is shown: turned, where the file says so. */
      width: number;
      height: number;
    }
  | { kind: 'refused'; problem: UploadProblem }
>;

const refused = (problem: UploadProblem): Checked => ({ kind: 'refused', problem });

/** Looks at an open file. Rejects only when the file cannot be read at all. */
export async function checkContainer(file: FileHandle): Promise<Checked> {
  const { size } = await file.stat();
  if (size === 0) return refused('empty');
  const layout = await layoutOf(file, size);
  if (layout === 'other') return refused('not-a-video');
  if (layout === 'cut') return refused('truncated');
  const input = new Input({ source: sourceOf(file, size), formats: [MP4, WEBM] });
  try {
    return await look(input);
  } catch {
    // Whatever a parser stumbles over: it is not what it says.
    return refused('not-a-video');
  } finally {
    input.dispose();
  }
}

function sourceOf(file: FileHandle, size: number): CustomSource {
  let read = 0;
  return new CustomSource({
    getSize: () => size,
    read: async (start, end) => {
      read += end - start;
      if (read > READ_BYTES_MAX) throw new Error('the file wants too much of it to be read');
      const bytes = Buffer.alloc(end - start);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      return bytes.subarray(0, bytesRead);
    },
  });
}

async function look(input: Input): Promise<Checked> {
  const tracks = await input.getTracks();
  if (tracks.length === 0 || tracks.length > TRACKS_MAX) return refused('not-a-video');
  const videos = tracks.filter((track): track is InputVideoTrack => track.isVideoTrack());
  const [video] = videos;
  if (video === undefined) return refused('no-video-track');
  const said = (await input.getDurationFromMetadata()) ?? 0;
  if (said * 1_000 > VIDEO_MS_MAX + VIDEO_MS_GRACE) return refused('too-long');
  for (const track of tracks) {
    const codec = await track.getCodec();
    const isVideo = track.isVideoTrack();
    if (!isVideo && !track.isAudioTrack()) continue;
    const known = isVideo ? VIDEO_CODECS : AUDIO_CODECS;
    if (codec === null || !known.includes(codec)) return refused('codec-unsupported');
  }
  if (!(await isWhole(tracks))) return refused('truncated');
  const computed = await input.computeDuration();
  const durationMs = Math.ceil(Math.max(said, computed) * 1_000);
  if (durationMs > VIDEO_MS_MAX + VIDEO_MS_GRACE) return refused('too-long');
  const width = await video.getDisplayWidth();
  const height = await video.getDisplayHeight();
  const isSized = [width, height].every((side) => side >= 1 && side <= SIDE_MAX);
  if (durationMs < 1 || !isSized) return refused('not-a-video');
  const isMp4 = (await input.getFormat()) === MP4;
  const kind = isMp4
    ? ({ ending: 'mp4', type: 'video/mp4' } as const)
    : ({ ending: 'webm', type: 'video/webm' } as const);
  return {
    kind: 'video',
    ...kind,
    durationMs,
    width: Math.round(width),
    height: Math.round(height),
  };
}

/** Whether the last piece of each track is in the file. */
async function isWhole(tracks: readonly InputTrack[]): Promise<boolean> {
  for (const track of tracks) {
    if (!track.isVideoTrack() && !track.isAudioTrack()) continue;
    const sink = new EncodedPacketSink(track);
    // Later than anything can be: the last one there is.
    if ((await sink.getPacket(Number.MAX_SAFE_INTEGER)) === null) return false;
  }
  return true;
}

type Layout = 'whole' | 'cut' | 'other';

const EBML = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);

/** What the outermost parts of the file say of where they end. */
async function layoutOf(file: FileHandle, size: number): Promise<Layout> {
  const head = Buffer.alloc(16);
  for (let at = 0, boxes = 0; at < size; boxes += 1) {
    const { bytesRead } = await file.read(head, 0, head.length, at);
    if (at === 0 && head.subarray(0, 4).equals(EBML)) return 'whole';
    if (bytesRead < 8) return 'cut';
    const type = head.toString('latin1', 4, 8);
    if (at === 0 && type !== 'ftyp') return 'other';
    if (!/^[\x20-\x7e\xa9]{4}$/.test(type) || boxes >= BOXES_MAX) return 'other';
    const short = head.readUInt32BE(0);
    // 0: to the end of the file; 1: the size stands behind the type.
    if (short === 0) return 'whole';
    if (short === 1 && bytesRead < 16) return 'cut';
    const bytes = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
    if (bytes < 8) return 'other';
    at += bytes;
    if (at > size) return 'cut';
  }
  return 'whole';
}
