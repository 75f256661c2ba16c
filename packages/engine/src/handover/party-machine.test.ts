import type { Seq } from '@holdfast/protocol/ids.ts';
import { describe, expect, test } from 'vitest';
import type { CharterBody, Cut } from './charter-rules.ts';
import { AGREE_MS_MAX, PAUSE_MS_MAX } from './owner-side.ts';
import { PARTY_EVENTS, PARTY_STATES, recover, step } from './party-machine.ts';
import type { PartyEffect, PartyEvent, PartyState, Step } from './party-state.ts';
import { HANDOVER_VERSION, HANDOVER_VERSION_MIN, misfitOfVersions } from './preflight.ts';
import { A, B, CUT, entryAt, next, PLAN, sampleStates } from './samples.ts';

const states = sampleStates();
const joint = entryAt(2);
const leave = next(joint, 'leave', A);
const cede = next(joint, 'cede', B, { cut: CUT });
const promote = next(joint, 'promote', B, { cut: CUT });

const kinds = ({ state, effects }: Step): string =>
  [state.kind, ...effects.map((effect) => effect.kind)].join(' ');

function effectOf<Kind extends PartyEffect['kind']>(
  { effects }: Step,
  kind: Kind,
): Extract<PartyEffect, { kind: Kind }> {
  const found = effects.find((effect) => effect.kind === kind);
  if (found === undefined) throw new Error(`no effect ${kind}`);
  return found as Extract<PartyEffect, { kind: Kind }>;
}

const charter = (ownSeq: number, ...entries: CharterBody[]): PartyEvent => ({
  kind: 'charter',
  entries,
  ownSeq,
});
const start: PartyEvent = { kind: 'start', plan: PLAN, followerVersion: HANDOVER_VERSION };
const report = (seq: number, phase: 'shadow' | 'joint' | 'seeding' = 'shadow'): PartyEvent => ({
  kind: 'report',
  epoch: 2,
  phase,
  seq,
});
const stop = (by: 'person' | 'gate'): PartyEvent => ({ kind: 'stop', by, reason: 'lag is red' });
const cutAt = (seq: number): Cut => ({ ...CUT, seq: seq as Seq });

/** One event of each kind, to go through the whole table. */
const EVENTS: { readonly [Kind in PartyEvent['kind']]: Extract<PartyEvent, { kind: Kind }> } = {
  start: { kind: 'start', plan: PLAN, followerVersion: HANDOVER_VERSION },
  follow: { kind: 'follow' },
  cut: { kind: 'cut', verdict: { kind: 'green' }, nowMs: 0 },
  stop: { kind: 'stop', by: 'person', reason: 'enough' },
  promote: { kind: 'promote', reason: 'lost' },
  force: { kind: 'force', reason: 'lost' },
  retire: { kind: 'retire', isAttested: true },
  go: { kind: 'go', ownSeq: 9 },
  tick: { kind: 'tick', nowMs: 0 },
  seal: { kind: 'seal', result: 'written', cut: CUT },
  copy: { kind: 'copy', finding: 'broken' },
  fenced: { kind: 'fenced', cut: CUT },
  done: { kind: 'done', isGood: true },
  charter: { kind: 'charter', entries: [], ownSeq: 9 },
  report: { kind: 'report', epoch: 2, phase: 'shadow', seq: 9 },
  answer: { kind: 'answer', body: cede, agrees: true },
  asked: { kind: 'asked', body: cede },
  'seal-taken': { kind: 'seal-taken', cut: CUT },
};

describe('the whole table', () => {
  const pairs = PARTY_STATES.flatMap((state) =>
    PARTY_EVENTS.map((event): [PartyState['kind'], PartyEvent['kind']] => [state, event]),
  );

  test('H24: what is persisted is the state that is entered, and nothing goes out before it', () => {
    for (const [kind, event] of pairs) {
      const { state, effects } = step(states[kind], EVENTS[event]);
      const place = effects.findIndex((effect) => effect.kind === 'persist');
      if (place === -1) continue;
      expect([kind, event, place]).toEqual([kind, event, 0]);
      expect(effects[0]).toEqual({ kind: 'persist', state });
    }
  });

  test('H29: a command that does not fit is refused with a reason and changes nothing', () => {
    for (const [kind, event] of pairs) {
      const { state, effects } = step(states[kind], EVENTS[event]);
      const refusal = effects.find((effect) => effect.kind === 'refuse');
      if (refusal === undefined) continue;
      expect(refusal.detail.length).toBeGreaterThan(20);
      expect(state).toBe(states[kind]);
    }
  });

  test('H28: nothing leads out of retirement', () => {
    for (const event of PARTY_EVENTS) {
      expect(step(states.retired, EVENTS[event]).state.kind).toBe('retired');
      expect(step(states.retiring, EVENTS[event]).state.kind).toMatch(/^retir(?:ing|ed)$/);
    }
  });
});

