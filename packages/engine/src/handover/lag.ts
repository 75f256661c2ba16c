// How far a follower is behind, and in which word: by a heartbeat through the whole path.
//
// Rules: docs/spec/handover.md (H31 to H33). The owner writes a beat into the stream with its own
// time, the follower sends it back when everything before it is durable there. One clock reads both
// ends, so no two clocks have to agree, and a path that is silent gives no beat instead of a zero.

/** A beat that came back: when the owner sent it and when it heard it again, by the same clock. */
export type Beat = Readonly<{ sentMs: number; heardMs: number }>;

export type Lag = Readonly<
  | { kind: 'unknown'; reason: string }
  | { kind: 'known'; lagMs: number; trend: 'falling' | 'steady' | 'rising' }
>;

/** The trend is that of so many newest beats. */
export const BEATS_MAX = 64;
/** Without a beat for so long nothing is known. */
export const SILENT_MS_MAX = 1_000;
/** A change within this is noise. */
export const STEADY_MS = 20;

const lagOfBeat = ({ sentMs, heardMs }: Beat): number => heardMs - sentMs;

/** H31: the lag now; it includes the time since the last beat was sent, so it never flatters. */
export function lagOf(beats: readonly Beat[], nowMs: number): Lag {
  const newest = beats.at(-1);
  if (newest === undefined) return { kind: 'unknown', reason: 'no heartbeat has come back yet' };
  const silentMs = nowMs - newest.heardMs;
  if (silentMs > SILENT_MS_MAX) {
    return { kind: 'unknown', reason: `no heartbeat for ${silentMs} ms` };
  }
  return {
    kind: 'known',
    lagMs: Math.max(0, nowMs - newest.sentMs),
    trend: trendOf(beats.slice(-BEATS_MAX)),
  };
}

/**
 * By the older and the newer half, so that one odd beat does not decide; and by the newest quarter,
 * for a peak that is over is not rising any more.
 */
function trendOf(beats: readonly Beat[]): 'falling' | 'steady' | 'rising' {
  if (beats.length < 2) return 'steady';
  const middle = Math.floor(beats.length / 2);
  const beforeMs = meanMs(beats.slice(0, middle));
  const changeMs = meanMs(beats.slice(middle)) - beforeMs;
  if (changeMs < -STEADY_MS) return 'falling';
  const quarter = Math.ceil(beats.length / 4);
  const lastMs = meanMs(beats.slice(-quarter)) - beforeMs;
  return changeMs > STEADY_MS && lastMs > STEADY_MS ? 'rising' : 'steady';
}

function meanMs(beats: readonly Beat[]): number {
  return beats.reduce((sumMs, beat) => sumMs + lagOfBeat(beat), 0) / beats.length;
}

/** How a copy gets on. `idle` is neither: there is nothing left to copy. */
export type Pace = 'unknown' | 'throttled' | 'stalled' | 'diverging' | 'converging' | 'idle';

export type PaceReading = Readonly<{
  lag: Lag;
  /** Whether the source holds back on purpose at this moment. */
  isThrottled: boolean;
  /** Batches or bytes that the follower took since the reading before. */
  taken: number;
  /** What it still has to take. */
  left: number;
}>;

/**
 * H32: one word for people. Whoever is held back on purpose is not stalled, and whoever gets
 * nowhere is not diverging, for each calls for something else to be done.
 */
export function paceOf({ lag, isThrottled, taken, left }: PaceReading): Pace {
  if (left === 0) return 'idle';
  if (isThrottled) return 'throttled';
  if (taken === 0) return 'stalled';
  if (lag.kind === 'unknown') return 'unknown';
  return lag.trend === 'rising' ? 'diverging' : 'converging';
}

/** How long an owner may be silent before its standby is promoted. */
export const OWNER_SILENT_MS_MAX = 2_000;

export type OwnerReading = Readonly<{
  isStandby: boolean;
  /** Since the follower last heard anything of the owner. */
  silentMs: number;
  /** What the registrar says of the owner; `unknown` when the registrar itself is not heard. */
  registrarHearsOwner: 'yes' | 'no' | 'unknown';
}>;

/**
 * H22: whether a standby asks to be promoted. Only a hint may be wrong here, never the outcome: an
 * owner that is alive loses its place, not an op. A fence without a registrar in reach would only
 * stop the cell, so `unknown` waits.
 */
export function shouldPromote({ isStandby, silentMs, registrarHearsOwner }: OwnerReading): boolean {
  return isStandby && silentMs >= OWNER_SILENT_MS_MAX && registrarHearsOwner === 'no';
}
