import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { balanceLeaf } from '@holdfast/engine/charter/balances.ts';
import type { Balance, BalancePlace, BalanceTree } from '@holdfast/engine/charter/balances.ts';
import { isIncluded, leafHash } from '@holdfast/tlog/merkle-tree.ts';
import { US } from '../registrar/charter.fixture.ts';
import { BalanceWriter, copyBalances, findBalance } from './balance-file.ts';
import { sha256 } from './sign-balances.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-balance-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PLACE: BalancePlace = { cell: US, epoch: 2, seq: 40 };
const nameOf = (index: number): string => `video-${String(index).padStart(6, '0')}`;
const balanceOf = (index: number): Balance => {
  return { likes: index, likesCorrected: -index, views: 2 ** 40 + index, viewsCorrected: 3 };
};

function written(videos: number): Readonly<{ file: string; tree: BalanceTree }> {
  const file = join(folder, `${videos}.bin`);
  const writer = new BalanceWriter(file, PLACE);
  for (let index = 0; index < videos; index += 1) writer.add(nameOf(index), balanceOf(index));
  const tree = writer.tree();
  writer.finish();
  return { file, tree };
}

function isProven(file: string, tree: BalanceTree, video: string): boolean {
  const found = findBalance(file, PLACE, tree.videos, video);
  if (found === undefined) return false;
  const leaf = leafHash(sha256, Buffer.from(balanceLeaf(PLACE, video, found.balance)));
  const proof = found.proof.map((node) => Buffer.from(node, 'hex'));
  const at = { index: found.index, size: tree.videos };
  return isIncluded(sha256, at, leaf, proof, Buffer.from(tree.root, 'hex'));
}

test.each([1, 2, 3, 255, 256, 257, 700, 66_000])(
  'BL1, BL2: each of %i videos is found with its numbers and a proof',
  (videos) => {
    const { file, tree } = written(videos);
    const places = [0, 1, 254, 255, 256, 511, 512, 65_535, 65_536, videos - 1];
    for (const index of places.filter((one) => one < videos)) {
      const found = findBalance(file, PLACE, videos, nameOf(index));
      expect(found).toMatchObject({ index, balance: balanceOf(index) });
      expect(isProven(file, tree, nameOf(index))).toBe(true);
    }
    expect(findBalance(file, PLACE, videos, 'video')).toBeUndefined();
    expect(findBalance(file, PLACE, videos, nameOf(videos))).toBeUndefined();
  },
);

test('BL2: the sums are those of all videos, corrections apart', () => {
  const { tree } = written(4);
  expect(tree).toMatchObject({
    videos: 4,
    likesTotal: 6,
    likesCorrectedTotal: -6,
    viewsTotal: 4 * 2 ** 40 + 6,
    viewsCorrectedTotal: 12,
  });
});

test('a cut without a video has a tree of none', () => {
  const { file, tree } = written(0);
  expect(tree.videos).toBe(0);
  expect(findBalance(file, PLACE, 0, nameOf(0))).toBeUndefined();
});

test('a number that was changed in the file has no proof any more', () => {
  const { file, tree } = written(300);
  const bytes = readFileSync(file);
  const at = bytes.indexOf(nameOf(7)) + 64;
  bytes.writeDoubleBE(1_000_000, at);
  writeFileSync(file, bytes);
  expect(findBalance(file, PLACE, 300, nameOf(7))?.balance.likes).toBe(1_000_000);
  expect(isProven(file, tree, nameOf(7))).toBe(false);
});

test('a file that is too short is not read', () => {
  const { file } = written(258);
  truncateSync(file, 258 * 96);
  expect(() => findBalance(file, PLACE, 258, nameOf(0))).toThrow('the size that its tree says');
});

test('BL2: videos come by id, each once', () => {
  const writer = new BalanceWriter(join(folder, 'order.bin'), PLACE);
  writer.add('b', balanceOf(1));
  expect(() => writer.add('b', balanceOf(1))).toThrow('by id');
  expect(() => writer.add('a', balanceOf(1))).toThrow('by id');
  writer.abandon();
});

describe('BL12: a copy', () => {
  async function* inPieces(bytes: Buffer): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 1_000) {
      await Promise.resolve();
      yield bytes.subarray(at, at + 1_000);
    }
  }

  test('is the same file', async () => {
    const { file, tree } = written(700);
    const copy = join(folder, 'copy.bin');
    await copyBalances(inPieces(readFileSync(file)), copy, PLACE, tree);
    expect(readFileSync(copy)).toEqual(readFileSync(file));
  });

  test('of something else is not kept', async () => {
    const { file, tree } = written(300);
    const copy = join(folder, 'other.bin');
    const bytes = readFileSync(file);
    const short = inPieces(bytes.subarray(0, 299 * 96));
    await expect(copyBalances(short, copy, PLACE, tree)).rejects.toThrow('other balances');
    bytes.writeDoubleBE(9, 64);
    await expect(copyBalances(inPieces(bytes), copy, PLACE, tree)).rejects.toThrow('other');
    bytes.fill(255);
    await expect(copyBalances(inPieces(bytes), copy, PLACE, tree)).rejects.toThrow('by id');
    expect(readdirSync(folder).filter((name) => name.startsWith('other'))).toEqual([]);
  });
});
