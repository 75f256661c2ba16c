import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readMp4 } from './mp4-boxes.ts';

const FILMS_BYTES_MAX = 6_000_000;
const POSTERS_BYTES_MAX = 350_000;
const POSTER_BYTES_MAX = 40_000;
const DURATION_MS = { min: 5_000, max: 15_000 } as const;

const clipsDir = new URL('../../packages/server/assets/clips/', import.meta.url);

type Entry = Readonly<{
  id: string;
  title: string;
  caption: string;
  tags: string[];
  durationMs: number;
  file: string;
  poster: string;
  bytes: number;
  sha256: string;
}>;

function read(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(name, clipsDir)));
}

// The manifest is the subject of these tests, which check what the type only claims.
const entries = JSON.parse(read('clips.json').toString('utf8')) as Entry[];

describe('the sample clips', () => {
  test('are at least eight, each with an id, a file and a title of its own', () => {
    expect(entries.length).toBeGreaterThanOrEqual(8);
    for (const key of ['id', 'file', 'poster', 'title', 'caption'] as const) {
      expect(new Set(entries.map((entry) => entry[key])).size).toBe(entries.length);
    }
  });

  test('fit together into six million bytes', () => {
    const sum = entries.reduce((bytes, entry) => bytes + read(entry.file).length, 0);
    expect(sum).toBeLessThan(FILMS_BYTES_MAX);
  });

  test('have posters that fit into 350,000 bytes', () => {
    const sum = entries.reduce((bytes, entry) => bytes + read(entry.poster).length, 0);
    expect(sum).toBeLessThan(POSTERS_BYTES_MAX);
  });

  test('are all in the manifest, and nothing else is in the folder', () => {
    const listed = entries.flatMap((entry) => [entry.file, entry.poster]);
    expect(readdirSync(clipsDir).sort()).toEqual([...listed, 'clips.json'].sort());
  });
});

describe.each(entries.map((entry) => [entry.id, entry] as const))('clip %s', (_id, entry) => {
  const file = read(entry.file);
  const mp4 = readMp4(file);

  test('has an id that the API accepts', () => {
    expect(entry.id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  test('is the file whose size and hash the manifest states', () => {
    const sha256 = createHash('sha256').update(file).digest('hex');
    expect({ bytes: file.length, sha256 }).toEqual({ bytes: entry.bytes, sha256: entry.sha256 });
  });

  test('starts with its index, so that it plays while it loads', () => {
    expect(mp4.order[0]).toBe('ftyp');
    expect(mp4.order.indexOf('moov')).toBeGreaterThan(0);
    expect(mp4.order.indexOf('moov')).toBeLessThan(mp4.order.indexOf('mdat'));
  });

  test('has one H.264 picture of 720x1280 and one AAC sound', () => {
    expect(mp4.tracks).toEqual([
      { codec: 'avc1', width: 720, height: 1280 },
      { codec: 'mp4a', width: 0, height: 0 },
    ]);
  });

  test('is as long as the manifest states, five to fifteen seconds', () => {
    expect(mp4.durationMs).toBe(entry.durationMs);
    expect(entry.durationMs).toBeGreaterThanOrEqual(DURATION_MS.min);
    expect(entry.durationMs).toBeLessThanOrEqual(DURATION_MS.max);
  });

  test('has a JPEG poster under 40,000 bytes', () => {
    const poster = read(entry.poster);
    expect(poster.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(poster.length).toBeLessThan(POSTER_BYTES_MAX);
  });
});
