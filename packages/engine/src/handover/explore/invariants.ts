// What must hold in every world that can be reached.

import type { CharterBody } from '../charter-rules.ts';
import { isSameParty } from '../charter-rules.ts';
import { isAttested } from './parts.ts';
import { isOwnerKind } from './rules.ts';
import type { Rules } from './rules.ts';
import { chainOf, PARTIES, SEAL, WHO } from './world.ts';
import type { Journal, World } from './world.ts';

export type Invariant =
  | 'OneOwner'
  | 'OneDecision'
  | 'NoLoss'
  | 'NoDouble'
  | 'SealFinal'
  | 'MonotoneDisplay'
  | 'NeverZero'
  | 'DecidedMeansServable'
  | 'DestroyAfterAttest';

/** The first invariant that a world breaks. */
export function brokenBy(world: World, rules: Rules): Invariant | undefined {
  const { charter, sides, rest } = world;
  // One entry for each epoch, and no epoch without one.
  if (charter.some(({ epoch }, index) => epoch !== index + 1)) return 'OneDecision';
  for (const who of WHO) {
    const { state, journal } = sides[who];
    // Whoever acts as an owner is the one that the charter names for that epoch.
    if (isOwnerKind(state) && !isNamed(charter, state.entry, who)) return 'OneOwner';
    if (!isSealFinal(journal)) return 'SealFinal';
    // No copy is destroyed before both operators and the registrar vouch for the other one.
    const isEnding = state.kind === 'retiring' || state.kind === 'retired';
    if (isEnding && !isAttested(world, who)) return 'DestroyAfterAttest';
    if (rules.countOf(journal) !== namesIn(journal).size) return 'NoDouble';
  }
  const newest = charter.at(-1);
  if (newest === undefined) return 'OneDecision';
  const owner = sides[isSameParty(newest.owner, PARTIES[0]) ? 0 : 1].journal;
  const names = namesIn(owner);
  for (let name = 0; rest.acked >> name > 0; name += 1) {
    if (((rest.acked >> name) & 1) === 1 && !names.has(name)) return 'NoLoss';
  }
  // What was decided at the cut is what the owner goes on from.
  const { cut } = newest;
  if (cut === undefined) return undefined;
  if (chainOf(owner.slice(0, cut.seq)) !== cut.chain) return 'SealFinal';
  if ((owner[cut.seq]?.epoch ?? newest.epoch) < newest.epoch) return 'SealFinal';
  return undefined;
}

/** What readers see from one world to the next. */
export function brokenBetween(before: World, after: World, rules: Rules): Invariant | undefined {
  const was = rules.display(before.rest.shown);
  const is = rules.display(after.rest.shown);
  // Zero only where somebody has counted and found none.
  if (is === 0 && after.rest.shown?.value !== 0) return 'NeverZero';
  if (was !== 'unknown' && (is === 'unknown' || is < was)) return 'MonotoneDisplay';
  return undefined;
}

/** Every op is acknowledged to its client, and the owner by the charter serves. */
export function isSettled({ charter, sides, rest }: World, ops: number): boolean {
  if (rest.done !== (1 << ops) - 1) return false;
  const newest = charter.at(-1);
  if (newest === undefined) return false;
  const { state } = sides[isSameParty(newest.owner, PARTIES[0]) ? 0 : 1];
  const serves = isOwnerKind(state) && state.kind !== 'sealing' && state.kind !== 'sealed';
  return serves && state.entry?.epoch === newest.epoch;
}

function isNamed(
  charter: readonly CharterBody[],
  entry: CharterBody | undefined,
  who: 0 | 1,
): boolean {
  const named = charter[(entry?.epoch ?? 0) - 1];
  return named !== undefined && isSameParty(named.owner, PARTIES[who]);
}

function namesIn(journal: Journal): ReadonlySet<number> {
  return new Set(journal.flatMap(({ name }) => (name === SEAL ? [] : [name])));
}

/** Nothing of an epoch stands behind its seal. */
function isSealFinal(journal: Journal): boolean {
  return journal.every(({ epoch }, index) => {
    const before = journal[index - 1];
    if (before === undefined) return true;
    return before.name === SEAL ? epoch > before.epoch : epoch >= before.epoch;
  });
}
