// A snapshot of a cell: its files as of one batch, in chunks that are named by their hash.

import { isHash } from '@holdfast/engine/charter/check-crypto.ts';
import { fits, id, list, text, uint } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { jsonIn } from './peer-wire.ts';
import type { Malformed } from './peer-wire.ts';

/**
 * What is copied: the rows, and the cell's secret, which makes the names in them and lies in no file
 * of a snapshot. Accounts are sealed under the key of their copy, so they follow as changes.
 */
export const SNAPSHOT_FILES = ['state.db', 'secret.key'] as const;
export type SnapshotFile = (typeof SNAPSHOT_FILES)[number];
/** The one that is sent from memory and sealed where it arrives. */
export const SECRET_PART: SnapshotFile = 'secret.key';

export const CHUNK_BYTES: number = 4 * 1024 * 1024;
/** Chunks of one file: more than a state of 400 GB. */
export const CHUNKS_MAX = 100_000;

export type FileManifest = Readonly<{
  name: SnapshotFile;
  bytes: number;
  /** SHA-256 of each chunk, 64 hexadecimal digits. */
  chunks: readonly string[];
}>;

export type Manifest = Readonly<{
  snapshot: string;
  /** The rows include every batch up to this one, and the journal goes on after it. */
  seq: number;
  /** Chain hash of that batch. */
  chain: string;
  files: readonly FileManifest[];
}>;

const MANIFEST: Shape = {
  snapshot: id,
  seq: uint,
  chain: isHash,
  files: list({ name: text(32), bytes: uint, chunks: list(isHash) }),
};

/** Reads a manifest in every field: what it says decides what is written to this disk. */
export function readManifest(bytes: Uint8Array): Manifest | Malformed {
  const value = jsonIn(bytes);
  if (!fits(MANIFEST, value)) return { kind: 'malformed', detail: 'it is no manifest' };
  const manifest = value as Manifest;
  const names = manifest.files.map(({ name }) => name);
  if (names.join() !== SNAPSHOT_FILES.join()) {
    return { kind: 'malformed', detail: 'it does not name the files of a cell' };
  }
  for (const { name, bytes: size, chunks } of manifest.files) {
    const isFitting = chunks.length === Math.ceil(size / CHUNK_BYTES);
    if (!isFitting || chunks.length > CHUNKS_MAX) {
      return { kind: 'malformed', detail: `the chunks of ${name} do not fit its size` };
    }
  }
  return manifest;
}
