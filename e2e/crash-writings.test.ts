// kill -9 at random moments while people comment, like comments and follow: what was acknowledged is
// there once, and what is counted is what is there.

import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { apiOf, until } from './harness/api.ts';
import type { Total } from './harness/api.ts';
import { send } from './harness/http.ts';
import type { Answer } from './harness/http.ts';
import { openInstallation } from './harness/installation.ts';
import { signUp } from './harness/publish.ts';
import type { Person } from './harness/publish.ts';
import { between, randomOf, seedOf } from './harness/random.ts';
import type { Random } from './harness/random.ts';

const TEST_MS_MAX = 300_000;
const KILLS = 5;
const PEOPLE = 6;
const LIVE_MS_MAX = 1_500;
const RETRY_MS = 50;
/** One request of each person is under way at a time, so that its end is known. */
const PAUSE_MS_MAX = 30;
const VIDEO = 'written-below';
const COMMENTS = `/v1/videos/${VIDEO}/comments`;
const OWN_SITE = { 'sec-fetch-site': 'same-origin' };

type Comment = Readonly<{ id: string; text: string; likes: Total }>;
type Listed = Readonly<{ items: readonly Comment[]; count: Total; next?: string }>;

/** What one person did and was told to be done. */
type Done = Readonly<{
  /** The text of each acknowledged comment by its id. */
  comments: Map<string, string>;
  isFollowing: boolean;
  isLiking: boolean;
}>;

type About = Readonly<{ comment: string; followed: string }>;
type Line = { url: string; isOver: boolean };

/** Sends until it is acknowledged, over kills and refusals that say to come again. */
async function acknowledged(
  line: Line,
  { cookie }: Person,
  [method, path]: readonly [string, string],
  ask: Readonly<{ body?: unknown; headers?: Readonly<Record<string, string>> }> = {},
): Promise<Answer> {
  const headers = { ...OWN_SITE, cookie, ...ask.headers };
  for (;;) {
    const answer = await send(line.url, method, path, { ...ask, headers }).catch(() => undefined);
    if (answer !== undefined && answer.status < 400) return answer;
    const isLater = answer === undefined || answer.status === 429 || answer.status >= 500;
    if (!isLater) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    await sleep(RETRY_MS);
  }
}

async function write(line: Line, person: Person, about: About, random: Random): Promise<Done> {
  const comments = new Map<string, string>();
  let [isFollowing, isLiking] = [false, false];
  for (let index = 0; !line.isOver; index += 1) {
    const dice = random();
    if (dice < 0.3) {
      const text = `${person.handle} says ${index}`;
      const headers = { 'idempotency-key': `k${index}` };
      const to = ['POST', COMMENTS] as const;
      const { body } = await acknowledged(line, person, to, { body: { text }, headers });
      comments.set((body as Comment).id, text);
    } else if (dice < 0.65) {
      isFollowing = !isFollowing;
      const method = isFollowing ? 'PUT' : 'DELETE';
      await acknowledged(line, person, [method, `/v1/people/${about.followed}/follow`]);
    } else {
      isLiking = !isLiking;
      const method = isLiking ? 'PUT' : 'DELETE';
      await acknowledged(line, person, [method, `/v1/comments/${about.comment}/like`]);
    }
    await sleep(between(random, 0, PAUSE_MS_MAX));
  }
  return { comments, isFollowing, isLiking };
}

async function allComments(url: string): Promise<readonly Comment[]> {
  const items: Comment[] = [];
  for (let cursor = ''; ;) {
    const path = `${COMMENTS}?sort=newest&limit=50${cursor}`;
    const page = (await apiOf(url).send('GET', path)).body as Listed;
    items.push(...page.items);
    if (page.next === undefined) return items;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

/** The tallies that are live, and `null` for each that is not yet. */
async function totalsOf(
  url: string,
  about: About,
): Promise<Readonly<Record<string, number | null>>> {
  const page = (await apiOf(url).send('GET', COMMENTS)).body as Listed;
  const person = (await apiOf(url).send('GET', `/v1/people/${about.followed}`)).body;
  const { followers } = (person as { totals: { followers: Total } }).totals;
  const likes = (await allComments(url)).find(({ id }) => id === about.comment)?.likes;
  const value = (total: Total | undefined): number | null =>
    total?.state === 'live' ? total.value : null;
  return { comments: value(page.count), followers: value(followers), likes: value(likes) };
}

it(
  'PE2 PE8 CM6 CM12 CM16 CM25: what people wrote is there once after kills at random moments, and counted right',
  async () => {
    const seed = seedOf(process.env);
    const random = randomOf(seed);
    const why = `HOLDFAST_SEED=${seed}`;
    const place = openInstallation();
    try {
      let server = await place.start();
      await apiOf(server.url).video(VIDEO);
      const signedUp: Person[] = [];
      for (let index = 0; index <= PEOPLE; index += 1) {
        const home = index % 2 === 0 ? 'us' : 'eu';
        signedUp.push(await signUp(server.url, `writer${index}`, home));
      }
      const [first, ...people] = signedUp;
      if (first === undefined) throw new Error('nobody signed up');
      const line: Line = { url: server.url, isOver: false };
      const to = ['POST', COMMENTS] as const;
      const made = await acknowledged(line, first, to, { body: { text: 'first' } });
      const about = { comment: (made.body as Comment).id, followed: first.handle };
      const writing = Promise.all(people.map((person) => write(line, person, about, random)));
      for (let kills = 0; kills < KILLS; kills += 1) {
        await sleep(between(random, 1, LIVE_MS_MAX));
        await server.kill();
        server = await place.start();
        line.url = server.url;
      }
      await sleep(LIVE_MS_MAX);
      line.isOver = true;
      const done = await writing;
      await server.kill();
      const { url } = await place.start();

      const wanted = new Map([
        [about.comment, 'first'],
        ...done.flatMap((one) => [...one.comments]),
      ]);
      const listed = await until(
        'all comments',
        () => allComments(url),
        (found) => found.length >= wanted.size,
      );
      expect(new Map(listed.map(({ id, text }) => [id, text])), why).toEqual(wanted);
      expect(listed.length, why).toBe(wanted.size);
      const live = await until(
        'live',
        () => totalsOf(url, about),
        (all) => !Object.values(all).includes(null),
      );
      expect(live, why).toEqual({
        comments: wanted.size,
        followers: done.filter(({ isFollowing }) => isFollowing).length,
        likes: done.filter(({ isLiking }) => isLiking).length,
      });
      expect(wanted.size).toBeGreaterThan(KILLS);
    } finally {
      await place.close();
    }
  },
  TEST_MS_MAX,
);
