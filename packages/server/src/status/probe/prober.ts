// The prober: makes every journey through every gateway and for every cell, and tells what it saw.
//
// Rules: docs/spec/status.md (ST7 to ST9, ST11). Each journey has a loop of its own, so that one that
// hangs keeps no other waiting. After a bad one the next follows at once: two in a row are what
// confirms a fault.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import { DETAIL_CHARS_MAX } from '../rules/observation.ts';
import type { Observation } from '../rules/observation.ts';
import { isBad, PROBE_KINDS, PROBES } from '../rules/words.ts';
import type { Component, ProbeKind } from '../rules/words.ts';
import { jsonOf, listAt, textAt } from './ask.ts';
import { ageJourney, likeJourney, viewJourney } from './count-journeys.ts';
import type { Canary } from './canaries.ts';
import { JourneyEnd } from './journey.ts';
import type { Finding, Journey, Way, World } from './journey.ts';
import { recountJourney } from './recount-journey.ts';
import { uploadJourney } from './upload-journey.ts';
import {
  borderJourney,
  certificateJourney,
  handoverJourney,
  playbackJourney,
  signInJourney,
} from './way-journeys.ts';

/** A journey that takes longer has failed. */
export const JOURNEY_MS_MAX = 8_000;
/** The pause before a bad journey is made again. */
const AGAIN_MS = 1_000;
const REST_PIECE_MS = 10_000;
/** Gateways and cells that one place goes to. */
const WAYS_MAX = 256;

const JOURNEYS: Readonly<Record<ProbeKind, Journey>> = {
  like: likeJourney,
  view: viewJourney,
  recount: recountJourney,
  age: ageJourney,
  'sign-in': signInJourney,
  playback: playbackJourney,
  upload: uploadJourney,
  'hand-over': handoverJourney,
  certificate: certificateJourney,
  border: borderJourney,
};

export type Prober = Readonly<{
  /** Ends all loops; resolves when none runs any more. */
  stop: () => Promise<void>;
}>;

export type StartProber = Readonly<{
  world: World;
  gateways: readonly string[];
  /** Cells that are there even while no gateway says so. */
  cells: readonly Jurisdiction[];
  canaryOf: (gateway: string, cell: Jurisdiction) => Canary;
  onObserved: (observations: readonly Observation[]) => void;
  /** Told when what a canary is has changed and should outlive the process. */
  onCanary: () => void;
  /** Whether this machine reaches anything at all; asked when a gateway gives no answer (ST11). */
  isOnline: () => Promise<boolean>;
}>;

/** Begins to probe, and goes on until it is stopped. */
export function startProber(options: StartProber): Prober {
  const stopping = new AbortController();
  const loops = new Map<string, Promise<void>>();
  const begin = (gateway: string, cell: Jurisdiction): void => {
    const name = `${gateway} ${cell}`;
    if (loops.has(name) || loops.size >= WAYS_MAX) return;
    const way: Way = { gateway, cell, canary: options.canaryOf(gateway, cell) };
    const all = PROBE_KINDS.map((kind) => keepOn(options, way, kind, stopping.signal));
    loops.set(
      name,
      Promise.all(all).then(() => undefined),
    );
  };
  for (const gateway of options.gateways) {
    for (const cell of options.cells) begin(gateway, cell);
  }
  const looking = findCells(options, begin, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all([looking, ...loops.values()]);
    },
  };
}

/** Cells come with time: what the gateways know is asked for again and again. */
async function findCells(
  { world, gateways }: StartProber,
  begin: (gateway: string, cell: Jurisdiction) => void,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    const found = new Set<Jurisdiction>();
    for (const gateway of gateways) {
      const answer = await world.ask({ method: 'GET', url: `${gateway}/v1/cells` });
      if (answer.kind !== 'answer' || answer.status !== 200) continue;
      for (const one of listAt(jsonOf(answer), 'cells')) {
        const cell = textAt(one, 'jurisdiction');
        if (isJurisdiction(cell)) found.add(cell);
      }
    }
    if (stopping.aborted) return;
    for (const gateway of gateways) for (const cell of found) begin(gateway, cell);
    await world.pause(PROBES['hand-over'].everyMs);
  }
}

