// From what was seen last to the state of each component of each cell. Pure.
//
// Rules: docs/spec/status.md (ST3 to ST6, ST9 to ST11).
//
// Why nothing can be green by mistake: `operational` is reached only at the very end, when every
// kind of journey that feeds the component has spoken within two intervals and none of them spoke
// against it. Each other path ends in a state that is not green.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Observation, Place } from './observation.ts';
import { isBad, PROBES, probesOf, SILENT_INTERVALS } from './words.ts';
import type { Component, ProbeKind, State } from './words.ts';

/** One journey of one place through one gateway, as far as one component is concerned. */
export type Source = Readonly<{
  place: Place;
  last: Observation;
  /** When the page got it, by the page's own clock that does not jump. */
  receivedMs: number;
  /** Bad ones in a row, the last included; 0 after a good one. */
  badInRow: number;
  /** The first of them. */
  firstBad: Observation | undefined;
}>;

export type Measured = Readonly<{
  state: State;
  /** Why it is not green, in words. */
  reason: string;
  /** What confirmed it. */
  evidence: readonly Source[];
  /** `false`: there is nothing yet that could work or fail, and no total counts it (ST6). */
  offered: boolean;
}>;

/** Bad ones in a row that confirm a fault (ST9). */
export const CONFIRM_IN_ROW = 2;
/** Places that confirm a fault together (ST9). */
export const CONFIRM_PLACES = 2;
/** With this many places, a fault that one alone sees is regional (ST10). */
const REGIONAL_PLACES_MIN = 3;

/** Takes a new observation into what is known of its source (ST9). */
export function nextSource(
  before: Source | undefined,
  place: Place,
  last: Observation,
  receivedMs: number,
): Source {
  if (!isBad(last.verdict)) {
    // A journey that could not look says nothing for or against: it confirms and clears nothing.
    const keeps = last.verdict === 'blind' && before !== undefined;
    const badInRow = keeps ? before.badInRow : 0;
    return { place, last, receivedMs, badInRow, firstBad: keeps ? before.firstBad : undefined };
  }
  const badInRow = (before?.badInRow ?? 0) + 1;
  return { place, last, receivedMs, badInRow, firstBad: before?.firstBad ?? last };
}

/** The state of one component of one cell. `sources` are those of this cell and component. */
export function measure(component: Component, sources: readonly Source[], nowMs: number): Measured {
  const fresh = sources.filter((source) => isFresh(source, nowMs));
  const confirmed = fresh.filter((source) => isConfirmed(source, fresh));
  const wrong = confirmed.filter(({ last }) => last.verdict === 'wrong');
  if (wrong.length > 0) return result('major_outage', detailOf(wrong), wrong);
  const failed = confirmed.filter(({ last }) => last.verdict === 'failed');
  if (failed.length > 0) return failedState(failed, fresh);
  const slow = confirmed.filter(({ last }) => last.verdict === 'slow');
  if (slow.length > 0) return result('degraded_performance', detailOf(slow), slow);
  return quietState(component, fresh);
}

function result(
  state: State,
  reason: string,
  evidence: readonly Source[],
  offered = true,
): Measured {
  return { state, reason, evidence, offered };
}

function isFresh({ last, receivedMs }: Source, nowMs: number): boolean {
  return nowMs - receivedMs <= SILENT_INTERVALS * PROBES[last.kind].everyMs;
}

function isConfirmed(source: Source, fresh: readonly Source[]): boolean {
  if (!isBad(source.last.verdict)) return false;
  if (source.badInRow >= CONFIRM_IN_ROW) return true;
  const alike = fresh.filter(
    ({ last }) =>
      last.kind === source.last.kind &&
      last.gateway === source.last.gateway &&
      last.verdict === source.last.verdict,
  );
  return new Set(alike.map(({ place }) => place)).size >= CONFIRM_PLACES;
}

function failedState(failed: readonly Source[], fresh: readonly Source[]): Measured {
  const places = new Set(fresh.map(({ place }) => place));
  const failing = new Set(failed.map(({ place }) => place));
  if (places.size >= REGIONAL_PLACES_MIN && failing.size === 1) {
    const reason = `seen from 1 of ${places.size} places: ${detailOf(failed)}`;
    return result('degraded_performance', reason, failed);
  }
  const gateways = new Set(fresh.map(({ last }) => last.gateway));
  const down = new Set(failed.map(({ last }) => last.gateway));
  const state = down.size < gateways.size ? 'partial_outage' : 'major_outage';
  return result(state, detailOf(failed), failed);
}

/** What holds when nothing confirmed speaks against the component. */
function quietState(component: Component, fresh: readonly Source[]): Measured {
  const spoken = new Set<ProbeKind>(fresh.map(({ last }) => last.kind));
  const silent = probesOf(component).filter((kind) => !spoken.has(kind));
  if (silent.length > 0) {
    return result('unknown', `not looked at for a while (${silent.join(', ')})`, []);
  }
  const having = (verdict: Observation['verdict']): readonly Source[] =>
    fresh.filter(({ last }) => last.verdict === verdict);
  const notOffered = having('not-offered');
  if (notOffered.length === fresh.length) {
    return result('unknown', detailOf(notOffered), [], false);
  }
  const blind = having('blind');
  for (const kind of probesOf(component)) {
    const ofKind = fresh.filter(({ last }) => last.kind === kind);
    if (ofKind.every(({ last }) => last.verdict === 'blind')) {
      return result('unknown', detailOf(blind), []);
    }
  }
  const busy = having('busy');
  if (busy.length > 0) return result('under_maintenance', detailOf(busy), []);
  return result('operational', '', []);
}

function detailOf(sources: readonly Source[]): string {
  return sources.find(({ last }) => last.detail !== '')?.last.detail ?? 'no details';
}

/** The key under which the page keeps a source. */
export function sourceKey(place: Place, { gateway, cell, kind, component }: Observation): string {
  return `${place} ${gateway} ${cell} ${kind} ${component}`;
}

/** The key of a component of a cell. */
export function componentKey(cell: Jurisdiction, component: Component): string {
  return `${cell}/${component}`;
}
