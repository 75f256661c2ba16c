import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { inclusionProof, isIncluded, leafHash, nodeHash, TreeHasher } from './merkle-tree.ts';
import type { Hash } from './merkle-tree.ts';

const sha256 = (bytes: Uint8Array): Hash => createHash('sha256').update(bytes).digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

// The leaves and roots that the authors of RFC 6962 test their own log with.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'];
LEAVES.push('606162636465666768696a6b6c6d6e6f');
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leaves = LEAVES.map((leaf) => leafHash(sha256, Buffer.from(leaf, 'hex')));

test.each(ROOTS.map((root, size) => [size, root] as const))(
  'ML1, ML2: the tree of the first %i leaves has the root that is known',
  (size, root) => {
    const tree = new TreeHasher(sha256);
    for (const leaf of leaves.slice(0, size)) tree.add(leaf);
    expect([tree.size, hex(tree.root())]).toEqual([size, root]);
  },
);

describe('ML3: a proof', () => {
  /** Subtrees of the eight leaves, hashed straight from them. */
  const subtreeAt = (level: number, index: number): Hash => {
    if (level === 0) return leaves[index] ?? new Uint8Array();
    const [left, right] = [subtreeAt(level - 1, 2 * index), subtreeAt(level - 1, 2 * index + 1)];
    return nodeHash(sha256, left, right);
  };
  const proofOf = (index: number, size: number): string[] =>
    inclusionProof(sha256, { index, size }, subtreeAt).map(hex);

  test('has the nodes that are known', () => {
    expect(proofOf(0, 8)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(proofOf(5, 8)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(proofOf(2, 3)).toEqual([ROOTS[2]]);
    expect(proofOf(0, 1)).toEqual([]);
  });

  test('that is too long or too short proves nothing, nor does one of a place that is not', () => {
    const proof = inclusionProof(sha256, { index: 5, size: 8 }, subtreeAt);
    const root = Buffer.from(ROOTS[8] ?? '', 'hex');
    const leaf = leaves[5] ?? new Uint8Array();
    const check = (index: number, size: number, nodes: readonly Hash[]): boolean =>
      isIncluded(sha256, { index, size }, leaf, nodes, root);
    expect(check(5, 8, proof)).toBe(true);
    expect(check(5, 8, proof.slice(1))).toBe(false);
    expect(check(5, 8, [...proof, leaf])).toBe(false);
    expect(check(8, 8, proof)).toBe(false);
    expect(check(-1, 8, proof)).toBe(false);
    expect(() => proofOf(8, 8)).toThrow(RangeError);
  });
});
