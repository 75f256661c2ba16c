// A small platform behind the public API, in memory, that can be broken in one way at a time.

import type { Answer, Ask, Asked } from './probe/ask.ts';
import type { VirtualTime } from './virtual-time.fixture.ts';

export const FAULTS = [
  'lost like',
  'lost unlike',
  'doubled view',
  'lost view',
  'lying count',
  'zero shown',
  'stale gateway',
  'old numbers called live',
  'dead cell',
  'gateway down',
  'gateway hangs',
  'late counts',
  'changing hands',
  'books off',
  'rows off',
  'like row lost',
  'rows not recounted',
  'sign-in broken',
  'playback broken',
  'owner silent',
  'border odd',
  'certificate bad',
  'no uploads',
  'uploads refused',
  'uploads stuck',
] as const;
export type Fault = (typeof FAULTS)[number];

const CELLS = ['us', 'eu'];
const ANSWER_MS = 4;
const PUBLISH_MS = 40;
const LATE_MS = 3_000;
const HANG_MS = 3_000;
const CLIP = 'clip-1';
export const CANARY_CLIP: Uint8Array<ArrayBuffer> = new Uint8Array(16);

type Count = { likes: number; views: number };
type Fields = Readonly<Record<string, unknown>>;
type Change = Readonly<{ atMs: number; of: string; now: Count; seq: number }>;

export class FakePlatform {
  readonly #time: VirtualTime;
  #fault: Fault | undefined;
  #frozenAtMs = 0;
  #seq = 0;
  #arrivedSeq = 0;
  #ops = 0;
  readonly #rows = new Map<string, Count>();
  readonly #shown = new Map<string, Count>();
  readonly #coming: Change[] = [];
  readonly #liked = new Set<string>();
  readonly #accounts = new Map<string, string>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  readonly ask: Ask = async (asking) => {
    if (this.#fault === 'gateway down') return silent('ECONNREFUSED');
    if (this.#fault === 'gateway hangs') {
      await this.#time.pause(HANG_MS);
      return silent('timeout');
    }
    await this.#time.pause(ANSWER_MS);
    return this.#answer(asking);
  };

  breakWith(fault: Fault | undefined): void {
    this.#arrive();
    this.#fault = fault;
    this.#frozenAtMs = this.#time.nowMs();
  }

  /** Somebody else views the clip. */
  live(): void {
    for (const cell of CELLS) this.#apply(cell, { kind: 'view', video: CLIP });
  }

