// What every journey shares: the world it runs in, what it finds, and how it reads counts.
//
// Rules: docs/spec/status.md (ST7 to ST9). A journey that cannot look says `blind`: that nothing was
// learned is not the same as that something is wrong, and not the same as that all is well.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { LIVE_AGE_MS_MAX } from '@holdfast/protocol/limits.ts';
import type { Component, Verdict } from '../rules/words.ts';
import { at, jsonOf, numberAt, textAt } from './ask.ts';
import type { Answer, Ask } from './ask.ts';
import type { Canary } from './canaries.ts';

/** A change must be in the counts that everybody reads within this (ST8). */
export const FRESH_MS_MAX = LIVE_AGE_MS_MAX;
/** After this it counts as not having come. */
export const SEEN_MS_MAX = 4_000;
export const LOOK_PAUSE_MS = 100;
/** A number that is wrong is read again before it is called so. */
const WRONG_LOOKS = 3;
const WRONG_PAUSE_MS = 250;

export type World = Readonly<{
  ask: Ask;
  serviceKey: string;
  nowMs: () => number;
  monotonicMs: () => number;
  pause: (pauseMs: number) => Promise<void>;
  /** From 0 up to 1. */
  random: () => number;
  /** The smallest film that is one, to upload. */
  clip: Uint8Array<ArrayBuffer>;
  /** The registrar's key, where the place knows it. */
  registrarKey: string | undefined;
}>;

/** Where a journey goes, and as whom. */
export type Way = Readonly<{ gateway: string; cell: Jurisdiction; canary: Canary }>;

export type Finding = Readonly<{
  component: Component;
  verdict: Verdict;
  valueMs?: number | undefined;
  detail?: string | undefined;
  expected?: number | undefined;
  shown?: number | undefined;
  video?: string | undefined;
}>;

export type Journey = (world: World, way: Way) => Promise<readonly Finding[]>;

/** Ends a journey early, with what was found until then. */
export class JourneyEnd extends Error {
  override readonly name = 'JourneyEnd';
  readonly verdict: Verdict;
  /** Nobody answered at all: it may be this machine that reaches nothing (ST11). */
  readonly wasSilent: boolean;

  constructor(verdict: Verdict, detail: string, wasSilent = false) {
    super(detail);
    this.verdict = verdict;
    this.wasSilent = wasSilent;
  }
}

/** The JSON body of an answer with one of the statuses; any other ending ends the journey. */
export function bodyOf(what: string, answer: Answer, ...statuses: readonly number[]): unknown {
  if (answer.kind === 'no-answer') {
    throw new JourneyEnd(
      answer.isOffline ? 'blind' : 'failed',
      `${what} got no answer (${answer.detail})`,
      true,
    );
  }
  if (!statuses.includes(answer.status)) {
    const code = textAt(jsonOf(answer), 'code') ?? '';
    // Being asked to come less often says nothing of whether it works.
    const verdict = answer.status === 429 ? 'blind' : 'failed';
    throw new JourneyEnd(verdict, `${what} was answered with ${answer.status} ${code}`.trim());
  }
  return jsonOf(answer);
}

/** A position in a cell's journal that a read must include. */
export type At = Readonly<{ seq: number }>;

export type Seen = Readonly<
  | { kind: 'seen'; afterMs: number }
  | { kind: 'late'; detail: string }
  | { kind: 'wrong'; expected: number; shown: number; detail: string }
>;

type Metric = 'likes' | 'views';

