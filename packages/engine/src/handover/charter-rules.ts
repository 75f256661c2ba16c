// What may follow what in a cell's charter, and who must have signed it.
//
// Rules: docs/spec/handover.md (H1 to H8). The registrar asks `mayAppend` before it records an
// entry, and whoever reads a charter asks it again of every entry, so that a registrar which
// recorded what it should not is found by its readers.
//
// Why two parties can never both own a cell: an entry is recorded only while the one it was made
// for is the newest, so of a `leave` and a `promote` exactly one is in the charter. Which of two
// entries wins is never this function's question; it says only which ones are sound.

import type { Epoch, Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';

/** One cell process that can hold a cell's data. Operator and site together are its name. */
export type Party = Readonly<{
  operator: string;
  site: string;
  /** Ed25519, SPKI in DER, as base64. Sites of one operator may share it. */
  publicKey: string;
  /** Where gateways and the other party reach it. */
  url: string;
}>;

/** Where one ownership ends: a place in the journal, and what the state was there. */
export type Cut = Readonly<{
  /** The last batch that counts. */
  seq: Seq;
  /** Chain hash of that batch, 64 hexadecimal digits. */
  chain: string;
  /** Set hash of the state there (C23), 64 hexadecimal digits each. */
  likesHash: string;
  countsHash: string;
}>;

export const CHARTER_ACTS = [
  'found',
  'join',
  'leave',
  'cede',
  'promote',
  'renew',
  'force',
] as const;
export type CharterAct = (typeof CHARTER_ACTS)[number];

/** Where a batch must be durable before it is acknowledged. */
export type CharterRule = 'solo' | 'joint';

/** What the parties decide and sign; the registrar adds its number, time, hashes and signature. */
export type CharterBody = Readonly<{
  cell: Jurisdiction;
  epoch: Epoch;
  act: CharterAct;
  owner: Party;
  /** Present exactly when the rule is `joint`. */
  follower?: Party;
  rule: CharterRule;
  /** Always on `cede`, `promote` and `force`; on a `leave` that undoes a seal. */
  cut?: Cut;
  /** In words, for people who read the charter. */
  reason: string;
  /** The hand-over that this entry is a step of. */
  handover?: string;
}>;

/** A key that must have signed an entry. */
export type Signer = Readonly<{ operator: string; publicKey: string }>;

export type CharterRefusal =
  | 'wrong-cell'
  | 'wrong-epoch'
  | 'wrong-predecessor'
  | 'wrong-owner'
  | 'wrong-follower'
  | 'wrong-rule'
  | 'wrong-cut'
  | 'same-party'
  | 'shared-key'
  | 'nothing-new';

export type MayAppend = Readonly<
  | { kind: 'may'; signers: readonly Signer[] }
  | { kind: 'refused'; code: CharterRefusal; detail: string }
>;

const refused = (code: CharterRefusal, detail: string): MayAppend => ({
  kind: 'refused',
  code,
  detail,
});

const may = (...parties: readonly Party[]): MayAppend => {
  const byKey = new Map(parties.map(({ operator, publicKey }) => [publicKey, operator]));
  return {
    kind: 'may',
    signers: [...byKey].map(([publicKey, operator]) => ({ operator, publicKey })),
  };
};

/** Whether two are the same cell process, though its key or address may have changed. */
export function isSameParty(left: Party, right: Party): boolean {
  return left.operator === right.operator && left.site === right.site;
}

/** Whether two are the same in every field. */
export function isEqualParty(left: Party, right: Party): boolean {
  return isSameParty(left, right) && left.publicKey === right.publicKey && left.url === right.url;
}

/** Whether two cuts name the same place with the same state. */
export function isEqualCut(left: Cut, right: Cut): boolean {
  return (
    left.seq === right.seq &&
    left.chain === right.chain &&
    left.likesHash === right.likesHash &&
    left.countsHash === right.countsHash
  );
}

/**
 * Whether `candidate` may follow `newest`, the newest entry of its cell (`undefined` before the
 * first), and whose signatures it needs. It looks at the decision only: fields of wrong form,
 * hashes and the signatures themselves are the registrar's to check.
 */
export function mayAppend(newest: CharterBody | undefined, candidate: CharterBody): MayAppend {
  const fault = faultOfForm(candidate);
  if (fault !== undefined) return fault;
  if (newest === undefined) return mayFound(candidate);
  if (candidate.cell !== newest.cell) return refused('wrong-cell', 'the entry is of another cell');
  if (candidate.epoch !== newest.epoch + 1) {
    const detail = `the newest epoch is ${newest.epoch}, so only ${newest.epoch + 1} can follow`;
    return refused('wrong-epoch', detail);
  }
  return MAY_FOLLOW[candidate.act](newest, candidate);
}

/** H2: what each act has and has not, whatever it follows. */
function faultOfForm({ act, rule, owner, follower, cut }: CharterBody): MayAppend | undefined {
  if (rule !== (act === 'join' ? 'joint' : 'solo')) {
    return refused('wrong-rule', `the rule of ${act} cannot be ${rule}`);
  }
  if ((follower !== undefined) !== (rule === 'joint')) {
    return refused('wrong-follower', 'an entry has a follower exactly when its rule is joint');
  }
  if (follower !== undefined && isSameParty(owner, follower)) {
    return refused('same-party', 'a cell cannot be its own follower');
  }
  if (follower !== undefined && isKeyShared(owner, follower)) {
    return refused('shared-key', 'two operators cannot have one key');
  }
  const needsCut = act === 'cede' || act === 'promote' || act === 'force';
  if (needsCut && cut === undefined) return refused('wrong-cut', `${act} needs a cut`);
  if (!needsCut && act !== 'leave' && cut !== undefined) {
    return refused('wrong-cut', `${act} has no cut`);
  }
  return undefined;
}

function isKeyShared(left: Party, right: Party): boolean {
  return left.publicKey === right.publicKey && left.operator !== right.operator;
}

function mayFound({ act, epoch, owner }: CharterBody): MayAppend {
  if (act !== 'found') return refused('wrong-predecessor', 'the cell has no entry yet');
  if (epoch !== 1) return refused('wrong-epoch', 'the first epoch of a cell is 1');
  return may(owner);
}

type MayFollow = (newest: CharterBody, candidate: CharterBody) => MayAppend;

const isOwnerKept: MayFollow = (newest, { act, owner }) =>
  isEqualParty(owner, newest.owner)
    ? may(owner)
    : refused('wrong-owner', `${act} leaves the owner as it is`);

/** H4: B takes over what it holds jointly; `signers` says whether A has to agree. */
const mayTakeOver =
  (signers: 'both' | 'follower'): MayFollow =>
  (newest, { act, owner }) => {
    const { follower } = newest;
    if (follower === undefined) return needsJoint(act);
    if (!isEqualParty(owner, follower)) {
      return refused('wrong-owner', `after ${act} the follower is the owner`);
    }
    return signers === 'both' ? may(newest.owner, follower) : may(follower);
  };

const needsSolo = (act: CharterAct): MayAppend =>
  refused('wrong-predecessor', `${act} needs an owner without a follower`);

const needsJoint = (act: CharterAct): MayAppend =>
  refused('wrong-predecessor', `${act} needs an owner and a follower`);

const MAY_FOLLOW: Readonly<Record<CharterAct, MayFollow>> = {
  found: () => refused('wrong-predecessor', 'the cell is founded already'),
  // H3: both sign, since each promises something: A to wait for B, B to keep what it has taken.
  join: (newest, candidate) => {
    if (newest.rule !== 'solo') return needsSolo('join');
    const kept = isOwnerKept(newest, candidate);
    if (kept.kind === 'refused' || candidate.follower === undefined) return kept;
    return may(candidate.owner, candidate.follower);
  },
  // H4: A holds everything that was ever acknowledged, so it needs nobody's leave to go on alone.
  leave: (newest, candidate) =>
    newest.rule === 'joint' ? isOwnerKept(newest, candidate) : needsJoint('leave'),
  cede: mayTakeOver('both'),
  promote: mayTakeOver('follower'),
  // H5: the old key signs, or anybody could take a cell over by renewing it.
  renew: (newest, { owner }) => {
    if (newest.rule !== 'solo') return needsSolo('renew');
    if (!isSameParty(owner, newest.owner)) {
      return refused('wrong-owner', 'renew changes key or address, never operator or site');
    }
    if (isEqualParty(owner, newest.owner)) {
      return refused('nothing-new', 'key and address are the same as before');
    }
    return may(newest.owner, owner);
  },
  // H6: the one act that can lose acknowledged ops, so it never crosses from operator to operator.
  force: (newest, { owner }) => {
    if (newest.rule !== 'solo') return needsSolo('force');
    if (owner.operator !== newest.owner.operator) {
      return refused('wrong-owner', 'only another site of the same operator can be forced');
    }
    if (isSameParty(owner, newest.owner)) {
      return refused('same-party', 'this party owns the cell already');
    }
    return may(newest.owner, owner);
  },
};
