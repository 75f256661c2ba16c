// A disk that fills up: a clear refusal, nothing acknowledged lost, and on it goes with new space.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { apiOf, until } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import { differencesOf, LOAD_VIDEO, startLoad } from './harness/load.ts';

const TEST_MS_MAX = 180_000;
const DISK = 'size=32m';
/** Left free when the load begins. */
const FREE_BYTES = 3 * 1024 * 1024;

/** Mounts a small disk in memory, which only root can; says why not where that is so. */
function smallDisk(): Readonly<{ dir: string } | { whyNot: string }> {
  if (process.getuid?.() !== 0) return { whyNot: 'only root can mount a small disk' };
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', dir], { stdio: 'pipe' });
    return { dir };
  } catch (error) {
    rmSync(dir, { recursive: true });
    return { whyNot: `mount: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function unmount(dir: string): void {
  execFileSync('umount', [dir], { stdio: 'pipe' });
  rmSync(dir, { recursive: true });
}

it(
  'refuses as storage-full, loses nothing, and goes on when there is space again',
  async ({ skip }) => {
    const disk = smallDisk();
    if ('whyNot' in disk) return skip(`not run: ${disk.whyNot}`);
    const dataDir = join(disk.dir, 'data');
    const ballast = join(disk.dir, 'ballast');
    mkdirSync(dataDir);
    const place = openInstallation(dataDir);
    try {
      const server = await place.start();
      const api = apiOf(server.url);
      const videos = ['full-1', 'full-2', 'full-3'];
      for (const video of videos) await api.video(video, LOAD_VIDEO);
      const { bavail, bsize } = statfsSync(disk.dir);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - FREE_BYTES));
      const options = { seed: 1, url: server.url, videos, devices: 9, bulkSenders: 3 };
      const load = startLoad(options);
      const full = () => load.refusals.get('503 storage-full') ?? 0;
      await until(
        'a full disk',
        async () => full(),
        (refusals) => refusals >= 50,
      );
      // It is said again and again, and reads are answered all the while.
      const [count] = Object.values(await api.counts(videos.slice(0, 1)));
      expect(count?.views.value).toBeGreaterThan(0);
      await sleep(500);
      const refused = load.acknowledged();
      expect(full()).toBeGreaterThan(50);
      rmSync(ballast);
      await until(
        'new space',
        async () => load.acknowledged(),
        (ops) => ops > refused + 500,
      );
      await load.finish();
      expect(await differencesOf(load, server.url)).toEqual([]);
      expect([...load.refusals.keys()]).toEqual(['503 storage-full']);
      expect((await server.stop()).code).toBe(0);
      const check = await place.holdfast('fsck');
      expect([check.code, check.out]).toEqual([0, expect.stringContaining('0 differences')]);
    } finally {
      await place.close();
      unmount(disk.dir);
    }
  },
  TEST_MS_MAX,
);

it(
  'loses nothing when it is killed with a full disk',
  async ({ skip }) => {
    const disk = smallDisk();
    if ('whyNot' in disk) return skip(`not run: ${disk.whyNot}`);
    const dataDir = join(disk.dir, 'data');
    const ballast = join(disk.dir, 'ballast');
    mkdirSync(dataDir);
    const place = openInstallation(dataDir);
    try {
      const first = await place.start();
      const api = apiOf(first.url);
      const videos = ['full-1', 'full-2', 'full-3'];
      for (const video of videos) await api.video(video, LOAD_VIDEO);
      const { bavail, bsize } = statfsSync(disk.dir);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - FREE_BYTES));
      const options = { seed: 2, url: first.url, videos, devices: 6, bulkSenders: 2 };
      const load = startLoad(options);
      const full = () => load.refusals.get('503 storage-full') ?? 0;
      await until(
        'a full disk',
        async () => full(),
        (refusals) => refusals >= 50,
      );
      await first.kill();
      rmSync(ballast);
      const second = await place.start();
      load.moveTo(second.url);
      await load.finish();
      expect(await differencesOf(load, second.url)).toEqual([]);
    } finally {
      await place.close();
      unmount(disk.dir);
    }
  },
  TEST_MS_MAX,
);
