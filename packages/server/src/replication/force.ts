// Forcing a cell to another site of the same operator when its owner is lost and no copy is joint:
// the one act that can lose acknowledged ops. A person is told what would be lost, says the number
// back, and the charter entry says it too.
//
// Rules: docs/spec/handover.md (H6, H42, H43).
//
// What is known of the loss is a lower bound: the owner may have acknowledged more after it was
// last heard. So everything after this copy's last batch counts as lost, whatever the number.

import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Seq } from '@holdfast/protocol/ids.ts';
import { acceptedOps, acceptedSince, NOTHING_ACCEPTED } from './accepted-ops.ts';
import type { Begun } from './replica-role.ts';
import type { HeardOfOwner } from './vigil.ts';

/** An owner that was heard within this is not lost. */
export const LOST_AFTER_MS = 5_000;
const REGISTRAR_HEARD_MS_MAX = 3_000;
/** The registrar takes so long at most, or it is away. */
const DECIDED_MS_MAX = 10_000;
const LOOK_MS = 20;

/** What a promotion by force would lose, as far as it is known. */
export type Loss = Readonly<{
  /** The last batch of this copy, and when it was written; null when it has none. */
  ownSeq: number;
  ownAt: string | null;
  /** The owner's last batch when it was last heard; null when it was not heard since the start. */
  ownerSeq: number | null;
  ownerHeardMsAgo: number | null;
  /** Acknowledged batches that are known of and not here: at least so many; null is not known. */
  batchesAtLeast: number | null;
  /** What people did in them, at least; null is not known. */
  opsAtLeast: number | null;
  /** Of those ops the ones that counted: likes, likes taken back, views. */
  likesAtLeast: number | null;
  unlikesAtLeast: number | null;
  viewsAtLeast: number | null;
}>;

const NOT_KNOWN = {
  ownerSeq: null,
  ownerHeardMsAgo: null,
  batchesAtLeast: null,
  opsAtLeast: null,
  likesAtLeast: null,
  unlikesAtLeast: null,
  viewsAtLeast: null,
} as const;

export type ForceAsk = Readonly<{
  dryRun: boolean;
  /** The number that the person was told; null for one that is not known. */
  loses: number | null;
}>;

export type Forced = Readonly<
  | { kind: 'would-force'; loss: Loss }
  | { kind: 'forced'; epoch: number; loss: Loss }
  | { kind: 'refused'; code: string; detail: string; loss?: Loss }
>;

export type ForceParts = Readonly<{
  begun: () => Begun | undefined;
  /** Whether the registrar hears a party. */
  registrarHears: (owner: Party, agoMsMax: number) => Promise<HeardOfOwner>;
  monotonicMs: () => number;
  pause: (pauseMs: number) => Promise<void>;
}>;

const refused = (code: string, detail: string, loss?: Loss): Forced => ({
  kind: 'refused',
  code,
  detail,
  ...(loss !== undefined && { loss }),
});

/** Says what forcing would lose, and does it when a person has said the number. */
export async function force(parts: ForceParts, { dryRun, loses }: ForceAsk): Promise<Forced> {
  const party = parts.begun();
  if (party === undefined) return refused('not-begun', 'this party has not begun yet');
  const { state } = party.runtime;
  const loss = await lossOf(party);
  const why = whyNot(party.me, state) ?? (await whyNotLost(parts, party, state));
  if (why !== undefined) return refused(why.code, why.detail, loss);
  if (dryRun) return { kind: 'would-force', loss };
  if (loses !== loss.batchesAtLeast) {
    const number = loss.batchesAtLeast ?? 'unknown';
    const detail = `what would be lost is ${number} now; look at it again, and say that number`;
    return refused('other-loss', detail, loss);
  }
  const reason = reasonOf(loss);
  const begun = await party.runtime.dispatch({ kind: 'force', reason });
  if (begun.kind === 'refused') return refused(begun.reason, begun.detail, loss);
  return decided(parts, party, loss);
}