describe('learning the charter', () => {
  test('H7: what is not newer changes nothing', () => {
    const { state, effects } = step(states.joint, charter(9, entryAt(1), joint));
    expect(state).toBe(states.joint);
    expect(effects).toEqual([]);
  });

  test('H8: entries that break the rules are refused, and nothing changes', () => {
    const unsigned = next(joint, 'promote', B);
    const result = step(states.joint, charter(9, unsigned));
    expect(result.state).toBe(states.joint);
    expect(effectOf(result, 'refuse').reason).toBe('unsound-charter');
    const gap = next(leave, 'join', A, { rule: 'joint', follower: B });
    expect(kinds(step(states.joint, charter(9, gap)))).toBe('joint refuse');
  });

  test.each([
    ['joining', 'joint', next(states.joining.entry, 'join', A, { rule: 'joint', follower: B })],
    ['leaving', 'owning', leave],
    ['sealed', 'owning', next(joint, 'leave', A, { cut: CUT })],
    ['fencing', 'owning', promote],
    ['follow-sealed', 'owning', cede],
  ] as const)('H11 H17 H18: %s becomes %s only by an entry', (from, to, entry) => {
    expect(kinds(step(states[from], charter(CUT.seq, entry)))).toBe(`${to} persist`);
  });

  test('H19: an owner that was replaced goes back to the cut before it follows', () => {
    const result = step(states.joint, charter(9, promote));
    expect(kinds(result)).toBe('returning persist set-aside');
    expect(effectOf(result, 'set-aside').cut).toEqual(CUT);
    const back = step(result.state, { kind: 'done', isGood: true });
    expect(kinds(back)).toBe('follow-catching-up persist report');
  });

  test('H19: of several cuts that were missed the lowest counts', () => {
    const rejoined = next(promote, 'join', B, { rule: 'joint', follower: A });
    const result = step(
      states.joint,
      charter(9, promote, rejoined, next(rejoined, 'leave', B, { cut: cutAt(8) })),
    );
    expect(effectOf(result, 'set-aside').cut.seq).toBe(7);
  });

  test('H19: a journal that ends at the cut is followed on from there', () => {
    expect(kinds(step(states.sealed, charter(7, cede)))).toBe('follow-catching-up persist report');
  });

  test('H20: a journal that differs even before the cut is fetched anew', () => {
    const back = step(states.returning, { kind: 'done', isGood: false });
    expect(kinds(back)).toBe('follow-seeding persist copy');
  });

  test('H23: a party without a whole copy does not serve, whatever the charter says', () => {
    const away = next(entryAt(1), 'force', { ...B, operator: 'acme' }, { cut: CUT });
    const seeding: PartyState = { ...states['follow-seeding'], me: away.owner };
    expect(kinds(step(seeding, charter(0, away)))).toBe('follow-seeding persist refuse');
  });
});

