// The gates of a hand-over: what must be green before both sides acknowledge, and before the cut.
//
// Rules: docs/spec/handover.md (H33, H34). A gate that cannot be read is unknown, and unknown is
// not green: what nobody has looked at is never taken for good.

import type { Lag } from './lag.ts';
import type { Verdict } from './party-state.ts';

export const LAG_MS_MAX = 200;
export const CHARTER_ROUND_TRIP_MS_MAX = 60;
/** A gateway that has asked nothing for so long, and has no stream open, is not counted (H40). */
export const GATEWAY_SILENT_MS_MAX = 10_000;
/** For display only: no rule of the hand-over compares two clocks. */
export const CLOCK_SPREAD_MS_MAX = 250;
/** The follower's disk must hold the copy so many times over. */
export const DISK_FACTOR_MIN = 1.5;

export const GATE_NAMES = ['lag', 'compare', 'charter', 'gateways', 'disk', 'clock'] as const;
export type GateName = (typeof GATE_NAMES)[number];

export type Gate = Readonly<{
  name: GateName;
  light: 'green' | 'red' | 'unknown';
  reason: string;
}>;

/** What was measured; `undefined` is what could not be. */
export type Readings = Readonly<{
  lag: Lag;
  /** Rows and commitments compared at equal seq, and how many differed. */
  compare: Readonly<{ compared: number; different: number }> | undefined;
  charterRoundTripMs: number | undefined;
  newestEpoch: number;
  /** By gateway: the newest epoch it has confirmed; `undefined` when it does not answer. */
  gateways: readonly Readonly<{ name: string; epoch: number | undefined }>[];
  disk: Readonly<{ freeBytes: number; copyBytes: number }> | undefined;
  clockSpreadMs: number | undefined;
}>;

type Judged = Omit<Gate, 'name'>;

const green = (reason: string): Judged => ({ light: 'green', reason });
const red = (reason: string): Judged => ({ light: 'red', reason });
const unknown = (reason: string): Judged => ({ light: 'unknown', reason });

const JUDGES: Readonly<Record<GateName, (readings: Readings) => Judged>> = {
  lag: ({ lag }) => {
    if (lag.kind === 'unknown') return unknown(lag.reason);
    if (lag.lagMs >= LAG_MS_MAX) {
      return red(`the follower is ${lag.lagMs} ms behind, ${LAG_MS_MAX} ms is too much`);
    }
    if (lag.trend === 'rising') return red(`the follower is ${lag.lagMs} ms behind, and rising`);
    return green(`the follower is ${lag.lagMs} ms behind`);
  },
  compare: ({ compare }) => {
    if (compare === undefined || compare.compared === 0) return unknown('nothing compared yet');
    const { compared, different } = compare;
    if (different > 0) return red(`${different} of ${compared} comparisons differ`);
    return green(`${compared} comparisons at equal seq, none differs`);
  },
  charter: ({ charterRoundTripMs: tookMs }) => {
    if (tookMs === undefined) return unknown('the registrar does not answer');
    const reason = `the registrar answers in ${tookMs} ms`;
    return tookMs < CHARTER_ROUND_TRIP_MS_MAX ? green(reason) : red(reason);
  },
  gateways: ({ gateways, newestEpoch }) => {
    // Nobody can be at an epoch that is over: whoever comes asks the charter first.
    if (gateways.length === 0) {
      return green(`no gateway has asked in ${GATEWAY_SILENT_MS_MAX / 1_000} s`);
    }
    const silent = gateways.filter(({ epoch }) => epoch === undefined);
    if (silent.length > 0) return unknown(`no answer from ${namesOf(silent)}`);
    const behind = gateways.filter(({ epoch }) => epoch !== newestEpoch);
    if (behind.length > 0) return red(`epoch ${newestEpoch} is not known to ${namesOf(behind)}`);
    const which =
      gateways.length === 1 ? 'the one gateway knows' : `all ${gateways.length} gateways know`;
    return green(`${which} epoch ${newestEpoch}`);
  },
  disk: ({ disk }) => {
    if (disk === undefined) return unknown('the follower does not tell its free space');
    const { freeBytes, copyBytes } = disk;
    const reason = roomText(freeBytes, copyBytes);
    return freeBytes >= copyBytes * DISK_FACTOR_MIN ? green(reason) : red(reason);
  },
  clock: ({ clockSpreadMs: spreadMs }) => {
    if (spreadMs === undefined) return unknown('the follower does not tell its time');
    const reason = `the two clocks are ${spreadMs} ms apart`;
    return Math.abs(spreadMs) < CLOCK_SPREAD_MS_MAX ? green(reason) : red(reason);
  },
};

const SIZE = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** How much room there is for a copy, in words for people; in MB, as disks are sold. */
export function roomText(freeBytes: number, copyBytes: number): string {
  const size = (bytes: number): string => `${SIZE.format(bytes / 1_000_000)} MB`;
  return `${size(freeBytes)} are free for a copy of ${size(copyBytes)}`;
}

function namesOf(gateways: readonly Readonly<{ name: string }>[]): string {
  return gateways.map(({ name }) => name).join(', ');
}

/** Every gate with its light and the reason in words. */
export function judgeGates(readings: Readings): readonly Gate[] {
  return GATE_NAMES.map((name) => ({ name, ...JUDGES[name](readings) }));
}

/** Whether all gates are green. */
export function verdictOf(gates: readonly Gate[]): Verdict {
  const reasons = gates
    .filter(({ light }) => light !== 'green')
    .map(({ name, light, reason }) => `${name} is ${light}: ${reason}`);
  return reasons.length === 0 ? { kind: 'green' } : { kind: 'held', reasons };
}
