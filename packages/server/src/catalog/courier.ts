// Brings registered videos to one cell, for as long as it takes.
//
// Every video that the cell has yet to take is in `queued` or `underWay`. A cell that is away or
// refuses is asked again with growing pauses; repetition changes nothing there. One that was away
// and publishes again is asked at once, because ops on what it has yet to take are refused.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { CellClient } from '../cell/cell-client.ts';

/** Registrations that are on their way to one cell at once. */
export const COURIER_UNDER_WAY_MAX = 256;

export type CourierOptions = Readonly<{
  cell: CellClient;
  waiting: Iterable<VideoId>;
  /** What the cell is told about a video. */
  describe: (video: VideoId) => Readonly<{ durationMs: number; creatorKey: string }>;
  /** The cell has taken a video, durably. */
  onDelivered: (video: VideoId) => void;
  onFailed: (cause: unknown) => void;
  retryMsMin: number;
  retryMsMax: number;
}>;

export type Courier = Readonly<{
  add: (video: VideoId) => void;
  awaits: (video: VideoId) => boolean;
  size: () => number;
  /** Resolves when the cell has taken the video, at once when it is away, or after `waitMs`. */
  settled: (video: VideoId, waitMs: number) => Promise<void>;
  close: () => void;
}>;

export function openCourier(options: CourierOptions): Courier {
  const { cell, describe, onDelivered, onFailed, retryMsMin, retryMsMax } = options;
  const queued = new Set<VideoId>(options.waiting);
  const underWay = new Set<VideoId>();
  const waiters = openWaiters();
  const pause = openPause(cell, { msMin: retryMsMin, msMax: retryMsMax, onOver: () => pump() });
  let closed = false;

  const retryLater = (): void => {
    if (closed || pause.isOn()) return;
    pause.begin();
    waiters.wakeAll();
  };

  const deliver = async (video: VideoId): Promise<void> => {
    const reply = await cell.call('registerVideo', { video, ...describe(video) });
    if (closed) return;
    if (reply.kind === 'unavailable') return retryLater();
    pause.forget();
    underWay.delete(video);
    onDelivered(video);
    waiters.wake(video);
  };

  const start = (video: VideoId): void => {
    queued.delete(video);
    underWay.add(video);
    deliver(video)
      .catch((cause: unknown) => {
        onFailed(cause);
        retryLater();
      })
      .finally(() => {
        // Still under way means not taken: it goes back to the others.
        if (underWay.delete(video)) queued.add(video);
        pump();
      });
  };

  const pump = (): void => {
    if (closed || pause.isOn() || queued.size === 0) return;
    if (!cell.ready()) return retryLater();
    for (const video of queued) {
      if (underWay.size >= COURIER_UNDER_WAY_MAX) return;
      start(video);
    }
  };

  const awaits = (video: VideoId): boolean => queued.has(video) || underWay.has(video);

  pump();
  return {
    add: (video) => {
      queued.add(video);
      pump();
    },
    awaits,
    size: () => queued.size + underWay.size,
    settled: async (video, waitMs) => {
      if (!awaits(video) || pause.isOn() || closed) return;
      await waiters.wait(video, waitMs);
    },
    close: () => {
      closed = true;
      pause.close();
      waiters.wakeAll();
    },
  };
}

type PauseOptions = Readonly<{ msMin: number; msMax: number; onOver: () => void }>;

/** The pauses between tries, each twice as long; one for a cell that was away ends with its return. */
function openPause(cell: CellClient, { msMin, msMax, onOver }: PauseOptions) {
  let timer: NodeJS.Timeout | undefined;
  let nextMs = msMin;
  let wasAway = false;
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const unsubscribe = cell.subscribe(() => {
    if (timer === undefined || !wasAway || !cell.ready()) return;
    end();
    nextMs = msMin;
    onOver();
  });
  return {
    isOn: (): boolean => timer !== undefined,
    begin: (): void => {
      wasAway = !cell.ready();
      timer = setTimeout(() => {
        timer = undefined;
        onOver();
      }, nextMs);
      // A process that has nothing else to do may end: what waits is in the file.
      timer.unref();
      nextMs = Math.min(nextMs * 2, msMax);
    },
    /** Something went well: the next pause is a short one again. */
    forget: (): void => {
      nextMs = msMin;
    },
    close: (): void => {
      unsubscribe();
      end();
    },
  };
}

/** Those who wait for a video to be taken. */
function openWaiters() {
  const waiters = new Map<VideoId, (() => void)[]>();

  const wake = (video: VideoId): void => {
    const callbacks = waiters.get(video);
    waiters.delete(video);
    for (const callback of callbacks ?? []) callback();
  };

  return {
    wake,
    wakeAll: (): void => {
      for (const video of waiters.keys()) wake(video);
    },
    wait: (video: VideoId, waitMs: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        const callback = (): void => {
          clearTimeout(timer);
          resolve();
        };
        waiters.set(video, [...(waiters.get(video) ?? []), callback]);
      }),
  };
}
