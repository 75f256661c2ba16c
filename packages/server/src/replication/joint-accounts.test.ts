// The accounts of two parties while their cell changes hands.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD, signIn, signUp } from '../accounts/accounts.fixture.ts';
import type { AccountsHead } from '../accounts/replicated-rows.ts';
import type { CellAccounts } from './party-ports.ts';
import { like, TestParties, V1 } from './parties.fixture.ts';
import type { Site } from './parties.fixture.ts';
import { DRAIN_MS_MAX } from './party-runtime.ts';

let parties: TestParties;
let north: Site;
let south: Site;

beforeEach(async () => {
  parties = await TestParties.begin();
  ({ north, south } = parties);
  await north.engine?.ask({ kind: 'video', video: V1, durationMs: 9_000, creatorKey: 'c' });
});
afterEach(async () => parties.end());

const kindOf = (at: Site): string | undefined => at.runtime?.state.kind;
const acts = (): readonly string[] => parties.charter.entries.map(({ act }) => act);
const isEqual = (): boolean => south.accounts.head().rowsHash === north.accounts.head().rowsHash;

async function shadowed(): Promise<void> {
  const plan = { handover: 'h-1', follower: south.me };
  await parties.tell(north, { kind: 'start', plan, followerVersion: 1 });
  await parties.tell(south, { kind: 'follow' });
  await parties.until('shadow', () => kindOf(north) === 'shadow');
}

const go = () => parties.tell(north, { kind: 'go', ownSeq: 0 });
const cut = () =>
  parties.tell(north, { kind: 'cut', verdict: { kind: 'green' }, nowMs: parties.nowMs });

async function joined(): Promise<void> {
  await shadowed();
  await go();
  await parties.until('joint', () => kindOf(north) === 'joint' && kindOf(south) === 'follow-joint');
}

/** Puts something between the runtime and the accounts of a site. */
function between(at: Site, change: Partial<CellAccounts>): () => void {
  const { accounts } = at;
  at.accountsPort = {
    head: accounts.head,
    changesAfter: accounts.changesAfter,
    take: accounts.take,
    startAnew: accounts.startAnew,
    serve: (acknowledge) => accounts.serve(acknowledge),
    rest: () => accounts.rest(),
    ...change,
  };
  return () => {
    at.accountsPort = accounts;
  };
}

/** Takes nothing until it is told to. */
const withheld = (at: Site): (() => void) => between(at, { take: () => 'partial' });

/** Whether what was changed may be answered, as far as anybody knows after some turns. */
async function outcome(waiting: Promise<string>): Promise<string> {
  let result = 'waits';
  void waiting.then((ended) => {
    result = ended;
  });
  for (let turn = 0; turn < 20; turn += 1) await parties.tick();
  return result;
}

describe('a change of accounts', () => {
  test('H50: is answered by the owner alone as long as it owns the cell alone', async () => {
    await shadowed();
    south.isCutOff = true;
    await signUp(north.people);
    expect(await outcome(north.accounts.acknowledged())).toBe('acknowledged');
  });

  test('H50: under the joint rule waits while the follower is away', async () => {
    await joined();
    south.isCutOff = true;
    await signUp(north.people);
    const waiting = north.accounts.acknowledged();
    expect(await outcome(waiting)).toBe('waits');
    south.isCutOff = false;
    expect(await waiting).toBe('acknowledged');
    expect(isEqual()).toBe(true);
  });

  test('H50: waits from the moment at which the owner begins to arm', async () => {
    await shadowed();
    withheld(south);
    await go();
    expect(kindOf(north)).toBe('arming');
    await signUp(north.people);
    expect(await outcome(north.accounts.acknowledged())).toBe('waits');
  });

  test('H50: that was answered alone is at the follower before the rule is joint', async () => {
    await shadowed();
    const release = withheld(south);
    await signUp(north.people);
    expect(await north.accounts.acknowledged()).toBe('acknowledged');
    await go();
    for (let turn = 0; turn < 20; turn += 1) await parties.tick();
    expect([kindOf(north), acts()]).toEqual(['arming', ['found']]);
    release();
    await parties.until('joint', () => kindOf(north) === 'joint');
    expect(isEqual()).toBe(true);
  });

  test('H50: is answered when the owner has gone on alone', async () => {
    await joined();
    south.isCutOff = true;
    await signUp(north.people);
    const waiting = north.accounts.acknowledged();
    await parties.tell(north, { kind: 'stop', by: 'person', reason: 'the follower is gone' });
    expect(await waiting).toBe('acknowledged');
    expect(acts()).toEqual(['found', 'join', 'leave']);
  });

  test('H50: that only a replaced owner has was never answered, and goes', async () => {
    await joined();
    south.isCutOff = true;
    await signUp(north.people, 'ann');
    const waiting = north.accounts.acknowledged();
    await parties.tell(south, { kind: 'promote', reason: 'the site is lost' });
    await parties.until('promoted', () => kindOf(south) === 'owning' && south.engine !== undefined);
    await signUp(south.people, 'ann');
    await signUp(south.people, 'ben');
    south.isCutOff = false;
    await north.runtime?.learn();
    expect(await waiting).toBe('lost');
    const plan = { handover: 'h-2', follower: north.me };
    await parties.tell(south, { kind: 'start', plan, followerVersion: 1 });
    await parties.until('shadow', () => kindOf(south) === 'shadow');
    expect(isEqual()).toBe(true);
    expect(north.faults).toEqual([]);
  });
});

