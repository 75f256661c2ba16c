// Makes one clip: frames, sound, film, poster.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { develop } from './develop.ts';
import { encodeClip, encodePoster, storeFrames, storeStill } from './encode.ts';
import { createFrame, FRAME_HEIGHT, FRAME_WIDTH, FRAMES_PER_SECOND } from './frame.ts';
import { master } from './loudness.ts';
import type { Scene } from './scene.ts';
import { createTrack, encodeWav } from './synth.ts';

function* pictures(
  scene: Scene,
  turns: readonly number[],
  onPicture: (done: number) => void,
): Generator<Uint8Array> {
  const paint = scene.prepare();
  const frame = createFrame();
  const bytes = new Uint8Array(FRAME_WIDTH * FRAME_HEIGHT * 3);
  for (const [index, turn] of turns.entries()) {
    paint(frame, turn);
    develop(frame, bytes);
    onPicture(index + 1);
    yield bytes;
  }
}

function soundOf(scene: Scene): Uint8Array {
  const track = createTrack(scene.durationSec);
  scene.compose(track);
  master(track);
  return encodeWav(track);
}

/** Writes `<name>.mp4` and `<name>.jpg` into `targetDir`. `onProgress` gets a share below 1. */
export async function renderClip(
  scene: Scene,
  targetDir: string,
  onProgress: (share: number) => void,
): Promise<void> {
  const workDir = await mkdtemp(join(tmpdir(), `clip-${scene.name}-`));
  try {
    const frames = join(workDir, 'frames.mkv');
    const sound = join(workDir, 'sound.wav');
    const count = Math.round(scene.durationSec * FRAMES_PER_SECOND);
    const turns = Array.from({ length: count }, (_, index) => index / count);
    await writeFile(sound, soundOf(scene));
    await storeFrames(
      pictures(scene, turns, (done) => onProgress((0.9 * done) / count)),
      frames,
    );
    const target = join(targetDir, `${scene.name}.mp4`);
    await encodeClip({ frames, sound, target, videoKbps: scene.videoKbps, workDir });
    const posterSec = scene.posterTurn * scene.durationSec;
    await encodePoster(frames, posterSec, join(targetDir, `${scene.name}.jpg`));
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** Writes `<name>-<percent>.png` for each turn, and the sound, to judge a scene by. */
export async function renderStills(
  scene: Scene,
  targetDir: string,
  turns: readonly number[],
): Promise<void> {
  await writeFile(join(targetDir, `${scene.name}.wav`), soundOf(scene));
  let index = 0;
  for (const picture of pictures(scene, turns, () => {})) {
    const percent = String(Math.round((turns[index] ?? 0) * 100)).padStart(2, '0');
    await storeStill(picture, join(targetDir, `${scene.name}-${percent}.png`));
    index += 1;
  }
}
