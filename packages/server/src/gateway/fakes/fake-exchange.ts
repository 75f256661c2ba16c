// An exchange for tests of what reads from it: counts are what the test sets them to.

import type { VideoCounts } from '@holdfast/protocol/counts.ts';
import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { After, Exchange } from '../../exchange/exchange.ts';

export type FakeExchange = Readonly<{
  exchange: Exchange;
  /** Sets the likes of a video and tells those who watch it. */
  setLikes: (video: VideoId, likes: number) => void;
  /** What `settled` was asked. */
  waits: { positions: readonly After[]; waitMs: number }[];
  watchers: () => number;
}>;

const AS_OF = '2026-11-22T14:00:00.120Z';
const UNKNOWN_COUNTS: VideoCounts = {
  likes: { value: null, state: 'unknown', asOf: null },
  views: { value: null, state: 'unknown', asOf: null },
  cells: {
    us: { likes: null, views: null, state: 'unknown', asOf: null, epoch: null, seq: null },
  },
};

function countsOf(likes: number): VideoCounts {
  return {
    likes: { value: likes, state: 'live', asOf: AS_OF },
    views: { value: 0, state: 'live', asOf: AS_OF },
    cells: { us: { likes, views: 0, state: 'live', asOf: AS_OF, epoch: 1, seq: likes } },
  };
}

type Watcher = Readonly<{
  videos: ReadonlySet<VideoId>;
  onChange: (changed: readonly VideoId[]) => void;
}>;

export function fakeExchange(): FakeExchange {
  const held = new Map<VideoId, VideoCounts>();
  const watchers = new Set<Watcher>();
  const waits: { positions: readonly After[]; waitMs: number }[] = [];
  const counts = (video: VideoId): VideoCounts => held.get(video) ?? UNKNOWN_COUNTS;

  const exchange: Exchange = {
    accept: () => undefined,
    positionOf: () => undefined,
    counts,
    countsJson: (video) => JSON.stringify(counts(video)),
    settled: async (positions, waitMs) => {
      waits.push({ positions, waitMs });
      await new Promise(setImmediate);
      return false;
    },
    watch: (videos, onChange) => {
      const watcher: Watcher = { videos: new Set(videos), onChange };
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    watermark: (jurisdiction: Jurisdiction) =>
      jurisdiction === 'us'
        ? { state: 'live', position: { epoch: 1 as Epoch, seq: 7 as Seq }, atMs: Date.parse(AS_OF) }
        : { state: 'unknown', position: undefined, atMs: undefined },
    close: () => Promise.resolve(),
  };

  return {
    exchange,
    setLikes: (video, likes) => {
      held.set(video, countsOf(likes));
      for (const watcher of watchers) {
        if (watcher.videos.has(video)) watcher.onChange([video]);
      }
    },
    waits,
    watchers: () => watchers.size,
  };
}
