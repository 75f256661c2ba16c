// Calls on their way from a gateway to whoever owns their cell: held like ops, and sent again when
// that can do no harm.
//
// Rules: docs/spec/wire.md (W115, W125 to W127).
//
// Why it is safe: what was not taken has done nothing; what nobody knows of goes again only when it
// is the same the second time, or, for a sign-up, when the handle tells whether it was done.

import { isDeepStrictEqual } from 'node:util';
import { HOLD_MS_MAX, route } from '@holdfast/engine/handover/gateway-route.ts';
import type { LastAnswer } from '@holdfast/engine/handover/gateway-route.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import type {
  CallName,
  CallReply,
  CellCalls,
  CellClient,
  CellUnavailable,
} from '../../cell/cell-client.ts';
import type { AnyCall } from '../../cell/messages.ts';
import { isRepeatable } from '../../cell/remote/calls-wire.ts';
import type { Lost } from '../../cell/remote/remote-cell.ts';
import type { Timers } from '../../exchange/timers.ts';
import type { OwnerLine } from './owner-line.ts';
import type { PauseBook } from './pause-book.ts';

/** Calls that are not answered yet; beyond it they are refused. */
export const CALLS_MAX = 2_000;
/** Longest that what a person does by hand waits: no device sends it again, as ops are. */
export const PERSON_HOLD_MS_MAX = 6_000;
/** Pause between two tries at an owner that has been silent for longer than ops are held. */
const SILENT_RESEND_MS = 250;
/** What an old owner has left, after the charter named another, to answer what it took. */
const LAST_ANSWER_MS = 1_000;

/** Calls that stand behind what a person does by hand. */
const BY_HAND: ReadonlySet<CallName> = new Set<CallName>([
  ...(['openSession', 'signUp', 'signIn', 'signOut', 'passkeySignIn', 'addPasskey'] as const),
  ...(['changePassword', 'endSignIn', 'deleteAccount', 'whoIs', 'writings', 'write'] as const),
  ...(['ownAmong', 'heldFor', 'judgeComment', 'settleComment', 'openCase', 'rolesOf'] as const),
]);

const AWAY: CellUnavailable = {
  kind: 'unavailable',
  code: 'cell-unavailable',
  retryAfterMs: 1_000,
};
const OVERLOADED: CellUnavailable = { ...AWAY, code: 'overloaded' };

type Parts = Readonly<{
  line: OwnerLine;
  timers: Timers;
  monotonicMs: () => number;
  /** Notes calls that end as unavailable while a cell changes hands. */
  pauses: Pick<PauseBook, 'callRefused'>;
}>;

export function callRoute(parts: Parts): CellClient['call'] {
  let calls = 0;
  return async (name, ask) => {
    if (parts.line.isAway(holdMsOf(name))) return AWAY;
    if (calls >= CALLS_MAX) return OVERLOADED;
    calls += 1;
    try {
      // The name and its question go together by the signature of this function.
      const call = { name, ask } as unknown as AnyCall;
      // So do the name and its reply.
      const reply = (await replyTo(parts, call)) as CallReply<typeof name>;
      if (reply.kind === 'unavailable') parts.pauses.callRefused();
      return reply;
    } finally {
      calls -= 1;
    }
  };
}

function holdMsOf(name: CallName): number {
  return BY_HAND.has(name) ? PERSON_HOLD_MS_MAX : HOLD_MS_MAX;
}

type Routed = Readonly<{
  reply: CallReply<CallName>;
  /** It was sent before, and nobody knows what became of that. */
  isDoubtful: boolean;
}>;

async function replyTo(parts: Parts, call: AnyCall): Promise<CallReply<CallName>> {
  const { reply, isDoubtful } = await routed(parts, call);
  if (!isDoubtful) return reply;
  if (call.name === 'signUp' && reply.kind === 'handle-taken') {
    // W126: by an earlier sending of this very call, when its password is that of the handle.
    const entered = await routed(parts, { name: 'signIn', ask: call.ask });
    return entered.reply.kind === 'wrong-credentials' ? reply : entered.reply;
  }
  if (call.name === 'write' && reply.kind === 'conflict') return lookedAt(parts, call.ask, reply);
  return reply;
}

