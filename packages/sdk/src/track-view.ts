// Watches a `<video>` and says what of it was really watched. Rules V1-V6 of docs/spec/sdk.md.

import { WatchMeter } from './watch-meter.ts';

/** The part of a media element that is looked at. */
export type Watched = EventTarget &
  Readonly<Pick<HTMLMediaElement, 'currentTime' | 'duration' | 'paused' | 'loop' | 'playbackRate'>>;
/** The part of a document that is looked at. */
export type Sight = EventTarget & Readonly<Pick<Document, 'visibilityState'>>;

export type TrackPorts = Readonly<{
  sight: Sight;
  nowMs: () => number;
  /** Called once, when it begins to play. */
  onStart: () => void;
  onWatched: (watchedMs: number) => void;
}>;

/** Begins a visit; the returned function ends it and reports what was watched. */
export function trackElement(element: Watched, ports: TrackPorts, durationMs?: number): () => void {
  const { sight, nowMs, onStart, onWatched } = ports;
  const mediaMs = (): number => element.currentTime * 1_000;
  const wholeMs = (): number => {
    const ofElementMs = element.duration * 1_000;
    return Number.isFinite(ofElementMs) ? ofElementMs : (durationMs ?? Number.POSITIVE_INFINITY);
  };
  const meter = new WatchMeter(wholeMs, mediaMs(), nowMs());
  const isSeen = (): boolean => sight.visibilityState !== 'hidden';
  let hasStarted = false;

  const report = (): void => {
    const watchedMs = meter.take();
    if (watchedMs !== undefined) onWatched(watchedMs);
  };
  const run = (isRunning: boolean): void => {
    if (meter.run(isRunning && isSeen(), mediaMs(), nowMs())) report();
    if (!isRunning || hasStarted) return;
    hasStarted = true;
    onStart();
  };
  const halt = (): void => {
    run(false);
  };
  const leave = (): void => {
    halt();
    report();
  };
  const jump = (): void => {
    if (meter.jump(mediaMs(), nowMs(), element.playbackRate, element.loop)) report();
  };
  const goOn = (): void => {
    run(!element.paused);
  };
  const handlers: Readonly<Record<string, () => void>> = {
    timeupdate: () => {
      if (meter.look(mediaMs(), nowMs())) report();
    },
    playing: goOn,
    seeked: goOn,
    pause: halt,
    waiting: halt,
    seeking: jump,
    ratechange: () => void meter.look(mediaMs(), nowMs()),
    emptied: jump,
    ended: leave,
  };
  const onSight = (): void => {
    if (isSeen()) goOn();
    else leave();
  };
  for (const [type, handle] of Object.entries(handlers)) element.addEventListener(type, handle);
  sight.addEventListener('visibilitychange', onSight);
  if (!element.paused) goOn();
  return () => {
    leave();
    for (const [type, handle] of Object.entries(handlers)) {
      element.removeEventListener(type, handle);
    }
    sight.removeEventListener('visibilitychange', onSight);
  };
}
