// What a party becomes when it learns the charter: the one place where ownership changes.
//
// Rules: docs/spec/handover.md (H7, H8, H18 to H20). Every path persists before anything else
// happens, so a party that crashes here learns the same entries again, with the same result.

import { isSameParty, mayAppend } from './charter-rules.ts';
import type { CharterBody, Cut, Party } from './charter-rules.ts';
import type { HandoverRefusal, PartyEffect, PartyEvent, PartyState, Step } from './party-state.ts';

export type Charter = Extract<PartyEvent, { readonly kind: 'charter' }>;

export const stay = (state: PartyState, ...effects: readonly PartyEffect[]): Step => ({
  state,
  effects,
});

/** Enters a state that must outlive a crash before anybody can see what follows from it. */
export const keep = (state: PartyState, ...effects: readonly PartyEffect[]): Step => ({
  state,
  effects: [{ kind: 'persist', state }, ...effects],
});

export const refuse = (state: PartyState, reason: HandoverRefusal, detail: string): Step =>
  stay(state, { kind: 'refuse', reason, detail });

/** H7: entries that are not newer than what is known change nothing, in whatever order they come. */
export function learnCharter(state: PartyState, { entries, ownSeq }: Charter): Step {
  const known = state.entry?.epoch ?? 0;
  const news = entries.filter(({ epoch }) => epoch > known);
  const newest = news.at(-1);
  if (newest === undefined) return stay(state);
  if (!isSound(state.entry, news)) {
    const detail = 'the charter holds an entry that may not follow the one before; nothing changed';
    return refuse(state, 'unsound-charter', detail);
  }
  if (isSameParty(newest.owner, state.me)) return asOwner(state, newest);
  return asOther(state, newest, lowestCut(news, state.me, ownSeq));
}

/** H8: readers ask the rules again. */
function isSound(known: CharterBody | undefined, news: readonly CharterBody[]): boolean {
  let before = known;
  for (const entry of news) {
    if (mayAppend(before, entry).kind === 'refused') return false;
    before = entry;
  }
  return true;
}

/** The first place up to which this journal counts, when others' cuts lie before its end. */
function lowestCut(news: readonly CharterBody[], me: Party, ownSeq: number): Cut | undefined {
  let lowest: Cut | undefined;
  for (const { owner, cut } of news) {
    if (cut === undefined || isSameParty(owner, me) || cut.seq >= ownSeq) continue;
    if (lowest === undefined || cut.seq < lowest.seq) lowest = cut;
  }
  return lowest;
}

function asOwner(state: PartyState, entry: CharterBody): Step {
  const me = entry.owner;
  switch (state.kind) {
    case 'idle':
      if (entry.act === 'found') return keep({ kind: 'owning', me, entry });
      break;
    case 'seeding':
    case 'catching-up':
    case 'shadow':
      if (entry.act === 'renew') return keep({ ...state, me, entry });
      return keep({ kind: 'owning', me, entry });
    case 'follow-seeding':
    case 'returning':
    case 'retiring':
    case 'retired':
      break;
    default:
      if (entry.rule === 'solo') return keep({ kind: 'owning', me, entry });
      return keep({ kind: 'joint', me, entry, followerSeq: heardSeq(state) });
  }
  const detail = 'the charter names this party as owner, but it holds no whole copy to serve from';
  return keep({ ...state, entry }, { kind: 'refuse', reason: 'no-copy', detail });
}

function heardSeq(state: PartyState): number {
  return 'followerSeq' in state ? state.followerSeq : 0;
}

function asOther(state: PartyState, entry: CharterBody, voidAfter: Cut | undefined): Step {
  const { me } = state;
  switch (state.kind) {
    case 'idle':
    case 'follow-seeding':
    case 'retiring':
    case 'retired':
      return keep({ ...state, entry });
    case 'returning': {
      const cut = voidAfter !== undefined && voidAfter.seq < state.cut.seq ? voidAfter : state.cut;
      return keep({ ...state, entry, cut }, { kind: 'set-aside', cut });
    }
    default:
  }
  // H19: before a batch of the new owner is taken, what nobody counts has to be out of the way.
  if (voidAfter !== undefined) {
    return keep(
      { kind: 'returning', me, entry, cut: voidAfter },
      { kind: 'set-aside', cut: voidAfter },
    );
  }
  // H23: a copy that was fetched anew while a join was on its way may lack what was confirmed before;
  // the owner hears that this party is not joint, and leaves.
  const isWhole = state.kind === 'follow-shadow';
  const isJoint = isWhole && entry.follower !== undefined && isSameParty(entry.follower, me);
  return keep(
    { kind: isJoint ? 'follow-joint' : 'follow-catching-up', me, entry },
    {
      kind: 'report',
    },
  );
}
