// Two parties with files of their own, over signed HTTP, with a registrar's real charter.

import { PROFILE_BODY } from '../people/people.fixture.ts';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Epoch, VideoId } from '@holdfast/protocol/ids.ts';
import { outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import type { CellClient, OpGroup, SubmitReply } from '../cell/cell-client.ts';
import type { CharterClient } from '../registrar/charter-client.ts';
import { charterFolder, found, newParty, US } from '../registrar/charter.fixture.ts';
import type { CharterFolder, KeyedParty } from '../registrar/charter.fixture.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { signedClient } from '../signed/signed-client.ts';
import { listenSigned } from '../signed/signed.fixture.ts';
import { wireIdentity } from '../signed/wire-key.ts';
import { charterLine } from './charter-line.ts';
import { PartyCell } from './party-cell.ts';
import { openPartyFile } from './party-file.ts';
import { replicaRole } from './replica-role.ts';
import type { ReplicaRole } from './replica-role.ts';
import type { PartyRuntime } from './party-runtime.ts';

const V1 = 'v1' as VideoId;

type Running = Readonly<{
  party: KeyedParty;
  role: ReplicaRole;
  faults: string[];
  dir: string;
  /** Nobody reaches it any more. */
  hangUp: () => Promise<void>;
}>;

let folder: CharterFolder;
let registrar: Registrar;
let readers: Set<(entry: CharterEntry) => void>;
let closing: (() => unknown)[];

beforeEach(() => {
  folder = charterFolder();
  registrar = folder.open();
  readers = new Set();
  closing = [];
});
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  registrar.close();
  folder.remove();
});

/** The charter without the network in between. */
function charterHere(): Pick<CharterClient, 'charter' | 'watch' | 'append'> {
  return {
    charter: registrar.charter,
    watch: (listener) => {
      readers.add(listener);
      return () => readers.delete(listener);
    },
    append: async (signed) => {
      const size = registrar.charter.size();
      const result = registrar.append(signed);
      for (const entry of registrar.charter.after(size, 10)) {
        for (const read of readers) queueMicrotask(() => read(entry));
      }
      return result as Awaited<ReturnType<CharterClient['append']>>;
    },
  };
}

async function run(operator: string): Promise<Running> {
  const dir = mkdtempSync(join(tmpdir(), `holdfast-${operator}-`));
  const faults: string[] = [];
  const { key, party } = newParty(operator);
  const identity = wireIdentity({ operator, site: 'main', privateKey: key.privateKey });
  const monotonicMs = (): number => performance.now();
  const nowMs = (): number => Date.now();
  const role = replicaRole({
    jurisdiction: US,
    key,
    file: openPartyFile(join(dir, 'party.json')),
    charter: charterLine(charterHere(), US),
    newest: () => registrar.charter.newest(US),
    entriesAfter: registrar.charter.after,
    openCell: () => openCell(dir, key),
    destroyCopy: async () => false,
    connect: ({ url, publicKey }) =>
      signedClient({ identity, peer: { url, publicKey }, nowMs, randomBytes }),
    nowMs,
    monotonicMs,
    pause: async (pauseMs, signal) => {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    },
    pace: async () => undefined,
    onAcknowledged: () => undefined,
    isStandby: false,
    registrarHears: async () => 'unknown',
    onState: () => undefined,
    onOpened: async () => undefined,
    onReport: () => undefined,
    onProgress: () => undefined,
    onFault: (what, error) => faults.push(`${what}: ${String(error)}`),
  });
  const server = await listenSigned(identity, role.routes, {
    lookup: (claimed) => (role.knows(claimed) ? claimed : undefined),
  });
  const me = { ...party, url: server.url };
  if (registrar.charter.newest(US) === undefined) {
    registrar.append(found(registrar.charter, { party: me, key }));
  }
  await role.begin(me);
  let hungUp: Promise<void> | undefined;
  const hangUp = (): Promise<void> => (hungUp ??= server.close());
  closing.push(async () => {
    await hangUp();
    await role.close();
    rmSync(dir, { recursive: true });
  });
  return { party: { party: me, key }, role, faults, dir, hangUp };
}