describe('entering the joint rule', () => {
  const shadow = states.shadow;

  test('H10: the join is asked for only when the follower has all that was acknowledged alone', () => {
    const arming = step(shadow, { kind: 'go', ownSeq: 5 }).state;
    expect(kinds(step(arming, report(4)))).toBe('arming');
    expect(kinds(step(arming, { kind: 'tick', nowMs: 0 }))).toBe('arming');
    const asked = step(arming, report(5));
    expect(kinds(asked)).toBe('arming ask');
    const { body } = effectOf(asked, 'ask');
    expect(kinds(step(arming, { kind: 'answer', body, agrees: true }))).toBe('arming');
    const joining = step(asked.state, { kind: 'answer', body, agrees: true });
    expect(kinds(joining)).toBe('joining persist append');
    expect(effectOf(joining, 'append').body).toEqual(body);
  });

  test('H10: an answer to another question is none', () => {
    const asked = step(states.arming, report(4));
    const { body } = effectOf(asked, 'ask');
    const other = { ...body, handover: 'move-2' };
    expect(kinds(step(asked.state, { kind: 'answer', body: other, agrees: true }))).toBe('arming');
    expect(kinds(step(asked.state, { kind: 'answer', body, agrees: false }))).toBe('catching-up');
  });

  test('H10: what a report of another epoch says does not count', () => {
    const arming = step(shadow, { kind: 'go', ownSeq: 5 }).state;
    expect(step(arming, { kind: 'report', epoch: 1, phase: 'shadow', seq: 5 }).state).toBe(arming);
  });

  test('H11: a join that was sent is sent again and not called off', () => {
    expect(kinds(step(states.joining, { kind: 'tick', nowMs: 0 }))).toBe('joining append');
    const stopped = step(states.joining, stop('person'));
    expect(stopped.state).toBe(states.joining);
    expect(effectOf(stopped, 'refuse').reason).toBe('undecided');
  });

  test('H10: before it, a red gate waits and a person ends the hand-over', () => {
    expect(kinds(step(states.shadow, stop('gate')))).toBe('shadow');
    expect(kinds(step(states.arming, stop('gate')))).toBe('catching-up');
    expect(kinds(step(states.arming, stop('person')))).toBe('owning persist');
  });

  test('H3: a follower signs the join that it was told of, and no other', () => {
    const body = next(joint, 'join', A, { rule: 'joint', follower: B });
    const asks = (asked: CharterBody): boolean =>
      effectOf(step(states['follow-shadow'], { kind: 'asked', body: asked }), 'answer').agrees;
    expect(asks(body)).toBe(true);
    expect(asks({ ...body, follower: A })).toBe(false);
    expect(asks({ ...body, owner: B })).toBe(false);
    expect(asks(next(body, 'join', A, { rule: 'joint', follower: B }))).toBe(false);
    expect(asks({ ...body, act: 'cede' })).toBe(false);
  });
});

describe('the cut', () => {
  const { sealing, sealed } = states;

  test('H15: it begins with every gate green, and queues the seal', () => {
    const cut: PartyEvent = { kind: 'cut', verdict: { kind: 'green' }, nowMs: 40 };
    expect(kinds(step(states.joint, cut))).toBe('sealing write-seal');
    const held = step(states.joint, {
      ...cut,
      verdict: { kind: 'held', reasons: ['lag is unknown: no heartbeat'] },
    });
    expect(held.state).toBe(states.joint);
    expect(effectOf(held, 'refuse').reason).toBe('gates-held');
  });

  test('H16: the follower signs a cut that is its own in every part', () => {
    const asks = (cut: Cut): boolean =>
      effectOf(step(states['follow-sealed'], { kind: 'asked', body: { ...cede, cut } }), 'answer')
        .agrees;
    expect(asks(CUT)).toBe(true);
    expect(asks(cutAt(8))).toBe(false);
    expect(asks({ ...CUT, chain: 'x' })).toBe(false);
    expect(asks({ ...CUT, likesHash: 'x' })).toBe(false);
    expect(asks({ ...CUT, countsHash: 'x' })).toBe(false);
  });

  test('H16: before it holds the seal it signs nothing', () => {
    const { effects } = step(states['follow-joint'], { kind: 'asked', body: cede });
    expect(effects).toEqual([]);
  });

  test('H16: the owner appends cede when the follower has signed it', () => {
    const asked = step(sealing, { kind: 'seal', result: 'written', cut: CUT });
    expect(kinds(asked)).toBe('sealed ask');
    const { body } = effectOf(asked, 'ask');
    const decided = step(asked.state, { kind: 'answer', body, agrees: true });
    expect(effectOf(decided, 'append').body).toMatchObject({ act: 'cede', owner: B, cut: CUT });
    const again = step(decided.state, { kind: 'tick', nowMs: 1 });
    expect(effectOf(again, 'append').body.act).toBe('cede');
  });

  test('H17: a difference at the cut gives the cell back to the owner', () => {
    const asked = step(sealing, { kind: 'seal', result: 'written', cut: CUT });
    const { body } = effectOf(asked, 'ask');
    const differs = step(asked.state, { kind: 'answer', body, agrees: false });
    expect(effectOf(differs, 'append').body).toMatchObject({ act: 'leave', owner: A, cut: CUT });
  });

  test('H17: so do 600 ms without agreement, and 900 ms without a decision', () => {
    const actAt = (state: PartyState, nowMs: number): string => {
      const { effects } = step(state, { kind: 'tick', nowMs });
      return effects.map((one) => (one.kind === 'append' ? one.body.act : one.kind)).join();
    };
    expect(actAt(sealed, AGREE_MS_MAX - 1)).toBe('ask');
    expect(actAt(sealed, AGREE_MS_MAX)).toBe('leave');
    const agreed = { ...sealed, decision: cede };
    expect(actAt(agreed, PAUSE_MS_MAX - 1)).toBe('cede');
    expect(actAt(agreed, PAUSE_MS_MAX)).toBe('leave');
  });

  test('H17: so does a person or a gate; a seal that is queued is still written', () => {
    expect(effectOf(step(sealed, stop('gate')), 'append').body.act).toBe('leave');
    const stopped = step(sealing, stop('person'));
    expect(kinds(stopped)).toBe('sealing');
    const written = step(stopped.state, { kind: 'seal', result: 'written', cut: CUT });
    expect(effectOf(written, 'append').body).toMatchObject({ act: 'leave', cut: CUT });
  });

  test('H17: a seal that could not be written leaves the joint rule as it was', () => {
    const failed: PartyEvent = { kind: 'seal', result: 'failed' };
    expect(kinds(step(sealing, failed))).toBe('joint');
    const stopped = step(sealing, stop('person')).state;
    expect(kinds(step(stopped, failed))).toBe('leaving append');
  });

  test('H17: in joint a red gate or a follower without its copy ends the rule', () => {
    expect(kinds(step(states.joint, stop('gate')))).toBe('leaving append');
    expect(kinds(step(states.joint, report(9, 'seeding')))).toBe('leaving append');
    expect(kinds(step(states.joint, report(9, 'joint')))).toBe('joint');
    expect(kinds(step(states.leaving, { kind: 'tick', nowMs: 0 }))).toBe('leaving append');
  });
});

