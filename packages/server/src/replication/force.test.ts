import { describe, expect, test } from 'vitest';
import { emptyMeta } from '@holdfast/engine/counting/rows.ts';
import { TALLY_SLOT } from '@holdfast/engine/counting/tallies.ts';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyEvent, PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { force, LOST_AFTER_MS } from './force.ts';
import type { ForceParts } from './force.ts';

const site = (name: string, operator = 'north', publicKey = 'a key'): Party => {
  return { operator, site: name, publicKey, url: `http://${name}` };
};
const EAST = site('east');
const WEST = site('west');

const entry = (epoch: number, act: CharterBody['act'], owner = EAST): CharterBody => {
  const cell = 'us' as Jurisdiction;
  return { cell, epoch: epoch as Epoch, act, owner, rule: 'solo', reason: 'a test' };
};
const following = (newest = entry(3, 'leave'), me = WEST): PartyState => {
  return { kind: 'follow-catching-up', me, entry: newest };
};

type Rig = Readonly<{ parts: ForceParts; told: PartyEvent[] }>;

/** A copy that ends with batch 40; its owner was last heard at batch 43. */
function rig(
  state: PartyState,
  { agoMs = LOST_AFTER_MS, registrar = 'no' as const, isHeard = true } = {} as Readonly<{
    agoMs?: number;
    registrar?: 'yes' | 'no' | 'unknown';
    isHeard?: boolean;
  }>,
): Rig {
  const told: PartyEvent[] = [];
  const runtime = {
    state,
    dispatch: async (event: PartyEvent) => {
      told.push(event);
      runtime.state = { kind: 'owning', me: WEST, entry: entry(4, 'force', WEST) };
      return { kind: 'done', state: runtime.state };
    },
  };
  const records = [{ atMs: Date.parse('2026-11-22T14:00:00Z') }];
  const meta = { ...emptyMeta(3 as Epoch), opsAccepted: 0 };
  /** The last ops of this copy are in its journal, and in its books only once they are applied. */
  const applied = async (): Promise<void> => {
    meta.opsAccepted = 400;
    meta.books[TALLY_SLOT.like.counted] = 90;
    meta.books[TALLY_SLOT.view.counted] = 200;
  };
  const roles = {
    durableSeq: () => 40,
    journal: () => ({ read: async () => records }),
    follower: () => ({ applied }),
    view: () => ({ meta }),
  };
  const accepted = { ops: 421, likes: 102, unlikes: 2, views: 207 };
  const vigil = { ownerHead: () => (isHeard ? { seq: 43, accepted, agoMs } : undefined) };
  // Only what is looked at.
  const begun = { me: state.me, runtime, cell: { roles }, vigil } as never;
  const registrarHears = async (): Promise<'yes' | 'no' | 'unknown'> => registrar;
  const pause = async (): Promise<void> => undefined;
  return { parts: { begun: () => begun, registrarHears, monotonicMs: () => 0, pause }, told };
}

describe('H42: forcing a copy that is not joint', () => {
  test('H42: says what would be lost, and changes nothing, in a dry run', async () => {
    const { parts, told } = rig(following());
    expect(await force(parts, { dryRun: true, loses: null })).toEqual({
      kind: 'would-force',
      loss: {
        ownSeq: 40,
        ownAt: '2026-11-22T14:00:00.000Z',
        ownerSeq: 43,
        ownerHeardMsAgo: LOST_AFTER_MS,
        batchesAtLeast: 3,
        opsAtLeast: 21,
        likesAtLeast: 12,
        unlikesAtLeast: 2,
        viewsAtLeast: 7,
      },
    });
    expect(told).toEqual([]);
  });

  test('H42: is done when a person says the number back, and the charter entry says it too', async () => {
    const { parts, told } = rig(following());
    expect(await force(parts, { dryRun: false, loses: 3 })).toMatchObject({
      kind: 'forced',
      epoch: 4,
    });
    expect(told).toMatchObject([{ kind: 'force' }]);
    const [{ reason } = { reason: '' }] = told as { reason: string }[];
    expect(reason).toContain('at least 3 acknowledged batches');
    expect(reason).toContain('21 ops; of them counted 12 likes, 2 likes taken back, 7 views');
  });

  test('H42: an owner that was not heard since the start leaves everything unknown, and never 0', async () => {
    const { parts, told } = rig(following(), { isHeard: false });
    const dry = await force(parts, { dryRun: true, loses: null });
    expect(dry.kind === 'would-force' && dry.loss).toMatchObject({
      ownSeq: 40,
      ownerSeq: null,
      batchesAtLeast: null,
      opsAtLeast: null,
      likesAtLeast: null,
      unlikesAtLeast: null,
      viewsAtLeast: null,
    });
    await force(parts, { dryRun: false, loses: null });
    const [{ reason } = { reason: '' }] = told as { reason: string }[];
    expect(reason).toContain('an unknown number of acknowledged batches with it; nothing after');
  });

  test.each([
    ['another number', { isHeard: true }, 2],
    ['a number where it is not known', { isHeard: false }, 0],
    ['not known where there is a number', { isHeard: true }, null],
  ])('H42: is not done for %s', async (_what, how, loses) => {
    const { parts, told } = rig(following(), how);
    expect(await force(parts, { dryRun: false, loses })).toMatchObject({ code: 'other-loss' });
    expect(told).toEqual([]);
  });

  const joint: CharterBody = { ...entry(3, 'join'), rule: 'joint', follower: WEST };
  test.each<[string, PartyState, Parameters<typeof rig>[1], string]>([
    ['an owner that this party hears', following(), { agoMs: 10 }, 'owner-alive'],
    ['an owner that the registrar hears', following(), { registrar: 'yes' }, 'owner-alive'],
    ['a registrar that is away', following(), { registrar: 'unknown' }, 'registrar-away'],
    ['another operator', following(entry(3, 'cede', site('main', 'south'))), {}, 'other-operator'],
    [
      'a site with another key',
      following(entry(3, 'leave', site('east', 'north', 'b'))),
      {},
      'other-key',
    ],
    ['the owner itself', following(entry(3, 'leave', WEST)), {}, 'owner'],
    ['a joint copy', { kind: 'follow-joint', me: WEST, entry: joint }, {}, 'joint'],
    ['a copy with holes', { ...following(), kind: 'follow-seeding' } as PartyState, {}, 'no-copy'],
  ])('H42: is refused for %s', async (_what, state, how, code) => {
    const { parts, told } = rig(state, how);
    expect(await force(parts, { dryRun: false, loses: 3 })).toMatchObject({
      kind: 'refused',
      code,
    });
    expect(told).toEqual([]);
  });
});