function openCell(dir: string, { operator, privateKey }: OperatorKey): Promise<PartyCell> {
  return PartyCell.open({
    cell: {
      dir,
      keyFile: join(dir, 'at-rest.key'),
      jurisdiction: US,
      operator,
      epoch: 1 as Epoch,
      operatorKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      limits: { flushRowsMin: 1_000, flushAgeMsMax: 1_000 },
    },
    clocks: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    onNotice: () => undefined,
  });
}

function runtimeOf({ role }: Running): PartyRuntime {
  const begun = role.begun();
  if (begun === undefined) throw new Error('this party has not begun');
  return begun.runtime;
}

function clientOf({ role }: Running): CellClient {
  const serving = role.serving();
  if (serving === undefined) throw new Error('this party does not serve');
  return serving.client;
}

async function like(at: Running, who: string, n: number): Promise<SubmitReply> {
  const group: OpGroup = {
    sessionKey: `~${who}`,
    who: { kind: 'account', account: who },
    startedAtMs: undefined,
    ops: [{ n, kind: 'like', video: V1 }],
  };
  const client = clientOf(at);
  return new Promise((resolve) => client.submit([group], resolve));
}

/** H21: what a party publishes is of its own ownership, before any batch of it too. */
function firstEpochPublished(at: Running): Promise<number> {
  const client = clientOf(at);
  return new Promise((resolve) => {
    const end = client.subscribe(({ epoch }) => {
      end();
      resolve(epoch);
    });
    client.resync(undefined);
  });
}

const ends = (reply: SubmitReply): unknown =>
  reply.kind === 'durable' ? Array.from(reply.outcomes, outcomeOf) : reply.kind;

async function until(what: string, sides: readonly Running[], holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_500; turn += 1) {
    if (holds()) return;
    await sleep(10);
  }
  const states = sides.map((at) => `${runtimeOf(at).state.kind} ${at.faults.join('; ')}`);
  throw new Error(`never came about: ${what} (${states.join(' | ')})`);
}

async function share(from: Running, to: Running): Promise<void> {
  const both = [from, to];
  const plan = { handover: 'h-1', follower: to.party.party };
  await runtimeOf(from).dispatch({ kind: 'start', plan, followerVersion: 1 });
  const is = (at: Running, kind: string) => () => runtimeOf(at).state.kind === kind;
  await until('shadow', both, is(from, 'shadow'));
  await runtimeOf(from).dispatch({ kind: 'go', ownSeq: 0 });
  await until('joint', both, is(from, 'joint'));
}

async function cut(from: Running, to: Running): Promise<void> {
  const verdict = { kind: 'green' } as const;
  await runtimeOf(from).dispatch({ kind: 'cut', verdict, nowMs: performance.now() });
  await until('ceded', [from, to], () => runtimeOf(to).state.kind === 'owning');
}

async function handOver(from: Running, to: Running): Promise<void> {
  await share(from, to);
  await cut(from, to);
}

