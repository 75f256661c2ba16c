// A made-up year of a creator's numbers, for pictures of the studio: a server that has just been
// started has no past. Answered in place of the API, in its forms.

import type { Page, Route } from 'playwright-core';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const PARTS = 20;

/** About how much of each there is on a day. */
const A_DAY = {
  views: 1_800,
  engagedViews: 1_100,
  likes: 210,
  watchMs: 13_320_000,
  uniqueViewers: 1_300,
} as const;
type Kept = keyof typeof A_DAY;
const WEEK = [0.8, 0.75, 0.85, 0.95, 1.05, 1.35, 1.25] as const;
const TITLES = [
  'How to sharpen a knife in 20 seconds',
  'Sunrise over the harbour',
  'كيف تصنع القهوة',
  'One pan, three eggs, no excuses about the washing up afterwards',
  'The quiet train',
] as const;

type Point = { at: string; value: number | null; partial: boolean; gap?: true };

/** Numbers that rise over the year and swing with the week, always the same for the same time. */
function points(
  metric: Kept,
  fromMs: number,
  toMs: number,
  stepMs: number,
  nowMs: number,
): Point[] {
  const made: Point[] = [];
  for (let at = fromMs; at < Math.min(toMs, nowMs); at += stepMs) {
    const step = Math.floor(at / stepMs);
    const growth = Math.max(0.15, 1 - (nowMs - at) / (500 * DAY_MS));
    const swing = 1 + 0.2 * Math.sin(step * 12.9898) * Math.cos(step * 4.1);
    const whole = A_DAY[metric] * (stepMs / DAY_MS) * growth * (WEEK[step % 7] ?? 1) * swing;
    const partial = at + stepMs > nowMs;
    made.push({
      at: new Date(at).toISOString(),
      value: Math.floor(partial ? whole * 0.6 : whole),
      partial,
    });
  }
  return made;
}

const sum = (list: readonly Point[]): number =>
  list.reduce((total, { value }) => total + (value ?? 0), 0);

/** A total that grows by about as much every day. */
function totalOf(metric: string, value: number, aDay: number, fromMs: number, nowMs: number) {
  const days = points('likes', fromMs, nowMs, DAY_MS, nowMs);
  const spark = days.map((point, index) => {
    return { ...point, value: value - aDay * (days.length - 1 - index) };
  });
  const net = aDay * days.length;
  const previous = value - net;
  return { metric, value, previous, spark, gained: net + 40, lost: 40 };
}

function overview(query: URLSearchParams, nowMs: number): object {
  const fromMs = Date.parse(query.get('from') ?? '');
  const toMs = Date.parse(query.get('to') ?? '');
  const [asOf, from] = [new Date(nowMs).toISOString(), new Date(fromMs).toISOString()];
  const told = { state: 'live', asOf };
  const kept = (Object.keys(A_DAY) as readonly Kept[]).map((metric) => {
    const spark = points(metric, fromMs, toMs, DAY_MS, nowMs);
    const before = points(metric, 2 * fromMs - toMs, fromMs, DAY_MS, nowMs);
    return { metric, value: sum(spark), previous: sum(before), ...told, spark };
  });
  const totals = [
    totalOf('comments', 2_911, 12, fromMs, nowMs),
    totalOf('followers', 8_190, 31, fromMs, nowMs),
  ].map((card) => ({ ...card, ...told }));
  const previous = { from: new Date(2 * fromMs - toMs).toISOString(), to: from };
  return { from, to: new Date(toMs).toISOString(), previous, cards: [...kept, ...totals] };
}

function series(query: URLSearchParams, nowMs: number): object {
  const metric = (Object.keys(A_DAY) as readonly Kept[]).find((one) => one === query.get('metric'));
  const stepMs = query.get('grain') === 'hour' ? HOUR_MS : DAY_MS;
  const fromMs = Date.parse(query.get('from') ?? '');
  const list = points(metric ?? 'views', fromMs, Date.parse(query.get('to') ?? ''), stepMs, nowMs);
  for (const point of list.slice(-9, -7)) Object.assign(point, { value: null, gap: true });
  const at = (back: number): string => list.at(-back)?.at ?? new Date(fromMs).toISOString();
  // prettier-ignore
  const marks = [
    { at: at(13), kind: 'handover', text: 'The United States went from north to south.', closing: 1_204_331, opening: 1_204_331, operators: ['north', 'south'], link: '/trust/us' },
    { at: at(9), until: at(7), kind: 'incident', text: 'The European Union did not answer. Nothing was lost.', link: '/status' },
    { at: at(5), kind: 'correction', text: '3,112 late views were added to Tuesday.' },
  ];
  return { series: list, asOf: new Date(nowMs).toISOString(), marks };
}

