// Drives a page through a long feed, and says what that took.

import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsOf, memoryOf, openChromium, rendererOf } from './chromium.ts';
import type { Chromium, Session } from './chromium.ts';
import { floorPage } from './floor-page.ts';
import { watchFrames } from './frames.ts';
import type { AppRun, FeedRun, Look } from './report.ts';

/** A phone. */
export const SIZE = { width: 390, height: 844 } as const;
/** What the app's bar takes of the height. */
const BAR = '60px';
const PAGE_ITEMS = 10;
const LIKES = 20;
const LIKE_PAUSE_MS = 350;
const SETTLE_MS = 2_000;
const WAIT_MS_MAX = 60_000;
/** How often memory is looked at while the feed is scrolled. */
const LOOK_CLIPS = 25;

export type Clip = Readonly<{ id: string; media: Readonly<{ src: string }> }>;
export type Plan = Readonly<{
  url: string;
  clips: readonly Clip[];
  /** From one clip to the next: a smooth scroll takes half a second. */
  pauseMs: number;
  isRealtime: boolean;
}>;

/** A long feed of the sample clips: each stands many times, as a file of its own. */
export async function longFeed(url: string, length: number): Promise<readonly Clip[]> {
  const { items } = (await (await fetch(`${url}/v1/feed?limit=20`)).json()) as { items: Clip[] };
  return Array.from({ length }, (_, place) => {
    const clip = items[place % items.length];
    if (clip === undefined) throw new Error('the server has no clips');
    // The first ones are known to the counter, so that they can be liked.
    if (place < items.length) return clip;
    const media = { ...clip.media, src: `${clip.media.src}?place=${place}` };
    return { ...clip, id: `bench-${place}`, media };
  });
}

/** Answers the page's questions for the feed, and the address of the bare page. */
async function answerFor(page: Session, { url, clips }: Plan): Promise<void> {
  const answer = (requestId: unknown, type: string, body: string): Promise<unknown> =>
    page.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: 200,
      responseHeaders: [{ name: 'content-type', value: type }],
      body: Buffer.from(body).toString('base64'),
    });
  page.on('Fetch.requestPaused', ({ requestId, request }) => {
    const { pathname, searchParams } = new URL((request as { url: string }).url);
    if (pathname === '/bare') {
      const floor = floorPage(
        clips.map(({ media }) => media),
        BAR,
      );
      void answer(requestId, 'text/html', floor);
      return;
    }
    const from = Number(searchParams.get('cursor') ?? 0);
    const to = from + PAGE_ITEMS;
    const next = to < clips.length ? { next: String(to) } : {};
    const items = clips.slice(from, to);
    void answer(requestId, 'application/json', JSON.stringify({ items, ...next }));
  });
  const patterns = ['/v1/feed?*', '/bare'].map((path) => ({ urlPattern: url + path }));
  await page.send('Fetch.enable', { patterns });
}

/** Waits until an expression is true in the page, which may be on its way to another address. */
async function until(page: Session, expression: string): Promise<void> {
  for (const lastMs = Date.now() + WAIT_MS_MAX; Date.now() < lastMs; await sleep(50)) {
    if (await page.evaluate<boolean>(`Boolean(${expression})`).catch(() => false)) return;
  }
  throw new Error(`the page never came to: ${expression}`);
}

async function press(page: Session, key: string): Promise<void> {
  await page.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key });
  await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
}

async function signUp(page: Session, url: string): Promise<void> {
  const account = { handle: `bench.${Date.now()}`, password: 'violet-kettle-9' };
  await page.send('Page.navigate', { url: `${url}/settings` });
  await until(page, `location.pathname === '/settings' && document.readyState === 'complete'`);
  const status = await page.evaluate<number>(`(async () => {
    const cells = await (await fetch('/v1/cells')).json();
    const body = { ...${JSON.stringify(account)}, jurisdiction: cells.cells[0].jurisdiction };
    const answer = await fetch('/v1/accounts', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    return answer.status;
  })()`);
  if (status !== 201) throw new Error(`sign-up was answered with ${status}`);
}

