// The status page that runs beside the server shares no fate with it, and makes room for the next.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { send } from './harness/http.ts';
import { openInstallation } from './harness/installation.ts';
import type { Installation, RunningServer } from './harness/installation.ts';

const SOON = { timeout: 60_000 };
const UP = { env: { HOLDFAST_STATUS: '1' } };

let place: Installation;
/** Pages that a test has seen; one that outlives its server outlives a test that failed, too. */
let pages: Set<number>;

beforeEach(() => {
  place = openInstallation();
  pages = new Set();
});
afterEach(async () => {
  for (const pid of pages) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await place.close();
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The process of the page that holds its folder. */
function pageOf({ dataDir }: Installation): number {
  const text = readFileSync(join(dataDir, 'status', 'holdfast.lock.json'), 'utf8');
  const { pid } = JSON.parse(text) as Readonly<{ pid: number }>;
  pages.add(pid);
  return pid;
}

/** Where the page itself listens, as the server's log says. */
function ownOrigin({ err }: RunningServer): string {
  return /"url":"(http:[^"]+)\/status"/.exec(err())?.[1] ?? '';
}

const statusOf = async (url: string): Promise<number> => {
  const answer = await send(url, 'GET', '/status');
  return answer.status;
};

async function startWithPage(): Promise<RunningServer> {
  const server = await place.start(UP);
  await expect.poll(() => statusOf(server.url), SOON).toBe(200);
  return server;
}

it('ST45: outlives a server that is killed, and the next server gets a page of its own', async () => {
  const first = await startWithPage();
  const page = pageOf(place);
  const origin = ownOrigin(first);
  await first.kill();
  expect([isAlive(page), await statusOf(origin)]).toEqual([true, 200]);
  const second = await startWithPage();
  await expect.poll(() => isAlive(page), SOON).toBe(false);
  expect(pageOf(place)).not.toBe(page);
  expect((await second.stop()).code).toBe(0);
});

it('ST45: ends with a server that is stopped', async () => {
  const server = await startWithPage();
  const page = pageOf(place);
  await server.stop();
  expect(isAlive(page)).toBe(false);
});

it('ST45: that is killed is said to be unknown, and is started again', async () => {
  const server = await startWithPage();
  const page = pageOf(place);
  const withoutPage = async () => {
    // Each that is started again, so that there is none however slow the asking is.
    if (isAlive(pageOf(place))) process.kill(pageOf(place), 'SIGKILL');
    const [shown, told] = await Promise.all([
      send(server.url, 'GET', '/status'),
      send(server.url, 'GET', '/api/v2/status.json'),
    ]);
    return [shown.status, shown.text, told.status, told.body];
  };
  const says = expect.stringContaining('We cannot tell how things are') as unknown;
  const code = expect.objectContaining({ code: 'status-unknown' }) as unknown;
  await expect.poll(withoutPage, SOON).toEqual([503, says, 503, code]);
  await expect.poll(() => statusOf(server.url), SOON).toBe(200);
  expect(pageOf(place)).not.toBe(page);
});
