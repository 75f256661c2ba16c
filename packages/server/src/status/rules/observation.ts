// What a journey saw, as it goes from a place to the page: the form, and its parser at the edge.
//
// Rules: docs/spec/status.md (ST8, ST30). A report holds no person: canaries are named by what they
// are, and the id of a canary video is not told, since anybody could like a video whose id they know.

import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { COMPONENTS, PROBES, VERDICTS } from './words.ts';
import type { Component, ProbeKind, Verdict } from './words.ts';

declare const brand: unique symbol;
/** A place that probes: 1 to 32 of `a-z 0-9 -`. */
export type Place = string & { readonly [brand]: 'Place' };

export const DETAIL_CHARS_MAX = 240;
export const GATEWAY_CHARS_MAX = 128;
/** Observations in one report. */
export const OBSERVATIONS_MAX = 1_000;
/** Bytes of one report. */
export const REPORT_BYTES_MAX: number = 512 * 1024;

export type Observation = Readonly<{
  cell: Jurisdiction;
  /** The address that was asked. */
  gateway: string;
  kind: ProbeKind;
  component: Component;
  verdict: Verdict;
  startedAtMs: number;
  endedAtMs: number;
  /** How long a change took to be seen, or how old a count was; `null` where nothing was measured. */
  valueMs: number | null;
  /** What was seen, in words; empty when all was well. */
  detail: string;
  /** Of a wrong count: what it had to be and what was shown. */
  expected: number | null;
  shown: number | null;
  /** The video, unless it is a canary. */
  video: string | null;
}>;

/** What one place saw since its last report; `n` grows with each. */
export type Report = Readonly<{
  place: Place;
  n: number;
  sentAtMs: number;
  observations: readonly Observation[];
}>;

const PLACE_PATTERN = /^[a-z0-9][a-z0-9-]{0,31}$/;

export function isPlace(value: unknown): value is Place {
  return typeof value === 'string' && PLACE_PATTERN.test(value);
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown, charsMax: number): value is string =>
  typeof value === 'string' && value.length <= charsMax;
const isCountOrNull = (value: unknown): value is number | null => value === null || isCount(value);

export type ReportFault = Readonly<{ kind: 'fault'; detail: string }>;

/** Reads a report from JSON text; every field of every observation is checked. */
export function readReport(text: string): Report | ReportFault {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'fault', detail: 'a report must be JSON' };
  }
  if (!isFields(value)) return { kind: 'fault', detail: 'a report must be a JSON object' };
  const { place, n, sentAtMs, observations } = value as Fields &
    Partial<Record<keyof Report, unknown>>;
  if (!isPlace(place)) return { kind: 'fault', detail: 'place must be 1 to 32 of a-z 0-9 -' };
  if (!isCount(n) || !isCount(sentAtMs)) {
    return { kind: 'fault', detail: 'n and sentAtMs must be whole numbers' };
  }
  if (!Array.isArray(observations) || observations.length > OBSERVATIONS_MAX) {
    return { kind: 'fault', detail: `observations must be a list of at most ${OBSERVATIONS_MAX}` };
  }
  // A place of another version may tell of journeys or components that this page does not have:
  // they are left out, and what they should have told of becomes unknown by silence (ST31).
  const read = observations.map(readObservation).filter((one) => one !== undefined);
  if (read.length === 0 && observations.length > 0) {
    return { kind: 'fault', detail: 'no observation fits what this page knows' };
  }
  return { place, n, sentAtMs, observations: read };
}

function readObservation(value: unknown): Observation | undefined {
  if (!isFields(value)) return undefined;
  const fields = value as Fields & Partial<Record<keyof Observation, unknown>>;
  const { cell, gateway, kind, component, verdict, startedAtMs, endedAtMs } = fields;
  const { valueMs, detail, expected, shown, video } = fields;
  if (!isJurisdiction(cell) || !isText(gateway, GATEWAY_CHARS_MAX)) return undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(PROBES, kind)) return undefined;
  // Just looked up among the kinds.
  const known = kind as ProbeKind;
  const feeds: readonly Component[] = PROBES[known].feeds;
  const told = COMPONENTS.find((name) => name === component);
  const ended = VERDICTS.find((name) => name === verdict);
  if (told === undefined || ended === undefined || !feeds.includes(told)) return undefined;
  if (!isCount(startedAtMs) || !isCount(endedAtMs) || endedAtMs < startedAtMs) return undefined;
  if (!isCountOrNull(valueMs) || !isText(detail, DETAIL_CHARS_MAX)) return undefined;
  if (!isCountOrNull(expected) || !isCountOrNull(shown)) return undefined;
  if (video !== null && !isText(video, 64)) return undefined;
  const of = { cell, gateway, kind: known, component: told, verdict: ended };
  return { ...of, startedAtMs, endedAtMs, valueMs, detail, expected, shown, video };
}
