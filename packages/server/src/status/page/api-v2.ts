// The documents under /api/v2, with the fields of Statuspage's v2, so that its readers work. Pure.
//
// Rules: docs/spec/status.md (ST36, ST37). `unknown` is a state that Statuspage does not have; its
// indicator is `major`, so that a reader who only knows its words never takes it for green.

import { hash } from 'node:crypto';
import { incidentName, isOpen } from '../rules/incident.ts';
import type { Affected, Incident, Update } from '../rules/incident.ts';
import { isUnderWay } from '../rules/orders.ts';
import type { Maintenance } from '../rules/orders.ts';
import { COMPONENT_WORDS, STATE_WORDS, worstOf } from '../rules/words.ts';
import type { State } from '../rules/words.ts';
import type { ComponentView, PageModel } from './model.ts';
import { lateText, placeName, asSentence } from '../rules/plain-words.ts';

const PAGE_ID_CHARS = 12;

const INDICATORS: Readonly<Record<State, string>> = {
  operational: 'none',
  under_maintenance: 'maintenance',
  degraded_performance: 'minor',
  unknown: 'major',
  partial_outage: 'major',
  major_outage: 'critical',
};

const timeOf = (ms: number): string => new Date(ms).toISOString();
const timeOrNull = (ms: number | undefined): string | null =>
  ms === undefined ? null : timeOf(ms);

/** An id in the form of Statuspage's, always the same for the same thing. */
export function idOf(name: string): string {
  const hex = hash('sha256', `holdfast status ${name}`, 'hex');
  return BigInt(`0x${hex}`).toString(36).slice(0, PAGE_ID_CHARS);
}

function pageOf({ title, url, generatedAtMs }: PageModel) {
  const page = { id: idOf(url), name: title, url: `${url}/status`, time_zone: 'Etc/UTC' };
  return { ...page, updated_at: timeOf(generatedAtMs) };
}

function statusOf({ state, sentence }: PageModel) {
  return { indicator: INDICATORS[state], description: sentence };
}

function groupOf(model: PageModel, cell: string, position: number) {
  const components = model.components.filter((one) => one.cell === cell);
  const states = components.filter(({ measured }) => measured.offered).map(({ state }) => state);
  return {
    ...bareComponent(model, idOf(`cell ${cell}`), placeName(cell), position),
    status: worstOf(states),
    description: `Everything that people of ${placeName(cell)} use`,
    group: true,
    group_id: null,
    components: components.map((one) => componentId(one)),
  };
}

function bareComponent(model: PageModel, id: string, name: string, position: number) {
  const times = { created_at: timeOf(0), updated_at: timeOf(model.generatedAtMs) };
  return {
    id,
    name,
    ...times,
    position,
    showcase: true,
    start_date: null,
    page_id: idOf(model.url),
    only_show_if_degraded: false,
  };
}

function componentId({ cell, component }: Pick<ComponentView, 'cell' | 'component'>): string {
  return idOf(`${cell}/${component}`);
}

function componentBody(model: PageModel, one: ComponentView, position: number) {
  const { name, says } = COMPONENT_WORDS[one.component];
  const reason = one.measured.reason;
  return {
    ...bareComponent(model, componentId(one), name, position),
    status: one.state,
    description: reason === '' ? says : `${says} Now: ${asSentence(reason)}`,
    group: false,
    group_id: idOf(`cell ${one.cell}`),
  };
}

function componentsOf(model: PageModel) {
  const groups = model.cells.map((cell, index) => groupOf(model, cell, index + 1));
  const parts = model.components.map((one, index) => componentBody(model, one, index + 1));
  return [...groups, ...parts];
}

function updateOf(incidentId: string, update: Update, before: readonly Affected[]) {
  const at = timeOf(update.atMs);
  return {
    id: idOf(update.id),
    status: update.phase,
    body: update.body,
    incident_id: incidentId,
    created_at: at,
    updated_at: at,
    display_at: at,
    affected_components: update.affected.map(({ cell, component, now }) => ({
      code: componentId({ cell, component }),
      name: `${placeName(cell)} - ${COMPONENT_WORDS[component].name}`,
      old_status:
        before.find((one) => one.cell === cell && one.component === component)?.now ??
        'operational',
      new_status: now,
    })),
    deliver_notifications: true,
    custom_tweet: null,
    tweet_id: null,
  };
}

/** One incident as Statuspage tells of it. */
function incidentBody(model: PageModel, incident: Incident) {
  const { updates, affected } = incident;
  const bodies = updates.map((update, index) =>
    updateOf(incident.id, update, updates[index - 1]?.affected ?? []),
  );
  const monitoring = updates.findLast(({ phase }) => phase === 'monitoring');
  const components = model.components.filter((one) =>
    affected.some(({ cell, component }) => one.cell === cell && one.component === component),
  );
  return {
    id: incident.id,
    name: incident.name,
    status: incident.phase,
    created_at: timeOf(incident.openedAtMs),
    updated_at: timeOf(incident.changedAtMs),
    monitoring_at: timeOrNull(monitoring?.atMs),
    resolved_at: timeOrNull(incident.resolvedAtMs),
    impact: incident.impact,
    shortlink: `${model.url}/status/incidents/${incident.id}`,
    started_at: timeOf(incident.firstBadAtMs),
    page_id: idOf(model.url),
    incident_updates: bodies.toReversed(),
    components: components.map((one, index) => componentBody(model, one, index + 1)),
    reminder_intervals: null,
  };
}

