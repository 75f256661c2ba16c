import { afterEach, describe, expect, test } from 'vitest';
import { shownLikes } from '@holdfast/engine/counting/rows.ts';
import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import { US } from '../registrar/charter.fixture.ts';
import { keyIdOf } from '../signed/wire-key.ts';
import { like, TestParties, V1 } from './parties.fixture.ts';
import type { Site } from './parties.fixture.ts';
import { peerRoutes } from './peer-routes.ts';
import { PEER_ROUTES } from './peer-wire.ts';

let parties: TestParties;

afterEach(async () => parties.end());

async function begun(): Promise<TestParties> {
  parties = await TestParties.begin();
  const { north } = parties;
  await north.engine?.ask({ kind: 'video', video: V1, durationMs: 9_000, creatorKey: 'c' });
  for (const who of ['anna', 'ben']) await like(north, who, 1);
  return parties;
}

const plan = (follower: Site) => ({ handover: 'h-1', follower: follower.me });
const kindOf = (at: Site): string | undefined => at.runtime?.state.kind;

async function shown(at: Site): Promise<number | undefined> {
  const view = at.roles?.view();
  const no = (await view?.findVideos([V1]))?.get(V1);
  const row = no === undefined ? undefined : await view?.video(no);
  return row === undefined ? undefined : shownLikes(row);
}

/** From a cell that one party owns alone to one that both acknowledge for. */
async function joined(): Promise<TestParties> {
  await begun();
  const { north, south } = parties;
  const start = { kind: 'start', plan: plan(south), followerVersion: 1 } as const;
  expect(await parties.tell(north, start)).toMatchObject({ kind: 'done' });
  expect(await parties.tell(south, { kind: 'follow' })).toMatchObject({ kind: 'done' });
  await parties.until('shadow', () => kindOf(north) === 'shadow');
  await parties.tell(north, { kind: 'go', ownSeq: north.roles?.durableSeq() ?? 0 });
  await parties.until('joint', () => kindOf(north) === 'joint' && kindOf(south) === 'follow-joint');
  return parties;
}

const cut = () => ({ kind: 'cut', verdict: { kind: 'green' }, nowMs: parties.nowMs }) as const;

describe('a planned hand-over', () => {
  test('P1, P2, P7: ends with the other as owner, every like kept and none doubled', async () => {
    const { north, south, charter } = await joined();
    expect(await like(north, 'cleo', 1)).toMatchObject({ kind: 'durable', epoch: 2 });
    await parties.tell(north, cut());
    await parties.until('ceded', () => kindOf(south) === 'owning' && south.engine !== undefined);
    expect(charter.entries.map(({ act }) => act)).toEqual(['found', 'join', 'cede']);
    expect(await like(south, 'cleo', 1)).toMatchObject({ kind: 'durable', epoch: 3 });
    expect(await like(south, 'dora', 1)).toMatchObject({ kind: 'durable' });
    expect(await shown(south)).toBe(4);
    await parties.until('the old owner follows', () => kindOf(north) === 'follow-catching-up');
    expect(north.engine).toBeUndefined();
  });

  test('P1: under the joint rule nothing is acknowledged that the follower does not have', async () => {
    const { north, south } = await joined();
    south.isCutOff = true;
    let isAnswered = false;
    const waiting = like(north, 'cleo', 1).then((reply) => {
      isAnswered = true;
      return reply;
    });
    for (let turn = 0; turn < 20; turn += 1) await parties.tick();
    expect(isAnswered).toBe(false);
    expect(await shown(north)).toBe(2);
    south.isCutOff = false;
    expect(await waiting).toMatchObject({ kind: 'durable' });
    expect((await south.journal.all()).length).toBe((await north.journal.all()).length);
  });

  test('is taken back when the sides cannot agree in time, and the owner goes on', async () => {
    const { north, south, charter } = await joined();
    south.isCutOff = true;
    await parties.tell(north, cut());
    await parties.until('sealed', () => kindOf(north) === 'sealed');
    await parties.tick(600);
    await parties.until('owning again', () => kindOf(north) === 'owning');
    expect(charter.entries.at(-1)).toMatchObject({ act: 'leave', epoch: 3 });
    expect(await like(north, 'cleo', 1)).toMatchObject({ kind: 'durable', epoch: 3 });
    expect(await shown(north)).toBe(3);
  });

  test('goes back to the first owner without a new snapshot', async () => {
    const { north, south, charter } = await joined();
    await parties.tell(north, cut());
    await parties.until('ceded', () => kindOf(south) === 'owning');
    await like(south, 'cleo', 1);
    const start = { kind: 'start', plan: plan(north), followerVersion: 1 } as const;
    await parties.tell(south, start);
    await parties.until('shadow', () => kindOf(south) === 'shadow');
    await parties.tell(south, { kind: 'go', ownSeq: south.roles?.durableSeq() ?? 0 });
    await parties.until('joint', () => kindOf(south) === 'joint');
    await parties.tell(south, cut());
    await parties.until('back', () => kindOf(north) === 'owning' && north.engine !== undefined);
    expect(charter.entries.map(({ act }) => act)).toEqual([
      'found',
      'join',
      'cede',
      'join',
      'cede',
    ]);
    expect(await shown(north)).toBe(3);
    expect(await like(north, 'cleo', 1)).toMatchObject({ kind: 'durable', epoch: 5 });
    expect(await shown(north)).toBe(3);
  });
});

