// Fetches a snapshot of the owner, chunk by chunk, and puts it in the place of what is here.
//
// Why it may be broken off anywhere: chunks that are whole on this disk are not fetched again, and
// as long as the party's record says that it is seeding, nothing of what is here is believed.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';
import { openSqliteJournal } from '@holdfast/engine/journal/sqlite/sqlite-journal.ts';
import type { CopyKeys } from '../at-rest/copy-keys.ts';
import { ACCOUNTS_FILE, JOURNAL_FILE, STATE_FILE } from '../cell/cell-files.ts';
import { SECRET_BYTES, writeSecret } from '../cell/identity.ts';
import { syncFolder } from '../registrar/sync-folder.ts';
import { bodyHash } from '../signed/body-hash.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import { PEER_ROUTES } from './peer-wire.ts';
import { CHUNK_BYTES, readManifest, SECRET_PART } from './snapshot.ts';
import type { FileManifest, Manifest } from './snapshot.ts';

const INCOMING_FOLDER = 'incoming';
const MANIFEST_BYTES_MAX: number = 16 * 1024 * 1024;
/** A snapshot of a large cell takes its time to be made. */
const MANIFEST_SILENCE_MS_MAX = 10 * 60_000;
const CHUNK_SILENCE_MS_MAX = 60_000;
/** Chunks that are on their way at once, so that neither disk nor network waits for the other. */
const CHUNKS_UNDER_WAY_MAX = 4;
/** After so many the disk is asked to take them, while more arrive; all at the end is a long wait. */
const UNSYNCED_BYTES_MAX: number = 64 * 1024 * 1024;

/** The snapshot could not be fetched now; what is whole of it is kept for the next try. */
export class SnapshotError extends Error {
  readonly code = 'snapshot-unfinished';
}

export type FetchProgress = Readonly<{ bytes: number; bytesTotal: number }>;

export type FetchSnapshot = Readonly<{
  client: SignedClient;
  cell: Jurisdiction;
  /** The cell's own folder; no file of the cell is open. */
  dir: string;
  onProgress: (progress: FetchProgress) => void;
}>;

/** A snapshot that is whole: its rows on this disk, the cell's secret in memory alone. */
export type Fetched = Readonly<{ manifest: Manifest; secret: Uint8Array }>;

/** Fetches the owner's snapshot whole and verified. Rejects with `SnapshotError`. */
export async function fetchSnapshot(fetch: FetchSnapshot): Promise<Fetched> {
  const manifest = await fetchManifest(fetch);
  const folder = join(fetch.dir, INCOMING_FOLDER, manifest.snapshot);
  dropOthers(join(fetch.dir, INCOMING_FOLDER), manifest.snapshot);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const bytesTotal = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytes = 0;
  let secret: Uint8Array = new Uint8Array(0);
  const onChunk = (size: number): void => {
    bytes += size;
    fetch.onProgress({ bytes, bytesTotal });
  };
  for (const file of manifest.files) {
    if (file.name === SECRET_PART) secret = await fetchSecret(fetch, manifest, file);
    else await fetchFile(fetch, manifest, file, { path: join(folder, file.name), onChunk });
  }
  return { manifest, secret };
}

