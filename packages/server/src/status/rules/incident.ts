// Incidents: how one opens by itself, grows, recovers and closes. Pure.
//
//   investigating ──words──► identified ──┐
//        └────────── all clean ───────────┴─► monitoring ──clean window + root cause──► resolved
//                                                  └──bad again──► investigating          └─► postmortem
//
// Rules: docs/spec/status.md (ST16 to ST22). Machines open and close; people add words, and their
// root cause is what closing waits for.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Measured } from './component-state.ts';
import type { Observation, Place } from './observation.ts';
import { listed, placeName, sentenceStart } from './plain-words.ts';
import { COMPONENT_WORDS, STATES, worse } from './words.ts';
import type { Component, Phase, State } from './words.ts';

/** Everything must have been well for this long before an incident closes (ST18). */
export const CLEAN_WINDOW_MS = 600_000;
/** A new fault within this time of the last change joins the incident; later it is a new one. */
export const JOIN_MS = 600_000;
/** Pieces of evidence kept with one incident; the first ones, and then each first of its kind. */
export const EVIDENCE_MAX = 200;
export const UPDATES_MAX = 500;

export type Impact = 'none' | 'minor' | 'major' | 'critical';

export type Affected = Readonly<{
  cell: Jurisdiction;
  component: Component;
  worst: State;
  now: State;
}>;

export type Evidence = Readonly<{
  place: Place;
  observation: Observation;
}>;

export type Update = Readonly<{
  id: string;
  atMs: number;
  phase: Phase;
  /** `automatic`, or the name of the person. */
  by: string;
  body: string;
  affected: readonly Affected[];
}>;

export type Incident = Readonly<{
  id: string;
  name: string;
  phase: Phase;
  impact: Impact;
  openedAtMs: number;
  /** The first journey that ended badly. */
  firstBadAtMs: number;
  changedAtMs: number;
  cleanSinceMs: number | undefined;
  resolvedAtMs: number | undefined;
  affected: readonly Affected[];
  evidence: readonly Evidence[];
  updates: readonly Update[];
  rootCause: string | undefined;
  actions: readonly string[];
  postmortem: string | undefined;
  /** Data that came late and is counted by now (ST24). */
  late: readonly LateData[];
}>;

export type LateData = Readonly<{ metric: 'likes' | 'views'; count: number; day: string }>;

/** One component as it is now. */
export type ComponentNow = Readonly<{
  cell: Jurisdiction;
  component: Component;
  /** What is shown: measured, made worse by people. */
  state: State;
  measured: Measured;
}>;

/** Whether a state opens an incident; not knowing is shown, and is no incident by itself. */
export function opensIncident(state: State): boolean {
  return state === 'degraded_performance' || state === 'partial_outage' || state === 'major_outage';
}

export function isOpen({ phase }: Incident): boolean {
  return phase !== 'resolved' && phase !== 'postmortem';
}

const IMPACT: Readonly<Record<State, Impact>> = {
  operational: 'none',
  under_maintenance: 'none',
  unknown: 'none',
  degraded_performance: 'minor',
  partial_outage: 'major',
  major_outage: 'critical',
};

/** Troubles that the name of an incident names. */
const NAMED_MAX = 3;

type Ids = () => string;

/**
 * One step of time over all open incidents. Returns those that changed and those that are new, as
 * they are now.
 */
export function stepIncidents(
  open: readonly Incident[],
  now: readonly ComponentNow[],
  nowMs: number,
  newId: Ids,
): readonly Incident[] {
  const bad = now.filter(({ state }) => opensIncident(state));
  const claimed = new Set<string>();
  const steps: { before: Incident | undefined; after: Incident }[] = [];
  for (const incident of open) {
    const mine = hasRecovered(incident, nowMs) ? [] : bad.filter((one) => isOf(incident, one));
    for (const one of mine) claimed.add(keyOf(one));
    steps.push({ before: incident, after: incident });
  }
  const fresh = bad.filter((one) => !claimed.has(keyOf(one)));
  if (fresh.length > 0) {
    const host = steps.find(({ after }) => mayJoin(after, nowMs));
    if (host === undefined) steps.push({ before: undefined, after: opened(fresh, nowMs, newId) });
    else host.after = joined(host.after, fresh, nowMs, newId);
  }
  return steps
    .map(({ before, after }) => ({ before, after: lived(after, now, nowMs, newId) }))
    .filter(({ before, after }) => before !== after)
    .map(({ after }) => after);
}

