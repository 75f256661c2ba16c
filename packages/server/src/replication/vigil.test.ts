import { describe, expect, test } from 'vitest';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyEvent, PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { NOTHING_ACCEPTED } from './accepted-ops.ts';
import { ASK_OWNER_EVERY_MS, FOLLOWER_SILENT_MS_MAX, STANDBY_PREFIX, Vigil } from './vigil.ts';
import type { HeardOfOwner } from './vigil.ts';

const party = (operator: string, site: string): Party => ({
  operator,
  site,
  publicKey: `key of ${operator}`,
  url: `http://${site}.${operator}`,
});
const EAST = party('north', 'east');
const WEST = party('north', 'west');
const OTHER = party('south', 'main');

const entry: CharterBody = {
  cell: 'us' as Jurisdiction,
  epoch: 2 as Epoch,
  act: 'join',
  owner: EAST,
  follower: WEST,
  rule: 'joint',
  reason: 'a test',
};

const SOLO: CharterBody = (() => {
  const { follower: _none, ...rest } = entry;
  return { ...rest, rule: 'solo' };
})();

function vigil(state: PartyState, me: Party, heard: HeardOfOwner = 'no', isStandby = true) {
  const time = { ms: 0 };
  const events: PartyEvent[] = [];
  const asked: string[] = [];
  const lost: string[] = [];
  const watch = new Vigil({
    isStandby,
    me,
    state: () => state,
    durableSeq: () => 7,
    dispatch: async (event) => events.push(event),
    registrarHears: async () => heard,
    askOwner: async (owner) => void asked.push(owner.site),
    onNoJointCopy: (owner) => lost.push(owner.site),
    monotonicMs: () => time.ms,
  });
  const after = async (ms: number): Promise<readonly string[]> => {
    await watch.look();
    time.ms += ms;
    await watch.look();
    return [...events.map(({ kind }) => kind), ...asked];
  };
  return { watch, after, time, lost };
}

const followJoint: PartyState = { kind: 'follow-joint', me: WEST, entry };

describe('a standby', () => {
  test.each([
    ['after 2 s without its owner, when the registrar does not hear it either', 2_000, 'no', 1],
    ['not before', 1_999, 'no', 0],
    ['not while the registrar hears the owner', 9_000, 'yes', 0],
    ['not when the registrar does not answer', 9_000, 'unknown', 0],
  ] as const)('H22: asks to be promoted %s', async (_what, ms, heard, promotes) => {
    expect(await vigil(followJoint, WEST, heard).after(ms)).toEqual(
      Array.from({ length: promotes }, () => 'promote'),
    );
  });

  test('H22: the follower of a hand-over is promoted by a person alone', async () => {
    expect(await vigil(followJoint, WEST, 'no', false).after(9_000)).toEqual([]);
  });

  test('asks its owner for batches while it hears nothing, and not the owner of another', async () => {
    const catchingUp: PartyState = { kind: 'follow-catching-up', me: WEST, entry };
    expect(await vigil(catchingUp, WEST).after(ASK_OWNER_EVERY_MS)).toEqual(['east']);
    const byOther: PartyState = { kind: 'idle', me: OTHER, entry };
    expect(await vigil(byOther, OTHER).after(ASK_OWNER_EVERY_MS)).toEqual([]);
  });
});

describe('an owner', () => {
  const joint: PartyState = { kind: 'joint', me: EAST, entry, followerSeq: 3 };

  test('H17: goes on alone when its follower is silent, and before a standby would act', async () => {
    expect(FOLLOWER_SILENT_MS_MAX).toBeLessThan(2_000);
    expect(await vigil(joint, EAST).after(FOLLOWER_SILENT_MS_MAX)).toEqual(['stop']);
    const heard = vigil(joint, EAST);
    await heard.watch.look();
    heard.time.ms = FOLLOWER_SILENT_MS_MAX - 1;
    heard.watch.noteHeard();
    expect(await heard.after(FOLLOWER_SILENT_MS_MAX - 1)).toEqual([]);
  });

  test('takes a standby into the joint rule by itself, a hand-over not', async () => {
    const shadow = (handover: string): PartyState => ({
      kind: 'shadow',
      me: EAST,
      entry,
      plan: { handover, follower: WEST },
    });
    expect(await vigil(shadow(`${STANDBY_PREFIX}1`), EAST).after(0)).toEqual(['go', 'go']);
    expect(await vigil(shadow('h-1'), EAST).after(0)).toEqual([]);
  });
});

describe('H43: a copy that is not joint', () => {
  const solo: CharterBody = { ...SOLO, act: 'leave' };
  const following: PartyState = { kind: 'follow-catching-up', me: WEST, entry: solo };

  test('H43: is not promoted when its owner is silent; people are told so, once', async () => {
    const { after, lost } = vigil(following, WEST);
    expect(await after(60_000)).not.toContain('promote');
    await after(60_000);
    expect(lost).toEqual(['east']);
  });

  test("H43: is nobody's trouble while its owner is heard, or where it is no standby", async () => {
    const heard = vigil(following, WEST);
    await heard.after(0);
    heard.time.ms += 60_000;
    heard.watch.noteOwner(7, NOTHING_ACCEPTED);
    await heard.watch.look();
    expect(heard.lost).toEqual([]);
    const target = vigil(following, WEST, 'no', false);
    await target.after(60_000);
    expect(target.lost).toEqual([]);
  });

  test('H42: knows where its owner ended when it was last heard, and how long ago', () => {
    const { watch, time } = vigil(following, WEST);
    expect(watch.ownerHead()).toBeUndefined();
    const accepted = { ops: 9, likes: 4, unlikes: 1, views: 3 };
    watch.noteOwner(43, accepted);
    time.ms += 500;
    expect(watch.ownerHead()).toEqual({ seq: 43, accepted, agoMs: 500 });
  });
});
