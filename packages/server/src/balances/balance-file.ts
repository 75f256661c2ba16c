// The balances of one cut on disk: records of one width in the order of the video ids, so that a
// video is found by halving, and behind them the hashes of every 256, 65,536 and 16,777,216 leaves,
// so that a proof reads a few pages of the file and never all of it.
//
// What changes the file changes a hash on somebody's way to the root: a reader need not be trusted.

import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { balanceLeaf, isSameTree } from '@holdfast/engine/charter/balances.ts';
import type { Balance, BalancePlace, BalanceTree } from '@holdfast/engine/charter/balances.ts';
import { inclusionProof, leafHash, TreeHasher } from '@holdfast/tlog/merkle-tree.ts';
import { syncFolder } from '../registrar/sync-folder.ts';
import { sha256 } from './sign-balances.ts';

/** An id, padded with zeros, and four numbers. */
const ID_BYTES = 64;
const NUMBER_BYTES = 8;
const RECORD_BYTES = ID_BYTES + 4 * NUMBER_BYTES;
const HASH_BYTES = 32;
/** Leaves whose hashes stand in one hash of the next tier, as a power of two. */
const TIER_BITS = 8;
const TIERS = 3;
/** Records that are written at a time. */
const RECORDS_PER_WRITE = 8_192;

