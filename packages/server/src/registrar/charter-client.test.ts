// The registrar as a server, and readers of its charter, over real connections.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SignedDecision } from '@holdfast/engine/charter/charter-entry.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import { wireIdentity } from '../signed/wire-key.ts';
import {
  charterFolder,
  decided,
  EU,
  found,
  joint,
  leaveFourEntries,
  newParty,
  north,
  promote,
  south,
  US,
} from './charter.fixture.ts';
import type { CharterFolder, KeyedParty } from './charter.fixture.ts';
import { openCharterClient } from './charter-client.ts';
import type { CharterClient, OpenCharterClient } from './charter-client.ts';
import type { CharterStatus } from './charter-follow.ts';
import { signHead } from './charter-head.ts';
import type { SignedHead } from './charter-head.ts';
import { readCharter } from './open-charter.ts';
import { openRegistrarServer } from './registrar-server.ts';
import type { RegistrarServer } from './registrar-server.ts';
import type { Registrar } from './registrar.ts';

type Served = Readonly<{
  registrar: Registrar;
  url: string;
  port: number;
  stop: () => Promise<void>;
}>;

let folder: CharterFolder;
let others: CharterFolder[] = [];
let closing: (() => unknown)[] = [];

beforeEach(() => {
  folder = charterFolder();
  others = [];
  closing = [];
});

afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  for (const other of [folder, ...others]) other.remove();
});

async function serve(
  options: Partial<RegistrarServer> = {},
  port = 0,
  from = folder,
): Promise<Served> {
  const registrar = from.open();
  const monotonicMs = (): number => performance.now();
  const nowMs = (): number => Date.now();
  const onError = (error: unknown): void => expect.fail(String(error));
  const parts = { founders: undefined, nowMs, monotonicMs, randomBytes, onError, heartbeatMs: 20 };
  const app = await openRegistrarServer({ registrar, ...parts, ...options });
  await app.listen({ host: '127.0.0.1', port });
  const stop = async (): Promise<void> => {
    await app.close();
    registrar.close();
  };
  closing.push(stop);
  const { port: taken } = app.server.address() as AddressInfo;
  return { registrar, url: `http://127.0.0.1:${taken}`, port: taken, stop };
}

function follow(
  url: string,
  by: KeyedParty = north,
  options: Partial<OpenCharterClient> = {},
): CharterClient {
  const { operator, site } = by.party;
  const client = openCharterClient({
    url,
    file: join(folder.dir, `${operator}-${site}.jsonl`),
    identity: wireIdentity({ operator, site, privateKey: by.key.privateKey }),
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    randomBytes,
    pause: async (_pauseMs, signal) => {
      await sleep(20, undefined, { signal }).catch(() => undefined);
    },
    onStatus: () => undefined,
    onTornTail: () => undefined,
    ...options,
  });
  closing.push(client.close);
  return client;
}

/** Resolves once a reader stands so with its registrar. */
async function becomes(client: CharterClient, kind: CharterStatus['kind']): Promise<CharterStatus> {
  await expect.poll(() => client.status().kind, { timeout: 10_000 }).toBe(kind);
  return client.status();
}

async function grows(client: CharterClient, size: number): Promise<void> {
  await expect.poll(() => client.charter.size(), { timeout: 10_000 }).toBe(size);
}

