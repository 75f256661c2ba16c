// A journal whose end was torn: what a power cut may leave of writes that nobody was told of.

import { closeSync, existsSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { apiOf, WATCHED_MS } from './harness/api.ts';
import type { Api, OpBody } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { Installation } from './harness/installation.ts';
import { between, randomOf, seedOf } from './harness/random.ts';

let place: Installation;
beforeEach(() => {
  place = openInstallation();
});
afterEach(() => place.close());

const TEST_MS_MAX = 120_000;
const SESSIONS = 4;
const OPS_PER_SESSION = 20;

type Sender = Readonly<{ grant: string; ops: readonly OpBody[] }>;

function opsOf(video: string): readonly OpBody[] {
  return Array.from({ length: OPS_PER_SESSION }, (_, index) => {
    const n = index + 1;
    if (index < 5) return { n, kind: 'view', video, watchedMs: WATCHED_MS };
    return { n, kind: index % 2 === 1 ? 'like' : 'unlike', video };
  });
}

/** One op a request, so that each is a batch of its own. */
async function sendAll(api: Api, senders: readonly Sender[]): Promise<void> {
  await Promise.all(
    senders.map(async ({ grant, ops }) => {
      for (const op of ops) await api.outcomes(grant, [op]);
    }),
  );
}

/** A video and people with sessions, safely stored: only ops are in what is torn. */
async function prepared(): Promise<readonly Sender[]> {
  const server = await place.start();
  const api = apiOf(server.url);
  await api.video('torn');
  const grants = await Promise.all(
    Array.from({ length: SESSIONS }, (_, index) => api.grant('us', `torn-${index}`)),
  );
  await server.stop();
  return grants.map((grant) => ({ grant, ops: opsOf('torn') }));
}

async function fsck(): Promise<readonly [number | null, string]> {
  const { code, out, err } = await place.holdfast('fsck');
  return [code, `${out}${err}`];
}

const wal = (): string => join(place.dataDir, 'cells', 'us', 'journal.db-wal');

async function expectAll(api: Api, because: string): Promise<void> {
  const { likes, views } = await api.settled('torn');
  // Each ends with a like of an odd number of changes: 15 ops from like on, so liked.
  expect([likes.value, views.value], because).toEqual([SESSIONS, SESSIONS * 5]);
}

it(
  'opens whatever the length of what is left, and takes again what was cut off',
  async () => {
    const seed = seedOf(process.env);
    const because = `HOLDFAST_SEED=${seed}`;
    const random = randomOf(seed);
    const senders = await prepared();
    for (let round = 0; round < 2; round += 1) {
      const server = await place.start();
      await sendAll(apiOf(server.url), senders);
      await server.kill();
      expect(existsSync(wal()), because).toBe(true);
      const file = openSync(wal(), 'r+');
      ftruncateSync(file, between(random, 0, statSync(wal()).size));
      closeSync(file);
      expect(await fsck(), because).toEqual([0, expect.stringContaining('0 differences')]);
    }
    const server = await place.start();
    const api = apiOf(server.url);
    await sendAll(api, senders);
    await sendAll(api, senders);
    await expectAll(api, because);
    const { classes, balanced } = await api.books('us');
    expect([balanced, classes['counted']], because).toEqual([true, SESSIONS * OPS_PER_SESSION]);
    await server.kill();
    expect(await fsck(), because).toEqual([0, expect.stringContaining('0 differences')]);
  },
  TEST_MS_MAX,
);

it(
  'loses nothing when what was being written is garbage',
  async () => {
    const seed = seedOf(process.env);
    const because = `HOLDFAST_SEED=${seed}`;
    const random = randomOf(seed);
    const senders = await prepared();
    const first = await place.start();
    await sendAll(apiOf(first.url), senders);
    await first.kill();
    const garbage = Uint8Array.from({ length: between(random, 1, 20_000) }, () =>
      between(random, 0, 255),
    );
    const file = openSync(wal(), 'a');
    writeSync(file, garbage);
    closeSync(file);
    const second = await place.start();
    const api = apiOf(second.url);
    await expectAll(api, because);
    expect((await api.books('us')).ops, because).toBe(SESSIONS * OPS_PER_SESSION);
    await second.kill();
    expect(await fsck(), because).toEqual([0, expect.stringContaining('0 differences')]);
  },
  TEST_MS_MAX,
);
