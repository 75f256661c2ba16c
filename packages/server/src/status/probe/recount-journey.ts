// The journey that adds everything up anew: books, a video's buckets, and the cell's like rows.
//
// Rules: docs/spec/status.md (ST7, ST12, ST47).

import { at, numberAt, textAt } from './ask.ts';
import { register, someVideos } from './count-journeys.ts';
import { bodyOf, JourneyEnd } from './journey.ts';
import type { Finding, Journey, Way, World } from './journey.ts';

const RECOUNT_LOOKS = 3;
const RECOUNT_PAUSE_MS = 400;
/** A recount of the largest cell is made this often at least; an older one says nothing of now. */
const ROWS_AGE_MS_MAX = 86_400_000;

type Books = Readonly<{ ops: number; isBalanced: boolean }>;

async function booksOf({ ask }: World, { gateway, cell }: Way): Promise<Books> {
  const url = `${gateway}/v1/cells/${cell}/books`;
  const body = bodyOf('reading the books', await ask({ method: 'GET', url }), 200);
  const ops = numberAt(body, 'ops');
  const classes = at(body, 'classes');
  if (ops === undefined || typeof classes !== 'object' || classes === null) {
    throw new JourneyEnd('failed', 'reading the books: the answer has no classes');
  }
  const sum = Object.values(classes).reduce(
    (total: number, count: unknown) => total + Number(count),
    0,
  );
  return { ops, isBalanced: at(body, 'balanced') === true && sum === ops };
}

/** The books balance, a video's buckets are what is shown, and all like rows are what is counted. */
export const recountJourney: Journey = async (world, way) => {
  await register(world, way);
  const [video = way.canary.likeVideo] = await someVideos(world, way);
  const isOwn = video === way.canary.likeVideo;
  const named = isOwn ? undefined : video;
  for (let look = 1; ; look += 1) {
    const before = await booksOf(world, way);
    if (!before.isBalanced) return unbalanced();
    const shown = await partsOf(world, way, `/v1/counts?video=${video}`, ['counts', video]);
    const recounted = await partsOf(world, way, `/v1/videos/${video}/recount`, []);
    const rows = rowsFinding(recounted.likeRows, world.nowMs());
    const after = await booksOf(world, way);
    const opsBetween = after.ops - before.ops;
    const off = (['likes', 'views'] as const).map((metric): Finding => {
      const difference = Math.abs(shown[metric] - recounted[metric]);
      if (difference <= opsBetween) return { component: `${metric}-right`, verdict: 'good' };
      const detail = `${metric} are shown as ${shown[metric]}, and recounting gives ${recounted[metric]}`;
      const numbers = { expected: recounted[metric], shown: shown[metric] };
      return { component: `${metric}-right`, verdict: 'wrong', detail, ...numbers, video: named };
    });
    const isOff = off.some(({ verdict }) => verdict === 'wrong');
    // Numbers move while two answers are on their way; what is wrong is wrong at every look.
    if (!isOff || look >= RECOUNT_LOOKS) return withRows(off, rows);
    await world.pause(RECOUNT_PAUSE_MS);
  }
};

function unbalanced(): readonly Finding[] {
  const detail = 'the books do not balance: the classes do not add up to the ops';
  return [
    { component: 'likes-right', verdict: 'wrong', detail },
    { component: 'views-right', verdict: 'wrong', detail },
  ];
}

async function partsOf(
  { ask, serviceKey }: World,
  { gateway, cell }: Way,
  path: string,
  within: readonly string[],
): Promise<Readonly<{ likes: number; views: number; likeRows: unknown }>> {
  // Counts are for everybody and take no key.
  const bearer = path.startsWith('/v1/counts') ? undefined : serviceKey;
  const answer = await ask({ method: 'GET', url: `${gateway}${path}`, bearer });
  const body = bodyOf('recounting', answer, 200);
  const part = at(body, ...within, 'cells', cell);
  const likes = numberAt(part, 'likes');
  const views = numberAt(part, 'views');
  if (likes === undefined || views === undefined) {
    throw new JourneyEnd('blind', `recounting: ${cell} has no numbers now`);
  }
  return { likes, views, likeRows: at(part, 'likeRows') };
}

/** What the recount of all like rows says; `undefined` of a gateway that does not tell. */
function rowsFinding(told: unknown, nowMs: number): Finding | undefined {
  if (told === undefined) return undefined;
  const component = 'likes-right';
  const offVideos = numberAt(told, 'offVideos');
  const madeAtMs = Date.parse(textAt(told, 'madeAt') ?? '');
  if (offVideos === undefined || !(nowMs - madeAtMs <= ROWS_AGE_MS_MAX)) {
    return { component, verdict: 'blind', detail: 'like rows have not been recounted of late' };
  }
  if (offVideos === 0) return { component, verdict: 'good' };
  const first = at(told, 'off', 0);
  const [rows = 0, counted = 0] = [numberAt(first, 'rows'), numberAt(first, 'counted')];
  const detail =
    `${offVideos} ${offVideos === 1 ? 'video has' : 'videos have'} not as many like rows as ` +
    `likes: ${rows} rows, counted as ${counted}`;
  // Whoever knows the id of a canary can like it (ST34).
  const id = textAt(first, 'video') ?? '';
  const video = id.startsWith('canary-') ? undefined : id;
  return { component, verdict: 'wrong', detail, expected: rows, shown: counted, video };
}

/** What is seen of the rows stands for what was seen of the likes, unless that is wrong by itself. */
function withRows(off: readonly Finding[], rows: Finding | undefined): readonly Finding[] {
  if (rows === undefined || rows.verdict === 'good') return off;
  return off.map((one) => {
    return one.component === rows.component && one.verdict === 'good' ? rows : one;
  });
}
