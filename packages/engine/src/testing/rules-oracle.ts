// The rules of counting once more, for tests to compare with: sets and dictionaries, one op at a
// time, nothing shared with the core. Slow on purpose; every sentence is one of docs/spec.

type Kind = 'like' | 'unlike' | 'view';
type Metric = 'likes' | 'views';

export type OracleOp = Readonly<{ n: number; kind: Kind; video: string; watchedMs: number }>;

const SOURCES = ['direct', 'feed', 'profile', 'search', 'embed', 'external'] as const;

/** Where the view of a number comes from in these tests: each source in turn. */
export function sourceOf(n: number): (typeof SOURCES)[number] {
  return SOURCES[n % SOURCES.length] ?? 'direct';
}

export type OracleSession = Readonly<{
  name: string;
  /** `undefined` for an anonymous session. */
  person: string | undefined;
  /** When the grant says that it began; `undefined` when it begins at its first op. */
  startedAtMs: number | undefined;
  vouched: boolean;
}>;

export type OracleCorrection = Readonly<{
  id: string;
  metric: Metric;
  delta: number;
  name: string | undefined;
  atMs: number;
}>;

export type CorrectionEnd = 'counted' | 'duplicate' | 'refused';

type Device = {
  startedAtMs: number;
  used: Set<number>;
  highest: number;
  claimedMs: number;
};

export type OracleVideo = {
  durationMs: number;
  creator: string;
  likers: Set<string>;
  likesCorrected: number;
  views: number;
  viewsCorrected: number;
  starts: number;
  loops: number;
  watchMs: number;
  /** Ops by kind and class. */
  classes: Map<string, number>;
};

const DAY_MS = 86_400_000;
const SESSION_LIFE_MS = 7 * DAY_MS;
const NAME_MEMORY_MS = 400 * DAY_MS;

export class RulesOracle {
  readonly videos = new Map<string, OracleVideo>();
  readonly devices = new Map<string, Device>();
  readonly erased = new Set<string>();
  /** Ops on videos that are not known. */
  readonly elsewhere = new Map<string, number>();
  readonly viewersByDay = new Map<string, Set<string>>();
  /** What each UTC minute added, by `minute/video/metric`. */
  readonly minutes = new Map<string, number>();
  /** What each UTC day was made of, by `day/video/what`. */
  readonly details = new Map<string, number>();
  /** The key that a person's own videos carry. */
  readonly creatorOf = new Map<string, string>();
  opsAccepted = 0;
  /** When each name of a correction was used. */
  readonly #correctionNames = new Map<string, number>();
  readonly #timesSeen = new Map<string, number>();

  addVideo(id: string, durationMs: number, creator: string): void {
    this.videos.set(id, {
      durationMs,
      creator,
      likers: new Set(),
      likesCorrected: 0,
      views: 0,
      viewsCorrected: 0,
      starts: 0,
      loops: 0,
      watchMs: 0,
      classes: new Map(),
    });
  }

  /** C2, C3: the number that would refuse the request, or `undefined`. */
  refusedNumber(
    session: OracleSession,
    numbers: readonly number[],
    atMs: number,
  ): number | undefined {
    let highest = this.#known(session, atMs)?.highest ?? 0;
    for (const n of numbers) {
      if (n - highest > 64) return n;
      highest = Math.max(highest, n);
    }
    return undefined;
  }

  /** One op of an accepted request: the class in which it ends, or why it is invalid. */
  op(session: OracleSession, op: OracleOp, atMs: number): string {
    const end = this.#end(session, op, atMs);
    const invalid = ['unknown-video', 'erased-person', 'sign-in-required'].includes(end);
    const book = this.videos.get(op.video)?.classes ?? this.elsewhere;
    add(book, `${op.kind}/${invalid ? 'invalid' : end}`, 1);
    this.opsAccepted += 1;
    return end;
  }

  /** C15, C25: how a correction ends; it takes effect when it is counted. */
  correct({ id, metric, delta, name, atMs }: OracleCorrection): CorrectionEnd {
    const video = this.videos.get(id);
    if (video === undefined) return 'refused';
    const usedAtMs = name === undefined ? undefined : this.#correctionNames.get(name);
    if (usedAtMs !== undefined && atMs - usedAtMs <= NAME_MEMORY_MS) return 'duplicate';
    const shown = metric === 'likes' ? shownLikes(video) : video.views + video.viewsCorrected;
    if (shown + delta < 0) return 'refused';
    if (name !== undefined) this.#correctionNames.set(name, atMs);
    if (metric === 'likes') video.likesCorrected += delta;
    else video.viewsCorrected += delta;
    return 'counted';
  }

