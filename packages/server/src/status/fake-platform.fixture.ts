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
  'books off',
  'rows off',
  'sign-in broken',
  'playback broken',
  'owner silent',
  'border odd',
  'certificate bad',
] as const;
export type Fault = (typeof FAULTS)[number];

const CELLS = ['us', 'eu'];
const ANSWER_MS = 4;
const PUBLISH_MS = 40;
const LATE_MS = 3_000;
const CLIP = 'clip-1';

type Count = { likes: number; views: number };
type Shown = Count & { seq: number };
type Change = Readonly<{ atMs: number; video: string; cell: string; now: Shown }>;

export type FakePlatform = Readonly<{
  ask: Ask;
  breakWith: (fault: Fault | undefined) => void;
  /** Somebody else likes and views the clip. */
  live: () => void;
  asked: () => number;
}>;

export function fakePlatform(time: VirtualTime): FakePlatform {
  let fault: Fault | undefined;
  let asked = 0;
  let seq = 0;
  let arrivedSeq = 0;
  let ops = 0;
  let frozenAtMs = 0;
  const rows = new Map<string, Count>();
  const shown = new Map<string, Shown>();
  const coming: Change[] = [];
  const liked = new Set<string>();
  const accounts = new Map<string, string>();
  const key = (video: string, cell: string): string => `${video} ${cell}`;
  const rowOf = (video: string, cell: string): Count => {
    const known = rows.get(key(video, cell)) ?? { likes: 0, views: 0 };
    rows.set(key(video, cell), known);
    return known;
  };
  const publish = (video: string, cell: string): void => {
    const delayMs = fault === 'late counts' ? LATE_MS : PUBLISH_MS;
    const now = { ...rowOf(video, cell), seq };
    coming.push({ atMs: time.monotonicMs() + delayMs, video, cell, now });
  };
  const isFrozen = (): boolean => fault === 'stale gateway' || fault === 'old numbers called live';
  const arrive = (): void => {
    if (isFrozen()) return;
    for (const change of coming.splice(0)) {
      if (change.atMs > time.monotonicMs()) coming.push(change);
      else {
        shown.set(key(change.video, change.cell), change.now);
        arrivedSeq = Math.max(arrivedSeq, change.now.seq);
      }
    }
  };
  const apply = (cell: string, op: Readonly<Record<string, unknown>>): string => {
    seq += 1;
    const video = String(op['video']);
    const row = rowOf(video, cell);
    const isCanary = video.startsWith('canary-');
    // As in the books of the real one, canaries stand beside the totals.
    if (!isCanary) ops += 1;
    if (op['kind'] === 'view') {
      const times = isCanary && fault === 'doubled view' ? 2 : 1;
      if (!(isCanary && fault === 'lost view')) row.views += times;
    } else {
      const wants = op['kind'] === 'like';
      if (liked.has(key(video, cell)) === wants) {
        publish(video, cell);
        return 'unchanged';
      }
      if (wants) liked.add(key(video, cell));
      else liked.delete(key(video, cell));
      const isLost = isCanary && fault === (wants ? 'lost like' : 'lost unlike');
      if (!isLost) row.likes += wants ? 1 : -1;
    }
    publish(video, cell);
    return 'counted';
  };

  const partOf = (video: string, cell: string) => {
    const now = shown.get(key(video, cell)) ?? { likes: 0, views: 0, seq: 0 };
    const isStale =
      fault === 'stale gateway' ||
      ((fault === 'dead cell' || fault === 'owner silent') && cell === 'us');
    const asOfMs = isStale || fault === 'old numbers called live' ? frozenAtMs : time.nowMs();
    const off = fault === 'lying count' && video === CLIP ? 3 : 0;
    const count = fault === 'zero shown' ? { likes: 0, views: 0 } : now;
    return {
      likes: count.likes + off,
      views: count.views,
      state: isStale ? 'stale' : 'live',
      asOf: new Date(asOfMs).toISOString(),
      epoch: 1,
      seq: arrivedSeq,
    };
  };

  const countsOf = (url: URL): unknown => {
    arrive();
    const counts = url.searchParams.getAll('video').map((video) => {
      const cells = Object.fromEntries(CELLS.map((cell) => [cell, partOf(video, cell)]));
      const sum = (metric: 'likes' | 'views'): unknown => ({
        value: Object.values(cells).reduce((total, part) => total + part[metric], 0),
        state: 'live',
      });
      return [video, { likes: sum('likes'), views: sum('views'), cells }];
    });
    return { counts: Object.fromEntries(counts) as unknown };
  };

  const opsAnswer = (asking: Asked): Answer => {
    const cell = (asking.bearer ?? '').split(' ')[1] ?? 'us';
    if (fault === 'dead cell' && cell === 'us') return problem(503, 'cell-unavailable');
    const body = asking.json as Readonly<{ ops: readonly Readonly<Record<string, unknown>>[] }>;
    const results = body.ops.map((op) => ({ n: op['n'], outcome: apply(cell, op) }));
    return json(200, { cell, epoch: 1, seq, results });
  };

  const accountAnswer = (asking: Asked, path: string): Answer => {
    if (fault === 'sign-in broken') return problem(500, 'internal');
    const { handle, password } = (asking.json ?? {}) as Readonly<{
      handle: string;
      password: string;
    }>;
    if (path === '/v1/accounts') accounts.set(handle, password);
    else if (accounts.get(handle) !== password) return problem(401, 'wrong-credentials');
    return json(200, { handle }, [`holdfast=${handle}; Path=/`]);
  };

  const cellAnswer = (path: string): Answer => {
    const [, , , cell = '', what] = path.split('/');
    if (cell === '') {
      const at = new Date(fault === 'owner silent' ? frozenAtMs : time.nowMs()).toISOString();
      const state = fault === 'owner silent' ? 'stale' : 'live';
      const one = (jurisdiction: string): unknown => ({ jurisdiction, state, watermark: { at } });
      return json(200, { cells: CELLS.map(one) });
    }
    if (what === 'books') {
      const classes = { counted: ops + (fault === 'books off' ? 1 : 0) };
      return json(200, { ops, classes, balanced: true });
    }
    if (what === 'handovers') {
      const list = [
        { id: 'x', decidedAt: '2026-11-20T00:00:00Z', certificate: '/v1/handovers/x/certificate' },
      ];
      return json(200, { handovers: fault === 'certificate bad' ? list : [] });
    }
    const destination = fault === 'border odd' ? 'anybody' : 'public';
    return json(200, { types: [{ type: 'subtotals', destination, records: 1, bytes: 1 }] });
  };

  const answer = (asking: Asked): Answer => {
    const url = new URL(asking.url);
    const path = url.pathname;
    if (path === '/v1/counts') return json(200, countsOf(url));
    if (path === '/v1/ops') return opsAnswer(asking);
    if (path === '/v1/sessions') {
      const { jurisdiction, subject } = asking.json as Readonly<Record<string, string>>;
      if (fault === 'dead cell' && jurisdiction === 'us') return problem(503, 'cell-unavailable');
      return json(201, { grant: `hfg ${jurisdiction} ${subject ?? ''}` });
    }
    if (path === '/v1/feed')
      return json(200, { items: [{ id: CLIP, media: { src: '/clip.mp4' } }] });
    if (path === '/clip.mp4') {
      const bytes = Buffer.from(fault === 'playback broken' ? 'not a clip' : '\0\0\0\x18ftypisom');
      return { kind: 'answer', status: 206, bytes, headers: {}, cookies: [] };
    }
    if (path.endsWith('/recount')) return recountAnswer(path);
    if (path.startsWith('/v1/cells')) return cellAnswer(path);
    if (path === '/v1/accounts' || path === '/v1/sign-in') return accountAnswer(asking, path);
    if (path === '/v1/sign-out') return json(204, {});
    if (path === '/v1/me') {
      return json(200, { handle: (asking.headers?.['cookie'] ?? '').split('=')[1] });
    }
    if (path.startsWith('/v1/videos/')) return json(200, {});
    if (path.startsWith('/v1/handovers/')) return json(200, { forged: true });
    return problem(404, 'not-found');
  };

  const recountAnswer = (path: string): Answer => {
    const video = path.split('/')[3] ?? '';
    const off = fault === 'rows off' ? 1 : 0;
    const cells = CELLS.map((cell) => {
      const { likes, views } = rowOf(video, cell);
      return [cell, { likes, views: views + off }];
    });
    return json(200, { cells: Object.fromEntries(cells) as unknown });
  };

  return {
    ask: async (asking) => {
      asked += 1;
      if (fault === 'gateway down')
        return { kind: 'no-answer', isOffline: false, detail: 'ECONNREFUSED' };
      if (fault === 'gateway hangs') {
        await time.pause(3_000);
        return { kind: 'no-answer', isOffline: false, detail: 'timeout' };
      }
      await time.pause(ANSWER_MS);
      return answer(asking);
    },
    breakWith: (next) => {
      arrive();
      fault = next;
      frozenAtMs = time.nowMs();
    },
    live: () => {
      for (const cell of CELLS) apply(cell, { kind: 'view', video: CLIP });
    },
    asked: () => asked,
  };
}

function json(status: number, body: unknown, cookies: readonly string[] = []): Answer {
  const bytes = Buffer.from(JSON.stringify(body));
  return { kind: 'answer', status, bytes, headers: {}, cookies };
}

function problem(status: number, code: string): Answer {
  return json(status, { code });
}
