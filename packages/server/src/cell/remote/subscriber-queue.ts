// What one subscriber of a cell has yet to be sent. Pure.
//
// Rules: docs/spec/wire.md (W108).
//
// Subtotals are cumulative, so a newer one of a video takes the place of one that waits: whoever
// reads slowly gets fewer and newer numbers, and the queue never holds more than one of a video.
// A watermark says that everything published before it was sent, so it waits for what was there
// when it came, and for nothing that came after.

import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type {
  Publication,
  SubtotalsPublication,
  WatermarkPublication,
} from '../../border/publication.ts';

/** Videos that may wait for one subscriber, as many as an exchange has room for. */
export const QUEUE_VIDEOS_MAX = 10_000_000;

type Waiting = Readonly<{ epoch: Epoch; seq: Seq; likes: number; views: number }>;

export type SubscriberQueue = Readonly<{
  /** `false` when it is full: the stream must end, and a new one asks for what is missing. */
  push: (publication: Publication) => boolean;
  isEmpty: () => boolean;
  /** The next publications in order, of `videosMax` videos at most. */
  take: (videosMax: number) => readonly Publication[];
}>;

/** A generation: what is sent together, and the watermark that may follow it. */
type Generation = {
  readonly videos: Map<VideoId, Waiting>;
  watermark: WatermarkPublication | undefined;
};

export function subscriberQueue(
  jurisdiction: Jurisdiction,
  videosMax: number = QUEUE_VIDEOS_MAX,
): SubscriberQueue {
  const opened = (): Generation => ({ videos: new Map(), watermark: undefined });
  let sending = opened();
  let gathering = opened();

  const add = ({ epoch, seq, videos, likes, views }: SubtotalsPublication): boolean => {
    for (const [index, video] of videos.entries()) {
      const waiting = { epoch, seq, likes: likes[index] ?? 0, views: views[index] ?? 0 };
      // Out first, so that the map stays in the order of publication.
      gathering.videos.delete(video);
      gathering.videos.set(video, waiting);
    }
    return gathering.videos.size + sending.videos.size <= videosMax;
  };

  return {
    push: (publication) => {
      if (publication.kind === 'subtotals') return add(publication);
      gathering.watermark = publication;
      return true;
    },
    isEmpty: () =>
      sending.videos.size === 0 &&
      gathering.videos.size === 0 &&
      sending.watermark === undefined &&
      gathering.watermark === undefined,
    take: (countMax) => {
      if (sending.videos.size === 0 && sending.watermark === undefined) {
        sending = gathering;
        gathering = opened();
      }
      const publications: Publication[] = subtotalsOf(jurisdiction, sending.videos, countMax);
      if (sending.videos.size === 0 && sending.watermark !== undefined) {
        publications.push(sending.watermark);
        sending.watermark = undefined;
      }
      return publications;
    },
  };
}

/** Takes videos out of the map; neighbours of one position make one publication. */
function subtotalsOf(
  jurisdiction: Jurisdiction,
  waiting: Map<VideoId, Waiting>,
  countMax: number,
): SubtotalsPublication[] {
  const publications: SubtotalsPublication[] = [];
  let run: [VideoId, Waiting][] = [];
  const endRun = (): void => {
    const [first] = run;
    if (first === undefined) return;
    const { epoch, seq } = first[1];
    publications.push({
      kind: 'subtotals',
      jurisdiction,
      epoch,
      seq,
      videos: run.map(([video]) => video),
      likes: Float64Array.from(run, ([, { likes }]) => likes),
      views: Float64Array.from(run, ([, { views }]) => views),
    });
    run = [];
  };
  let count = 0;
  for (const item of waiting) {
    if (count === countMax) break;
    const [video, { epoch, seq }] = item;
    const before = run.at(-1)?.[1];
    if (before !== undefined && (before.epoch !== epoch || before.seq !== seq)) endRun();
    run.push(item);
    waiting.delete(video);
    count += 1;
  }
  endRun();
  return publications;
}
