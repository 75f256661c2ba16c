// Latencies in logarithmic buckets: any percentile to within 0.8 %, in a few kilobytes, with one
// array increment a sample. A sorted list of samples would cost the load generator memory and
// time that belong to the server it shares the machine with.

/** Buckets for each doubling of the value; 128 keeps the error of a bucket below 1/128. */
const BUCKETS_PER_DOUBLING = 128;
const SHIFT_MAX = 23;
const MICROS_MAX = 2 ** 31 - 1;
const BUCKET_COUNT = (SHIFT_MAX + 2) * BUCKETS_PER_DOUBLING;

export type LatencySummary = Readonly<{
  count: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
}>;

/** Counts durations between 1 microsecond and 35 minutes; longer ones are held as the longest. */
export class Histogram {
  readonly #buckets = new Float64Array(BUCKET_COUNT);
  #count = 0;
  #maxMicros = 0;

  record(durationMs: number): void {
    const micros = Math.min(MICROS_MAX, Math.max(0, Math.round(durationMs * 1000)));
    const bucket = bucketOf(micros);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count += 1;
    if (micros > this.#maxMicros) this.#maxMicros = micros;
  }

  /** The smallest bucket's upper bound with at least `quantile` of all samples at or below it. */
  quantileMs(quantile: number): number {
    if (this.#count === 0) return 0;
    const wanted = Math.max(1, Math.ceil(quantile * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket += 1) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen >= wanted) return Math.min(upperMicrosOf(bucket), this.#maxMicros) / 1000;
    }
    return this.#maxMicros / 1000;
  }

  summary(): LatencySummary {
    return {
      count: this.#count,
      p50Ms: this.quantileMs(0.5),
      p99Ms: this.quantileMs(0.99),
      p999Ms: this.quantileMs(0.999),
      maxMs: this.#maxMicros / 1000,
    };
  }
}

function bucketOf(micros: number): number {
  if (micros < 2 * BUCKETS_PER_DOUBLING) return micros;
  const shift = 24 - Math.clz32(micros);
  return shift * BUCKETS_PER_DOUBLING + (micros >>> shift);
}

function upperMicrosOf(bucket: number): number {
  if (bucket < 2 * BUCKETS_PER_DOUBLING) return bucket;
  const shift = Math.floor(bucket / BUCKETS_PER_DOUBLING) - 1;
  return (bucket - shift * BUCKETS_PER_DOUBLING + 1) * 2 ** shift - 1;
}
