// kill -9 at random moments under load: nothing acknowledged is lost, nothing counts twice.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { expect, it } from 'vitest';
import { apiOf, bodyOf } from './harness/api.ts';
import type { SessionBody } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';
import { killUnderLoad } from './harness/kills.ts';
import { seedOf } from './harness/random.ts';

const TEST_MS_MAX = 300_000;
const PASSWORD = 'four unlikely words here';
const SAME_SITE = { 'sec-fetch-site': 'same-origin' };

it(
  'is right after 6 kills at random moments under load',
  async () => {
    const seed = seedOf(process.env);
    const report = await killUnderLoad({ seed, kills: 6, liveMsMax: 800 });
    expect(report.differences, `HOLDFAST_SEED=${seed}`).toEqual([]);
    expect(report.fsck, `HOLDFAST_SEED=${seed}`).toMatchObject({ code: 0 });
    expect(report.fsck.out).toContain('0 differences');
    expect(report.acknowledged).toBeGreaterThan(0);
  },
  TEST_MS_MAX,
);

const MEMORY_GROWTH_BYTES_MAX = 64 * 1024 * 1024;

/** What databases make beside themselves, and open and remove as they like. */
const isBeside = (path: string): boolean => /-(wal|shm|journal)$/.test(path);

function filesOf(folder: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => !isBeside(path)).toSorted();
}

/** How many files of the data folder a server has open. */
function openFilesOf({ pid }: RunningServer, folder: string): number {
  const links = readdirSync(`/proc/${pid}/fd`).map((name) =>
    readlinkSync(`/proc/${pid}/fd/${name}`),
  );
  return links.filter((link) => link.startsWith(folder) && !isBeside(link)).length;
}

function memoryOf({ pid }: RunningServer): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return pages * 4_096;
}

it(
  'needs no more open files, files and memory after each start than after the first',
  async ({ skip }) => {
    if (process.platform !== 'linux') return skip('not run: /proc is not here');
    const place = openInstallation();
    try {
      const needs: { files: readonly string[]; openFiles: number; memoryBytes: number }[] = [];
      for (let starts = 0; starts < 3; starts += 1) {
        const server = await place.start();
        const api = apiOf(server.url);
        await api.video('again-and-again');
        const grant = await api.grant('us', `person-${starts}`);
        await api.outcomes(grant, [{ n: 1, kind: 'like', video: 'again-and-again' }]);
        expect((await api.settled('again-and-again')).likes.value).toBe(starts + 1);
        needs.push({
          files: filesOf(place.dataDir),
          openFiles: openFilesOf(server, place.dataDir),
          memoryBytes: memoryOf(server),
        });
        await server.kill();
      }
      const [first, ...later] = needs;
      for (const { files, openFiles, memoryBytes } of later) {
        expect(files).toEqual(first?.files);
        expect(openFiles).toBe(first?.openFiles);
        expect(memoryBytes - (first?.memoryBytes ?? 0)).toBeLessThan(MEMORY_GROWTH_BYTES_MAX);
      }
    } finally {
      await place.close();
    }
  },
  TEST_MS_MAX,
);

it(
  'keeps an account that was made, and keeps one away that was deleted, over a kill',
  async () => {
    const place = openInstallation();
    try {
      const first = await place.start();
      const api = apiOf(first.url);
      await api.video('accounted');
      const person = async (handle: string): Promise<string> => {
        const body = { handle, password: PASSWORD, jurisdiction: 'us' };
        const made = await api.send('POST', '/v1/accounts', { body });
        const cookie = made.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
        const opened = await api.send('POST', '/v1/sessions', {
          headers: { cookie, ...SAME_SITE },
        });
        const { grant } = bodyOf<SessionBody>(opened, 201);
        await api.outcomes(grant, [{ n: 1, kind: 'like', video: 'accounted' }]);
        return cookie;
      };
      const stays = await person('stays');
      const leaves = await person('leaves');
      const headers = { cookie: leaves, ...SAME_SITE };
      expect((await api.send('DELETE', '/v1/me', { headers })).status).toBe(202);
      await first.kill();

      const after = apiOf((await place.start()).url);
      expect((await after.settled('accounted')).likes.value).toBe(1);
      const signIn = async (handle: string): Promise<number> => {
        const body = { handle, password: PASSWORD, jurisdiction: 'us' };
        return (await after.send('POST', '/v1/sign-in', { body })).status;
      };
      expect([await signIn('stays'), await signIn('leaves')]).toEqual([200, 401]);
      const me = (cookie: string) => after.send('GET', '/v1/me', { headers: { cookie } });
      expect([(await me(stays)).status, (await me(leaves)).status]).toEqual([200, 401]);
    } finally {
      await place.close();
    }
  },
  TEST_MS_MAX,
);
