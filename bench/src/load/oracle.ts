// What the counts must be, known without asking the server.
//
// The load generator tells the oracle of every op that was acknowledged and what it must have
// done. At the end of a run the server's counts are read and compared: one like too many or too
// few on one video fails the run, whatever its speed.

export type Metric = 'likes' | 'views';

export type Difference = Readonly<{
  video: string;
  metric: Metric;
  expected: number;
  /** `null` when the server gave no number. */
  found: number | null;
}>;

export type FoundCount = Readonly<{ likes: number | null; views: number | null }>;

/** How many differences a message lists; the rest are summed up. */
const DIFFERENCES_LISTED_MAX = 5;

export class Oracle {
  readonly #likes: Int32Array;
  readonly #views: Int32Array;
  #opsAcknowledged = 0;

  constructor(videoCount: number) {
    this.#likes = new Int32Array(videoCount);
    this.#views = new Int32Array(videoCount);
  }

  get opsAcknowledged(): number {
    return this.#opsAcknowledged;
  }

  like(video: number, liked: boolean): void {
    this.#likes[video] = (this.#likes[video] ?? 0) + (liked ? 1 : -1);
    this.#opsAcknowledged += 1;
  }

  /** A view that was acknowledged; `qualified` tells whether the rule counts it. */
  view(video: number, qualified: boolean): void {
    if (qualified) this.#views[video] = (this.#views[video] ?? 0) + 1;
    this.#opsAcknowledged += 1;
  }

  expectedLikes(video: number): number {
    return this.#likes[video] ?? 0;
  }

  expectedViews(video: number): number {
    return this.#views[video] ?? 0;
  }

  /** Differences between one video's expected and found counts; none when it is right. */
  compare(
    video: number,
    name: string,
    found: FoundCount,
    metrics: readonly Metric[],
  ): readonly Difference[] {
    const differences: Difference[] = [];
    for (const metric of metrics) {
      const expected = metric === 'likes' ? this.expectedLikes(video) : this.expectedViews(video);
      if (found[metric] !== expected) {
        differences.push({ video: name, metric, expected, found: found[metric] });
      }
    }
    return differences;
  }
}

/**
 * One sentence for people: how many counts are wrong and what the first few are. `total` is given
 * when `differences` are only the first of more.
 */
export function describeDifferences(
  differences: readonly Difference[],
  total: number = differences.length,
): string {
  const listed = differences.slice(0, DIFFERENCES_LISTED_MAX).map((difference) => {
    const { video, metric, expected } = difference;
    const found = difference.found === null ? 'no number' : String(difference.found);
    return `${video} ${metric} expected ${expected}, got ${found}`;
  });
  const rest = total - listed.length;
  const more = rest > 0 ? `; and ${rest} more` : '';
  return `WRONG COUNTS, ${total} in all: ${listed.join('; ')}${more}`;
}
