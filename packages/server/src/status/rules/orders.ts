// What people may do to the page: words, a root cause, maintenance, and making a state worse. Pure.
//
// Rules: docs/spec/status.md (ST20 to ST24). Nothing here can make a measured state better.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { isOpen } from './incident.ts';
import type { Incident, LateData } from './incident.ts';
import { lateText } from './plain-words.ts';
import { COMPONENTS, worse } from './words.ts';
import type { Component, Phase, State } from './words.ts';

export const TEXT_CHARS_MAX = 4_000;
export const NAME_CHARS_MAX = 120;
export const ACTIONS_MAX = 20;

/** A state that a person set; it holds until it is lifted, and counts only while it is the worse one. */
export type Override = Readonly<{
  cell: Jurisdiction;
  component: Component;
  state: State;
  by: string;
  atMs: number;
  reason: string;
}>;

export type Maintenance = Readonly<{
  id: string;
  name: string;
  body: string;
  by: string;
  cells: readonly Jurisdiction[];
  components: readonly Component[];
  announcedAtMs: number;
  fromMs: number;
  untilMs: number;
}>;

export type Order = Readonly<
  | {
      kind: 'words';
      incident: string;
      phase: 'investigating' | 'identified' | 'monitoring' | undefined;
      body: string;
    }
  | { kind: 'root-cause'; incident: string; body: string }
  | { kind: 'action'; incident: string; body: string }
  | { kind: 'postmortem'; incident: string; body: string }
  | { kind: 'late'; incident: string; late: LateData }
  | { kind: 'override'; cell: Jurisdiction; component: Component; state: State; reason: string }
  | { kind: 'lift'; cell: Jurisdiction; component: Component; reason: string }
  | {
      kind: 'maintenance';
      name: string;
      body: string;
      cells: readonly Jurisdiction[];
      components: readonly Component[];
      fromMs: number;
      untilMs: number;
    }
>;

/** What was not done, and why. */
export type Refused = Readonly<{ kind: 'refused'; detail: string }>;

const refused = (detail: string): Refused => ({ kind: 'refused', detail });

type IncidentOrder = Extract<Order, { incident: string }>;

/** Applies words of a person to an incident. */
export function wordsOn(
  incident: Incident,
  order: IncidentOrder,
  by: string,
  atMs: number,
  newId: () => string,
): Incident | Refused {
  const say = (phase: Phase, body: string, change: Partial<Incident> = {}): Incident => {
    const update = { id: newId(), atMs, phase, by, body, affected: incident.affected };
    return {
      ...incident,
      ...change,
      phase,
      updates: [...incident.updates, update],
      changedAtMs: atMs,
    };
  };
  if (order.kind === 'late') {
    const text = `${lateText(order.late)}.`;
    return say(incident.phase, text, { late: [...incident.late, order.late] });
  }
  if (order.body.trim() === '') return refused('the text is empty');
  switch (order.kind) {
    case 'words':
      if (!isOpen(incident) && order.phase !== undefined) {
        return refused('the incident is closed; a post-mortem can still be added');
      }
      return say(order.phase ?? incident.phase, order.body);
    case 'root-cause':
      return say(incident.phase, `Root cause: ${order.body}`, { rootCause: order.body });
    case 'action':
      if (incident.actions.length >= ACTIONS_MAX) return refused(`at most ${ACTIONS_MAX} actions`);
      return say(incident.phase, `To be done: ${order.body}`, {
        actions: [...incident.actions, order.body],
      });
    case 'postmortem':
      if (isOpen(incident)) return refused('the incident is open; it needs a clean window first');
      return say('postmortem', order.body, { postmortem: order.body });
  }
}

/** ST20: a person makes a state worse, never better. */
export function shownState(measured: State, override: Override | undefined): State {
  return override === undefined ? measured : worse(measured, override.state);
}

/** Whether a maintenance is under way. */
export function isUnderWay({ fromMs, untilMs }: Maintenance, nowMs: number): boolean {
  return fromMs <= nowMs && nowMs < untilMs;
}

/**
 * ST23: what was announced shows as maintenance, except a wrong number, which nobody can announce,
 * and what nobody sees, which stays unknown.
 */
export function underMaintenance(
  state: State,
  isWrong: boolean,
  planned: readonly Maintenance[],
  at: Readonly<{ cell: Jurisdiction; component: Component; nowMs: number }>,
): State {
  if (isWrong || state === 'unknown') return state;
  const isPlanned = planned.some(
    (one) =>
      isUnderWay(one, at.nowMs) &&
      one.cells.includes(at.cell) &&
      one.components.includes(at.component),
  );
  return isPlanned ? 'under_maintenance' : state;
}

export function isComponent(text: string): text is Component {
  return COMPONENTS.some((component) => component === text);
}
