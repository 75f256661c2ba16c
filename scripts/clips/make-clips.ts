// Makes the sample clips of a first start: node scripts/clips/make-clips.ts --help

import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { probeDurationMs } from './encode.ts';
import { renderStills } from './render.ts';
import type { RenderOrder } from './render-worker.ts';
import type { Scene } from './scene.ts';
import { sceneNamed, scenes } from './scene-list.ts';

const HELP = `Makes the sample clips: films, posters and clips.json.

  node scripts/clips/make-clips.ts [--only NAME]... [--jobs N]
  node scripts/clips/make-clips.ts --stills DIR [--only NAME]... [--at PERCENT]...

  --only NAME    make this clip alone (repeatable); clips.json still lists all
  --jobs N       clips made at the same time (default: one a core)
  --stills DIR   write PNGs and sound to look at and listen to, instead of films
  --at PERCENT   moments of the loop for --stills (default: 0, 25, 50, 75)

It needs Node 24, and ffmpeg with libx264 on PATH. The pictures are the same at every run; the
bytes of the films depend on the version of ffmpeg.`;

const CLIPS_DIR = fileURLToPath(new URL('../../packages/server/assets/clips', import.meta.url));

function readOptions() {
  return parseArgs({
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      only: { type: 'string', multiple: true, default: [] },
      jobs: { type: 'string', default: String(availableParallelism()) },
      stills: { type: 'string' },
      at: { type: 'string', multiple: true, default: ['0', '25', '50', '75'] },
    },
  }).values;
}

/** Works the queue off with `jobs` threads; the first failure ends the run. */
async function renderAll(queue: readonly Scene[], jobs: number): Promise<void> {
  const waiting = [...queue];
  const shares = new Map<string, number>();
  const report = setInterval(() => {
    const lines = [...shares].map(([name, share]) => `${name} ${Math.round(share * 100)} %`);
    console.log(`${lines.join(', ')}; ${waiting.length} waiting`);
  }, 10_000);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await renderInThread(next, shares);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, queue.length) }, work));
  } finally {
    clearInterval(report);
  }
}

async function renderInThread({ name }: Scene, shares: Map<string, number>): Promise<void> {
  const worker = new Worker(new URL('./render-worker.ts', import.meta.url));
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', ({ share }: { share: number }) => {
        shares.set(name, share);
        if (share === 1) resolve();
      });
      worker.postMessage({ name, targetDir: CLIPS_DIR } satisfies RenderOrder);
    });
  } finally {
    shares.delete(name);
    await worker.terminate();
  }
  console.log(`${name} done`);
}

async function manifestEntry(scene: Scene) {
  const file = `${scene.name}.mp4`;
  const film = await readFile(join(CLIPS_DIR, file));
  return {
    id: `hf-${scene.name}`,
    title: scene.title,
    caption: scene.caption,
    tags: scene.tags,
    durationMs: await probeDurationMs(join(CLIPS_DIR, file)),
    file,
    poster: `${scene.name}.jpg`,
    bytes: film.length,
    sha256: createHash('sha256').update(film).digest('hex'),
  };
}

/** JSON as the repository's formatter lays it out: the tags of a clip on one line. */
function laidOut(entries: unknown): string {
  const text = JSON.stringify(entries, null, 2);
  return text.replace(/"tags": \[[^\]]*\]/g, (tags) =>
    tags.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
}

async function writeManifest(): Promise<void> {
  const entries = await Promise.all(scenes.map(manifestEntry));
  await writeFile(join(CLIPS_DIR, 'clips.json'), `${laidOut(entries)}\n`);
  let filmBytes = 0;
  let posterBytes = 0;
  for (const entry of entries) {
    const poster = await readFile(join(CLIPS_DIR, entry.poster));
    filmBytes += entry.bytes;
    posterBytes += poster.length;
    const size = `${entry.bytes} bytes, poster ${poster.length} bytes`;
    console.log(`${entry.file.padEnd(18)} ${entry.durationMs} ms, ${size}`);
  }
  console.log(`${entries.length} clips, ${filmBytes} bytes; posters ${posterBytes} bytes`);
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    console.log(HELP);
    return;
  }
  const chosen = options.only.length > 0 ? options.only.map(sceneNamed) : scenes;
  if (options.stills !== undefined) {
    await mkdir(options.stills, { recursive: true });
    const turns = options.at.map((percent) => Number(percent) / 100);
    for (const scene of chosen) await renderStills(scene, options.stills, turns);
    return;
  }
  await mkdir(CLIPS_DIR, { recursive: true });
  await renderAll(chosen, Math.max(1, Number(options.jobs) || 1));
  await writeManifest();
}

await main();
