// What people do at the console, what is refused, and what the audit says of it.

import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APPROVAL_MS_MAX } from '@holdfast/protocol/console.ts';
import type { ConsoleAuditEntry } from '@holdfast/protocol/console.ts';
import { RED_MS_LAPSE } from './approval-book.ts';
import { Browser, gates, HANDOVER, openWorld, person } from './console.fixture.ts';
import type { World } from './console.fixture.ts';
import { newsOf } from './handover-news.ts';

let world: World;
let alice: Browser;
let bob: Browser;

beforeEach(async () => {
  world = await openWorld();
  alice = await person(world, 'alice');
  bob = await person(world, 'bob');
});
afterEach(async () => {
  await world.close();
});

type Answer = Readonly<{ statusCode: number; json: () => unknown }>;
const codeOf = (answer: Answer): unknown => (answer.json() as { code?: string }).code;
/** Whether the machine would be told to cut now. */
const haveApproved = (of: World = world): boolean => {
  const { epoch, gates: lights } = of.controller;
  return of.books.approvals.haveApproved({ handover: HANDOVER, epoch, gates: lights });
};
const approvers = async (browser = alice): Promise<readonly string[]> =>
  (await browser.live(world)).approvals.persons.map(({ name }) => name);
const audit = async (): Promise<readonly ConsoleAuditEntry[]> =>
  (await alice.get(world, 'audit')).json<{ entries: ConsoleAuditEntry[] }>().entries;

