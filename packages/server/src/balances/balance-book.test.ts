import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BalanceTree } from '@holdfast/engine/charter/balances.ts';
import { US } from '../registrar/charter.fixture.ts';
import { BalanceBook } from './balance-book.ts';
import type { CutCopy, TakenCut } from './balance-book.ts';
import { BalancesFailedError } from './balance-maker.ts';
import { balanceStore } from './balance-store.ts';
import type { BalanceStore } from './balance-store.ts';
import { BalancesGoneError } from './make-balances.ts';
import type { BalanceJob } from './make-balances.ts';

const TREE: BalanceTree = {
  ...{ videos: 1, likesTotal: 3, likesCorrectedTotal: 0, viewsTotal: 5, viewsCorrectedTotal: 0 },
  root: 'a'.repeat(64),
};
const CUT: TakenCut = {
  handover: 'us-1-test',
  place: { cell: US, epoch: 2, seq: 40 },
  countsHash: 'c'.repeat(64),
  totals: { videos: 1, likes: 3, views: 5 },
};
const ATTEMPTS_MAX = 10;

let folder: string;
let store: BalanceStore;
let book: BalanceBook;
let make: (job: BalanceJob) => Promise<BalanceTree>;
let copied: number;
let released: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-book-'));
  [copied, released] = [0, 0];
  store = balanceStore(folder);
  make = async ({ balanceFile }) => {
    writeFileSync(balanceFile, '');
    return TREE;
  };
  book = opened();
});
afterEach(() => rmSync(folder, { recursive: true }));

function opened(): BalanceBook {
  const log = (): void => undefined;
  return new BalanceBook({ store, stateFile: '', log, make: (job) => make(job) });
}

const copyNow = (): CutCopy => {
  copied += 1;
  return { copies: [], release: () => (released += 1) };
};

/** Lets what was begun come to its end. */
async function begun(): Promise<void> {
  book.begin(CUT.handover);
  await book.close();
}

test('BL4: one copy is taken at a cut, and let go of when the file is made', async () => {
  book.take(CUT, copyNow);
  book.take(CUT, copyNow);
  expect([copied, released, book.isMaking(CUT.handover)]).toEqual([1, 0, true]);
  await begun();
  expect([released, book.isMaking(CUT.handover), book.tree(CUT.handover)]).toEqual([
    1,
    false,
    TREE,
  ]);
  book.take(CUT, copyNow);
  expect(copied).toBe(1);
});

test('BL6: what was made is there after a restart', async () => {
  book.take(CUT, copyNow);
  await begun();
  store = balanceStore(folder);
  book = opened();
  expect(book.kept(CUT.handover)).toMatchObject({ place: CUT.place, tree: TREE, closing: null });
});

test('a disk that fails is tried again with the same copy, and given up at last', async () => {
  make = () => Promise.reject(new BalancesFailedError('no space left'));
  book.take(CUT, copyNow);
  for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt += 1) await begun();
  expect([book.isMaking(CUT.handover), released]).toEqual([true, 0]);
  await begun();
  expect([book.isMaking(CUT.handover), released, copied]).toEqual([false, 1, 1]);
  expect(book.tree(CUT.handover)).toBeNull();
});

test('BL5: what can never be made is given up at once', async () => {
  make = () => Promise.reject(new BalancesGoneError('other rows'));
  book.take(CUT, copyNow);
  await begun();
  expect([book.isMaking(CUT.handover), released, book.tree(CUT.handover)]).toEqual([
    false,
    1,
    null,
  ]);
});

test('BL5: nothing is left of a cut after which the cell stayed where it was', async () => {
  book.take(CUT, copyNow);
  let finish: (tree: BalanceTree) => void = () => undefined;
  make = () => new Promise((resolve) => (finish = resolve));
  book.begin(CUT.handover);
  book.drop(CUT.handover);
  finish(TREE);
  await book.close();
  expect([released, book.tree(CUT.handover)]).toEqual([1, null]);
  expect(readdirSync(folder)).toEqual([]);
});