describe('accounts at a cut', () => {
  test('H51: those that were made on the way are there afterwards', async () => {
    await signUp(north.people, 'early');
    await shadowed();
    await signUp(north.people, 'ann');
    await go();
    await parties.until('joint', () => kindOf(north) === 'joint');
    const { session } = await signUp(north.people, 'ben');
    const { accountId } = await signUp(north.people, 'cleo');
    north.people.delete(accountId);
    expect(await north.accounts.acknowledged()).toBe('acknowledged');
    await cut();
    await parties.until('ceded', () => kindOf(south) === 'owning');
    expect((await signIn(south.people, 'early')).kind).toBe('signed-in');
    expect((await signIn(south.people, 'ann')).kind).toBe('signed-in');
    expect(south.people.session(session.token).kind).toBe('signed-in');
    expect(south.people.exportOf(accountId).kind).toBe('unknown');
    expect(south.people.pendingDeletions()).toEqual([accountId]);
  });

  test('H51: the old owner changes none any more, and follows', async () => {
    await joined();
    await cut();
    await parties.until('ceded', () => kindOf(south) === 'owning');
    const request = { handle: 'ann', password: PASSWORD, remote: '203.0.113.7' };
    await expect(north.people.signUp(request)).rejects.toMatchObject({ code: 'accounts-frozen' });
    await signUp(south.people, 'ann');
    const plan = { handover: 'h-2', follower: north.me };
    await parties.tell(south, { kind: 'start', plan, followerVersion: 1 });
    await parties.until('the old owner has it', isEqual);
  });

  test('H51: nothing is sealed while the follower lacks a change, and people go on', async () => {
    await joined();
    const release = withheld(south);
    await signUp(north.people, 'ann');
    await cut();
    expect(kindOf(north)).toBe('sealing');
    const request = { handle: 'ben', password: PASSWORD, remote: '203.0.113.7' };
    await expect(north.people.signUp(request)).rejects.toMatchObject({ code: 'accounts-frozen' });
    await parties.until(`no seal within ${DRAIN_MS_MAX} ms`, () => kindOf(north) === 'joint');
    release();
    await signUp(north.people, 'ben');
    expect(await north.accounts.acknowledged()).toBe('acknowledged');
    expect(await like(north, 'anna', 1)).toMatchObject({ kind: 'durable', epoch: 2 });
    await cut();
    await parties.until('ceded', () => kindOf(south) === 'owning');
    expect(acts()).toEqual(['found', 'join', 'cede']);
  });

  test('H51: a follower whose accounts are not those that the owner states does not sign', async () => {
    await joined();
    await signUp(north.people, 'ann');
    await parties.until('equal', isEqual);
    let stated: AccountsHead | undefined;
    between(north, {
      head: () => {
        const head = north.accounts.head();
        if (kindOf(north) !== 'sealed') return head;
        stated = { ...head, rowsHash: 'f'.repeat(64) };
        return stated;
      },
    });
    await cut();
    await parties.until('the owner goes on', () => kindOf(north) === 'owning');
    expect(stated).toBeDefined();
    expect(acts()).toEqual(['found', 'join', 'leave']);
  });
});

describe('a copy of accounts', () => {
  test('H52: is not close before it is equal', async () => {
    await signUp(north.people, 'ann');
    const release = withheld(south);
    const plan = { handover: 'h-1', follower: south.me };
    await parties.tell(north, { kind: 'start', plan, followerVersion: 1 });
    await parties.tell(south, { kind: 'follow' });
    await parties.until('catching up', () => kindOf(south) === 'follow-catching-up');
    const isWhole = (): boolean => north.reports.at(-1)?.seq === north.roles?.durableSeq();
    await parties.until('whole but for the accounts', isWhole);
    const heard = north.reports.length;
    await parties.until('asked again', () => north.reports.length > heard + 2);
    expect(kindOf(south)).toBe('follow-catching-up');
    release();
    await parties.until('shadow', () => kindOf(north) === 'shadow');
    expect(isEqual()).toBe(true);
  });

  test('H52: that comes to differ under the joint rule is dropped, and the owner goes on alone', async () => {
    await joined();
    south.accounts.serve(async () => 'acknowledged');
    await signUp(south.people, 'nobody');
    south.accounts.rest();
    await parties.until('the owner is alone', () => kindOf(north) === 'owning');
    expect(acts()).toEqual(['found', 'join', 'leave']);
    expect(kindOf(south)).not.toBe('follow-joint');
  });

  test('H52: takes nothing behind a fence', async () => {
    await joined();
    parties.charter.isAway = true;
    await parties.tell(south, { kind: 'promote', reason: 'the site is lost' });
    expect(kindOf(south)).toBe('fencing');
    const { changeNo } = south.accounts.head();
    await signUp(north.people, 'ann');
    expect(await outcome(north.accounts.acknowledged())).toBe('waits');
    expect(south.accounts.head().changeNo).toBe(changeNo);
  });
});