describe('the loss of the owner', () => {
  test('P1: the follower is promoted with everything acknowledged', async () => {
    const { north, south, charter } = await joined();
    await like(north, 'cleo', 1);
    await parties.kill(north);
    await parties.tell(south, { kind: 'promote', reason: 'the site is lost' });
    await parties.until('promoted', () => kindOf(south) === 'owning' && south.engine !== undefined);
    expect(charter.entries.at(-1)).toMatchObject({ act: 'promote', epoch: 3 });
    expect(await shown(south)).toBe(3);
    expect(await like(south, 'dora', 1)).toMatchObject({ kind: 'durable' });
  });

  test('P7: an owner that comes back sets its tail aside and follows', async () => {
    const { north, south } = await joined();
    south.isCutOff = true;
    const waiting = like(north, 'cleo', 1);
    await parties.until('in its journal', () => (north.roles?.durableSeq() ?? 0) > 3);
    await parties.tell(south, { kind: 'promote', reason: 'the site is lost' });
    await parties.until('promoted', () => kindOf(south) === 'owning' && south.engine !== undefined);
    south.isCutOff = false;
    await north.runtime?.learn();
    expect(await waiting).toMatchObject({ kind: 'unavailable' });
    await parties.until('following', () => kindOf(north) === 'follow-catching-up');
    expect(north.setAside.length).toBe(1);
    expect(await like(south, 'cleo', 1)).toMatchObject({ kind: 'durable' });
    expect(await shown(south)).toBe(3);
  });

  test('H21: an owner that starts again shows nothing that the follower has yet to confirm', async () => {
    const { north, south } = await joined();
    south.isCutOff = true;
    void like(north, 'cleo', 1);
    await parties.until('in its journal', () => (north.roles?.durableSeq() ?? 0) > 3);
    await parties.kill(north);
    await parties.start(north);
    await parties.until('joint again', () => kindOf(north) === 'joint');
    expect(north.engine).toBeUndefined();
    south.isCutOff = false;
    await parties.until('serving', () => north.engine !== undefined);
    expect(await like(north, 'cleo', 1)).toMatchObject({ kind: 'durable' });
    expect(await shown(north)).toBe(3);
    expect((await south.journal.all()).length).toBe((await north.journal.all()).length);
  });

  test('H19: an owner that was replaced by force while it was away does not follow with its tail', async () => {
    await begun();
    const { north, south, charter } = parties;
    await parties.kill(north);
    const [founded] = charter.entries;
    if (founded === undefined) throw new Error('the cell is founded');
    const from = { seq: 1 as Seq, chain: 'of batch 1', likesHash: 'l', countsHash: 'c' };
    const owner = { ...north.me, site: 'other', url: south.me.url };
    charter.append({
      ...founded,
      epoch: 2 as Epoch,
      act: 'force',
      owner,
      cut: from,
      reason: 'lost',
    });
    await parties.start(north);
    await parties.until('its tail gone', () => (north.roles?.durableSeq() ?? 0) < 3);
    expect(north.runtime?.state.entry).toMatchObject({ act: 'force' });
  });

  test('P7: of a leave and a promote at the same time one wins, and the other learns of it', async () => {
    const { north, south, charter } = await joined();
    south.isCutOff = true;
    await Promise.all([
      parties.tell(north, { kind: 'stop', by: 'person', reason: 'the follower is gone' }),
      parties.tell(south, { kind: 'promote', reason: 'the owner is gone' }),
    ]);
    await parties.until(
      'one owner',
      () => [north, south].filter((at) => kindOf(at) === 'owning').length === 1,
    );
    south.isCutOff = false;
    await Promise.all([north.runtime?.learn(), south.runtime?.learn()]);
    expect(charter.entries.length).toBe(3);
    expect([north, south].filter(({ engine }) => engine !== undefined).length).toBe(1);
  });
});