  /** C17: how many likes go. */
  erase(person: string, atMs: number): number {
    let lost = 0;
    for (const [id, video] of this.videos) {
      if (!video.likers.delete(person)) continue;
      lost += 1;
      this.#minute(atMs, id, 'likes', -1);
    }
    this.erased.add(person);
    this.creatorOf.delete(person);
    return lost;
  }

  /** C16, at the end of each batch. */
  giveBack(): void {
    for (const video of this.videos.values()) {
      if (shownLikes(video) < 0) video.likesCorrected = -video.likers.size;
    }
  }

  #known(session: OracleSession, atMs: number): Device | undefined {
    const device = this.devices.get(session.name);
    const isForgotten =
      session.startedAtMs === undefined && atMs - (device?.startedAtMs ?? atMs) > NAME_MEMORY_MS;
    return isForgotten ? undefined : device;
  }

  #end(session: OracleSession, op: OracleOp, atMs: number): string {
    let device = this.#known(session, atMs);
    if (device === undefined) {
      const startedAtMs = session.startedAtMs ?? atMs;
      device = { startedAtMs, used: new Set(), highest: 0, claimedMs: 0 };
      this.devices.set(session.name, device);
    }
    if (device.used.has(op.n) || op.n <= device.highest - 64) return 'duplicate';
    device.used.add(op.n);
    device.highest = Math.max(device.highest, op.n);
    if (atMs - device.startedAtMs > SESSION_LIFE_MS) return 'late';
    const video = this.videos.get(op.video);
    if (video === undefined) return 'unknown-video';
    const { person } = session;
    if (person !== undefined && this.erased.has(person)) return 'erased-person';
    if (op.kind === 'view') return this.#view(session, device, video, op, atMs);
    if (person === undefined) return 'sign-in-required';
    if (video.likers.has(person) === (op.kind === 'like')) return 'unchanged';
    if (op.kind === 'like') video.likers.add(person);
    else video.likers.delete(person);
    this.#minute(atMs, op.video, 'likes', op.kind === 'like' ? 1 : -1);
    return 'counted';
  }

  #view(
    session: OracleSession,
    device: Device,
    video: OracleVideo,
    op: OracleOp,
    atMs: number,
  ): string {
    const { person } = session;
    if (person !== undefined && this.creatorOf.get(person) === video.creator) return 'own';
    if (!session.vouched) {
      const clockMs = atMs - device.startedAtMs;
      if (device.claimedMs + op.watchedMs - clockMs > 30_000) return 'held';
      device.claimedMs += op.watchedMs;
    }
    const loops = Math.floor(op.watchedMs / video.durationMs);
    video.starts += 1;
    video.loops += loops;
    video.watchMs += op.watchedMs;
    this.#minute(atMs, op.video, 'starts', 1);
    this.#minute(atMs, op.video, 'loops', loops);
    this.#minute(atMs, op.video, 'watchMs', op.watchedMs);
    const detail = `${Math.floor(atMs / DAY_MS)}/${op.video}`;
    add(this.details, `${detail}/starts/${sourceOf(op.n)}`, 1);
    add(this.details, `${detail}/watchMs/${sourceOf(op.n)}`, op.watchedMs);
    add(this.details, `${detail}/loops`, loops);
    for (let part = 0; part <= 20; part += 1) {
      const isReached = op.watchedMs * 20 >= part * video.durationMs;
      if (isReached) add(this.details, `${detail}/watching/${part}`, 1);
    }
    if (op.watchedMs < 2_000 && op.watchedMs * 2 < video.durationMs) return 'unqualified';
    const day = Math.floor(atMs / DAY_MS);
    const viewer = person === undefined ? `session ${session.name}` : `person ${person}`;
    const seen = `${day}/${op.video}/${viewer}`;
    const times = this.#timesSeen.get(seen) ?? 0;
    if (times === 10) return 'capped';
    this.#timesSeen.set(seen, times + 1);
    video.views += 1;
    this.#minute(atMs, op.video, 'views', 1);
    add(this.details, `${detail}/views/${sourceOf(op.n)}`, 1);
    if (op.watchedMs * 2 >= video.durationMs) add(this.details, `${detail}/engagedViews`, 1);
    const viewers = this.viewersByDay.get(`${day}/${op.video}`) ?? new Set();
    this.viewersByDay.set(`${day}/${op.video}`, viewers.add(viewer));
    return 'counted';
  }

  #minute(atMs: number, video: string, metric: string, delta: number): void {
    if (delta !== 0) add(this.minutes, `${Math.floor(atMs / 60_000)}/${video}/${metric}`, delta);
  }
}

function shownLikes(video: OracleVideo): number {
  return video.likers.size + video.likesCorrected;
}

function add(sums: Map<string, number>, key: string, delta: number): void {
  sums.set(key, (sums.get(key) ?? 0) + delta);
}
