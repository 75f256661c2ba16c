// How fast bytes go and how long the rest takes. Pure; the clock comes in.

/** Only what happened lately says how fast it goes now. */
const WINDOW_MS = 8_000;
/** Before this, a guess would jump about. */
const SEEN_MS_MIN = 1_000;
const SAMPLES_MAX = 64;

export type Samples = readonly Readonly<{ atMs: number; bytes: number }>[];

export function addSample(samples: Samples, atMs: number, bytes: number): Samples {
  const last = samples.at(-1);
  // Fewer bytes than before: the server had less than was thought, and what came before says nothing.
  const kept = last !== undefined && bytes < last.bytes ? [] : samples;
  return [...kept.filter((one) => one.atMs >= atMs - WINDOW_MS), { atMs, bytes }].slice(
    -SAMPLES_MAX,
  );
}

/** Milliseconds until all is sent, or `null` while nobody can say. */
export function timeLeftMs(samples: Samples, nowMs: number, totalBytes: number): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.atMs - first.atMs < SEEN_MS_MIN)
    return null;
  if (nowMs - last.atMs > WINDOW_MS) return null;
  const bytesPerMs = (last.bytes - first.bytes) / (last.atMs - first.atMs);
  if (bytesPerMs <= 0) return null;
  return Math.max(0, (totalBytes - last.bytes) / bytesPerMs - (nowMs - last.atMs));
}