/** Writes the balances of a cut; the file is there, whole and durable, once `finish` returns. */
export class BalanceWriter {
  readonly #file: string;
  readonly #place: BalancePlace;
  readonly #handle: number;
  readonly #records = Buffer.alloc(RECORDS_PER_WRITE * RECORD_BYTES);
  readonly #tiers: Uint8Array[][] = Array.from({ length: TIERS }, () => []);
  readonly #tree = new TreeHasher(sha256, (level, subtree) => {
    if (level % TIER_BITS === 0) this.#tiers[level / TIER_BITS - 1]?.push(subtree);
  });
  #waiting = 0;
  #last = '';
  #sums = { likesTotal: 0, likesCorrectedTotal: 0, viewsTotal: 0, viewsCorrectedTotal: 0 };

  constructor(file: string, place: BalancePlace) {
    this.#file = file;
    this.#place = place;
    this.#handle = openSync(nextOf(file), 'w', 0o600);
  }

  /** Adds the next video, by id. */
  add(video: string, balance: Balance): void {
    const isId = video.length <= ID_BYTES && video > this.#last;
    if (!isId) throw new Error('balances come by id, each once');
    this.#last = video;
    this.#tree.add(leafHash(sha256, Buffer.from(balanceLeaf(this.#place, video, balance))));
    const at = this.#waiting * RECORD_BYTES;
    const { likes, likesCorrected, views, viewsCorrected } = balance;
    this.#records.fill(0, at, at + ID_BYTES).write(video, at, 'latin1');
    [likes, likesCorrected, views, viewsCorrected].forEach((number, index) => {
      this.#records.writeDoubleBE(number, at + ID_BYTES + index * NUMBER_BYTES);
    });
    this.#waiting += 1;
    const sums = this.#sums;
    sums.likesTotal += likes;
    sums.likesCorrectedTotal += likesCorrected;
    sums.viewsTotal += views;
    sums.viewsCorrectedTotal += viewsCorrected;
    if (this.#waiting === RECORDS_PER_WRITE) this.#write();
  }

  /** The tree of what was added; nothing is under the file's own name yet. */
  tree(): BalanceTree {
    const root = Buffer.from(this.#tree.root()).toString('hex');
    return { videos: this.#tree.size, ...this.#sums, root };
  }

  finish(): void {
    this.#write();
    for (const tier of this.#tiers) writeSync(this.#handle, Buffer.concat(tier));
    fsyncSync(this.#handle);
    closeSync(this.#handle);
    // A crash before this leaves a file that nobody reads and the next attempt writes over.
    renameSync(nextOf(this.#file), this.#file);
    syncFolder(dirname(this.#file));
  }

  /** Lets go of what was written. */
  abandon(): void {
    closeSync(this.#handle);
    rmSync(nextOf(this.#file), { force: true });
  }

  #write(): void {
    writeSync(this.#handle, this.#records, 0, this.#waiting * RECORD_BYTES);
    this.#waiting = 0;
  }
}

const nextOf = (file: string): string => `${file}.next`;

/**
 * Copies a file of balances that somebody else has, out of its bytes from the first on, and hashes
 * all of it anew. Rejects, and leaves nothing, when it is not the tree that it should be.
 */
export async function copyBalances(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  place: BalancePlace,
  tree: BalanceTree,
): Promise<void> {
  const writer = new BalanceWriter(file, place);
  try {
    let rest: Buffer = Buffer.alloc(0);
    let left = tree.videos;
    for await (const chunk of chunks) {
      const bytes = Buffer.concat([rest, chunk]);
      let at = 0;
      for (; left > 0 && at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
        const { video, balance } = recordIn(bytes, at);
        writer.add(video, balance);
        left -= 1;
      }
      rest = bytes.subarray(at);
      if (left === 0) break;
    }
    if (!isSameTree(writer.tree(), tree)) throw new Error('these are other balances');
    writer.finish();
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** A video's balance, and the hashes that lead from it to the root. */
export type FoundBalance = Readonly<{ balance: Balance; index: number; proof: readonly string[] }>;

/**
 * Finds a video among the balances of a cut; `undefined` when it had none yet. Reads some 30 kB and
 * hashes some hundred leaves, however many there are. Throws when the file is not of that size.
 */
export function findBalance(
  file: string,
  place: BalancePlace,
  size: number,
  video: string,
): FoundBalance | undefined {
  const handle = openSync(file, 'r');
  try {
    const reader = new BalanceReader(handle, place, size);
    const index = reader.indexOf(video);
    if (index === undefined) return undefined;
    const proof = inclusionProof(sha256, { index, size }, (level, at) =>
      reader.subtreeAt(level, at),
    );
    const { balance } = reader.recordAt(index);
    return { balance, index, proof: proof.map((node) => Buffer.from(node).toString('hex')) };
  } finally {
    closeSync(handle);
  }
}

class BalanceReader {
  readonly #handle: number;
  readonly #place: BalancePlace;
  readonly #size: number;

  constructor(handle: number, place: BalancePlace, size: number) {
    this.#handle = handle;
    this.#place = place;
    this.#size = size;
    if (fstatSync(handle).size !== this.#tierStart(TIERS + 1)) {
      throw new Error('a file of balances does not have the size that its tree says');
    }
  }

  /** Where the hashes of a tier begin; tier 0 are the records. */
  #tierStart(tier: number): number {
    let start = tier === 0 ? 0 : this.#size * RECORD_BYTES;
    for (let before = 1; before < tier; before += 1) {
      start += Math.floor(this.#size / 2 ** (TIER_BITS * before)) * HASH_BYTES;
    }
    return start;
  }

  #read(at: number, bytes: number): Buffer {
    const buffer = Buffer.alloc(bytes);
    if (readSync(this.#handle, buffer, 0, bytes, at) !== bytes) {
      throw new Error('a file of balances has become shorter');
    }
    return buffer;
  }

  indexOf(video: string): number | undefined {
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = this.recordAt(middle).video;
      if (found === video) return middle;
      if (found < video) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  recordAt(index: number): Readonly<{ video: string; balance: Balance }> {
    return recordIn(this.#read(index * RECORD_BYTES, RECORD_BYTES), 0);
  }

  subtreeAt(level: number, index: number): Uint8Array {
    const tier = Math.min(Math.floor(level / TIER_BITS), TIERS);
    const nodes = 2 ** (level - tier * TIER_BITS);
    const bytes = tier === 0 ? RECORD_BYTES : HASH_BYTES;
    const part = this.#read(this.#tierStart(tier) + index * nodes * bytes, nodes * bytes);
    const tree = new TreeHasher(sha256);
    for (let at = 0; at < part.length; at += bytes) {
      tree.add(tier === 0 ? this.#leafIn(part, at) : part.subarray(at, at + HASH_BYTES));
    }
    return tree.root();
  }

  #leafIn(part: Buffer, at: number): Uint8Array {
    const { video, balance } = recordIn(part, at);
    return leafHash(sha256, Buffer.from(balanceLeaf(this.#place, video, balance)));
  }
}

function recordIn(bytes: Buffer, at: number): Readonly<{ video: string; balance: Balance }> {
  const padded = bytes.toString('latin1', at, at + ID_BYTES);
  const end = padded.indexOf('\0');
  const number = (index: number): number =>
    bytes.readDoubleBE(at + ID_BYTES + index * NUMBER_BYTES);
  const balance = {
    likes: number(0),
    likesCorrected: number(1),
    views: number(2),
    viewsCorrected: number(3),
  };
  return { video: end === -1 ? padded : padded.slice(0, end), balance };
}
