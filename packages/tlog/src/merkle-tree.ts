// Merkle trees as RFC 6962 hashes them: the root of a list of leaves, the proof that a leaf is in
// it, and the check of such a proof. Pure, and the hash function is given, so that it runs in
// browsers as in Node.
//
//   ML1  a leaf is hashed behind a byte 0, two nodes together behind a byte 1
//   ML2  a list of n leaves is split before leaf k, the largest power of two below n
//   ML3  a proof has exactly the nodes beside the way from the leaf to the root, lowest first
//
// Why a proof cannot be bent: leaves and nodes are hashed behind different bytes, so that no node
// passes for a leaf, and a proof that is longer or shorter than its size asks for proves nothing.

export type Hash = Uint8Array;
/** SHA-256, or another function of the kind: 32 bytes for any bytes. */
export type HashFunction = (bytes: Uint8Array) => Hash;

const LEAF = 0;
const NODE = 1;

/** The hash of a leaf (ML1). */
export function leafHash(hash: HashFunction, leaf: Uint8Array): Hash {
  const bytes = new Uint8Array(1 + leaf.length);
  bytes[0] = LEAF;
  bytes.set(leaf, 1);
  return hash(bytes);
}

/** The hash of two nodes or leaf hashes that stand beside each other (ML1). */
export function nodeHash(hash: HashFunction, left: Hash, right: Hash): Hash {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = NODE;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return hash(bytes);
}

/** Told of every complete subtree of 2^level leaves, from level 1 up, as soon as it is known. */
export type OnSubtree = (level: number, subtree: Hash) => void;

/** Hashes a list of leaves that come one by one; keeps a hash for each bit of their number. */
export class TreeHasher {
  readonly #hash: HashFunction;
  readonly #onSubtree: OnSubtree | undefined;
  /** By level, the complete subtree that still waits for its neighbour on the right. */
  readonly #waiting: (Hash | undefined)[] = [];
  #size = 0;

  constructor(hash: HashFunction, onSubtree?: OnSubtree) {
    this.#hash = hash;
    this.#onSubtree = onSubtree;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds the next leaf by its hash. */
  add(leaf: Hash): void {
    let subtree = leaf;
    let level = 0;
    for (; this.#waiting[level] !== undefined; level += 1) {
      subtree = nodeHash(this.#hash, this.#waiting[level] as Hash, subtree);
      this.#waiting[level] = undefined;
      this.#onSubtree?.(level + 1, subtree);
    }
    this.#waiting[level] = subtree;
    this.#size += 1;
  }

  /** The root of all leaves so far; of none it is the hash of nothing. */
  root(): Hash {
    let root: Hash | undefined;
    for (const subtree of this.#waiting) {
      if (subtree === undefined) continue;
      root = root === undefined ? subtree : nodeHash(this.#hash, subtree, root);
    }
    return root ?? this.#hash(new Uint8Array());
  }
}

/** The hash of the complete subtree of 2^level leaves that begins at leaf `index` * 2^level. */
export type SubtreeAt = (level: number, index: number) => Hash;

/** Which leaf of how many. */
export type LeafPlace = Readonly<{ index: number; size: number }>;

/** The proof that a leaf is in a tree (ML3); throws when there is no such leaf. */
export function inclusionProof(
  hash: HashFunction,
  { index, size }: LeafPlace,
  subtreeAt: SubtreeAt,
): Hash[] {
  if (!isPlace({ index, size })) throw new RangeError(`a tree of ${size} has no leaf ${index}`);
  const proof: Hash[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      proof.push(rootOfRange(hash, middle, end, subtreeAt));
      end = middle;
    } else {
      proof.push(rootOfRange(hash, start, middle, subtreeAt));
      start = middle;
    }
  }
  return proof.reverse();
}

/** The root that a proof leads to; `undefined` when it does not have the length for its place. */
export function rootOfProof(
  hash: HashFunction,
  { index, size }: LeafPlace,
  leaf: Hash,
  proof: readonly Hash[],
): Hash | undefined {
  if (!isPlace({ index, size })) return undefined;
  let [node, place, last] = [leaf, index, size - 1];
  for (const beside of proof) {
    if (last === 0) return undefined;
    if (place % 2 === 1 || place === last) {
      node = nodeHash(hash, beside, node);
      // At the right edge a node without a neighbour goes up as it is.
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      node = nodeHash(hash, node, beside);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? node : undefined;
}

/** Whether a leaf is in the tree of a root, at a place, by its proof. */
export function isIncluded(
  hash: HashFunction,
  place: LeafPlace,
  leaf: Hash,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  const found = rootOfProof(hash, place, leaf, proof);
  return found?.length === root.length && found.every((byte, at) => byte === root[at]);
}

function isPlace({ index, size }: LeafPlace): boolean {
  return Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size;
}

/** ML2. Numbers of leaves may be beyond 2^32, so there are no shifts here. */
function splitOf(leaves: number): number {
  let split = 1;
  while (split * 2 < leaves) split *= 2;
  return split;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function rootOfRange(hash: HashFunction, start: number, end: number, at: SubtreeAt): Hash {
  const leaves = end - start;
  const split = splitOf(leaves);
  if (leaves === 1) return at(0, start);
  if (split * 2 === leaves) return at(Math.log2(leaves), start / leaves);
  const middle = start + split;
  return nodeHash(hash, rootOfRange(hash, start, middle, at), rootOfRange(hash, middle, end, at));
}