const keyOf = ({ cell, component }: Pick<ComponentNow, 'cell' | 'component'>): string =>
  `${cell}/${component}`;

function isOf(incident: Incident, one: ComponentNow): boolean {
  return incident.affected.some((affected) => keyOf(affected) === keyOf(one));
}

/** It was clean for long enough and waits for its root cause alone: what fails now is another one. */
function hasRecovered({ cleanSinceMs }: Incident, nowMs: number): boolean {
  return cleanSinceMs !== undefined && nowMs - cleanSinceMs >= CLEAN_WINDOW_MS;
}

function mayJoin(incident: Incident, nowMs: number): boolean {
  if (!isOpen(incident) || hasRecovered(incident, nowMs)) return false;
  return nowMs - incident.changedAtMs <= JOIN_MS;
}

function evidenceOf(now: readonly ComponentNow[]): readonly Evidence[] {
  return now.flatMap(({ measured }) =>
    measured.evidence.flatMap(({ place, last, firstBad }) =>
      (firstBad === undefined || firstBad === last ? [last] : [firstBad, last]).map(
        (observation) => ({ place, observation }),
      ),
    ),
  );
}

/** What is wrong, in the words of someone who uses the platform. */
export function incidentName(bad: readonly Pick<ComponentNow, 'cell' | 'component'>[]): string {
  const components = [...new Set(bad.map(({ component }) => component))];
  const cells = [...new Set(bad.map(({ cell }) => cell))];
  const troubles = components.map((component) => COMPONENT_WORDS[component].trouble);
  const shown = troubles.length > NAMED_MAX ? [...troubles.slice(0, NAMED_MAX), 'more'] : troubles;
  return `${sentenceStart(listed(shown))} in ${listed(cells.map(placeName))}`;
}

function opened(bad: readonly ComponentNow[], nowMs: number, newId: Ids): Incident {
  const evidence = evidenceOf(bad);
  const begun = evidence.map(({ observation }) => observation.startedAtMs);
  const affected = bad.map(affectedOf);
  const impact = impactOf(affected);
  const first = bad.find(({ measured }) => measured.reason !== '');
  const body =
    first === undefined
      ? 'Opened by a person who saw more than our measurements do: see the overrides.'
      : `Seen by our own measurements: ${first.measured.reason}.`;
  return {
    id: newId(),
    name: incidentName(bad),
    phase: 'investigating',
    impact,
    openedAtMs: nowMs,
    firstBadAtMs: Math.min(nowMs, ...begun),
    changedAtMs: nowMs,
    cleanSinceMs: undefined,
    resolvedAtMs: undefined,
    affected,
    evidence: evidence.slice(0, EVIDENCE_MAX),
    updates: [update('investigating', body, affected, nowMs, newId)],
    rootCause: undefined,
    actions: [],
    postmortem: undefined,
    late: [],
  };
}

function affectedOf({ cell, component, state }: ComponentNow): Affected {
  return { cell, component, worst: state, now: state };
}

function impactOf(affected: readonly Affected[]): Impact {
  const worst = affected.reduce<State>((state, one) => worse(state, one.worst), 'operational');
  return IMPACT[worst];
}

function update(
  phase: Phase,
  body: string,
  affected: readonly Affected[],
  atMs: number,
  newId: Ids,
): Update {
  return { id: newId(), atMs, phase, by: 'automatic', body, affected };
}

function withUpdate(
  incident: Incident,
  phase: Phase,
  body: string,
  atMs: number,
  newId: Ids,
): Incident {
  const added = update(phase, body, incident.affected, atMs, newId);
  const updates = [...incident.updates, added].slice(-UPDATES_MAX);
  return { ...incident, phase, updates, changedAtMs: atMs };
}

function joined(
  incident: Incident,
  fresh: readonly ComponentNow[],
  nowMs: number,
  newId: Ids,
): Incident {
  const affected = [...incident.affected, ...fresh.map(affectedOf)];
  const grown = {
    ...incident,
    affected,
    impact: impactOf(affected),
    name: incidentName(affected),
    cleanSinceMs: undefined,
  };
  return withUpdate(
    grown,
    againPhase(incident),
    `And now also: ${incidentName(fresh)}.`,
    nowMs,
    newId,
  );
}