/** Fetches what is missing of a file; on disk (fsync) when it resolves. */
async function fetchFile(
  fetch: FetchSnapshot,
  manifest: Manifest,
  file: FileManifest,
  { path, onChunk }: Readonly<{ path: string; onChunk: (size: number) => void }>,
): Promise<void> {
  const isBegun = existsSync(path);
  const handle = await open(path, isBegun ? 'r+' : 'w', 0o600);
  try {
    const chunks = file.chunks.keys();
    let unsyncedBytes = 0;
    // All take from one iterator, so each chunk is fetched by one of them.
    const some = Array.from({ length: CHUNKS_UNDER_WAY_MAX }, async () => {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      for (const chunk of chunks) {
        const isHeld = isBegun && (await holdsChunk(handle, file, chunk, buffer));
        if (!isHeld) await fetchChunk(fetch, manifest, { file, chunk, handle, buffer });
        onChunk(chunkBytes(file, chunk));
        unsyncedBytes += chunkBytes(file, chunk);
        if (unsyncedBytes < UNSYNCED_BYTES_MAX) continue;
        unsyncedBytes = 0;
        await handle.datasync();
      }
    });
    const ended = await Promise.allSettled(some);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function fetchSecret(
  fetch: FetchSnapshot,
  manifest: Manifest,
  file: FileManifest,
): Promise<Uint8Array> {
  if (file.bytes !== SECRET_BYTES) throw new SnapshotError('the secret of the cell is no secret');
  return askChunk(fetch, manifest, { file, chunk: 0 });
}

/**
 * Puts a fetched snapshot in the place of the cell's files, with a journal that begins after it.
 * Nothing of the cell may be open. A crash here means that the snapshot is put in place again.
 * `keys` are those of this copy: what was sent unsealed is sealed under them.
 */
export async function installSnapshot(
  dir: string,
  { manifest, secret }: Fetched,
  keys: CopyKeys,
): Promise<void> {
  for (const name of [JOURNAL_FILE, STATE_FILE, ACCOUNTS_FILE]) {
    for (const part of ['', '-wal', '-shm']) rmSync(join(dir, `${name}${part}`), { force: true });
  }
  const folder = join(dir, INCOMING_FOLDER, manifest.snapshot);
  writeSecret(dir, keys, secret);
  renameSync(join(folder, STATE_FILE), join(dir, STATE_FILE));
  const journal = openSqliteJournal({ file: join(dir, JOURNAL_FILE) });
  await journal.beginAfter({ seq: manifest.seq as Seq, hash: Buffer.from(manifest.chain, 'hex') });
  await journal.close();
  rmSync(join(dir, INCOMING_FOLDER), { recursive: true, force: true });
  syncFolder(dir);
}

async function fetchManifest({ client, cell }: FetchSnapshot): Promise<Manifest> {
  const answer = await client.ask({
    method: 'GET',
    path: PEER_ROUTES.manifest.replace(':cell', cell),
    silenceMsMax: MANIFEST_SILENCE_MS_MAX,
    answerBytesMax: MANIFEST_BYTES_MAX,
  });
  if (answer.kind === 'no-answer') throw new SnapshotError(answer.detail);
  if (answer.status !== 200) throw new SnapshotError(`the owner answered ${answer.status}`);
  const manifest = readManifest(answer.body);
  if ('kind' in manifest) throw new SnapshotError(`the owner's manifest: ${manifest.detail}`);
  return manifest;
}

const chunkBytes = ({ bytes }: FileManifest, chunk: number): number =>
  Math.min(CHUNK_BYTES, bytes - chunk * CHUNK_BYTES);

/** Whether an earlier try has brought this chunk, whole. */
async function holdsChunk(
  handle: FileHandle,
  file: FileManifest,
  chunk: number,
  buffer: Buffer<ArrayBuffer>,
): Promise<boolean> {
  const held = buffer.subarray(0, chunkBytes(file, chunk));
  const { bytesRead } = await handle.read(held, 0, held.length, chunk * CHUNK_BYTES);
  return bytesRead === held.length && (await bodyHash(held)) === file.chunks[chunk];
}

/** A chunk that is wanted, and the memory that it is put in on its way. */
type Wanted = Readonly<{ file: FileManifest; chunk: number; buffer?: Buffer<ArrayBuffer> }>;

async function fetchChunk(
  fetch: FetchSnapshot,
  manifest: Manifest,
  { handle, ...wanted }: Wanted & Readonly<{ handle: FileHandle }>,
): Promise<void> {
  const { file, chunk } = wanted;
  const bytes = await askChunk(fetch, manifest, wanted);
  const { bytesWritten } = await handle.write(bytes, 0, bytes.length, chunk * CHUNK_BYTES);
  if (bytesWritten !== bytes.length) {
    throw new SnapshotError(`the disk took only a part of chunk ${chunk} of ${file.name}`);
  }
}

/** Asks the owner for a chunk; rejects when it is not what its hash says. */
async function askChunk(
  { client, cell }: Pick<FetchSnapshot, 'client' | 'cell'>,
  { snapshot }: Pick<Manifest, 'snapshot'>,
  { file, chunk, buffer }: Wanted,
): Promise<Uint8Array> {
  const path = PEER_ROUTES.chunk
    .replace(':cell', cell)
    .replace(':snapshot', snapshot)
    .replace(':file', file.name)
    .replace(':chunk', String(chunk));
  const answer = await client.ask({
    method: 'GET',
    path,
    silenceMsMax: CHUNK_SILENCE_MS_MAX,
    answerBytesMax: CHUNK_BYTES,
    ...(buffer !== undefined && { into: buffer }),
  });
  if (answer.kind === 'no-answer') throw new SnapshotError(answer.detail);
  if (answer.status !== 200) throw new SnapshotError(`the owner answered ${answer.status}`);
  const isWhole = answer.body.length === chunkBytes(file, chunk);
  if (!isWhole || answer.sha256 !== file.chunks[chunk]) {
    throw new SnapshotError(`chunk ${chunk} of ${file.name} is not what its hash says`);
  }
  return answer.body;
}

/** Another snapshot is of another moment: its chunks are of no use to this one. */
function dropOthers(incoming: string, snapshot: string): void {
  if (!existsSync(incoming)) return;
  for (const name of readdirSync(incoming)) {
    if (name !== snapshot) rmSync(join(incoming, name), { recursive: true, force: true });
  }
}
