// The moments of a hand-over in which a fault is to come, and how each is made to last: a message
// that the moment waits for is held on the network until the fault is there.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Held, Passage } from './network.ts';
import type { CellName, Rig } from './rig.ts';

/** A hand-over that is about to begin. */
export type Attempt = Readonly<{
  rig: Rig;
  source: CellName;
  target: CellName;
  begin: (mode: 'auto' | 'approve') => Promise<void>;
  approve: () => Promise<void>;
  /** Resolves when a party has entered a state since it was begun. */
  enters: (name: CellName, state: string) => Promise<void>;
  /** Holds messages until the fault is there. */
  hold: (matches: (passage: Passage) => boolean) => Held;
}>;

export type Moment = Readonly<{
  /** The state of the old owner, or of the new one when it alone has it. */
  name: string;
  /** Resolves when the hand-over is there. */
  reach: (attempt: Attempt) => Promise<void>;
}>;

const isDelivery = ({ path }: Passage): boolean => path.endsWith('/batches');
const isChunk = ({ path }: Passage): boolean => path.includes('/snapshot/');
const isDecision = ({ path }: Passage): boolean => path.endsWith('/decisions');
const isAppend = ({ path }: Passage): boolean => path === '/v1/charter/entries';
const isAttest = ({ path }: Passage): boolean => path.endsWith('/attest');
const isWitness = ({ path }: Passage): boolean => path.includes('/witness');

export const MOMENTS = {
  seeding: async (attempt) => {
    await reachSeeding(attempt);
  },
  'catching-up': reachCatchingUp,
  shadow: async ({ source, begin, enters }) => {
    await begin('auto');
    await enters(source, 'shadow');
  },
  arming: async ({ hold, begin }) => {
    const { caught } = hold(isDecision);
    await begin('auto');
    await caught;
  },
  'joining, not yet recorded': async ({ hold, begin }) => {
    const { caught } = hold((passage) => isAppend(passage) && passage.phase === 'request');
    await begin('auto');
    await caught;
  },
  'joining, recorded and not known': async (attempt) => {
    const caught = holdWord(attempt);
    await attempt.begin('auto');
    await caught;
  },
  joint: reachJoint,
  sealing: reachSealing,
  'sealed, not yet agreed': async (attempt) => {
    await reachJoint(attempt);
    const { caught } = attempt.hold(isDecision);
    await attempt.approve();
    await caught;
  },
  'sealed, agreed and not recorded': async (attempt) => {
    await reachJoint(attempt);
    const { caught } = attempt.hold(isAppend);
    await attempt.approve();
    await caught;
  },
  'ceded, recorded and not known': async (attempt) => {
    await reachJoint(attempt);
    const caught = holdWord(attempt);
    await attempt.approve();
    await caught;
  },
  following: async ({ target, begin, enters }) => {
    await begin('auto');
    await enters(target, 'owning');
  },
  'attesting, not yet signed': async ({ hold, begin }) => {
    const { caught } = hold((passage) => isAttest(passage) && passage.phase === 'request');
    await begin('auto');
    await caught;
  },
  'attesting, not yet witnessed': async ({ hold, begin }) => {
    const { caught } = hold(isWitness);
    await begin('auto');
    await caught;
  },
} as const satisfies Readonly<Record<string, Moment['reach']>>;

export type MomentName = keyof typeof MOMENTS;
// The keys of the object above, which has no others.
export const MOMENT_NAMES = Object.keys(MOMENTS) as readonly MomentName[];

async function reachSeeding(attempt: Attempt): Promise<Held> {
  const before = attempt.hold(isChunk);
  await forgetCopy(attempt);
  await attempt.begin('auto');
  // What was fetched until now belongs to the copy that is kept up without being asked for.
  const chunks = attempt.hold(isChunk);
  before.lose();
  await chunks.caught;
  return chunks;
}

/** A party whose disk is new: it holds nothing of the cell. */
async function forgetCopy({ rig, target }: Attempt): Promise<void> {
  await rig.kill(target);
  rmSync(join(rig.dataOf(target), 'cells'), { recursive: true, force: true });
  await rig.start(target);
}

async function reachCatchingUp(attempt: Attempt): Promise<void> {
  const { target, hold, enters } = attempt;
  const chunks = await reachSeeding(attempt);
  hold(isDelivery);
  chunks.release();
  await enters(target, 'follow-catching-up');
}

async function reachJoint({ source, begin, enters }: Attempt): Promise<void> {
  await begin('approve');
  await enters(source, 'joint');
}

/** A seal waits for batches that are not yet confirmed; without deliveries they are not. */
async function reachSealing(attempt: Attempt): Promise<void> {
  const { source, hold, approve, enters } = attempt;
  await reachJoint(attempt);
  let isApproved = false;
  hold((passage) => {
    isApproved ||= passage.path.endsWith('/approve') && passage.phase === 'answer';
    return isApproved && isDelivery(passage);
  });
  await approve();
  await enters(source, 'sealing');
}

/** Once an entry is recorded nobody tells the old owner; resolves when that is so. */
function holdWord({ hold, source }: Attempt): Promise<Passage> {
  let isSent = false;
  const { caught } = hold((passage) => {
    isSent ||= isAppend(passage);
    return isAppend(passage) && passage.phase === 'answer';
  });
  hold((passage) => {
    const { from, to, phase } = passage;
    return isSent && from === source && to === 'registrar' && phase === 'answer';
  });
  return caught;
}