test('P1, P2: a cell with people, accounts and likes changes hands and loses nothing', async () => {
  const north = await run('north');
  const south = await run('south');
  const video = { video: V1, durationMs: 9_000, creatorKey: 'c' };
  await clientOf(north).call('registerVideo', video);
  const person = { handle: 'anna_smith', password: 'a long enough phrase', remote: '127.0.0.1' };
  const anna = await clientOf(north).call('signUp', person);
  if (anna.kind !== 'signed-in') throw new Error(anna.kind);
  const { token } = anna;
  const profile = { kind: 'profile', target: '', body: PROFILE_BODY } as const;
  const followed = { kind: 'follow', target: 'acc_of_somebody', body: {} } as const;
  await clientOf(north).call('write', { token, puts: [profile, followed], removes: [] });
  for (let n = 0; n < 50; n += 1) await like(north, `person-${n}`, 1);

  await handOver(north, south);
  const find = { by: 'target', of: 'profile', target: '' } as const;
  expect(await clientOf(south).call('writings', { token, find })).toMatchObject({
    items: [{ body: PROFILE_BODY }],
  });
  const published = await clientOf(south).call('published', { after: 0 });
  const records = published.kind === 'published' ? published.rows.map(({ record }) => record) : [];
  expect(records).toMatchObject([{ type: 'profile' }, { type: 'tally', value: 1 }]);
  expect(await firstEpochPublished(south)).toBe(3);

  expect(ends(await like(south, 'person-7', 1))).toEqual(['duplicate']);
  expect(ends(await like(south, 'person-50', 1))).toEqual(['counted']);
  expect(await clientOf(south).call('signIn', person)).toMatchObject({ kind: 'signed-in' });
  const books = await clientOf(south).call('books', {});
  expect(books).toMatchObject({ balanced: true, ops: 52, classes: { counted: 51, duplicate: 1 } });
  expect(north.role.serving()).toBeUndefined();
  const record = JSON.parse(readFileSync(join(south.dir, 'party.json'), 'utf8')) as unknown;
  expect(record).toMatchObject({ state: { kind: 'owning', entry: { act: 'cede', epoch: 3 } } });
  expect([...north.faults, ...south.faults]).toEqual([]);
});

test('goes back the same way, without another snapshot', async () => {
  const north = await run('north');
  const south = await run('south');
  await clientOf(north).call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  await like(north, 'person-1', 1);
  await handOver(north, south);
  await like(south, 'person-2', 1);
  await handOver(south, north);
  expect(ends(await like(north, 'person-2', 1))).toEqual(['duplicate']);
  expect(await clientOf(north).call('books', {})).toMatchObject({ ops: 3, balanced: true });
});

test('H42: a follower hears how much its owner has accepted, by what people did', async () => {
  const north = await run('north');
  const south = await run('south');
  await clientOf(north).call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  for (const n of [1, 2, 3]) await like(north, `person-${n}`, 1);
  await like(north, 'person-3', 1);
  await share(north, south);
  const heard = () => south.role.begun()?.vigil.ownerHead()?.accepted;
  await until('heard of', [north, south], () => heard()?.ops === 4);
  expect(heard()).toEqual({ ops: 4, likes: 3, unlikes: 0, views: 0 });
});

const PASSWORD = 'a long enough phrase';
/** Every one from another address, so that no limit stands in the way. */
const personOf = (handle: string, n: number) => ({
  handle,
  password: PASSWORD,
  remote: `198.51.${n >> 8}.${n & 255}`,
});

type Answered = Readonly<{ handle: string; token: string; isSignedOut: boolean; during: string }>;

/** People who come one after the other for as long as somebody takes them. */
async function crowd(at: Running, prefix: string): Promise<readonly Answered[]> {
  const answered: Answered[] = [];
  for (let n = 1; at.role.serving() !== undefined; n += 1) {
    const handle = `${prefix}_${n}`;
    const reply = await clientOf(at).call('signUp', personOf(handle, n));
    const during = runtimeOf(at).state.kind;
    if (reply.kind !== 'signed-in') {
      expect(reply).toMatchObject({ kind: 'unavailable', code: 'shutting-down' });
      return answered;
    }
    const isSignedOut = n % 3 === 0;
    answered.push({ handle, token: reply.token, isSignedOut, during });
    if (!isSignedOut) continue;
    const out = await clientOf(at).call('signOut', { token: reply.token });
    if (out.kind !== 'signed-out') return answered.slice(0, -1);
  }
  return answered;
}

