// Calls on their way from a gateway to whoever owns their cell: held like ops, and sent again when
// that can do no harm.
//
// Rules: docs/spec/wire.md (W115).

import { route } from '@holdfast/engine/handover/gateway-route.ts';
import type { LastAnswer } from '@holdfast/engine/handover/gateway-route.ts';
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
import type { Timers } from '../../exchange/timers.ts';
import type { OwnerLine } from './owner-line.ts';
import type { PauseBook } from './pause-book.ts';

/** Calls that are not answered yet; beyond it they are refused. */
export const CALLS_MAX = 2_000;

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
    if (parts.line.isAway()) return AWAY;
    if (calls >= CALLS_MAX) return OVERLOADED;
    calls += 1;
    try {
      const reply = await routed(parts, name, ask);
      if (reply.kind === 'unavailable') parts.pauses.callRefused();
      return reply;
    } finally {
      calls -= 1;
    }
  };
}

async function routed<Name extends CallName>(
  { line, timers, monotonicMs }: Parts,
  name: Name,
  ask: CellCalls[Name]['ask'],
): Promise<CallReply<Name>> {
  const arrivedAtMs = monotonicMs();
  let last: LastAnswer = { kind: 'unsent' };
  for (;;) {
    const nowMs = monotonicMs();
    const next = route({ newest: line.newest(), arrivedAtMs, last, nowMs, heldOps: 0 });
    if (next.kind === 'give-up') return AWAY;
    if (next.kind === 'hold') {
      await news(line, timers, next.untilMs - nowMs);
      continue;
    }
    const epoch = next.epoch as Epoch;
    // The name and its question go together by the signature of this function.
    const call = { name, ask } as Extract<AnyCall, { name: Name }>;
    const reply = await line.to(next.to).call(epoch, call);
    if (reply.kind === 'lost') {
      line.missed(next.to, reply.detail);
      // It may be done: whoever asked has to look before asking again.
      if (reply.effect === 'unknown' && !isRepeatable(name)) return AWAY;
      last = { kind: 'unreachable', epoch, atMs: monotonicMs() };
      continue;
    }
    line.heard(next.to);
    if (reply.kind === 'sealed' || reply.kind === 'not-owner' || reply.kind === 'behind') {
      if ('newest' in reply) line.learn(reply);
      last = { kind: reply.kind, epoch, atMs: monotonicMs() };
      continue;
    }
    // What is left are the replies of the call itself; the compiler cannot follow that for a name.
    return reply as CallReply<Name>;
  }
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
