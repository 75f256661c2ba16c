// Destroys a copy of a cell: first its key, then its files, so that what was sealed opens for nobody
// from the first step on, however far the others get.
//
// Rules: docs/spec/at-rest.md (E11 to E14).
//
// Why it may be broken off anywhere: what there was is on disk before anything is destroyed, each
// step does nothing where it was done, and the record says what remains.

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { InventoryFile } from '@holdfast/engine/charter/inventory.ts';
import { INVENTORY_FILES_MAX } from '@holdfast/engine/charter/inventory.ts';
import { AtRestError } from '../at-rest/at-rest-error.ts';
import { DATA_KEY_FILE, readCopyKeys } from '../at-rest/copy-keys.ts';
import { syncFolder } from '../registrar/sync-folder.ts';

/** In a cell's folder, and not of a person: these stay. */
const KEPT_FILES = ['party.json', 'handover.json', 'retirement.json'];
const KEPT_FOLDERS = ['border'];
const WRITE_BYTES = 1024 * 1024;
const SAMPLE_NAME = 'sample of a retirement';
const SAMPLE_BYTES = 32;

export type CopyPlace = Readonly<{
  /** The cell's own folder. */
  dir: string;
  /** The operator's key, and the data folder: a key outside of it is not this program's to destroy. */
  keyFile: string;
  dataDir: string;
}>;

/** What there was, on disk before the first of it is destroyed. */
export type Listed = Readonly<{
  key: InventoryFile & Readonly<{ id: string; operatorKey: 'destroyed' | 'kept' }>;
  sealedSample: string;
  files: readonly InventoryFile[];
}>;

/** Told of each durable step; what it throws ends the work there, as a crash would. */
type OnStep = (step: 'overwritten' | 'removed', file: string) => void;

const zeros = (bytes: number): Uint8Array => Buffer.alloc(bytes);

/** Names of what would be destroyed, below the cell's folder. */
export function filesOfCopy(dir: string): readonly string[] {
  const found = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((name) => !KEPT_FILES.includes(name) && name !== DATA_KEY_FILE)
    .filter((name) => !KEPT_FOLDERS.some((folder) => name.startsWith(`${folder}/`)));
  if (found.length > INVENTORY_FILES_MAX) {
    throw new Error(`a copy of ${found.length} files is none of a cell; look what is in ${dir}`);
  }
  return found.toSorted();
}

/** Whether the operator's key goes too: it lies in the folder, and no other cell's does with it. */
export function operatorKeyFate({ dir, keyFile, dataDir }: CopyPlace): 'destroyed' | 'kept' {
  if (relative(dataDir, keyFile).startsWith('..')) return 'kept';
  const others = readdirSync(dirname(dir), { withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((other) => other !== dir && existsSync(join(other, DATA_KEY_FILE)));
  return others.length === 0 ? 'destroyed' : 'kept';
}

/** Lists a copy whose files nobody has open. Throws `AtRestError` when its key does not open. */
export async function listCopy(place: CopyPlace): Promise<Listed> {
  const { dir } = place;
  const keys = readCopyKeys(place);
  const sealed = keys.sealFile(SAMPLE_NAME, randomBytes(SAMPLE_BYTES));
  // A sample that does not open now would show nothing by not opening later.
  if (keys.openFile(SAMPLE_NAME, sealed)?.length !== SAMPLE_BYTES) {
    throw new AtRestError('at-rest-wrong-key', dir);
  }
  const files: InventoryFile[] = [];
  for (const name of filesOfCopy(dir)) files.push(await measured(dir, name));
  const key = await measured(dir, DATA_KEY_FILE);
  return {
    key: { ...key, id: keys.keyId, operatorKey: operatorKeyFate(place) },
    sealedSample: Buffer.from(sealed).toString('base64'),
    files,
  };
}

async function measured(dir: string, name: string): Promise<InventoryFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(join(dir, name)), async function (chunks) {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { name, bytes, sha256: hash.digest('hex') };
}

/**
 * Destroys what was listed, the key first. Durable when it resolves; may be repeated. Rejects when a
 * file cannot be overwritten or removed; then the rest is still to be done.
 */
export async function destroyCopy(
  { dir, keyFile }: Omit<CopyPlace, 'dataDir'>,
  { key, files }: Listed,
  onStep: OnStep = () => undefined,
): Promise<void> {
  // A crash here means that the copy is whole and destroying it begins at the next start.
  await shred(join(dir, DATA_KEY_FILE), randomBytes, onStep);
  if (key.operatorKey === 'destroyed') await shred(keyFile, randomBytes, onStep);
  // A crash from here on means that files are left which nobody can open, and which go next time.
  for (const { name } of files) await shred(join(dir, name), zeros, onStep);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const isLeftOver = entry.isDirectory() && !KEPT_FOLDERS.includes(entry.name);
    if (isLeftOver) rmSync(join(dir, entry.name), { recursive: true });
  }
  syncFolder(dir);
}

/** Overwrites a file in its place, syncs it, removes it and syncs its folder. */
async function shred(
  file: string,
  filler: (bytes: number) => Uint8Array,
  onStep: OnStep,
): Promise<void> {
  if (!existsSync(file)) return;
  const handle = await open(file, 'r+');
  try {
    const { size } = await handle.stat();
    for (let at = 0; at < size; at += WRITE_BYTES) {
      const bytes = Math.min(WRITE_BYTES, size - at);
      await handle.write(filler(bytes), 0, bytes, at);
    }
    await handle.sync();
    onStep('overwritten', file);
  } finally {
    await handle.close();
  }
  // A crash here means a file of nothing, which is removed next time.
  await unlink(file);
  syncFolder(dirname(file));
  onStep('removed', file);
}

/** Why the sample does not open any more; `undefined` when it still does (E13). */
export function whyNotOpened(place: CopyPlace, sealedSample: string): string | undefined {
  try {
    const keys = readCopyKeys(place);
    const opened = keys.openFile(SAMPLE_NAME, Buffer.from(sealedSample, 'base64'));
    return opened === undefined ? 'at-rest-wrong-key' : undefined;
  } catch (error) {
    if (error instanceof AtRestError) return error.code;
    throw error;
  }
}

/** SHA-256 of a file's text, as hexadecimal digits. */
export function textHash(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