/** Duration of presses on like until the next paint, as the browser measures it; the slowest. */
async function measureLikes(page: Session): Promise<number> {
  await page.evaluate(`globalThis.durations = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.interactionId) durations.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16 })`);
  const like = '[data-current="true"] ~ .clip-rail [data-icon="heart"] button';
  await until(page, `document.querySelector('${like}')`);
  const at = await page.evaluate<{ x: number; y: number }>(`(() => {
    const { x, y, width, height } = document.querySelector('${like}').getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  })()`);
  const mouse = { ...at, button: 'left', clickCount: 1 };
  for (let done = 0; done < LIKES; done += 1) {
    await page.send('Input.dispatchMouseEvent', { ...mouse, type: 'mousePressed' });
    await page.send('Input.dispatchMouseEvent', { ...mouse, type: 'mouseReleased' });
    await sleep(LIKE_PAUSE_MS);
  }
  return page.evaluate<number>('Math.max(16, ...durations)');
}

async function lookAt({ page }: Chromium, clip: number, pid: number): Promise<Look> {
  const { usedSize } = (await page.send('Runtime.getHeapUsage')) as { usedSize: number };
  const counters = (await page.send('Memory.getDOMCounters')) as {
    nodes: number;
    jsEventListeners: number;
  };
  return {
    clip,
    ...(await memoryOf(pid)),
    heapMb: usedSize / 1e6,
    nodes: counters.nodes,
    listeners: counters.jsEventListeners,
  };
}

/** Goes through the whole feed, a clip at a time. */
async function scroll(browser: Chromium, { clips, pauseMs }: Plan): Promise<FeedRun> {
  const pid = await rendererOf(browser.root, SETTLE_MS);
  const cpuMsBefore = await cpuMsOf(browser.root);
  const looks = [await lookAt(browser, 1, pid)];
  const stop = await watchFrames(browser.root, pid);
  for (let clip = 2; clip <= clips.length; clip += 1) {
    // On a busy machine the next page of the feed may be late; that is the server's matter.
    await until(browser.page, `document.querySelectorAll('article').length >= ${clip}`);
    await press(browser.page, 'j');
    await sleep(pauseMs);
    if (clip % LOOK_CLIPS === 0) looks.push(await lookAt(browser, clip, pid));
  }
  const cpuMs = (await cpuMsOf(browser.root)) - cpuMsBefore;
  return { ...(await stop()), cpuMsAClip: cpuMs / (clips.length - 1), looks };
}

/** The bare page. */
export async function measureFloor(plan: Plan): Promise<FeedRun> {
  const browser = await openChromium(SIZE, plan.isRealtime);
  try {
    await answerFor(browser.page, plan);
    await browser.page.send('Page.navigate', { url: `${plan.url}/bare` });
    await until(browser.page, `document.body.dataset.place === '0'`);
    const measured = await scroll(browser, plan);
    await until(browser.page, `document.body.dataset.place === '${plan.clips.length - 1}'`);
    return measured;
  } finally {
    await browser.close();
  }
}

/** The feed itself. */
export async function measureApp(plan: Plan): Promise<AppRun> {
  const browser = await openChromium(SIZE, plan.isRealtime);
  const { page } = browser;
  try {
    await answerFor(page, plan);
    await signUp(page, plan.url);
    await page.send('Page.navigate', { url: `${plan.url}/` });
    await until(page, `document.querySelector('[data-current="true"] video')`);
    const likeMs = await measureLikes(page);
    const measured = await scroll(browser, plan);
    const last = `article[aria-posinset="${plan.clips.length}"] [data-current="true"]`;
    await until(page, `document.querySelector('${last}')`);
    return { ...measured, likeMs };
  } finally {
    await browser.close();
  }
}
