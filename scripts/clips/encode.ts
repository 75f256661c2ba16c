// Everything that calls ffmpeg. The frames go to a lossless file first, because two passes over
// them are what lets a clip use its whole budget and no more.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { FRAME_HEIGHT, FRAME_WIDTH, FRAMES_PER_SECOND } from './frame.ts';

const AUDIO_KBPS = 64;
const KEYFRAME_EVERY_FRAMES = 120;
const POSTER_BYTES_MAX = 34_000;

export class MediaToolError extends Error {
  readonly code = 'media-tool-failed';
}

type Tool = ChildProcessByStdio<Writable, Readable, Readable>;

function start(command: string, args: readonly string[]): Tool {
  return spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Resolves with what the tool printed. Throws `MediaToolError` when it cannot run or fails. */
async function finish(tool: Tool, name: string): Promise<string> {
  const closed = once(tool, 'close').catch((cause: unknown) => {
    throw new MediaToolError(`${name} could not be started; is it installed and on PATH?`, {
      cause,
    });
  });
  const [output, complaint] = await Promise.all([text(tool.stdout), text(tool.stderr), closed]);
  if (tool.exitCode !== 0) throw new MediaToolError(`${name} failed: ${complaint.slice(-2000)}`);
  return output;
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  const tool = start('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args]);
  tool.stdin.end();
  await finish(tool, 'ffmpeg');
}

const RAW_INPUT = [
  ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${FRAME_WIDTH}x${FRAME_HEIGHT}`],
  ...['-r', String(FRAMES_PER_SECOND), '-i', 'pipe:0'],
];

async function pour(pictures: Iterable<Uint8Array>, args: readonly string[]): Promise<void> {
  const tool = start('ffmpeg', ['-v', 'error', '-y', ...RAW_INPUT, ...args]);
  const finished = finish(tool, 'ffmpeg');
  // A broken pipe shows up as the tool's own failure, which says more.
  tool.stdin.on('error', () => {});
  for (const picture of pictures) {
    if (tool.exitCode !== null) break;
    // Copied, because the renderer draws the next picture into the same bytes.
    if (!tool.stdin.write(Buffer.from(picture))) {
      await Promise.race([once(tool.stdin, 'drain'), finished]);
    }
  }
  tool.stdin.end();
  await finished;
}

/** Stores pictures of 720x1280 RGB bytes without loss, already in the colours of the clip. */
export async function storeFrames(pictures: Iterable<Uint8Array>, target: string): Promise<void> {
  const colors = 'scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int';
  await pour(pictures, [
    ...['-vf', colors, '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0', target],
  ]);
}

/** Writes one picture as a PNG, to look at. */
export async function storeStill(picture: Uint8Array, target: string): Promise<void> {
  await pour([picture], ['-frames:v', '1', target]);
}

export type ClipJob = Readonly<{
  frames: string;
  sound: string;
  target: string;
  videoKbps: number;
  workDir: string;
}>;

/** Two passes of x264 and one of AAC into an MP4 whose index comes first. */
export async function encodeClip(job: ClipJob): Promise<void> {
  const video = [
    ...['-c:v', 'libx264', '-preset', 'slower', '-profile:v', 'high', '-level', '3.1'],
    ...['-pix_fmt', 'yuv420p', '-b:v', `${job.videoKbps}k`, '-g', String(KEYFRAME_EVERY_FRAMES)],
    ...['-aq-mode', '3', '-threads', '1', '-passlogfile', join(job.workDir, 'pass')],
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
    ...['-color_range', 'tv'],
  ];
  await ffmpeg(['-i', job.frames, ...video, '-pass', '1', '-an', '-f', 'null', '/dev/null']);
  await ffmpeg([
    ...['-i', job.frames, '-i', job.sound, '-map', '0:v', '-map', '1:a', ...video, '-pass', '2'],
    ...['-c:a', 'aac', '-b:a', `${AUDIO_KBPS}k`, '-ac', '2'],
    ...['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'],
    ...['-flags:a', '+bitexact', '-movflags', '+faststart', job.target],
  ]);
}

/** Writes the picture at `atSec` as a JPEG, as good as the size limit allows. */
export async function encodePoster(frames: string, atSec: number, target: string): Promise<void> {
  for (let quality = 3; quality <= 20; quality += 1) {
    await ffmpeg([
      ...['-ss', atSec.toFixed(3), '-i', frames, '-frames:v', '1'],
      ...['-vf', 'scale=540:960:in_range=tv:out_range=pc:flags=lanczos', '-pix_fmt', 'yuvj420p'],
      ...['-q:v', String(quality), '-fflags', '+bitexact', '-flags:v', '+bitexact', target],
    ]);
    if ((await stat(target)).size <= POSTER_BYTES_MAX) return;
  }
  throw new MediaToolError(`${target} does not fit into ${POSTER_BYTES_MAX} bytes at any quality`);
}

/** The length of a clip as its container states it, in whole milliseconds. */
export async function probeDurationMs(clip: string): Promise<number> {
  const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', clip];
  const tool = start('ffprobe', args);
  tool.stdin.end();
  const durationSec = Number.parseFloat(await finish(tool, 'ffprobe'));
  if (!Number.isFinite(durationSec)) throw new MediaToolError(`${clip} has no length`);
  return Math.round(durationSec * 1000);
}
