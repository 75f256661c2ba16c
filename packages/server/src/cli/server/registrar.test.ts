// The registrar as people run it: real processes, killed and stopped.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  charterFolder,
  decided,
  found,
  north,
  south,
  US,
} from '../../registrar/charter.fixture.ts';
import type { CharterFolder } from '../../registrar/charter.fixture.ts';
import { openCharterClient } from '../../registrar/charter-client.ts';
import type { AppendOutcome, CharterClient } from '../../registrar/charter-client.ts';
import { readCharter } from '../../registrar/open-charter.ts';
import { wireIdentity } from '../../signed/wire-key.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
/** Only to end a test that hangs. */
const TEST_MS_MAX = 120_000;
const KILLS = 5;

type Ready = Readonly<{ event: string; url: string; publicKey: string; entries: number }>;
type Running = Readonly<{
  child: ChildProcess;
  ready: Promise<Ready>;
  ended: Promise<Readonly<{ code: number | null; err: string }>>;
}>;

let folder: CharterFolder;
let children: ChildProcess[] = [];
let clients: CharterClient[] = [];

beforeEach(() => {
  folder = charterFolder();
  children = [];
  clients = [];
});

afterEach(async () => {
  for (const client of clients) await client.close();
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  folder.remove();
});

function registrar(...args: readonly string[]): Running {
  const all = [MAIN, 'registrar', '--json', '--data', folder.dir, ...args];
  const child = spawn(process.execPath, all, { env: { PATH: process.env['PATH'] } });
  children.push(child);
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, err }));
  const line = once(child.stdout, 'data').then(([chunk]) => String(chunk));
  const ready = Promise.race([line, ended.then(() => err)]).then(
    (text) => JSON.parse(text) as Ready,
  );
  // Whoever expects it not to start does not look at this.
  ready.catch(() => undefined);
  return { child, ready, ended };
}

function reader(url: string): CharterClient {
  const { operator, site } = north.party;
  const client = openCharterClient({
    url,
    file: join(folder.dir, 'copy.jsonl'),
    identity: wireIdentity({ operator, site, privateKey: north.key.privateKey }),
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    randomBytes,
    pause: async (_pauseMs, signal) => {
      await sleep(20, undefined, { signal }).catch(() => undefined);
    },
    onStatus: () => undefined,
    onTornTail: () => undefined,
  });
  clients.push(client);
  return client;
}

/** Joins and leaves in turn, each asked again until it is known what became of it. */
async function appendInTurn(
  client: CharterClient,
  isOver: () => boolean,
  onAnswered: (hash: string) => void,
): Promise<void> {
  while (!isOver()) {
    const isJoint = client.charter.newest(US)?.rule === 'joint';
    const asked = isJoint
      ? decided(client.charter, 'leave', { owner: north, by: [north] })
      : decided(client.charter, 'join', { owner: north, follower: south, by: [north, south] });
    let outcome: AppendOutcome;
    do {
      outcome = await client.append(asked);
      if (outcome.kind === 'no-answer') await sleep(20);
    } while (outcome.kind === 'no-answer' && !isOver());
    if (outcome.kind === 'no-answer') return;
    // Nobody else appends, so nothing but the very decision can be there.
    expect(outcome.kind).toBe('appended');
    if (outcome.kind === 'appended') onAnswered(outcome.entry.hash);
  }
}

describe('holdfast registrar', { timeout: TEST_MS_MAX }, () => {
  it('R6, R7, R14: keeps every entry that it answered, through kill -9 in the midst of appends', async () => {
    let running = registrar('--port', '0');
    const { url } = await running.ready;
    const { port } = new URL(url);
    const client = reader(url);
    const answered: string[] = [];
    const first = await client.append(found(client.charter, north));
    expect(first.kind).toBe('appended');
    let isOver = false;
    const appending = appendInTurn(
      client,
      () => isOver,
      (hash) => answered.push(hash),
    );
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = answered.length;
      await expect.poll(() => answered.length, { timeout: 30_000 }).toBeGreaterThan(before + 20);
      running.child.kill('SIGKILL');
      await running.ended;
      const onDisk = new Set(folder.entries().map(({ hash }) => hash));
      expect(answered.filter((hash) => !onDisk.has(hash))).toEqual([]);
      running = registrar('--port', port);
      await running.ready;
    }
    isOver = true;
    await appending;
    const charter = readCharter(folder.file);
    const hashes = charter.after(0, charter.size()).map(({ hash }) => hash);
    expect(hashes.slice(1, answered.length + 1)).toEqual(answered);
  });

  it('exits 0 on SIGTERM, also while readers follow it', async () => {
    const running = registrar('--port', '0');
    const client = reader((await running.ready).url);
    await expect.poll(() => client.status().kind, { timeout: 10_000 }).toBe('following');
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
  });

  it('refuses a second one on the same folder', async () => {
    await registrar('--port', '0').ready;
    const second = await registrar('--port', '0').ended;
    expect(second.code).toBe(3);
    expect(second.err).toContain('in use by `holdfast registrar`');
  });

  it('refuses a list of founders that it cannot read', async () => {
    const file = join(folder.dir, 'founders.txt');
    writeFileSync(file, `# ours\nnorth ${north.party.publicKey}\nsouth not-a-key\n`);
    const ended = await registrar('--port', '0', '--founders', file).ended;
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('Line 3 of');
  });

  it('R19: lets those on its list of founders found a cell', async () => {
    const file = join(folder.dir, 'founders.txt');
    writeFileSync(file, `north ${north.party.publicKey} # ours\n`);
    const client = reader((await registrar('--port', '0', '--founders', file).ready).url);
    const outcome = await client.append(found(client.charter, north));
    expect(outcome).toMatchObject({ kind: 'appended' });
  });
});