describe('failover', () => {
  test('H18: fence on disk, then the cut, then the promote', () => {
    const fenced = step(states['follow-joint'], { kind: 'promote', reason: 'lost' });
    expect(kinds(fenced)).toBe('fencing persist take-cut');
    const sent = step(fenced.state, { kind: 'fenced', cut: CUT });
    expect(effectOf(sent, 'append').body).toMatchObject({ act: 'promote', owner: B, cut: CUT });
    expect(kinds(step(sent.state, { kind: 'tick', nowMs: 0 }))).toBe('fencing append');
  });

  test('H18: a follower that lost the race follows on', () => {
    const back = step(states.fencing, charter(9, leave));
    expect(kinds(back)).toBe('follow-catching-up persist report');
  });

  test('H23: does not become joint by a join that finds it with a copy fetched anew', () => {
    const apprentice = { me: B, entry: entryAt(1) };
    const close = step({ ...states['follow-shadow'], ...apprentice }, charter(4, joint));
    expect(kinds(close)).toBe('follow-joint persist report');
    const anew = step({ ...states['follow-catching-up'], ...apprentice }, charter(4, joint));
    expect(kinds(anew)).toBe('follow-catching-up persist report');
  });

  test('H6: a copy that was never joint is not promoted, and the reason says what it would lose', () => {
    for (const kind of ['idle', 'follow-seeding', 'follow-catching-up', 'follow-shadow'] as const) {
      const refused = step(states[kind], { kind: 'promote', reason: 'lost' });
      expect(effectOf(refused, 'refuse').reason).toBe('no-joint-copy');
      expect(effectOf(refused, 'refuse').detail).toContain('acknowledged ops may be missing');
    }
  });

  test('H6: a copy that was never joint is forced by a word of its own, behind the same fence', () => {
    for (const kind of ['follow-catching-up', 'follow-shadow'] as const) {
      const fenced = step(
        { ...states[kind], entry: entryAt(1) },
        { kind: 'force', reason: 'lost' },
      );
      expect(kinds(fenced)).toBe('fencing persist take-cut');
      const again = recover(fenced.state, { seal: undefined, nowMs: 0 });
      const sent = step(again, { kind: 'fenced', cut: CUT });
      expect(effectOf(sent, 'append').body).toMatchObject({ act: 'force', owner: B, cut: CUT });
      expect(effectOf(sent, 'append').body).not.toHaveProperty('handover');
    }
  });

  test('H6: nothing is forced that has no whole copy, or needs no force', () => {
    for (const kind of ['idle', 'follow-seeding', 'returning', 'follow-joint', 'owning'] as const) {
      const refused = step(states[kind], { kind: 'force', reason: 'lost' });
      expect([kind, refused.state]).toEqual([kind, states[kind]]);
      expect(effectOf(refused, 'refuse').detail).not.toBe('');
    }
  });

  test('H23: a copy that is dropped is recorded as dropped before anything is fetched', () => {
    const broken: PartyEvent = { kind: 'copy', finding: 'broken' };
    expect(kinds(step(states['follow-joint'], broken))).toBe('follow-seeding persist copy report');
  });
});

