import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCopyKeys } from '../at-rest/copy-keys.ts';
import { destroyCopy, filesOfCopy, listCopy, operatorKeyFate } from './destroy-copy.ts';
import { whyNotOpened } from './destroy-copy.ts';
import type { CopyPlace } from './destroy-copy.ts';

let folder: string;
let place: CopyPlace;

const FILES = ['accounts.db', 'journal.db', 'journal.db-wal', 'secret.key', 'state.db'];
const KEPT = ['border', 'handover.json', 'party.json', 'retirement.json'];

function makeCopy(): void {
  const dir = join(folder, 'cells', 'us');
  place = { dir, keyFile: join(folder, 'at-rest.key'), dataDir: folder };
  for (const name of ['set-aside', 'border']) mkdirSync(join(dir, name), { recursive: true });
  openCopyKeys(place);
  for (const name of [...FILES, ...KEPT.slice(1), 'set-aside/after-3.jsonl', 'border/day.json']) {
    writeFileSync(join(dir, name), `what is in ${name}`.repeat(100));
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-destroy-'));
  makeCopy();
});
afterEach(() => rmSync(folder, { recursive: true }));

const left = (): readonly string[] => readdirSync(place.dir).toSorted();

describe('destroying a copy', () => {
  test('E11: lists every file of it as it lies there, and destroys nothing by that', async () => {
    const before = left();
    const { key, files } = await listCopy(place);
    expect(files.map(({ name }) => name)).toEqual([
      'accounts.db',
      'journal.db',
      'journal.db-wal',
      'secret.key',
      'set-aside/after-3.jsonl',
      'state.db',
    ]);
    expect(files.every(({ sha256, bytes }) => /^[0-9a-f]{64}$/.test(sha256) && bytes > 0)).toBe(
      true,
    );
    expect(key).toMatchObject({ name: 'data.key', operatorKey: 'destroyed' });
    expect(left()).toEqual(before);
  });

  test('E12: leaves nothing but what names nobody, and the key goes before any file', async () => {
    const listed = await listCopy(place);
    const removed: string[] = [];
    await destroyCopy(
      place,
      listed,
      (step, file) => void (step === 'removed' && removed.push(file)),
    );
    expect(left()).toEqual(KEPT);
    expect(removed[0]).toBe(join(place.dir, 'data.key'));
    expect(removed[1]).toBe(place.keyFile);
    expect(existsSync(place.keyFile)).toBe(false);
  });

  test('E12: leaves the operator’s key where it is not this folder’s alone', async () => {
    const elsewhere = { ...place, keyFile: join(folder, '..', 'elsewhere.key') };
    expect(operatorKeyFate(elsewhere)).toBe('kept');
    const other = join(folder, 'cells', 'eu');
    mkdirSync(other);
    openCopyKeys({ ...place, dir: other });
    expect(operatorKeyFate(place)).toBe('kept');
    await destroyCopy(place, await listCopy(place));
    expect(existsSync(place.keyFile)).toBe(true);
  });

  test('E13: what was sealed opens before, and not after the first step', async () => {
    const listed = await listCopy(place);
    expect(whyNotOpened(place, listed.sealedSample)).toBeUndefined();
    const stop = new Error('the power is gone');
    const broken = destroyCopy(place, listed, () => {
      throw stop;
    });
    await expect(broken).rejects.toBe(stop);
    expect(whyNotOpened(place, listed.sealedSample)).toBe('at-rest-wrong-key');
    expect(filesOfCopy(place.dir)).toHaveLength(6);
  });

  test('E14: broken off after any step, it is finished by doing it again', async () => {
    const stop = new Error('the power is gone');
    let isWhole = false;
    for (let steps = 1; !isWhole; steps += 1) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      makeCopy();
      const listed = await listCopy(place);
      let done = 0;
      const broken = destroyCopy(place, listed, () => {
        done += 1;
        if (done === steps) throw stop;
      });
      isWhole = await broken.then(
        () => true,
        () => false,
      );
      await destroyCopy(place, listed);
      expect(left()).toEqual(KEPT);
      expect(whyNotOpened(place, listed.sealedSample)).toBe('at-rest-not-encrypted');
      if (isWhole) expect(steps).toBe(2 * (FILES.length + 3) + 1);
    }
  });
});