test('AC53, H51: whoever signed up at any time of a hand-over has an account after it', async () => {
  const north = await run('north');
  const south = await run('south');
  await clientOf(north).call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  const coming = [crowd(north, 'anna'), crowd(north, 'ben')];
  await share(north, south);
  await sleep(300);
  await cut(north, south);
  const answered = (await Promise.all(coming)).flat();
  expect(answered.filter(({ during }) => during === 'joint').length).toBeGreaterThan(0);
  for (const { handle, token, isSignedOut } of answered) {
    const person = await clientOf(south).call('whoIs', { token });
    expect(person).toMatchObject(isSignedOut ? { kind: 'nobody' } : { kind: 'account', handle });
  }
  const last = answered.at(-1)?.handle ?? '';
  const again = await clientOf(south).call('signUp', personOf(last, 1));
  expect(again).toEqual({ kind: 'handle-taken' });
  const back = await clientOf(south).call('signIn', personOf(last, 1));
  expect(back).toMatchObject({ kind: 'signed-in' });
  expect([...north.faults, ...south.faults]).toEqual([]);
});

test('AC53: under the joint rule no change of accounts is answered without the follower', async () => {
  const north = await run('north');
  const south = await run('south');
  await clientOf(north).call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  const tokens: string[] = [];
  for (const n of [1, 2]) {
    const entered = await clientOf(north).call('signUp', personOf(`early_${n}`, n));
    tokens.push(entered.kind === 'signed-in' ? entered.token : '');
  }
  const [first = '', second = ''] = tokens;
  await share(north, south);
  await south.hangUp();
  const answered: string[] = [];
  const client = clientOf(north);
  const calls = [
    client.call('signUp', personOf('anna', 3)),
    client.call('signIn', personOf('early_1', 4)),
    client.call('signOut', { token: first }),
    client.call('signOut', { token: first }),
    client.call('deleteAccount', { token: second }),
  ].map((call) => call.then(({ kind }) => answered.push(kind)));
  expect(await client.call('signUp', personOf('x', 5))).toMatchObject({ kind: 'handle-refused' });
  expect(await client.call('whoIs', { token: first })).toEqual({ kind: 'nobody' });
  const { accounts } = north.role.begun()?.cell ?? {};
  const changesOfAll = 7;
  const before = 4;
  await until('changed here', [north, south], () => {
    return (accounts?.head().changeNo ?? 0) >= before + changesOfAll;
  });
  await sleep(100);
  expect(answered).toEqual([]);
  const reason = 'the follower is gone';
  await runtimeOf(north).dispatch({ kind: 'stop', by: 'person', reason });
  await Promise.all(calls);
  expect(answered.toSorted()).toEqual(
    ['erased', 'signed-in', 'signed-in', 'signed-out', 'signed-out'].toSorted(),
  );
});

const MARKER = 'marker_handle';

/** The handle as a party has sealed it. */
function sealedHandle({ dir }: Running): Buffer {
  const db = new DatabaseSync(join(dir, 'accounts.db'), { readOnly: true });
  const row = db.prepare('SELECT handle FROM accounts').get();
  db.close();
  return Buffer.from(row?.['handle'] as Uint8Array);
}

/** Whether something stands in any file of a party. */
function isIn({ dir }: Running, what: string | Buffer): boolean {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(what));
}

test('AC49, E5: nothing of an account that was deleted on the way is in the files of either', async () => {
  const north = await run('north');
  const south = await run('south');
  await clientOf(north).call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  const person = personOf(MARKER, 1);
  const entered = await clientOf(north).call('signUp', person);
  const token = entered.kind === 'signed-in' ? entered.token : '';
  await share(north, south);
  const [atNorth, atSouth] = [sealedHandle(north), sealedHandle(south)];
  expect(isIn(south, atSouth)).toBe(true);
  // Each copy has a key of its own, and none has the handle as it is.
  expect(Buffer.compare(atNorth, atSouth)).not.toBe(0);
  expect(isIn(south, MARKER) || isIn(north, MARKER)).toBe(false);
  const erased = await clientOf(north).call('deleteAccount', { token });
  expect(erased).toMatchObject({ kind: 'erased' });
  expect(isIn(south, atSouth)).toBe(false);
  expect(isIn(north, atNorth)).toBe(false);
  await cut(north, south);
  expect(await clientOf(south).call('signUp', person)).toMatchObject({ kind: 'signed-in' });
});
