// Small questions about a world, asked by its moves.

import type { FollowerPhase, PartyEvent, PartyState } from '../party-state.ts';
import type { Rules } from './rules.ts';
import { isSameParty } from '../charter-rules.ts';
import type { CharterBody } from '../charter-rules.ts';
import { charters, messages, PARTIES } from './world.ts';
import type { Message, Side, Who, World } from './world.ts';

const PHASES: Readonly<Partial<Record<PartyState['kind'], FollowerPhase>>> = {
  idle: 'none',
  'follow-seeding': 'seeding',
  'follow-catching-up': 'catching-up',
  'follow-shadow': 'shadow',
  'follow-joint': 'joint',
  'follow-sealed': 'sealed',
  retiring: 'none',
  retired: 'none',
};

/** A text that equal events share. */
export function keyOfEvent(event: PartyEvent): string {
  if (event.kind !== 'charter') return JSON.stringify(event);
  return `charter ${charters.id(event.entries)} ${event.ownSeq}`;
}

export type Report = Extract<Message, { readonly kind: 'report' }>;

export function reportOf({ state, journal }: Side, to: Who): Report | undefined {
  const phase = PHASES[state.kind];
  if (phase === undefined || state.entry === undefined) return undefined;
  return { kind: 'report', to, epoch: state.entry.epoch, phase, seq: journal.length };
}

/** Whether a message can never have an effect any more, for epochs only grow. */
export function isDead({ charter, sides }: World, message: Message, rules: Rules): boolean {
  if (message.kind === 'answer') {
    return message.body.epoch <= (sides[message.to].state.entry?.epoch ?? 0);
  }
  if (message.kind !== 'append') return false;
  const newest = charter.at(-1);
  if (newest === undefined || message.body.epoch > newest.epoch) return false;
  const answer = rules.mayAppend(newest, message.body);
  return answer.kind === 'refused' && answer.code === 'wrong-epoch';
}

/** Whether nobody can tell this op from another that was never sent. */
export function isUntouched({ sides, flight, rest }: World, name: number): boolean {
  if ((((rest.acked | rest.done) >> name) & 1) === 1) return false;
  for (const id of flight) {
    const message = messages.value(id);
    if (message.kind === 'batch' && message.batch.name === name) return false;
  }
  return sides.every(({ journal }) => journal.every((batch) => batch.name !== name));
}

/**
 * Whether both sides have the certificate of a hand-over in which a party gave the cell away: it is
 * made when both have read the entry that decided.
 */
export function isAttested({ charter, sides }: World, who: Who): boolean {
  const isGiven = ({ act }: CharterBody, index: number): boolean => {
    const before = charter[index - 1];
    return act === 'cede' && before !== undefined && isSameParty(before.owner, PARTIES[who]);
  };
  const cede = charter.findLast(isGiven);
  return cede !== undefined && sides.every(({ state }) => (state.entry?.epoch ?? 0) >= cede.epoch);
}

/** The world with one party changed. */
export function withSide(world: World, who: Who, side: Side): World {
  const { sides } = world;
  return { ...world, sides: who === 0 ? [side, sides[1]] : [sides[0], side] };
}