describe('the cut', () => {
  it('CO20: goes ahead when two different persons have approved it, and not before', async () => {
    expect(haveApproved()).toBe(false);
    expect((await alice.approve(world, 'alice')).statusCode).toBe(200);
    expect(haveApproved()).toBe(false);
    expect((await bob.approve(world, 'bob')).statusCode).toBe(200);
    expect(haveApproved()).toBe(true);
    expect(await approvers()).toEqual(['alice', 'bob']);
  });

  it('CO21: takes one person for one, also in another browser', async () => {
    await alice.approve(world, 'alice');
    const other = await person(world, 'alice');
    expect(codeOf(await alice.approve(world, 'alice'))).toBe('console-same-person');
    expect(codeOf(await other.approve(world, 'alice'))).toBe('console-same-person');
    expect(haveApproved()).toBe(false);
  });

  it('CO22: is approved for one hand-over, one target and one epoch', async () => {
    const handover = 'us-1-00000000';
    expect(codeOf(await alice.approve(world, 'alice', { handover }))).toBe(
      'console-other-handover',
    );
    expect(codeOf(await alice.approve(world, 'alice', { epoch: 1 }))).toBe(
      'console-other-handover',
    );
    const target = 'west/main';
    expect(codeOf(await alice.approve(world, 'alice', { target }))).toBe('console-signature');
    expect(await approvers()).toEqual([]);
  });

  it('CO22: is not approved by another key, nor by a challenge that was used', async () => {
    const forged = await alice.approve(world, 'alice', { signer: new Browser() });
    expect(codeOf(forged)).toBe('console-signature');
    const challenge = await alice.challenge(world, 'alice', 'approve/challenge');
    await alice.approve(world, 'alice', { challenge });
    world.clock.nowMs += APPROVAL_MS_MAX;
    expect(codeOf(await alice.approve(world, 'alice', { challenge }))).toBe('console-challenge');
    expect(await approvers()).toEqual([]);
  });

  it.each(['seeding', 'shadow', 'sealed', 'owning'] as const)(
    'CO22: is not approved in the state %s',
    async (state) => {
      world.controller.state = state;
      expect(codeOf(await alice.approve(world, 'alice'))).toBe('console-not-waiting');
    },
  );

  it('CO22: is not approved when the hand-over waits for nobody', async () => {
    const { running } = world.controller;
    if (running === undefined) throw new Error('the fixture has one');
    world.controller.running = { ...running, mode: 'auto' };
    expect(codeOf(await alice.approve(world, 'alice'))).toBe('console-not-waiting');
    world.controller.running = undefined;
    expect(codeOf(await alice.approve(world, 'alice'))).toBe('console-not-waiting');
  });

  it('CO24: is not approved while a gate is red, and held while one is unknown', async () => {
    world.controller.gates = gates('lag');
    expect(codeOf(await alice.approve(world, 'alice'))).toBe('console-gate-red');
    world.controller.gates = gates().with(0, { name: 'lag', light: 'unknown', reason: 'silent' });
    await alice.approve(world, 'alice');
    await bob.approve(world, 'bob');
    expect(haveApproved()).toBe(false);
    world.controller.gates = gates();
    expect(haveApproved()).toBe(true);
  });

  it('CO23: needs approvals that are younger than 15 minutes', async () => {
    await alice.approve(world, 'alice');
    world.clock.nowMs += APPROVAL_MS_MAX - 1;
    await bob.approve(world, 'bob');
    expect(haveApproved()).toBe(true);
    world.clock.nowMs += 1;
    expect(haveApproved()).toBe(false);
    expect(await approvers()).toEqual(['bob']);
    expect((await audit())[0]).toMatchObject({ who: 'the cell', what: 'approval lapsed' });
  });

  it('CO23: is not approved longer by a clock that was set back', async () => {
    await alice.approve(world, 'alice');
    await bob.approve(world, 'bob');
    world.clock.nowMs -= APPROVAL_MS_MAX;
    expect(haveApproved()).toBe(false);
  });

  it('CO24: loses its approvals when a gate is red for half a second, and keeps them for less', async () => {
    await alice.approve(world, 'alice');
    await bob.approve(world, 'bob');
    world.controller.gates = gates('lag');
    expect(haveApproved()).toBe(false);
    world.clock.nowMs += RED_MS_LAPSE - 1;
    expect(haveApproved()).toBe(false);
    world.controller.gates = gates();
    expect(haveApproved()).toBe(true);
    world.controller.gates = gates('lag');
    haveApproved();
    world.clock.nowMs += RED_MS_LAPSE;
    haveApproved();
    world.controller.gates = gates();
    expect(haveApproved()).toBe(false);
    expect(await approvers()).toEqual([]);
  });

  it('CO24: loses its approvals at once when the two sides differ', async () => {
    await alice.approve(world, 'alice');
    world.controller.gates = gates('compare');
    haveApproved();
    expect(await approvers()).toEqual([]);
  });

  it('CO22: loses its approvals when the epoch has changed', async () => {
    await alice.approve(world, 'alice');
    await bob.approve(world, 'bob');
    world.controller.epoch += 1;
    expect(await approvers()).toEqual([]);
    expect(haveApproved()).toBe(false);
    world.controller.epoch -= 1;
    expect(await approvers()).toEqual([]);
  });

  it('CO25: does not count the approval of somebody who was revoked since', async () => {
    await alice.approve(world, 'alice');
    await bob.approve(world, 'bob');
    world.revoke('bob');
    expect(haveApproved()).toBe(false);
    expect(await approvers()).toEqual(['alice']);
  });

  it('CO26: keeps its approvals through a crash, and takes none that nobody signed', async () => {
    await alice.approve(world, 'alice');
    await bob.approve(world, 'bob');
    const file = join(world.dataDir, 'console', 'approvals.json');
    expect(readFileSync(file, 'utf8')).toContain('"name":"alice"');
    world = await world.restarted();
    expect(haveApproved()).toBe(true);

    const kept = readFileSync(file, 'utf8');
    const { writeWhole } = await import('../replication/whole-file.ts');
    writeWhole(file, kept.replaceAll('"name":"bob"', '"name":"carol"'));
    await person(world, 'carol');
    world = await world.restarted();
    expect(haveApproved()).toBe(false);
  });

  it('CO27: shows who approved when it was the key of the operator', async () => {
    const { running } = world.controller;
    if (running === undefined) throw new Error('the fixture has one');
    world.controller.running = { ...running, isApproved: true };
    expect((await alice.live(world)).approvals).toMatchObject({ byOperatorKey: true, persons: [] });
  });
});

