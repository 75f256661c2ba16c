// Fetches a snapshot of the owner, chunk by chunk, and puts it in the place of what is here.
//
// Why it may be broken off anywhere: chunks that are whole on this disk are not fetched again, and
// as long as the party's record says that it is seeding, nothing of what is here is believed.

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs';
import { renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';
import { openSqliteJournal } from '@holdfast/engine/journal/sqlite/sqlite-journal.ts';
import type { CopyKeys } from '../at-rest/copy-keys.ts';
import { ACCOUNTS_FILE, JOURNAL_FILE, STATE_FILE } from '../cell/cell-files.ts';
import { SECRET_BYTES, writeSecret } from '../cell/identity.ts';
import { syncFolder } from '../registrar/sync-folder.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import { PEER_ROUTES } from './peer-wire.ts';
import { CHUNK_BYTES, chunkHash, readManifest, SECRET_PART } from './snapshot.ts';
import type { FileManifest, Manifest } from './snapshot.ts';

const INCOMING_FOLDER = 'incoming';
const MANIFEST_BYTES_MAX: number = 16 * 1024 * 1024;
/** A snapshot of a large cell takes its time to be made. */
const MANIFEST_SILENCE_MS_MAX = 10 * 60_000;
const CHUNK_SILENCE_MS_MAX = 60_000;

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
  for (const file of manifest.files) {
    if (file.name === SECRET_PART) {
      secret = await fetchSecret(fetch, manifest, file);
      continue;
    }
    const handle = openSync(
      join(folder, file.name),
      existsSync(join(folder, file.name)) ? 'r+' : 'w+',
      0o600,
    );
    try {
      for (let chunk = 0; chunk < file.chunks.length; chunk += 1) {
        bytes += await fetchChunk(fetch, manifest, file, chunk, handle);
        fetch.onProgress({ bytes, bytesTotal });
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
  return { manifest, secret };
}

async function fetchSecret(
  fetch: FetchSnapshot,
  manifest: Manifest,
  file: FileManifest,
): Promise<Uint8Array> {
  if (file.bytes !== SECRET_BYTES) throw new SnapshotError('the secret of the cell is no secret');
  return askChunk(fetch, manifest, file, 0);
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

/** Gives the chunk's size, when it is on this disk and verified. */
async function fetchChunk(
  { client, cell }: FetchSnapshot,
  { snapshot }: Manifest,
  file: FileManifest,
  chunk: number,
  handle: number,
): Promise<number> {
  const size = Math.min(CHUNK_BYTES, file.bytes - chunk * CHUNK_BYTES);
  const wanted = file.chunks[chunk];
  const held = Buffer.alloc(size);
  const read = readSync(handle, held, 0, size, chunk * CHUNK_BYTES);
  if (read === size && chunkHash(held) === wanted) return size;
  const bytes = await askChunk({ client, cell }, { snapshot }, file, chunk);
  writeSync(handle, bytes, 0, size, chunk * CHUNK_BYTES);
  return size;
}

/** Asks the owner for a chunk; rejects when it is not what its hash says. */
async function askChunk(
  { client, cell }: Pick<FetchSnapshot, 'client' | 'cell'>,
  { snapshot }: Pick<Manifest, 'snapshot'>,
  file: FileManifest,
  chunk: number,
): Promise<Uint8Array> {
  const size = Math.min(CHUNK_BYTES, file.bytes - chunk * CHUNK_BYTES);
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
  });
  if (answer.kind === 'no-answer') throw new SnapshotError(answer.detail);
  if (answer.status !== 200) throw new SnapshotError(`the owner answered ${answer.status}`);
  if (answer.body.length !== size || chunkHash(answer.body) !== file.chunks[chunk]) {
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
