// Looks into a chosen file in the browser: container, codecs, length. Loaded when a file is chosen.
// Nothing is decoded here, and nothing is sent.

import {
  BlobSource,
  EncodedPacketSink,
  Input,
  MATROSKA,
  MP4,
  QTFF,
  UnsupportedInputFormatError,
  WEBM,
} from 'mediabunny';
import type { InputVideoTrack } from 'mediabunny';
import type { Probe, Problem } from './upload-machine.ts';

export type Probed = Readonly<
  { kind: 'probed'; probe: Probe } | { kind: 'refused'; problem: Problem }
>;

const CONTAINERS: readonly (readonly [unknown, string])[] = [
  [MP4, 'mp4'],
  [QTFF, 'mov'],
  [WEBM, 'webm'],
  [MATROSKA, 'mkv'],
];

/** What a reader of files takes; the same list for looking and for encoding. */
export const READABLE = [MP4, QTFF, WEBM, MATROSKA];

/** A picture may end this long before the whole does: sound often goes on a little. */
const SHORT_S_MAX = 1;

const refused = (code: string): Probed => ({ kind: 'refused', problem: { code, detail: null } });

/** Looks into a file. What cannot be read is an answer and not an error. */
export async function probeFile(file: Blob): Promise<Probed> {
  if (file.size === 0) return refused('empty');
  const input = new Input({ formats: READABLE, source: new BlobSource(file) });
  try {
    return await probeInput(input);
  } catch (error) {
    // Its beginning is that of a video, and then it does not go on as one.
    return refused(error instanceof UnsupportedInputFormatError ? 'not-a-video' : 'truncated');
  } finally {
    input.dispose();
  }
}

async function probeInput(input: Input): Promise<Probed> {
  const format = await input.getFormat();
  const video = await input.getPrimaryVideoTrack();
  if (video === null) {
    // Not even a sound: what describes the tracks is missing, so the file is not whole.
    return refused((await input.getTracks()).length === 0 ? 'truncated' : 'no-video-track');
  }
  if (!(await hasItsEnd(video))) return refused('truncated');
  const audio = await input.getPrimaryAudioTrack();
  const probe: Probe = {
    container: CONTAINERS.find(([one]) => one === format)?.[1] ?? 'other',
    videoCodec: (await video.getCodec()) ?? 'unknown',
    audioCodec: audio === null ? null : ((await audio.getCodec()) ?? 'unknown'),
    durationMs: Math.round((await input.computeDuration()) * 1_000),
    width: await video.getDisplayWidth(),
    height: await video.getDisplayHeight(),
  };
  return { kind: 'probed', probe };
}

/** A file that was cut off still says at its beginning how long it should have been. */
async function hasItsEnd(video: InputVideoTrack): Promise<boolean> {
  const last = await new EncodedPacketSink(video).getPacket(Number.POSITIVE_INFINITY);
  if (last === null || last.data.byteLength === 0) return false;
  const metadataS = await video.getDurationFromMetadata();
  return metadataS === null || last.timestamp + last.duration >= metadataS - SHORT_S_MAX;
}