describe('an action', () => {
  it('CO17: starts a hand-over that waits for approval, whatever was asked', async () => {
    const url = 'https://us.south.example';
    expect((await alice.post(world, 'start', { url, dryRun: false })).statusCode).toBe(200);
    expect((await alice.post(world, 'rollback', { dryRun: true })).statusCode).toBe(200);
    expect(world.controller.asked).toEqual([
      ['start', { url, mode: 'approve', dryRun: false }],
      ['rollback', { mode: 'approve', dryRun: true }],
    ]);
    const auto = { url, dryRun: false, mode: 'auto' };
    expect(codeOf(await alice.post(world, 'start', auto))).toBe('console-malformed');
  });

  it('CO17: tells why a hand-over cannot begin, with the checks', async () => {
    const checks = [{ name: 'disk', light: 'red', reason: 'full' }] as const;
    world.controller.answer = { kind: 'refused', code: 'target-unfit', detail: 'full', checks };
    const answer = await alice.post(world, 'start', { url: 'x', dryRun: false });
    expect([answer.statusCode, answer.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'console-refused', checks }),
    ]);
  });

  it('CO18: is refused to a viewer, and to whoever is signed out', async () => {
    const vera = await person(world, 'vera', 'viewer');
    for (const [path, body] of [
      ['start', { url: 'x', dryRun: true }],
      ['rollback', { dryRun: false }],
      ['abort', { handover: HANDOVER, reason: '' }],
    ] as const) {
      expect(codeOf(await vera.post(world, path, body))).toBe('console-viewer');
      expect(codeOf(await new Browser().post(world, path, body))).toBe('console-signed-out');
    }
    expect(codeOf(await vera.approve(world, 'vera'))).toBe('console-viewer');
    expect(world.controller.asked).toEqual([]);
    expect((await vera.live(world)).status?.state).toBe('joint');
  });

  it('CO19: stops the hand-over that was meant, with the reason and no name for the charter', async () => {
    const other = { handover: 'us-1-00000000', reason: 'no' };
    expect(codeOf(await alice.post(world, 'abort', other))).toBe('console-other-handover');
    const meant = { handover: HANDOVER, reason: ' the south is on fire ' };
    expect((await alice.post(world, 'abort', meant)).statusCode).toBe(200);
    expect(world.controller.asked).toEqual([['abort', 'the south is on fire']]);
  });
});

describe('the audit', () => {
  it('CO30: has every action with who, what and how it ended, newest first', async () => {
    const vera = await person(world, 'vera', 'viewer');
    await vera.post(world, 'rollback', { dryRun: false });
    await alice.approve(world, 'alice');
    const [first, second, third] = await audit();
    expect(first).toMatchObject({ who: 'alice', what: 'approve', outcome: 'done' });
    expect(second).toMatchObject({ who: 'vera', what: 'rollback', outcome: 'refused' });
    expect(third).toMatchObject({ who: 'vera', what: 'sign in', outcome: 'done' });
    expect(first?.at).toBe(new Date(world.clock.nowMs).toISOString());
  });

  it('CO31: has attempts of people on the list, and no name that somebody made up', async () => {
    await new Browser().enrol(world, 'alice', 'wrong');
    await new Browser().enrol(world, 'somebody', 'wrong');
    const [first, ...rest] = await audit();
    expect(first).toMatchObject({ who: 'alice', what: 'enrol', outcome: 'refused' });
    expect(rest.some(({ who }) => who === 'somebody')).toBe(false);
  });

  it('CO32: goes on after a line that a crash tore', async () => {
    const file = join(world.dataDir, 'console', 'console-audit.ndjson');
    appendFileSync(file, '{"at":"2026');
    await alice.approve(world, 'alice');
    const entries = await audit();
    expect(entries[0]).toMatchObject({ what: 'approve' });
    expect(entries[1]).toMatchObject({ what: 'sign in' });
  });

  it('CO27, CO30: has what came to pass without the console', () => {
    const now = world.controller.running;
    if (now === undefined) throw new Error('the fixture has one');
    const whats = (...looks: Parameters<typeof newsOf>): readonly string[] =>
      newsOf(...looks).map(({ who, what }) => `${who}: ${what}`);
    expect(whats(undefined, now)).toEqual(['the cell: hand-over begun']);
    expect(whats(now, { ...now, isApproved: true })).toEqual(["the operator's key: approve"]);
    const ended = { outcome: 'handed-over', reason: 'as asked', atMs: 1 } as const;
    expect(whats(now, { ...now, ended })).toEqual(['the cell: handed over']);
    expect(whats(now, now)).toEqual([]);
    expect(whats(now, { ...now, id: 'back-us-2', mode: 'follow' })).toEqual([]);
  });
});