/** Reads until the position is included, and says whether the number is what it must be. */
export async function seeCount(
  { ask, monotonicMs, pause }: World,
  { gateway, cell }: Way,
  what: Readonly<{ video: string; metric: Metric; expected: number; position: At }>,
): Promise<Seen> {
  const { video, metric, expected, position } = what;
  const begunMs = monotonicMs();
  const url = `${gateway}/v1/counts?video=${video}&after=${cell}:${position.seq}`;
  let wrongLooks = 0;
  for (;;) {
    const body = bodyOf('reading counts', await ask({ method: 'GET', url }), 200);
    const counts = at(body, 'counts', video);
    const part = at(counts, 'cells', cell);
    const isThere =
      textAt(part, 'state') === 'live' && (numberAt(part, 'seq') ?? -1) >= position.seq;
    const shown = numberAt(part, metric);
    const total = numberAt(counts, metric, 'value');
    const wanted = (total ?? 0) - (shown ?? 0) + expected;
    if (isThere && shown === expected && total === sumOf(counts, metric)) {
      return { kind: 'seen', afterMs: monotonicMs() - begunMs };
    }
    if (isThere && shown !== undefined) {
      wrongLooks += 1;
      if (wrongLooks >= WRONG_LOOKS) {
        const detail = `the ${metric} of a test clip were shown as ${total ?? 'none'} and not ${wanted}`;
        return {
          kind: 'wrong',
          expected,
          shown: shown === expected ? (total ?? 0) : shown,
          detail,
        };
      }
      await pause(WRONG_PAUSE_MS);
      continue;
    }
    if (monotonicMs() - begunMs >= SEEN_MS_MAX) {
      const state = textAt(part, 'state') ?? 'missing';
      return { kind: 'late', detail: `${metric} were ${state} and behind for ${SEEN_MS_MAX} ms` };
    }
    await pause(LOOK_PAUSE_MS);
  }
}

/** What the total must be by its own parts; `undefined` while a part is not known. */
function sumOf(counts: unknown, metric: Metric): number | undefined {
  const cells = at(counts, 'cells');
  if (typeof cells !== 'object' || cells === null) return undefined;
  let sum = 0;
  for (const part of Object.values(cells)) {
    const value = numberAt(part, metric);
    if (value === undefined) return numberAt(counts, metric, 'value');
    sum += value;
  }
  return sum;
}

/** What one look means for "right" and for "fresh". */
export function findingsOf(
  metric: Metric,
  seen: Seen,
  measuredMs: number | undefined,
): readonly Finding[] {
  const right = `${metric}-right` as const;
  const fresh = `${metric}-fresh` as const;
  if (seen.kind === 'wrong') {
    const { expected, shown, detail } = seen;
    return [
      { component: right, verdict: 'wrong', expected, shown, detail },
      { component: fresh, verdict: 'blind', detail: 'the number was wrong' },
    ];
  }
  if (seen.kind === 'late') {
    const { detail } = seen;
    return [
      { component: right, verdict: 'blind', detail },
      { component: fresh, verdict: 'failed', detail },
    ];
  }
  const valueMs = measuredMs ?? seen.afterMs;
  if (valueMs > FRESH_MS_MAX) {
    const detail = `it took ${Math.round(valueMs)} ms until the ${metric} were right`;
    return [
      { component: right, verdict: 'good' },
      { component: fresh, verdict: 'slow', valueMs, detail },
    ];
  }
  return [
    { component: right, verdict: 'good' },
    { component: fresh, verdict: 'good', valueMs },
  ];
}

/** Sends ops under a grant; gives the outcomes and the position that holds them. */
export async function sendOps(
  { ask }: World,
  { gateway }: Way,
  grant: string,
  ops: readonly unknown[],
): Promise<Readonly<{ outcomes: readonly string[]; seq: number }>> {
  const asked = { method: 'POST', url: `${gateway}/v1/ops`, bearer: grant, json: { ops } } as const;
  const body = bodyOf('sending ops', await ask(asked), 200);
  const results = at(body, 'results');
  const seq = numberAt(body, 'seq');
  if (!Array.isArray(results) || seq === undefined) {
    throw new JourneyEnd('failed', 'sending ops: the answer has no results');
  }
  return { outcomes: results.map((one) => textAt(one, 'outcome') ?? ''), seq };
}

/** Opens a session in a cell. */
export async function openSession(
  { ask, serviceKey }: World,
  { gateway, cell }: Way,
  subject: string | undefined,
): Promise<string> {
  const json = { jurisdiction: cell, ...(subject !== undefined && { subject }) };
  const asked = {
    method: 'POST',
    url: `${gateway}/v1/sessions`,
    bearer: serviceKey,
    json,
  } as const;
  const grant = textAt(bodyOf('opening a session', await ask(asked), 201), 'grant');
  if (grant === undefined) throw new JourneyEnd('failed', 'opening a session: no grant');
  return grant;
}