function ofVideo(what: string, nowMs: number): object | undefined {
  const asOf = new Date(nowMs).toISOString();
  const counted = { view: 4_812, like: 390, unlike: 22 };
  switch (what) {
    case 'retention': {
      const watching = (part: number): number =>
        Math.round(4_812 * (part < 4 ? 1 - 0.055 * part : 0.835 * Math.exp((3 - part) / 22)));
      const curve = Array.from({ length: PARTS + 1 }, (_, part) => {
        return { part: part / PARTS, watching: watching(part) };
      });
      return {
        starts: 4_812,
        points: curve,
        loops: 812,
        averageWatchMs: 9_231,
        asOf,
        state: 'live',
      };
    }
    case 'sources': {
      const views = {
        feed: 3_100,
        profile: 812,
        search: 402,
        direct: 280,
        embed: 118,
        external: 0,
      };
      const items = Object.entries(views).map(([source, count]) => {
        return { source, views: count, watchMs: count * 6_700 };
      });
      return { items, asOf };
    }
    case 'jurisdictions':
      return {
        items: [
          { jurisdiction: 'us', views: 3_012, likes: 412 },
          { jurisdiction: 'other', views: 1_800, likes: 208 },
        ],
        asOf,
      };
    case 'returning':
      return { uniqueViewers: 3_911, returning: 612, errorPart: 0.03 };
    case 'realtime': {
      const minutes = points('views', nowMs - HOUR_MS, nowMs, MINUTE_MS, nowMs);
      const hours = points('views', nowMs - 2 * DAY_MS, nowMs, HOUR_MS, nowMs);
      const justNow = { from: asOf, views: 7, starts: 9, watching: 0.4 };
      return { justNow, minutes, hours, state: 'live', asOf };
    }
    case 'ledger':
      return {
        received: 5_836,
        classes: { counted: 5_224, duplicate: 312, unqualified: 300 },
        perKind: {
          view: { counted: counted.view, duplicate: 280, unqualified: 300 },
          like: { counted: counted.like, duplicate: 30 },
          unlike: { counted: counted.unlike, duplicate: 2 },
        },
        corrections: [
          { at: asOf, jurisdiction: 'us', metric: 'views', delta: -41, reason: 'fraud', note: '' },
        ],
        shown: { likes: 368, views: 4_771 },
        balanced: true,
        asOf,
        perCell: [{ jurisdiction: 'us', likes: 368, views: 4_771, asOf, epoch: 2, seq: 10_231 }],
      };
    default:
      return undefined;
  }
}

function videos(nowMs: number): object {
  const items = TITLES.map((title, index) => {
    const views = 184_033 >> index;
    const metrics = { views, engagedViews: views >> 1, likes: views >> 3, comments: views >> 8 };
    const publishedAt = new Date(nowMs - (9 * index + 1) * DAY_MS).toISOString();
    return {
      video: `v_${index}`,
      title,
      publishedAt,
      metrics: { ...metrics, watchMs: views * 7_400 },
    };
  });
  return { items };
}

/** Signs a made-up creator in on a page, and answers what the studio asks about their year. */
export async function liveAYear(page: Page): Promise<void> {
  const nowMs = Date.now();
  await page.route('**/v1/**', async (route: Route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    const known: Readonly<Record<string, () => object>> = {
      '/v1/me': () => ({
        account: 'acc_sample',
        handle: 'sample',
        displayName: 'Sample creator',
        profile: true,
      }),
      '/v1/me/studio/overview': () => overview(searchParams, nowMs),
      '/v1/me/studio/series': () => series(searchParams, nowMs),
      '/v1/me/studio/videos': () => videos(nowMs),
      '/v1/videos/v_0': () => ({ title: TITLES[0], durationMs: 15_000, visibility: 'public' }),
    };
    const about = /^\/v1\/videos\/v_0\/(\w+)$/.exec(pathname)?.[1];
    const body = about === undefined ? known[pathname]?.() : ofVideo(about, nowMs);
    await (body === undefined ? route.continue() : route.fulfill({ json: body }));
  });
  await page.reload();
}