  #rowOf(video: string, cell: string): Count {
    const known = this.#rows.get(`${video} ${cell}`) ?? { likes: 0, views: 0 };
    this.#rows.set(`${video} ${cell}`, known);
    return known;
  }

  #arrive(): void {
    if (this.#fault === 'stale gateway' || this.#fault === 'old numbers called live') return;
    for (const change of this.#coming.splice(0)) {
      if (change.atMs > this.#time.monotonicMs()) this.#coming.push(change);
      else {
        this.#shown.set(change.of, change.now);
        this.#arrivedSeq = Math.max(this.#arrivedSeq, change.seq);
      }
    }
  }

  #apply(cell: string, op: Fields): string {
    this.#seq += 1;
    const video = String(op['video']);
    const isCanary = video.startsWith('canary-');
    // As in the books of the real one, canaries stand beside the totals.
    if (!isCanary) this.#ops += 1;
    const outcome =
      op['kind'] === 'view'
        ? this.#view(this.#rowOf(video, cell), isCanary)
        : this.#like(`${video} ${cell}`, this.#rowOf(video, cell), op['kind'] === 'like');
    const delayMs = this.#fault === 'late counts' ? LATE_MS : PUBLISH_MS;
    const now = { ...this.#rowOf(video, cell) };
    const atMs = this.#time.monotonicMs() + delayMs;
    this.#coming.push({ atMs, of: `${video} ${cell}`, now, seq: this.#seq });
    return outcome;
  }

  #view(row: Count, isCanary: boolean): string {
    const isLost = isCanary && this.#fault === 'lost view';
    const isTwice = isCanary && this.#fault === 'doubled view';
    if (!isLost) row.views += isTwice ? 2 : 1;
    return 'counted';
  }

  #like(name: string, row: Count, wants: boolean): string {
    if (this.#liked.has(name) === wants) return 'unchanged';
    if (wants) this.#liked.add(name);
    else this.#liked.delete(name);
    if (this.#fault !== (wants ? 'lost like' : 'lost unlike')) row.likes += wants ? 1 : -1;
    return 'counted';
  }

  #partOf(video: string, cell: string) {
    const fault = this.#fault;
    const isCellAway = (fault === 'dead cell' || fault === 'owner silent') && cell === 'us';
    const isStale = fault === 'stale gateway' || isCellAway;
    const isOld = isStale || fault === 'old numbers called live';
    const asOfMs = isOld ? this.#frozenAtMs : this.#time.nowMs();
    const none = { likes: 0, views: 0 };
    const now = fault === 'zero shown' ? none : (this.#shown.get(`${video} ${cell}`) ?? none);
    const tooMany = fault === 'lying count' && video === CLIP ? 3 : 0;
    const state = isStale ? 'stale' : 'live';
    const asOf = new Date(asOfMs).toISOString();
    const { likes, views } = now;
    return { likes: likes + tooMany, views, state, asOf, epoch: 1, seq: this.#arrivedSeq };
  }

  #counts(url: URL): unknown {
    this.#arrive();
    const counts = url.searchParams.getAll('video').map((video) => {
      const cells = Object.fromEntries(CELLS.map((cell) => [cell, this.#partOf(video, cell)]));
      const sum = (metric: 'likes' | 'views'): unknown => ({
        value: Object.values(cells).reduce((total, part) => total + part[metric], 0),
        state: 'live',
      });
      return [video, { likes: sum('likes'), views: sum('views'), cells }];
    });
    return { counts: Object.fromEntries(counts) as unknown };
  }

  #sendOps({ bearer = '', json: body }: Asked): Answer {
    const cell = bearer.split(' ')[1] ?? 'us';
    if (this.#fault === 'dead cell' && cell === 'us') return problem(503, 'cell-unavailable');
    const { ops } = body as Readonly<{ ops: readonly Fields[] }>;
    const results = ops.map((op) => ({ n: op['n'], outcome: this.#apply(cell, op) }));
    return json(200, { cell, epoch: 1, seq: this.#seq, results });
  }

  #openSession({ json: body }: Asked): Answer {
    const { jurisdiction } = body as Readonly<{ jurisdiction: string }>;
    if (this.#fault === 'dead cell' && jurisdiction === 'us') {
      return problem(503, 'cell-unavailable');
    }
    return json(201, { grant: `hfg ${jurisdiction}` });
  }

  #enter({ json: body }: Asked, path: string): Answer {
    if (this.#fault === 'sign-in broken') return problem(500, 'internal');
    const { handle, password } = body as Readonly<{ handle: string; password: string }>;
    if (path === '/v1/accounts') this.#accounts.set(handle, password);
    else if (this.#accounts.get(handle) !== password) return problem(401, 'wrong-credentials');
    return json(200, { handle }, [`holdfast=${handle}; Path=/`]);
  }

  #cell(path: string): Answer {
    const fault = this.#fault;
    const [, , , cell, what] = path.split('/');
    if (cell === undefined) {
      const isSilent = fault === 'owner silent';
      const at = new Date(isSilent ? this.#frozenAtMs : this.#time.nowMs()).toISOString();
      const state = isSilent ? 'stale' : 'live';
      const handover = { state: 'joint', to: 'south', since: at };
      return json(200, {
        cells: CELLS.map((jurisdiction) => ({
          ...{ jurisdiction, state, watermark: { at } },
          ...(fault === 'changing hands' && jurisdiction === 'us' && { handover }),
        })),
      });
    }
    if (what === 'books') {
      const classes = { counted: this.#ops + (fault === 'books off' ? 1 : 0) };
      return json(200, { ops: this.#ops, classes, balanced: true });
    }
    if (what === 'handovers') {
      const certificate = '/v1/handovers/x/certificate';
      const list = [{ id: 'x', decidedAt: '2026-11-20T00:00:00Z', certificate }];
      return json(200, { handovers: fault === 'certificate bad' ? list : [] });
    }
    const destination = fault === 'border odd' ? 'anybody' : 'public';
    return json(200, { types: [{ type: 'subtotals', destination, records: 1, bytes: 1 }] });
  }

  #recount(path: string): Answer {
    const video = path.split('/')[3] ?? '';
    const off = this.#fault === 'rows off' ? 1 : 0;
    const cells = CELLS.map((cell) => {
      const { likes, views } = this.#rowOf(video, cell);
      return [cell, { likes, views: views + off, likeRows: this.#likeRows() }];
    });
    return json(200, { cells: Object.fromEntries(cells) as unknown });
  }

  #likeRows(): unknown {
    if (this.#fault === 'rows not recounted') return null;
    const madeAt = new Date(this.#time.nowMs()).toISOString();
    const off = this.#fault === 'like row lost' ? [{ video: CLIP, rows: 4, counted: 5 }] : [];
    return { epoch: 1, seq: this.#seq, madeAt, rows: 9, videos: 3, offVideos: off.length, off };
  }

  #upload({ method, headers = {}, bytes }: Asked, path: string): Answer {
    const fault = this.#fault;
    if (fault === 'no uploads') return problem(404, 'not-found');
    if (method === 'OPTIONS') return json(204, {});
    if (headers['cookie'] === undefined) return problem(401, 'sign-in-required');
    if (path === '/v1/me/drafts') return json(201, { id: 'drf_1' });
    if (path === '/v1/uploads') {
      return { ...json(201, {}), headers: { location: '/v1/uploads/upl_1' } };
    }
    if (method === 'PATCH') {
      const isWhole = bytes?.length === CANARY_CLIP.length;
      return isWhole && fault !== 'uploads refused' ? json(204, {}) : problem(500, 'internal');
    }
    const state = fault === 'uploads stuck' ? 'checking' : 'ready';
    return json(method === 'DELETE' ? 204 : 200, { upload: { state } });
  }

  #answer(asking: Asked): Answer {
    const url = new URL(asking.url);
    const path = url.pathname;
    if (path === '/v1/counts') return json(200, this.#counts(url));
    if (path === '/v1/ops') return this.#sendOps(asking);
    if (path === '/v1/sessions') return this.#openSession(asking);
    if (path === '/v1/feed')
      return json(200, { items: [{ id: CLIP, media: { src: '/clip.mp4' } }] });
    if (path === '/clip.mp4') {
      const bytes = Buffer.from(this.#fault === 'playback broken' ? 'no clip' : '0000ftypisom');
      return { kind: 'answer', status: 206, bytes, headers: {}, cookies: [] };
    }
    if (path.endsWith('/recount')) return this.#recount(path);
    if (path.startsWith('/v1/cells')) return this.#cell(path);
    if (path === '/v1/accounts' || path === '/v1/sign-in') return this.#enter(asking, path);
    if (path === '/v1/sign-out') return json(204, {});
    if (path === '/v1/me') {
      return json(200, { handle: asking.headers?.['cookie']?.split('=')[1] });
    }
    if (path.startsWith('/v1/uploads') || path.startsWith('/v1/me/drafts')) {
      return this.#upload(asking, path);
    }
    if (path.startsWith('/v1/videos/')) return json(200, {});
    if (path.startsWith('/v1/handovers/')) return json(200, { forged: true });
    return problem(404, 'not-found');
  }
}

function silent(detail: string): Answer {
  return { kind: 'no-answer', isOffline: false, detail };
}

function json(
  status: number,
  body: unknown,
  cookies: readonly string[] = [],
): Extract<Answer, { kind: 'answer' }> {
  const bytes = Buffer.from(JSON.stringify(body));
  return { kind: 'answer', status, bytes, headers: {}, cookies };
}

function problem(status: number, code: string): Answer {
  return json(status, { code });
}
