// The likes and unlikes of one run. Every op changes state, so a correct server answers `counted`
// to each, and anything else is a finding.
//
// W1  A session's j-th like goes to a video that the session has not liked before.
// W2  Every fourth op takes back the session's oldest like, once `lag` likes lie ahead of it, so
//     that a like and its unlike are never in one request.
// W3  With a hot video, every second op is on it: like, unlike, like, and so on.

export type LikeOp = Readonly<{ n: number; liked: boolean; video: number }>;

export type LikeWalkOptions = Readonly<{
  sessionCount: number;
  videoCount: number;
  /** Ops between a like and its unlike, at least; more than the ops of a request. */
  lag: number;
  hot: boolean;
}>;

/** The hot video; the others are spread over the rest. */
export const HOT_VIDEO = 0;
/** A prime that divides none of the video counts in use, so that W1 holds. */
const STRIDE = 7919;
/** Sets the sessions' starting videos apart. */
const SESSION_STEP = 104_729;
const UNLIKE_EVERY = 4;

export class LikeWalk {
  readonly #options: LikeWalkOptions;
  readonly #first: number;
  readonly #spreadCount: number;
  readonly #opsMade: Uint32Array;
  readonly #likesMade: Uint32Array;
  readonly #unlikesMade: Uint32Array;

  constructor(options: LikeWalkOptions) {
    this.#options = options;
    this.#first = options.hot ? HOT_VIDEO + 1 : 0;
    this.#spreadCount = options.videoCount - this.#first;
    if (this.#spreadCount < 1 || this.#spreadCount % STRIDE === 0) {
      throw new RangeError(
        `W1: ${this.#spreadCount} videos cannot be walked without repeating one`,
      );
    }
    this.#opsMade = new Uint32Array(options.sessionCount);
    this.#likesMade = new Uint32Array(options.sessionCount);
    this.#unlikesMade = new Uint32Array(options.sessionCount);
  }

  /** The session's next op. Throws when the session has liked every video. */
  next(session: number): LikeOp {
    const made = this.#opsMade[session] ?? 0;
    this.#opsMade[session] = made + 1;
    const n = made + 1;
    if (!this.#options.hot) return this.#spread(session, made, n);
    if (made % 2 === 1) return { n, liked: made % 4 === 1, video: HOT_VIDEO };
    return this.#spread(session, made >>> 1, n);
  }

  #spread(session: number, made: number, n: number): LikeOp {
    const { lag } = this.#options;
    if (made >= lag && (made - lag) % UNLIKE_EVERY === UNLIKE_EVERY - 1) {
      const taken = this.#unlikesMade[session] ?? 0;
      this.#unlikesMade[session] = taken + 1;
      return { n, liked: false, video: this.#videoOf(session, taken) };
    }
    const like = this.#likesMade[session] ?? 0;
    this.#likesMade[session] = like + 1;
    return { n, liked: true, video: this.#videoOf(session, like) };
  }

  #videoOf(session: number, like: number): number {
    if (like >= this.#spreadCount) throw new RangeError('W1: a session has liked every video');
    // Products stay below 2^53: sessions and likes are both far below 2^24.
    return this.#first + ((session * SESSION_STEP + like * STRIDE) % this.#spreadCount);
  }
}