describe('a follower that is gone for good', () => {
  test('H11: after it signed a join that is not recorded yet, the owner goes on without it', async () => {
    await begun();
    const { north, south, charter } = parties;
    const start = { kind: 'start', plan: plan(south), followerVersion: 1 } as const;
    await parties.tell(north, start);
    await parties.tell(south, { kind: 'follow' });
    await parties.until('shadow', () => kindOf(north) === 'shadow');
    charter.isAway = true;
    await parties.tell(north, { kind: 'go', ownSeq: north.roles?.durableSeq() ?? 0 });
    await parties.until('joining', () => kindOf(north) === 'joining');
    await parties.kill(south);
    await parties.kill(north);
    charter.isAway = false;
    await parties.start(north);
    await parties.until('joint', () => kindOf(north) === 'joint');
    await parties.tell(north, { kind: 'stop', by: 'gate', reason: 'the follower is silent' });
    await parties.until('owning', () => kindOf(north) === 'owning' && north.engine !== undefined);
    expect(charter.entries.map(({ act }) => act)).toEqual(['found', 'join', 'leave']);
    expect(await like(north, 'cleo', 1)).toMatchObject({ kind: 'durable', epoch: 3 });
  });
});

test('H38: a standby takes the place of a copy that is only kept up for the way back', async () => {
  await begun();
  const { north, south } = parties;
  const back = { handover: 'back-us-1-a', follower: south.me };
  await parties.tell(north, { kind: 'start', plan: back, followerVersion: 1 });
  const begunParty = {
    me: north.me,
    runtime: north.runtime,
    snapshots: undefined,
    vigil: undefined,
  };
  const routes = peerRoutes({ cell: US, begun: () => begunParty as never });
  const route = routes.find(({ url }) => url === PEER_ROUTES.standby);
  const { operator, publicKey } = north.me;
  const answer = await route?.handle({
    sender: { operator, site: 'west', publicKey, keyId: keyIdOf(publicKey) },
    method: 'POST',
    path: '/',
    params: { cell: US },
    body: Buffer.from(JSON.stringify({ url: 'http://west' })),
    sentAtMs: 0,
    signal: new AbortController().signal,
  });
  expect(answer).toMatchObject({ status: 200 });
  expect(north.runtime?.state).toMatchObject({
    plan: { handover: 'standby-west', follower: { site: 'west' } },
  });
});