/** W127: a conflict with an earlier sending of the very same change is that change, done. */
async function lookedAt(
  parts: Parts,
  { token, puts, removes }: CellCalls['write']['ask'],
  conflict: CallReply<'write'>,
): Promise<CallReply<CallName>> {
  const [put] = puts;
  if (put === undefined || puts.length > 1 || removes.length > 0) return AWAY;
  // Who named a new writing looks for it under its name.
  if (put.id !== undefined && put.expected === null) return conflict;
  const find = { by: 'target', of: put.kind, target: put.target } as const;
  const { reply } = await routed(parts, { name: 'writings', ask: { token, find } });
  if (reply.kind !== 'writings') return reply;
  const isDone = isDeepStrictEqual(reply.items[0]?.body, put.body);
  return isDone ? { kind: 'written', items: reply.items } : conflict;
}

async function routed(parts: Parts, call: AnyCall): Promise<Routed> {
  const { line, timers, monotonicMs } = parts;
  const arrivedAtMs = monotonicMs();
  const holdMsMax = holdMsOf(call.name);
  const mayRepeat = call.name === 'signUp' || isRepeatable(call);
  let last: LastAnswer = { kind: 'unsent' };
  let isDoubtful = false;
  for (;;) {
    const nowMs = monotonicMs();
    const newest = line.newest();
    const next = route({ newest, arrivedAtMs, last, nowMs, heldOps: 0, holdMsMax });
    if (next.kind === 'give-up') return { reply: AWAY, isDoubtful };
    if (next.kind === 'hold') {
      const isSilent = last.kind === 'unreachable' && nowMs - arrivedAtMs > HOLD_MS_MAX;
      await news(line, timers, isSilent ? SILENT_RESEND_MS : next.untilMs - nowMs);
      continue;
    }
    const epoch = next.epoch as Epoch;
    const reply = await askedOf(parts, call, next.to, epoch, mayRepeat);
    if (reply.kind === 'lost') {
      line.missed(next.to, reply.detail);
      // It may be done: whoever asked has to look before asking again.
      if (reply.effect === 'unknown' && !mayRepeat) return { reply: AWAY, isDoubtful: true };
      isDoubtful ||= reply.effect === 'unknown';
      last = { kind: 'unreachable', epoch, atMs: monotonicMs() };
      continue;
    }
    line.heard(next.to);
    if (reply.kind === 'sealed' || reply.kind === 'not-owner' || reply.kind === 'behind') {
      if ('newest' in reply) line.learn(next.to, reply);
      last = { kind: reply.kind, epoch, atMs: monotonicMs() };
      continue;
    }
    if (reply.kind !== 'unavailable' || !(await isOver(parts, epoch, reply, mayRepeat))) {
      // What is left are replies of the call; the compiler cannot follow that for a union of names.
      return { reply: reply as CallReply<CallName>, isDoubtful };
    }
    isDoubtful ||= reply.code !== 'shutting-down';
    last = { kind: 'not-owner', epoch, atMs: monotonicMs() };
  }
}

type Asked = Awaited<ReturnType<ReturnType<OwnerLine['to']>['call']>>;

/** Asks a party, for as long as it is the owner and a little longer. */
async function askedOf(
  { line, timers }: Parts,
  call: AnyCall,
  to: Party,
  epoch: Epoch,
  mayRepeat: boolean,
): Promise<Asked> {
  const asked: Promise<Asked> = line.to(to).call(epoch, call);
  if (!mayRepeat) return asked;
  let end = (): void => undefined;
  const replaced = new Promise<Lost>((resolve) => {
    let cancel = (): void => undefined;
    const unwatch = line.onEntry(() => {
      const owner = line.newest()?.owner;
      if (owner === undefined || isSameParty(owner, to)) return;
      const detail = 'it was replaced before it answered';
      cancel();
      cancel = timers.after(LAST_ANSWER_MS, () =>
        resolve({ kind: 'lost', effect: 'unknown', detail }),
      );
    });
    end = () => {
      unwatch();
      cancel();
    };
  });
  try {
    return await Promise.race([asked, replaced]);
  } finally {
    end();
  }
}

/**
 * Whether a party turned a call away, or cannot say what became of it, because its ownership ends:
 * then the next owner is to be asked.
 */
async function isOver(
  { line, timers }: Parts,
  epoch: Epoch,
  { code }: CellUnavailable,
  mayRepeat: boolean,
): Promise<boolean> {
  if (code === 'shutting-down') return true;
  if (code !== 'cell-unavailable' || !mayRepeat) return false;
  const isNewer = (): boolean => (line.newest()?.epoch ?? 0) > epoch;
  if (!isNewer()) await news(line, timers, HOLD_MS_MAX);
  return isNewer();
}

/** Waits for a newer entry, for at most so long. */
function news(line: OwnerLine, timers: Timers, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      end();
      cancel();
      resolve();
    };
    const end = line.onEntry(over);
    const cancel = timers.after(waitMs, over);
  });
}
