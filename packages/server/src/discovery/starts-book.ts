// How often each candidate was started, and how many of these became views, asked of the cells in
// the background: one video at a time, and none while nobody reads the feed.
//
// Rules: docs/spec/discovery.md (DI3).
//
// Both numbers are of one asking, so that neither runs ahead of the other; a cell that is away
// leaves what was known before.

import { DAY_MS } from '@holdfast/engine/counting/numbers.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { askAll } from '../gateway/all-cells.ts';
import type { CellClients } from '../gateway/parts.ts';

/** Between two videos, so that this costs a cell next to nothing. */
const ASK_PAUSE_MS = 100;
/** A video is asked for again when what is known of it is older. */
const KNOWN_AGE_MS_MAX = 300_000;

export type Engagement = Readonly<{ starts: number; views: number }>;
type Wanted = Readonly<{ video: VideoId; publishedAtMs: number }>;

export type StartsBook = Readonly<{
  of: (video: VideoId) => Engagement | undefined;
  /** Says what is worth asking for, which is also all that is kept. */
  want: (wanted: readonly Wanted[]) => void;
  /** Asks no more. */
  close: () => void;
}>;

export type StartsParts = Readonly<{
  cells: CellClients;
  nowMs: () => number;
  pauseMs?: number;
}>;

export function openStartsBook({ cells, nowMs, pauseMs = ASK_PAUSE_MS }: StartsParts): StartsBook {
  let known = new Map<VideoId, Engagement & { atMs: number }>();
  let wanted: readonly Wanted[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const isDue = ({ video }: Wanted): boolean => {
    const atMs = known.get(video)?.atMs;
    return atMs === undefined || nowMs() - atMs >= KNOWN_AGE_MS_MAX;
  };
  const askNext = async (): Promise<void> => {
    const at = wanted.findIndex(isDue);
    const next = wanted[at];
    if (next !== undefined) {
      // What was looked at is not looked at again until somebody wants it anew.
      wanted = wanted.slice(at + 1);
      const engagement = await engagementOf(cells, next, nowMs());
      if (engagement !== undefined) known.set(next.video, { ...engagement, atMs: nowMs() });
    }
    timer = undefined;
    if (next !== undefined) begin();
  };
  const begin = (): void => {
    if (isClosed || timer !== undefined) return;
    timer = setTimeout(() => void askNext(), pauseMs);
    timer.unref();
  };

  return {
    of: (video) => known.get(video),
    want: (videos) => {
      wanted = videos;
      known = new Map(
        videos.flatMap(({ video }) => {
          const engagement = known.get(video);
          return engagement === undefined ? [] : [[video, engagement] as const];
        }),
      );
      begin();
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

async function engagementOf(
  cells: CellClients,
  { video, publishedAtMs }: Wanted,
  nowMs: number,
): Promise<Engagement | undefined> {
  const [starts, views] = await Promise.all(
    (['starts', 'views'] as const).map(async (metric) => {
      const fromMs = publishedAtMs - (publishedAtMs % DAY_MS);
      const ask = { video, metric, grain: 'day', fromMs, toMs: nowMs + DAY_MS } as const;
      const answered = await askAll(cells, 'analytics', ask);
      if (answered.kind === 'unavailable') return undefined;
      const buckets = [...answered.replies.values()].flatMap((reply) => reply.buckets);
      return buckets.reduce((sum, { value }) => sum + value, 0);
    }),
  );
  return starts === undefined || views === undefined ? undefined : { starts, views };
}
