// Watches a `<video>` and says how long it was really watched, and when that is worth a view op.
// Rules SV1-SV6 of docs/spec/sdk.md. Whether a view qualifies is decided by the server alone
// (docs/spec/views.md).

/** The part of a media element that is looked at. */
export type Watched = EventTarget &
  Readonly<
    Pick<
      HTMLMediaElement,
      'currentTime' | 'duration' | 'loop' | 'paused' | 'playbackRate' | 'readyState' | 'seeking'
    >
  >;
/** The part of a document that is looked at. */
export type Sight = EventTarget & Readonly<Pick<Document, 'visibilityState'>>;

export type TrackPorts = Readonly<{
  sight: Sight;
  nowMs: () => number;
  /** For elements that do not tell it. */
  durationMs?: number | undefined;
  /** Called once, when it begins to play. */
  onStart: () => void;
  onWatched: (watchedMs: number) => void;
}>;

/** Less than this is scrolling past, not watching. */
export const WATCHED_MS_MIN = 300;
/** A wrap is seen a moment after it happened, and durations differ by some frames. */
const WRAP_SLACK_MS = 500;
const HAVE_FUTURE_DATA = 3;
/** After each of them it may play or not, or stand elsewhere. */
const EVENTS = 'timeupdate playing seeking seeked pause waiting ended visibilitychange';

/** Begins a visit; the returned function ends it and reports what was watched. */
export function trackElement(element: Watched, ports: TrackPorts): () => void {
  const { sight, nowMs, durationMs, onStart, onWatched } = ports;
  let atMs = nowMs();
  let mediaMs = element.currentTime * 1_000;
  let watchedMs = 0;
  let isRunning = false;
  let isStarted = false;
  let isSent = false;

  const wholeMs = (): number =>
    element.duration > 0 ? element.duration * 1_000 : (durationMs ?? Number.POSITIVE_INFINITY);
  const isSeen = (): boolean => sight.visibilityState === 'visible';

  /** Adds what was played since the last look. True when that went over the end. */
  const look = (isJump: boolean): boolean => {
    const clockMs = nowMs() - atMs;
    const toMs = element.currentTime * 1_000;
    const restMs = wholeMs() - mediaMs;
    // Until it was moved it played on; the way there was not watched (SV2).
    const playedMs = isJump ? Math.min(clockMs * element.playbackRate, restMs) : toMs - mediaMs;
    const isOver = isJump
      ? element.loop && toMs < WRAP_SLACK_MS && playedMs > restMs - WRAP_SLACK_MS
      : playedMs < 0 && restMs + toMs <= clockMs;
    // SV1: media time that played, and never more than the clock says.
    const countedMs = Math.min(isOver ? restMs + toMs : playedMs, clockMs);
    if (isRunning) watchedMs += Math.max(0, countedMs);
    atMs += clockMs;
    mediaMs = toMs;
    return isOver && isRunning;
  };
  const report = (): void => {
    const wholeWatchedMs = Math.round(watchedMs);
    if (wholeWatchedMs < (isSent ? wholeMs() : WATCHED_MS_MIN)) return;
    isSent = true;
    watchedMs = 0;
    onWatched(wholeWatchedMs);
  };
  const handle = ({ type }: Pick<Event, 'type'>): void => {
    const isOver = look(type === 'seeking');
    if (isOver || type === 'ended' || !isSeen()) report();
    const { paused, seeking, readyState } = element;
    isRunning = isSeen() && !paused && !seeking && readyState >= HAVE_FUTURE_DATA;
    if (!isRunning || isStarted) return;
    isStarted = true;
    onStart();
  };
  const types = EVENTS.split(' ');
  for (const target of [element, sight]) {
    for (const type of types) target.addEventListener(type, handle);
  }
  handle({ type: '' });
  return () => {
    look(false);
    report();
    isSent = true;
    for (const target of [element, sight]) {
      for (const type of types) target.removeEventListener(type, handle);
    }
  };
}
