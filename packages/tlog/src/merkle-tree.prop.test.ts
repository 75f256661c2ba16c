import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inclusionProof, isIncluded, leafHash, nodeHash, TreeHasher } from './merkle-tree.ts';
import type { Hash } from './merkle-tree.ts';

const sha256 = (bytes: Uint8Array): Hash => createHash('sha256').update(bytes).digest();
const LEAVES_MAX = 80;

const leaves = Array.from({ length: LEAVES_MAX }, (_, n) => leafHash(sha256, Buffer.from(`${n}`)));

/** ML2 as it is written, and as slow. */
function rootOf(list: readonly Hash[]): Hash {
  if (list.length === 0) return sha256(new Uint8Array());
  if (list.length === 1) return list[0] ?? new Uint8Array();
  const split = 2 ** Math.floor(Math.log2(list.length - 1));
  return nodeHash(sha256, rootOf(list.slice(0, split)), rootOf(list.slice(split)));
}

const subtreeAt = (level: number, index: number): Hash =>
  rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

const places = fc
  .integer({ min: 1, max: LEAVES_MAX })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat({ max: size - 1 }) }));

test('ML2: leaves that come one by one have the root of their list', () => {
  const tree = new TreeHasher(sha256);
  for (let size = 0; size <= LEAVES_MAX; size += 1) {
    expect(tree.root()).toEqual(rootOf(leaves.slice(0, size)));
    tree.add(leaves[size] ?? new Uint8Array(32));
  }
});

test('ML2: every complete subtree is told, in its order', () => {
  const told = new Map<number, Hash[]>();
  const tree = new TreeHasher(sha256, (level, subtree) => {
    told.set(level, [...(told.get(level) ?? []), subtree]);
  });
  for (const leaf of leaves) tree.add(leaf);
  expect(new Set(told.keys())).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  for (const [level, subtrees] of told) {
    expect(subtrees).toHaveLength(Math.floor(LEAVES_MAX / 2 ** level));
    expect(subtrees).toEqual(subtrees.map((_, index) => subtreeAt(level, index)));
  }
});

test('ML3: a proof leads to the root, and no other leaf, place or byte of it does', () => {
  fc.assert(
    fc.property(places, fc.nat(), fc.nat({ max: 255 }), (place, at, flip) => {
      const root = rootOf(leaves.slice(0, place.size));
      const proof = inclusionProof(sha256, place, subtreeAt);
      const leaf = leaves[place.index] ?? new Uint8Array();
      expect(isIncluded(sha256, place, leaf, proof, root)).toBe(true);
      const other = { ...place, index: (place.index + 1) % place.size };
      expect(isIncluded(sha256, other, leaf, proof, root)).toBe(place.size === 1);
      const bent = proof.map((node) => Uint8Array.from(node));
      const node = bent[at % Math.max(1, bent.length)] ?? new Uint8Array(1);
      node[at % node.length] = (node[at % node.length] ?? 0) ^ flip;
      const isSame = flip === 0 || proof.length === 0;
      expect(isIncluded(sha256, place, leaf, bent, root)).toBe(isSame);
    }),
  );
});
