import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMemoryJournal } from '@holdfast/engine/journal/memory/memory-journal.ts';
import { CHUNK_BYTES, readManifest } from './snapshot.ts';
import type { FileManifest, Manifest } from './snapshot.ts';
import { openSnapshotServer } from './snapshot-server.ts';
import type { Chunk, SnapshotServer } from './snapshot-server.ts';

const ROWS = 3;
const dir = mkdtempSync(join(tmpdir(), 'snapshot-server-'));
let server: SnapshotServer;
let manifest: Manifest;
let state: FileManifest;

/** A cell whose rows take more than so many chunks, and nothing that holds a copy back. */
beforeAll(async () => {
  const db = new DatabaseSync(join(dir, 'state.db'));
  db.exec('CREATE TABLE meta (seq INTEGER); INSERT INTO meta VALUES (0); CREATE TABLE rows (row)');
  const insert = db.prepare('INSERT INTO rows VALUES (?)');
  for (let row = 0; row < ROWS; row += 1) insert.run(randomBytes(CHUNK_BYTES));
  db.close();
  const journal = openMemoryJournal();
  server = openSnapshotServer({
    ...{ dir, journal: () => journal, secret: () => Buffer.alloc(32, 7), nowMs: () => 1_000 },
    flush: () => Promise.resolve(),
    pace: () => Promise.resolve(),
  });
  const read = readManifest(Buffer.from((await server.manifest()) ?? ''));
  if ('kind' in read) throw new Error(read.detail);
  manifest = read;
  const [first] = read.files;
  if (first === undefined) throw new Error('a manifest without files');
  state = first;
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function chunkOf(name: string, chunk: number): Promise<Chunk> {
  const got = await server.chunk(manifest.snapshot, name, chunk);
  if (got === undefined) throw new Error(`${name} has no chunk ${chunk}`);
  return got;
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it('H58: every chunk is what the manifest says of it, and together they are the files', async () => {
  const { files } = manifest;
  for (const { name, bytes, chunks } of files) {
    let sum = 0;
    for (const [chunk, sha256] of chunks.entries()) {
      const got = await chunkOf(name, chunk);
      expect([hashOf(got.bytes), got.sha256]).toEqual([sha256, sha256]);
      sum += got.bytes.length;
      got.release();
    }
    expect(sum).toBe(bytes);
  }
  expect(server.bytes()).toBe(files.reduce((sum, { bytes }) => sum + bytes, 0));
});

it('H58: the memory of a chunk is used for another once it has gone, and no sooner', async () => {
  const first = await chunkOf(state.name, 0);
  const second = await chunkOf(state.name, 1);
  expect([first, second].map(({ bytes }) => hashOf(bytes))).toEqual(state.chunks.slice(0, 2));
  first.release();
  const third = await chunkOf(state.name, 2);
  expect(third.bytes.buffer).toBe(first.bytes.buffer);
  expect(hashOf(second.bytes)).toBe(state.chunks[1]);
  for (const { release } of [second, third]) release();
});

it('gives nothing of another snapshot, of another file or behind the last chunk', async () => {
  const { snapshot } = manifest;
  expect(await server.chunk('s2', state.name, 0)).toBeUndefined();
  expect(await server.chunk(snapshot, 'journal.db', 0)).toBeUndefined();
  expect(await server.chunk(snapshot, state.name, state.chunks.length)).toBeUndefined();
});