describe('the registrar as a server', () => {
  it('R16: gives the charter to anybody, whole and from an entry on', async () => {
    leaveFourEntries(folder);
    const { url, registrar } = await serve();
    const whole = (await (await fetch(`${url}/v1/charter`)).json()) as Record<string, unknown>;
    expect(whole).toMatchObject({ newest: 4, newestHash: registrar.charter.newestHash() });
    expect(whole['entries']).toEqual(folder.entries());
    const rest = await (await fetch(`${url}/v1/charter?after=3`)).json();
    expect(rest).toMatchObject({ newest: 4, entries: [{ n: 4 }] });
    expect((await fetch(`${url}/v1/charter?after=x`)).status).toBe(400);
  });

  it('R16: gives the newest entry of a cell', async () => {
    leaveFourEntries(folder);
    const { url } = await serve();
    const entry = await (await fetch(`${url}/v1/charter/cells/us`)).json();
    expect(entry).toEqual(folder.entries().at(-1));
    expect((await fetch(`${url}/v1/charter/cells/mars`)).status).toBe(404);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('R18: records a decision and answers the same when it is asked again', async () => {
    const { url } = await serve();
    const client = follow(url);
    const asked = found(client.charter, north);
    const first = await client.append(asked);
    expect(first).toMatchObject({ kind: 'appended', entry: { n: 1, epoch: 1 } });
    expect(await client.append(asked)).toEqual(first);
    expect(folder.entries()).toHaveLength(1);
    expect(client.charter.newest(US)?.owner).toEqual(north.party);
  });

  it('R18: lets exactly one of two racing decisions win, and tells the other', async () => {
    const { url, registrar } = await serve();
    registrar.append(found(registrar.charter, north));
    joint(registrar);
    const left = follow(url, north);
    const right = follow(url, south);
    await Promise.all([grows(left, 2), grows(right, 2)]);
    const leave = decided(left.charter, 'leave', { owner: north, by: [north] });
    const take = decided(right.charter, 'promote', { owner: south, by: [south] });
    const outcomes = await Promise.all([left.append(leave), right.append(take)]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['appended', 'not-next']);
    const winner = folder.entries()[2];
    for (const reader of [left, right]) expect(reader.charter.newest(US)).toEqual(winner);
    expect(folder.entries()).toHaveLength(3);
  });

  it('HF14, R18: refuses a decision for the wrong epoch, unsound, or signed by others', async () => {
    const { url, registrar } = await serve();
    registrar.append(found(registrar.charter, north));
    const client = follow(url);
    await grows(client, 1);
    const parties = { owner: north, follower: south, by: [north, south] };
    const late = decided(client.charter, 'join', parties, { epoch: 5 as Epoch });
    expect(await client.append(late)).toMatchObject({ kind: 'not-next', newest: { epoch: 1 } });
    const leave = decided(client.charter, 'leave', { owner: north, by: [north] });
    expect(await client.append(leave)).toMatchObject({ code: 'wrong-predecessor' });
    const alone = decided(client.charter, 'join', { ...parties, by: [north] });
    expect(await client.append(alone)).toMatchObject({ code: 'not-signed' });
    const foreign = decided(client.charter, 'join', { ...parties, by: [south] });
    expect(await client.append(foreign)).toMatchObject({ code: 'charter-sender-differs' });
    const odd = { decision: { cell: 'us' }, signatures: [] } as unknown as SignedDecision;
    expect(await client.append(odd)).toMatchObject({ code: 'charter-decision-malformed' });
    expect(folder.entries()).toHaveLength(1);
  });

  it('R19: lets only those on its list found a cell', async () => {
    const founders = new Map([[north.party.publicKey, 'north']]);
    const { url } = await serve({ founders });
    const stranger = follow(url, south);
    const refused = await stranger.append(found(stranger.charter, south, EU));
    expect(refused).toMatchObject({ kind: 'no-answer', code: 'wire-unknown-key', effect: 'none' });
    const client = follow(url);
    expect(await client.append(found(client.charter, north))).toMatchObject({ kind: 'appended' });
  });

  it('R19: lets a party of the charter found no cell unless it is on the list', async () => {
    const { registrar, url } = await serve({ founders: new Map() });
    registrar.append(found(registrar.charter, north));
    const client = follow(url);
    expect(await client.append(found(client.charter, north, EU))).toMatchObject({
      code: 'charter-founding-closed',
    });
  });

  it('R19: hears gateways that it was told of, and lets them found nothing', async () => {
    const gate = newParty('gate', 'front');
    const { publicKey } = gate.party;
    const { url } = await serve({
      founders: new Map(),
      isGateway: (claimed) => claimed.publicKey === publicKey,
    });
    const client = follow(url, gate);
    expect(await client.heartbeat()).toEqual({ kind: 'heard' });
    expect(await client.heard()).toMatchObject([{ operator: 'gate', site: 'front' }]);
    expect(await client.append(found(client.charter, gate))).toMatchObject({
      code: 'charter-founding-closed',
    });
    expect(await follow(url, south).heartbeat()).toMatchObject({ kind: 'no-answer' });
  });

  it('R20: says when it last heard of each part', async () => {
    let clockMs = 1_000;
    const { url } = await serve({ monotonicMs: () => clockMs });
    const client = follow(url);
    expect(await client.heartbeat()).toEqual({ kind: 'heard' });
    clockMs += 2_500;
    await follow(url, south).heartbeat();
    const heard = await client.heard();
    expect(heard?.map(({ operator, agoMs }) => [operator, agoMs])).toEqual([
      ['north', 2_500],
      ['south', 0],
    ]);
  });
});

describe('a reader of the charter', () => {
  it('R17, R21: follows, and has each entry on its own disk before it shows it', async () => {
    const { url, registrar } = await serve();
    const client = follow(url);
    const file = join(folder.dir, 'north-main.jsonl');
    const seen: (string | undefined)[] = [];
    client.watch(({ hash }) => seen.push(readCharter(file).newestHash() === hash ? hash : 'early'));
    registrar.append(found(registrar.charter, north));
    joint(registrar);
    promote(registrar);
    await grows(client, 3);
    expect(seen).toEqual(folder.entries().map(({ hash }) => hash));
    expect(await becomes(client, 'following')).toMatchObject({ kind: 'following' });
  });

  it('R21: takes no entry that is unsound, whoever serves it', async () => {
    leaveFourEntries(folder);
    const entries = folder.entries();
    const forged = { ...entries[2], owner: newParty('mallory').party };
    const url = await serveEvents([entries[0], entries[1], forged]);
    const client = follow(url);
    const { detail } = await becomes(client, 'refused');
    expect(detail).toContain('entry 3 is not sound');
    expect(client.charter.size()).toBe(2);
  });

  it('R21: takes no entry that another registrar has witnessed', async () => {
    leaveFourEntries(folder);
    const { url } = await serve();
    const other = otherFolder();
    const registrarKey = other.open().charter.registrarKey() ?? newParty('x').party.publicKey;
    const client = follow(url, north, { registrarKey });
    expect((await becomes(client, 'refused')).detail).toContain('another witness');
    expect(client.charter.size()).toBe(0);
  });

  it('R22: refuses a registrar that was put back to an older state, and asks it nothing', async () => {
    leaveFourEntries(folder);
    const served = await serve();
    const client = follow(served.url);
    await grows(client, 4);
    await served.stop();
    const [first = '', second = ''] = readFileSync(folder.file, 'utf8').split('\n');
    truncateSync(folder.file, Buffer.byteLength(`${first}\n${second}\n`));
    await serve({}, served.port);
    const { detail } = await becomes(client, 'refused');
    expect(detail).toContain('put back to an older state');
    expect(client.charter.size()).toBe(4);
    const asked = decided(client.charter, 'renew', { owner: south, by: [south] });
    expect(await client.append(asked)).toMatchObject({ code: 'charter-contradicted' });
  });

  it.each(['as long', 'longer'])(
    'R22: refuses a registrar with another past that is %s',
    async (how) => {
      const other = otherFolder();
      const first = folder.open();
      first.append(found(first.charter, north));
      first.close();
      writeFileSync(other.file, readFileSync(folder.file));
      writeFileSync(
        join(other.dir, 'registrar', 'key.pem'),
        readFileSync(join(folder.dir, 'registrar', 'key.pem')),
        { mode: 0o600 },
      );
      const served = await serve();
      joint(served.registrar);
      const client = follow(served.url);
      await grows(client, 2);
      await served.stop();
      const fork = await serve({}, served.port, other);
      fork.registrar.append(found(fork.registrar.charter, north, EU));
      if (how === 'longer') joint(fork.registrar);
      const { detail } = await becomes(client, 'refused');
      expect(detail).toMatch(/differs from the one known here|put back/);
      expect(client.charter.newest(US)?.act).toBe('join');
      expect(client.charter.newest(EU)).toBeUndefined();
    },
  );

  it('R23: goes on with its copy while the registrar is away, says how old it is, and returns', async () => {
    leaveFourEntries(folder);
    const served = await serve();
    let clockMs = 0;
    const client = follow(served.url, south, { monotonicMs: () => clockMs });
    await becomes(client, 'following');
    await served.stop();
    await becomes(client, 'away');
    clockMs += 60_000;
    expect(client.status().ageMs).toBeGreaterThanOrEqual(60_000);
    expect(client.charter.newest(US)?.owner.operator).toBe('south');
    const asked = decided(client.charter, 'renew', { owner: south, by: [south] });
    expect(await client.append(asked)).toMatchObject({ kind: 'no-answer', effect: 'none' });
    const again = await serve({}, served.port);
    const moved = { ...south, party: { ...south.party, url: 'http://127.0.0.1:7599' } };
    const renewed = decided(again.registrar.charter, 'renew', { owner: moved, by: [south] });
    expect(again.registrar.append(renewed)).toMatchObject({ kind: 'appended' });
    await grows(client, 5);
    expect(await becomes(client, 'following')).toMatchObject({ ageMs: 0 });
  });

  it('R23: knows the charter from its copy before it has heard of the registrar', async () => {
    leaveFourEntries(folder);
    const served = await serve();
    const client = follow(served.url);
    await grows(client, 4);
    await client.close();
    await served.stop();
    const again = follow(served.url);
    expect(again.charter.newest(US)?.owner.operator).toBe('south');
    await becomes(again, 'away');
  });

  it('R23: notices a registrar that hangs', async () => {
    const url = await serveEvents([], false);
    const client = follow(url, north);
    const { detail } = await becomes(client, 'away');
    expect(detail).toContain('nothing more came');
  });
});

function otherFolder(): CharterFolder {
  const other = charterFolder();
  others.push(other);
  other.open().close();
  return other;
}

describe('R24: how old what a reader is told may be', () => {
  it('R24: is shown by a head that the registrar signed, with its time', async () => {
    leaveFourEntries(folder);
    const { url } = await serve();
    const client = follow(url);
    await becomes(client, 'following');
    const head = client.head();
    expect(head).toMatchObject({ newest: 4, newestHash: client.charter.newestHash() });
    expect(Math.abs((head?.atMs ?? 0) - Date.now())).toBeLessThan(60_000);
    await expect.poll(() => client.head()?.atMs ?? 0).toBeGreaterThan(head?.atMs ?? 0);
  });

  it.each([
    ['repeats an old head', (head: SignedHead) => head],
    ['gives an old head another time', (head: SignedHead) => ({ ...head, atMs: Date.now() })],
    ['leaves it out', () => null],
  ])('R24: is not taken for new from somebody in between who %s', async (_what, altered) => {
    leaveFourEntries(folder);
    const { registrar } = await serve();
    const { charter, privateKey } = registrar;
    const head = signHead(charter, Date.now() - 60_000, privateKey);
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const entry of folder.entries()) {
        response.write(`event: entry\ndata: ${JSON.stringify(entry)}\n\n`);
      }
      const { newest, newestHash } = head;
      const beat = (): void => {
        const data = JSON.stringify({ newest, newestHash, head: altered(head) });
        response.write(`event: heartbeat\ndata: ${data}\n\n`);
      };
      const timer = setInterval(beat, 20);
      response.on('close', () => clearInterval(timer));
    });
    const client = follow(await originOf(server));
    await grows(client, 4);
    await becomes(client, 'away');
    expect(client.status().detail).toContain('signed by the registrar');
  });
});

/** A server that sends some entries, well formed or not, and then ends or hangs. */
async function serveEvents(entries: readonly unknown[], ends = true): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    for (const entry of entries) {
      response.write(`event: entry\ndata: ${JSON.stringify(entry)}\n\n`);
    }
    if (ends) response.end();
  });
  return originOf(server);
}

/** Listens until the end of the test. */
async function originOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
