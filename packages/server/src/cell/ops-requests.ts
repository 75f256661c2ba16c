// Between the words of the gateway's port and those of the engine.

import type { EngineReply, OpsGroup, Who } from '@holdfast/engine/engine/requests.ts';
import type { PersonNo } from '@holdfast/engine/counting/numbers.ts';
import type { Identity, OpGroup, SubmitReply } from './cell-client.ts';
import { subjectKeyOf } from './identity.ts';

export function whoOf(who: Identity): Who {
  if (who.kind === 'anonymous') return who;
  if (who.kind === 'person') return { kind: 'person', person: who.person as PersonNo };
  return { kind: 'subject', subjectKey: subjectKeyOf(who) };
}

/** Groups for the engine; a session without a grant is one that a service key vouches for (V6). */
export function opsGroupsOf(groups: readonly OpGroup[]): OpsGroup[] {
  return groups.map(({ sessionKey, who, startedAtMs, ops }) => ({
    sessionKey,
    who: whoOf(who),
    startedAtMs,
    vouched: startedAtMs === undefined,
    ops,
  }));
}

/** The engine's answer to ops; the kinds that ops cannot have are defects. */
export function submitReplyOf(reply: EngineReply): SubmitReply {
  switch (reply.kind) {
    case 'durable': {
      const { epoch, seq, outcomes } = reply;
      return { kind: 'durable', epoch, seq, outcomes };
    }
    case 'op-window':
    case 'unavailable':
      return reply;
    case 'below-zero':
    case 'unknown-video':
      throw new Error(`ops cannot end as ${reply.kind}`);
  }
}