function maintenanceBody(model: PageModel, plan: Maintenance) {
  const { generatedAtMs: nowMs } = model;
  const isOver = plan.untilMs <= nowMs;
  const underWay = isUnderWay(plan, nowMs) ? 'in_progress' : 'scheduled';
  const status = isOver ? 'completed' : underWay;
  const announced = timeOf(plan.announcedAtMs);
  const components = model.components.filter(
    (one) => plan.cells.includes(one.cell) && plan.components.includes(one.component),
  );
  return {
    id: plan.id,
    name: plan.name,
    status,
    created_at: announced,
    updated_at: announced,
    monitoring_at: null,
    resolved_at: isOver ? timeOf(plan.untilMs) : null,
    impact: 'maintenance',
    shortlink: `${model.url}/status#maintenance`,
    started_at: timeOf(plan.fromMs),
    page_id: idOf(model.url),
    scheduled_for: timeOf(plan.fromMs),
    scheduled_until: timeOf(plan.untilMs),
    incident_updates: [
      {
        id: idOf(`${plan.id} announced`),
        status: 'scheduled',
        body: plan.body,
        incident_id: plan.id,
        created_at: announced,
        updated_at: announced,
        display_at: announced,
        affected_components: [],
        deliver_notifications: true,
        custom_tweet: null,
        tweet_id: null,
      },
    ],
    components: components.map((one, index) => componentBody(model, one, index + 1)),
    reminder_intervals: null,
  };
}

/** Every document by its path, each made when it is asked for. */
export function apiDocuments(model: PageModel): ReadonlyMap<string, () => unknown> {
  const page = pageOf(model);
  const status = statusOf(model);
  const components = componentsOf(model);
  const bodies = (incidents: readonly Incident[]) =>
    incidents.map((incident) => incidentBody(model, incident));
  const unresolved = () => bodies(model.incidents.filter(isOpen));
  const plans = model.maintenances.map((plan) => maintenanceBody(model, plan));
  const ahead = plans.filter((plan) => plan.status !== 'completed');
  const upcoming = plans.filter((plan) => plan.status === 'scheduled');
  const active = plans.filter((plan) => plan.status === 'in_progress');
  const summary = { page, components, scheduled_maintenances: ahead, status };
  return new Map<string, () => unknown>([
    ['summary.json', () => ({ ...summary, incidents: unresolved() })],
    ['status.json', () => ({ page, status })],
    ['components.json', () => ({ page, components })],
    ['incidents.json', () => ({ page, incidents: bodies(model.incidents) })],
    ['incidents/unresolved.json', () => ({ page, incidents: unresolved() })],
    ['scheduled-maintenances.json', () => ({ page, scheduled_maintenances: plans })],
    ['scheduled-maintenances/upcoming.json', () => ({ page, scheduled_maintenances: upcoming })],
    ['scheduled-maintenances/active.json', () => ({ page, scheduled_maintenances: active })],
    ['figures.json', () => ({ page, figures: model.figures, states: STATE_WORDS })],
    ['marks.json', () => ({ page, marks: model.incidents.map(markOf) })],
    ...model.incidents.map((incident): [string, () => unknown] => [
      `evidence/${incident.id}.json`,
      () => evidenceBody(model, incident),
    ]),
  ]);
}

/** ST24: what a chart of a creator shows of an incident. */
function markOf(incident: Incident) {
  const { id, name, phase, impact, affected, late } = incident;
  return {
    incident: id,
    name,
    phase,
    impact,
    link: `/status/incidents/${id}`,
    from: timeOf(incident.firstBadAtMs),
    until: timeOrNull(incident.cleanSinceMs),
    cells: [...new Set(affected.map(({ cell }) => cell))],
    // Only of a name that is made of them; what a person wrote is in their words alone.
    components:
      name === incidentName(affected)
        ? [...new Set(affected.map(({ component }) => component))]
        : [],
    metrics: (['likes', 'views'] as const).filter((metric) =>
      affected.some(({ component }) => component.startsWith(metric)),
    ),
    // The gap is lifted when the data that was late has been counted.
    state: late.length > 0 ? 'lifted' : 'gap',
    late: late.map((one) => ({ ...one, text: lateText(one) })),
  };
}

/** What the incident rests on: which journeys, which places, since when, how far off. */
function evidenceBody(model: PageModel, incident: Incident) {
  const seen = incident.evidence.map(({ place, observation }) => ({ place, ...observation }));
  return {
    page: pageOf(model),
    incident: { id: incident.id, name: incident.name, status: incident.phase },
    first_bad_at: timeOf(incident.firstBadAtMs),
    opened_at: timeOf(incident.openedAtMs),
    delay_ms: incident.openedAtMs - incident.firstBadAtMs,
    journeys: [...new Set(seen.map(({ kind }) => kind))],
    places: [...new Set(seen.map(({ place }) => place))],
    cells: [...new Set(incident.affected.map(({ cell }) => cell))],
    videos: [...new Set(seen.flatMap(({ video }) => video ?? []))],
    affected: incident.affected,
    root_cause: incident.rootCause ?? null,
    corrective_actions: incident.actions,
    observations: seen.map(({ startedAtMs, endedAtMs, ...rest }) => ({
      ...rest,
      started_at: timeOf(startedAtMs),
      ended_at: timeOf(endedAtMs),
    })),
  };
}