async function lossOf({ cell, vigil }: Begun): Promise<Loss> {
  const { roles } = cell;
  const ownSeq = roles.durableSeq();
  const [last] = ownSeq === 0 ? [] : await roles.journal().read((ownSeq - 1) as Seq, 1);
  const heard = vigil.ownerHead();
  const ownAt = last === undefined ? null : new Date(last.atMs).toISOString();
  if (heard === undefined) return { ownSeq, ownAt, ...NOT_KNOWN };
  const { seq: ownerSeq, agoMs } = heard;
  // Books are those of a batch: what is in the journal here counts as kept only once it is applied.
  await roles.follower()?.applied();
  const meta = roles.view()?.meta;
  const own = meta === undefined ? NOTHING_ACCEPTED : acceptedOps(meta);
  const { ops, likes, unlikes, views } = acceptedSince(own, heard.accepted);
  return {
    ownSeq,
    ownAt,
    ownerSeq,
    ownerHeardMsAgo: Math.round(agoMs),
    batchesAtLeast: Math.max(0, ownerSeq - ownSeq),
    opsAtLeast: ops,
    likesAtLeast: likes,
    unlikesAtLeast: unlikes,
    viewsAtLeast: views,
  };
}

type Why = Readonly<{ code: string; detail: string }>;

function whyNot(me: Party, { kind, entry }: PartyState): Why | undefined {
  if (entry === undefined)
    return { code: 'no-copy', detail: 'the charter does not know this cell' };
  const { owner, rule } = entry;
  if (isSameParty(owner, me)) return { code: 'owner', detail: 'this party owns the cell already' };
  if (owner.operator !== me.operator) {
    const detail = `${owner.operator} owns the cell: it is forced only between sites of one operator`;
    return { code: 'other-operator', detail };
  }
  if (owner.publicKey !== me.publicKey) {
    const detail = `the site ${owner.site} has another key of ${me.operator} than this one`;
    return { code: 'other-key', detail };
  }
  if (rule === 'joint') {
    const detail = 'the rule is joint: nothing is lost by promoting; start it with --standby';
    return { code: 'joint', detail };
  }
  if (kind === 'follow-catching-up' || kind === 'follow-shadow') return undefined;
  return { code: 'no-copy', detail: `there is no whole copy here: this party is ${kind}` };
}

/** H42: an owner that somebody hears is not lost. */
async function whyNotLost(
  { registrarHears }: ForceParts,
  { vigil }: Begun,
  { entry }: PartyState,
): Promise<Why | undefined> {
  const owner = entry?.owner;
  if (owner === undefined) return undefined;
  const name = `${owner.operator}/${owner.site}`;
  const agoMs = vigil.ownerHead()?.agoMs ?? Infinity;
  const hands = `if ${name} must go, stop it first, or hand the cell over`;
  if (agoMs < LOST_AFTER_MS) {
    return {
      code: 'owner-alive',
      detail: `${name} was heard ${Math.round(agoMs)} ms ago; ${hands}`,
    };
  }
  const heard = await registrarHears(owner, REGISTRAR_HEARD_MS_MAX);
  if (heard === 'yes') {
    return { code: 'owner-alive', detail: `the registrar hears ${name}; ${hands}` };
  }
  if (heard === 'no') return undefined;
  return { code: 'registrar-away', detail: 'the registrar does not answer, and has to decide it' };
}

function reasonOf(loss: Loss): string {
  const { ownSeq, ownAt, batchesAtLeast } = loss;
  const known = batchesAtLeast === null ? 'an unknown number of' : `at least ${batchesAtLeast}`;
  return (
    `forced by a person: the owner is lost, and ${known} acknowledged batches with it` +
    `${opsText(loss)}; nothing after batch ${ownSeq}${ownAt === null ? '' : ` of ${ownAt}`} is here`
  );
}

function opsText({ opsAtLeast, likesAtLeast, unlikesAtLeast, viewsAtLeast }: Loss): string {
  if (opsAtLeast === null) return '';
  return (
    ` (${opsAtLeast} ops; of them counted ${likesAtLeast} likes, ${unlikesAtLeast} likes taken ` +
    `back, ${viewsAtLeast} views)`
  );
}

async function decided(
  { monotonicMs, pause }: ForceParts,
  { me, runtime }: Begun,
  loss: Loss,
): Promise<Forced> {
  const untilMs = monotonicMs() + DECIDED_MS_MAX;
  for (;;) {
    const { kind, entry } = runtime.state;
    if (entry?.act === 'force' && isSameParty(entry.owner, me)) {
      return { kind: 'forced', epoch: entry.epoch, loss };
    }
    if (kind !== 'fencing') {
      const detail = 'another entry came first, and the cell stays where the charter says';
      return refused('not-next', detail, loss);
    }
    if (monotonicMs() > untilMs) {
      const detail =
        'the entry is on its way and not recorded yet; until it is, this party takes nothing of the ' +
        'owner; see the charter';
      return refused('undecided', detail, loss);
    }
    await pause(LOOK_MS);
  }
}