describe('after a crash', () => {
  test.each([
    ['joint', 'joint', 'sealed'],
    ['follow-joint', 'follow-joint', 'follow-sealed'],
  ] as const)('H24 H16: %s is %s, or with a seal in the journal %s', (stored, open, closed) => {
    expect(recover(states[stored], { seal: undefined, nowMs: 5 }).kind).toBe(open);
    expect(recover(states[stored], { seal: CUT, nowMs: 5 })).toMatchObject({
      kind: closed,
      cut: CUT,
    });
  });

  test('H24 H11: a join that may be on its way is still waited for, and the follower asked anew', () => {
    expect(recover(states.joining, { seal: undefined, nowMs: 0 })).toEqual({
      ...states.joining,
      followerSeq: 0,
    });
  });

  test('H24 H18: a fence stays, and its cut is taken again', () => {
    const fenced = { ...states.fencing, promote };
    const back = recover(fenced, { seal: undefined, nowMs: 0 });
    expect(kinds(step(back, { kind: 'tick', nowMs: 0 }))).toBe('fencing take-cut');
  });
});

describe('before and after', () => {
  const { owning } = states;

  test('H29: a hand-over begins once', () => {
    const begun = step(owning, start);
    expect(kinds(begun)).toBe('seeding persist');
    const second = step(begun.state, start);
    expect(second.state).toBe(begun.state);
    expect(effectOf(second, 'refuse').reason).toBe('already-running');
  });

  test('H29 H2: a hand-over to the owner itself is refused', () => {
    const self = { ...start, plan: { ...PLAN, follower: { ...A, url: 'https://b' } } };
    const refused = step(owning, self);
    expect(refused.state).toBe(owning);
    expect(effectOf(refused, 'refuse').reason).toBe('same-party');
  });

  test('H30: a version that is not understood is refused, with both named', () => {
    const newer = { ...start, followerVersion: HANDOVER_VERSION + 1 };
    const refused = effectOf(step(owning, newer), 'refuse');
    expect(refused.reason).toBe('protocol-version');
    expect(refused.detail).toContain(`version ${HANDOVER_VERSION + 1}`);
  });

  const older = HANDOVER_VERSION_MIN - 1;
  const newer = HANDOVER_VERSION + 1;
  test.each([
    [
      'newer',
      { oldest: newer, newest: newer + 1 },
      `version ${newer} to ${newer + 1}`,
      'this side',
    ],
    ['older', { oldest: older, newest: older }, `version ${older} of`, 'the other side'],
  ])('H30: one that is all %s is refused, and it is said which side is to be newer', (...row) => {
    const [, versions, theirs, which] = row;
    const detail = misfitOfVersions(versions)?.detail;
    expect(detail).toContain(theirs);
    expect(detail).toContain(`this side ${HANDOVER_VERSION}`);
    expect(detail).toContain(`bring ${which} to the newer version`);
  });

  test.each([
    ['the same', { oldest: HANDOVER_VERSION, newest: HANDOVER_VERSION }],
    ['newer ones, and this one still', { oldest: HANDOVER_VERSION, newest: newer }],
    ['older ones, and this one', { oldest: older, newest: HANDOVER_VERSION_MIN }],
  ])('H30: a party that takes %s fits', (_what, versions) => {
    expect(misfitOfVersions(versions)).toBeUndefined();
  });

  test('H28: retirement needs a certificate, and nobody who counts on the copy', () => {
    const following: PartyState = { ...states['follow-catching-up'], me: A, entry: cede };
    expect(kinds(step(following, { kind: 'retire', isAttested: true }))).toBe(
      'retiring persist destroy',
    );
    const early = step(following, { kind: 'retire', isAttested: false });
    expect(effectOf(early, 'refuse').reason).toBe('not-attested');
    const needed = step(states['follow-joint'], { kind: 'retire', isAttested: true });
    expect(effectOf(needed, 'refuse').reason).toBe('still-needed');
    expect(kinds(step(owning, { kind: 'retire', isAttested: true }))).toBe('owning refuse');
  });

  test('H28: destroying goes on until all is gone', () => {
    expect(kinds(step(states.retiring, { kind: 'tick', nowMs: 0 }))).toBe('retiring destroy');
    expect(kinds(step(states.retiring, { kind: 'done', isGood: false }))).toBe('retiring destroy');
    expect(kinds(step(states.retiring, { kind: 'done', isGood: true }))).toBe('retired persist');
  });
});