async function keepOn(
  options: StartProber,
  way: Way,
  kind: ProbeKind,
  stopping: AbortSignal,
): Promise<void> {
  const { world, onObserved, onCanary } = options;
  let wasBad = false;
  while (!stopping.aborted) {
    const begunMs = world.monotonicMs();
    const had = way.canary.hasAccount;
    const observations = await observe(options, way, kind);
    if (stopping.aborted) return;
    onObserved(observations);
    if (way.canary.hasAccount !== had) onCanary();
    const isNowBad = observations.some(({ verdict }) => isBad(verdict));
    const tookMs = world.monotonicMs() - begunMs;
    // What is seldom tried is looked at as often as all else until it is well.
    const isWell = observations.every(({ verdict }) => verdict === 'good');
    const everyMs = (isWell ? PROBES[kind] : PROBES['hand-over']).everyMs;
    await rest(world, isNowBad && !wasBad ? AGAIN_MS : everyMs - tookMs, stopping);
    wasBad = isNowBad;
  }
}

/** Pauses, at least `AGAIN_MS`; in pieces, so that a prober that is stopped waits for none of it. */
async function rest(world: World, restMs: number, stopping: AbortSignal): Promise<void> {
  const endMs = world.monotonicMs() + restMs;
  do {
    const leftMs = endMs - world.monotonicMs();
    await world.pause(Math.min(REST_PIECE_MS, Math.max(AGAIN_MS, leftMs)));
  } while (!stopping.aborted && world.monotonicMs() < endMs);
}

/** Makes one journey; every way of ending becomes observations. */
export async function observe(
  { world, isOnline }: Pick<StartProber, 'world' | 'isOnline'>,
  way: Way,
  kind: ProbeKind,
): Promise<readonly Observation[]> {
  const startedAtMs = world.nowMs();
  let findings: readonly Finding[];
  try {
    findings = await inTime(world, JOURNEYS[kind](world, way));
  } catch (thrown) {
    findings = await endedBy(thrown, kind, isOnline);
  }
  const endedAtMs = Math.max(startedAtMs, world.nowMs());
  const { cell, gateway } = way;
  return findings.map((finding) => ({
    cell,
    gateway,
    kind,
    component: finding.component,
    verdict: finding.verdict,
    startedAtMs,
    endedAtMs,
    valueMs: finding.valueMs === undefined ? null : Math.round(finding.valueMs),
    detail: (finding.detail ?? '').slice(0, DETAIL_CHARS_MAX),
    expected: finding.expected ?? null,
    shown: finding.shown ?? null,
    video: finding.video ?? null,
  }));
}

async function inTime<Value>({ pause }: World, work: Promise<Value>): Promise<Value> {
  const late = pause(JOURNEY_MS_MAX).then((): never => {
    throw new JourneyEnd('failed', `it took longer than ${JOURNEY_MS_MAX / 1_000} s`);
  });
  // The loser of the race ends later, and nobody is interested any more.
  late.catch(() => undefined);
  work.catch(() => undefined);
  return Promise.race([work, late]);
}

/** Whether a number is right could not be looked at; whether it comes in time is what failed. */
const isAboutTruth = (component: Component): boolean => component.endsWith('-right');

async function endedBy(
  thrown: unknown,
  kind: ProbeKind,
  isOnline: () => Promise<boolean>,
): Promise<readonly Finding[]> {
  if (!(thrown instanceof JourneyEnd)) throw thrown;
  const detail = thrown.message;
  const isBlind = thrown.verdict === 'blind' || (thrown.wasSilent && !(await isOnline()));
  return PROBES[kind].feeds.map((component): Finding => {
    const verdict = isBlind || isAboutTruth(component) ? 'blind' : thrown.verdict;
    return { component, verdict, detail };
  });
}
