// Makes snapshots at the owner and hands them out, chunk by chunk, no faster than it is let.
//
// The copy is made by SQLite itself, as of one moment; the journal and the accounts are not copied,
// for the follower gets batches after the snapshot, and accounts as changes.

import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { Seq } from '@holdfast/protocol/ids.ts';
import { hashAt } from '@holdfast/engine/engine/replay.ts';
import type { Journal } from '@holdfast/engine/journal/journal.ts';
import { bodyHash } from '../signed/body-hash.ts';
import { CHUNK_BYTES, SECRET_PART } from './snapshot.ts';
import type { FileManifest, Manifest, SnapshotFile } from './snapshot.ts';

/** A snapshot is handed out again for so long; a resumed fetch finds what it had. */
const SNAPSHOT_LIFE_MS = 30 * 60_000;
const SNAPSHOTS_FOLDER = 'snapshots';
/** Chunks that are read and hashed at once, so that neither disk nor processor waits. */
const HASHED_AT_ONCE = 4;
/** Memory for chunks that is kept: to ask for it anew each time costs more than to read them. */
const BUFFERS_KEPT_MAX = 8;
/** All pages in one step: the copy is then as of one moment, however much is stored meanwhile. */
const ALL_PAGES = 2 ** 30;

export type SnapshotServerOptions = Readonly<{
  /** The cell's own folder. */
  dir: string;
  journal: () => Journal;
  /** The cell's secret. */
  secret: () => Uint8Array;
  /**
   * Stores what is in memory, so that little is left to send as batches; resolves within a time, for
   * a batch may be waiting for the very follower that asks.
   */
  flush: () => Promise<void>;
  nowMs: () => number;
  /** Resolves when so many bytes may be sent. */
  pace: (bytes: number) => Promise<void>;
}>;

/** A chunk, and its hash as the manifest has it; its memory is used again once it is released. */
export type Chunk = Readonly<{ bytes: Uint8Array; sha256: string; release: () => void }>;

export type SnapshotServer = Readonly<{
  /** The newest snapshot as JSON, made now when there is none. */
  manifest: () => Promise<string | undefined>;
  chunk: (snapshot: string, file: string, chunk: number) => Promise<Chunk | undefined>;
  /** Size of the newest snapshot; `undefined` as long as there is none. */
  bytes: () => number | undefined;
  /** Removes all snapshots: they hold what the cell holds. */
  clear: () => void;
}>;

type Made = Readonly<{
  manifest: Manifest;
  text: string;
  madeAtMs: number;
  secret: Uint8Array;
}>;

export function openSnapshotServer(options: SnapshotServerOptions): SnapshotServer {
  const folder = join(options.dir, SNAPSHOTS_FOLDER);
  // What an earlier run left is not known to this one.
  rmSync(folder, { recursive: true, force: true });
  let making: Promise<Made> | undefined;
  let bytesMade: number | undefined;
  const spare: Buffer<ArrayBuffer>[] = [];

  const current = async (): Promise<Made> => {
    const made = await making?.catch(() => undefined);
    const base = await options.journal().base();
    const isOld =
      made === undefined ||
      options.nowMs() - made.madeAtMs > SNAPSHOT_LIFE_MS ||
      // What follows it was trimmed, so nobody could go on from it.
      made.manifest.seq < base.seq;
    if (isOld) making = makeSnapshot(options, folder);
    return making as Promise<Made>;
  };

  return {
    manifest: async () => {
      const { manifest, text } = await current();
      bytesMade = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
      return text;
    },
    bytes: () => bytesMade,
    chunk: async (snapshot, file, chunk) => {
      const made = await making;
      const of = made?.manifest.files.find(({ name }) => name === file);
      if (made?.manifest.snapshot !== snapshot || of === undefined) return undefined;
      const sha256 = of.chunks[chunk];
      if (sha256 === undefined) return undefined;
      if (of.name === SECRET_PART) return { bytes: made.secret, sha256, release: () => {} };
      const buffer = spare.pop() ?? Buffer.allocUnsafe(CHUNK_BYTES);
      const bytes = await readChunk(join(folder, snapshot, of.name), chunk, buffer);
      await options.pace(bytes.length);
      return {
        bytes,
        sha256,
        release: () => {
          if (spare.length < BUFFERS_KEPT_MAX) spare.push(buffer);
        },
      };
    },
    clear: () => {
      making = undefined;
      bytesMade = undefined;
      spare.length = 0;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function makeSnapshot(options: SnapshotServerOptions, folder: string): Promise<Made> {
  const { dir, journal, flush, nowMs } = options;
  const madeAtMs = nowMs();
  const snapshot = `s${madeAtMs}`;
  const target = join(folder, snapshot);
  if (existsSync(folder))
    for (const old of readdirSync(folder)) rmSync(join(folder, old), { recursive: true });
  mkdirSync(target, { recursive: true, mode: 0o700 });
  await flush();
  await copyDatabase(join(dir, 'state.db'), join(target, 'state.db'));
  const secret = Uint8Array.from(options.secret());
  const seq = storedSeq(join(target, 'state.db'));
  const chain = Buffer.from(await hashAt(journal(), seq as Seq)).toString('hex');
  const files: readonly FileManifest[] = [
    await manifestOf(join(target, 'state.db'), 'state.db'),
    { name: SECRET_PART, bytes: secret.length, chunks: [await bodyHash(secret)] },
  ];
  const manifest: Manifest = { snapshot, seq, chain, files };
  return { manifest, text: JSON.stringify(manifest), madeAtMs, secret };
}

async function copyDatabase(source: string, target: string): Promise<void> {
  const db = new DatabaseSync(source, { readOnly: true });
  try {
    await backup(db, target, { rate: ALL_PAGES });
  } finally {
    db.close();
  }
}

function storedSeq(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(db.prepare('SELECT seq FROM meta').get()?.['seq'] ?? 0);
  } finally {
    db.close();
  }
}

async function manifestOf(file: string, name: SnapshotFile): Promise<FileManifest> {
  const bytes = statSync(file).size;
  const chunks = Array.from({ length: Math.ceil(bytes / CHUNK_BYTES) }, () => '');
  // All take from one iterator, so each chunk is hashed by one of them.
  const left = chunks.keys();
  const hashSome = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (const chunk of left) chunks[chunk] = await bodyHash(await readChunk(file, chunk, buffer));
  };
  await Promise.all(Array.from({ length: HASHED_AT_ONCE }, hashSome));
  return { name, bytes, chunks };
}

async function readChunk(
  file: string,
  chunk: number,
  into: Buffer<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(file, 'r');
  try {
    const { bytesRead } = await handle.read(into, 0, CHUNK_BYTES, chunk * CHUNK_BYTES);
    return into.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
