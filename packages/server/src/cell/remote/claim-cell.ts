// What a cell process does before it serves: it learns who owns its cell, founds the cell when
// nobody does, and says so when it is reached at another address than before.
//
// Rules: docs/spec/wire.md (W120), docs/spec/charter.md.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CharterClient } from '../../registrar/charter-client.ts';
import { signDecision } from '../../registrar/charter-entry.ts';
import type { OperatorKey } from '../../registrar/charter-entry.ts';

export type Claim = Readonly<
  | { kind: 'owner'; entry: CharterEntry }
  /** Somebody else owns the cell; `entry` says who. */
  | { kind: 'other'; entry: CharterEntry }
  /** The charter names this very party, with a key that is not here. */
  | { kind: 'key-differs'; entry: CharterEntry }
  /** The registrar will not have it; asking again is of no use. */
  | { kind: 'refused'; detail: string }
  | { kind: 'stopped' }
>;

export type ClaimCell = Readonly<{
  jurisdiction: Jurisdiction;
  me: Party;
  key: OperatorKey;
  charter: Pick<CharterClient, 'charter' | 'status' | 'append'>;
  /** Told of why it takes longer, once for each reason. */
  onWait: (reason: string) => void;
  /** Resolves after the pause, or at once when a stop is asked for. */
  pause: (pauseMs: number) => Promise<void>;
  isStopping: () => boolean;
}>;

/** How long the registrar is waited for before what is known of the charter has to do. */
const HEAR_MS_MAX = 3_000;
const LOOK_MS = 20;
const RETRY_MS = 500;

/** Resolves when it is settled who owns the cell, or when a stop is asked for. */
export async function claimCell(options: ClaimCell): Promise<Claim> {
  const { charter, onWait, pause, isStopping } = options;
  for (let heardMs = 0; heardMs < HEAR_MS_MAX && !isHeard(charter); heardMs += LOOK_MS) {
    if (isStopping()) return { kind: 'stopped' };
    await pause(LOOK_MS);
  }
  let told = '';
  for (;;) {
    if (isStopping()) return { kind: 'stopped' };
    const step = await nextStep(options);
    if (step.kind !== 'wait') return step;
    if (step.reason !== told) onWait(step.reason);
    told = step.reason;
    await pause(RETRY_MS);
  }
}

function isHeard({ status }: ClaimCell['charter']): boolean {
  const { kind } = status();
  return kind === 'following' || kind === 'refused';
}

async function nextStep(
  options: ClaimCell,
): Promise<Claim | Readonly<{ kind: 'wait'; reason: string }>> {
  const { jurisdiction, me, key, charter } = options;
  const entry = charter.charter.newest(jurisdiction);
  if (entry !== undefined && !isSameParty(entry.owner, me)) return { kind: 'other', entry };
  if (entry !== undefined && entry.owner.publicKey !== me.publicKey) {
    return { kind: 'key-differs', entry };
  }
  // A registrar that is away changes nothing for a cell that is already known as this one's.
  if (entry?.owner.url === me.url) return { kind: 'owner', entry };
  const decision = entry === undefined ? founding(jurisdiction, me) : renewal(entry, me);
  const follows = charter.charter.follows(jurisdiction);
  const signatures = [signDecision(decision, follows, key)];
  const outcome = await charter.append({ decision, signatures });
  switch (outcome.kind) {
    case 'appended':
      return { kind: 'owner', entry: outcome.entry };
    case 'not-next':
      return { kind: 'wait', reason: 'another entry came first' };
    case 'refused':
      return { kind: 'refused', detail: outcome.detail };
    case 'no-answer':
      return { kind: 'wait', reason: outcome.detail };
  }
}

function founding(cell: Jurisdiction, owner: Party): CharterBody {
  const reason = `${owner.operator} begins to run the cell`;
  return { cell, epoch: 1 as Epoch, act: 'found', rule: 'solo', owner, reason };
}

function renewal({ cell, epoch, owner: before }: CharterEntry, owner: Party): CharterBody {
  const reason = `${owner.operator} is reached at ${owner.url} and not at ${before.url} any more`;
  return { cell, epoch: (epoch + 1) as Epoch, act: 'renew', rule: 'solo', owner, reason };
}
