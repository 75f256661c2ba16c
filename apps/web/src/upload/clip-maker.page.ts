// Not part of the app: the tests of uploading load this into a page of their browser, to make clips of
// any form with its coders and to look at clips.

import {
  ALL_FORMATS,
  AudioSample,
  AudioSampleSource,
  BlobSource,
  BufferTarget,
  CanvasSink,
  CanvasSource,
  Input,
  MkvOutputFormat,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny';

const WIDTH = 180;
const HEIGHT = 320;
const SAMPLES_PER_S = 48_000;

type Form = Readonly<{
  container: keyof typeof FORMATS;
  video: 'avc' | 'vp8' | 'vp9';
  audio: 'opus' | null;
  seconds: number;
  framesPerS: number;
  colors: readonly string[];
}>;

type Seen = Readonly<{
  video: string | null;
  audio: string | null;
  durationS: number;
  colors: readonly string[];
}>;

const FORMATS = {
  mp4: () => new Mp4OutputFormat({ fastStart: 'in-memory' }),
  webm: () => new WebMOutputFormat(),
  mkv: () => new MkvOutputFormat(),
};

/** Makes a clip that changes its colour each second; gives its bytes as base64. */
async function makeClip(form: Form): Promise<string> {
  const { container, video, audio, seconds, framesPerS, colors } = form;
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const pen = penOf(canvas);
  const target = new BufferTarget();
  const output = new Output({ format: FORMATS[container](), target });
  const pictures = new CanvasSource(canvas, { codec: video, bitrate: 200_000 });
  output.addVideoTrack(pictures);
  const sound = audio === null ? null : new AudioSampleSource({ codec: audio, bitrate: 32_000 });
  if (sound !== null) output.addAudioTrack(sound);
  await output.start();
  for (let second = 0; second < seconds; second += 1) {
    pen.fillStyle = colors[second % colors.length] ?? 'red';
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    for (let frame = 0; frame < framesPerS; frame += 1) {
      await pictures.add(second + frame / framesPerS, 1 / framesPerS);
    }
    await sound?.add(silence(second));
  }
  await output.finalize();
  const bytes = new Uint8Array(target.buffer ?? new ArrayBuffer(0));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function silence(timestamp: number): AudioSample {
  return new AudioSample({
    data: new Float32Array(SAMPLES_PER_S),
    format: 'f32',
    numberOfChannels: 1,
    sampleRate: SAMPLES_PER_S,
    timestamp,
  });
}

function penOf(canvas: OffscreenCanvas | HTMLCanvasElement) {
  const pen = canvas.getContext('2d');
  if (pen === null || !('getImageData' in pen)) throw new Error('this browser draws nothing');
  return pen;
}

/** What is at an address: its codecs, its length, and the colours of its pictures at some times. */
async function lookAtClip(address: string, atS: readonly number[]): Promise<Seen> {
  const clip = await (await fetch(address)).blob();
  const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(clip) });
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  if (video === null) throw new Error(`no video at ${address}`);
  const sink = new CanvasSink(video);
  const firstS = await video.getFirstTimestamp();
  const colors: string[] = [];
  for (const second of atS) {
    const picture = await sink.getCanvas(firstS + second);
    if (picture === null) throw new Error(`no picture at ${second} s`);
    colors.push(strongest(penOf(picture.canvas).getImageData(WIDTH / 2, HEIGHT / 2, 1, 1).data));
  }
  return {
    video: await video.getCodec(),
    audio: (await audio?.getCodec()) ?? null,
    durationS: await input.computeDuration(),
    colors,
  };
}

function strongest([red = 0, green = 0, blue = 0]: Iterable<number>): string {
  const most = Math.max(red, green, blue);
  if (most === red) return 'red';
  return most === green ? 'lime' : 'blue';
}

Object.assign(globalThis, { makeClip, lookAtClip });