const againPhase = ({ phase }: Incident): Phase =>
  phase === 'identified' ? phase : 'investigating';

/** Follows the components of an incident: worse, clean, bad again, closed. */
function lived(
  incident: Incident,
  now: readonly ComponentNow[],
  nowMs: number,
  newId: Ids,
): Incident {
  if (hasRecovered(incident, nowMs)) return closed(incident, incident, nowMs, newId);
  const mine = now.filter((one) => isOf(incident, one));
  const followed = withStates(incident, mine);
  const bad = mine.filter(({ state }) => opensIncident(state));
  if (bad.length > 0) {
    const again = followed.phase === 'monitoring' || followed.cleanSinceMs !== undefined;
    const grown = withEvidence({ ...followed, cleanSinceMs: undefined }, bad);
    if (again) return withUpdate(grown, 'investigating', 'It has come back.', nowMs, newId);
    if (grown.impact !== incident.impact) {
      return withUpdate(grown, grown.phase, `It got worse: ${grown.impact}.`, nowMs, newId);
    }
    return isSame(grown, incident) ? incident : grown;
  }
  // Not knowing is not clean: the window begins when every part has been seen to work (ST18).
  if (mine.some(({ state }) => state === 'unknown')) {
    return isSame(followed, incident) ? incident : { ...followed, cleanSinceMs: undefined };
  }
  if (followed.cleanSinceMs === undefined) {
    const body = 'All affected parts work again. Watched for ten minutes before this closes.';
    return withUpdate({ ...followed, cleanSinceMs: nowMs }, 'monitoring', body, nowMs, newId);
  }
  return closed(followed, incident, nowMs, newId);
}

function closed(followed: Incident, incident: Incident, nowMs: number, newId: Ids): Incident {
  const { cleanSinceMs = nowMs, rootCause } = followed;
  const isClean = nowMs - cleanSinceMs >= CLEAN_WINDOW_MS;
  // Without a root cause it stays open and says so; that is the price of closing (ST19).
  if (!isClean || rootCause === undefined) return isSame(followed, incident) ? incident : followed;
  const body = `Clean for ten minutes. Root cause: ${rootCause}`;
  return { ...withUpdate(followed, 'resolved', body, nowMs, newId), resolvedAtMs: nowMs };
}

function withStates(incident: Incident, mine: readonly ComponentNow[]): Incident {
  const affected = incident.affected.map((one): Affected => {
    const found = mine.find((other) => keyOf(other) === keyOf(one));
    if (found === undefined) return one;
    const worst = opensIncident(found.state) ? worse(one.worst, found.state) : one.worst;
    if (found.state === one.now && worst === one.worst) return one;
    return { ...one, worst, now: found.state };
  });
  return { ...incident, affected, impact: impactOf(affected) };
}

function withEvidence(incident: Incident, bad: readonly ComponentNow[]): Incident {
  if (incident.evidence.length >= EVIDENCE_MAX) return incident;
  const nameOf = ({ place, observation: { gateway, cell, kind, component, verdict } }: Evidence) =>
    [place, gateway, cell, kind, component, verdict].join(' ');
  const held = new Set(incident.evidence.map(nameOf));
  const added = evidenceOf(bad).filter((one) => {
    const isNew = !held.has(nameOf(one));
    held.add(nameOf(one));
    return isNew;
  });
  if (added.length === 0) return incident;
  return { ...incident, evidence: [...incident.evidence, ...added].slice(0, EVIDENCE_MAX) };
}

function isSame(left: Incident, right: Incident): boolean {
  return (
    left.phase === right.phase &&
    left.impact === right.impact &&
    left.cleanSinceMs === right.cleanSinceMs &&
    left.evidence === right.evidence &&
    left.affected.every((one, at) => one === right.affected[at])
  );
}

/** The worst state among components that can work at all (ST3, ST6). */
export function overall(now: readonly ComponentNow[]): State {
  const counted = now.filter(({ measured }) => measured.offered);
  if (counted.length === 0) return 'unknown';
  return STATES[Math.max(...counted.map(({ state }) => STATES.indexOf(state)))] ?? 'unknown';
}
