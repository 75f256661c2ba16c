// `npm run bench:feed`: how the feed feels. Scrolls through 200 clips in Chromium and measures memory,
// frames that were late, and how long a like takes to show (Interaction to Next Paint).
//
//   npm run bench:feed -- [--clips 200]

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const PAGE_ITEMS = 10;
const STEP_MS = 350;
const LIKES = 20;
const FRAME_MS = 1_000 / 60;
const IDLE_MS = 5_000;
/** What the feed is allowed (issue: memory, frames, interaction). */
const BUDGET = { memoryMb: 300, lateParts: 0.02, likeMs: 200 } as const;

type Clip = Readonly<Record<string, unknown>>;

/** Starts Holdfast with its sample clips and gives its address. */
async function startServer(data: string): Promise<Readonly<{ url: string; stop: () => void }>> {
  const main = ['packages/server/src/main.ts', 'start', '--port', '0', '--data', data];
  const child = spawn(process.execPath, main, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  for (;;) {
    const [, url] = /API +(http:\/\/[\d.:]+)\/v1/.exec(said) ?? [];
    if (url !== undefined) return { url, stop: () => void child.kill('SIGTERM') };
    if (child.exitCode !== null) throw new Error(`the server ended: ${said}`);
    await sleep(100);
  }
}

/** Makes a long feed of the sample clips: each stands many times, under a name of its own. */
async function lengthen(page: Page, url: string, clips: number): Promise<void> {
  const feed = (await (await fetch(`${url}/v1/feed?limit=20`)).json()) as { items: Clip[] };
  await page.route('**/v1/feed?*', (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
    const items = Array.from({ length: Math.min(PAGE_ITEMS, clips - from) }, (_, n) => {
      const clip = feed.items[(from + n) % feed.items.length];
      // The first ones are known to the counter, so that they can be liked.
      return from + n < feed.items.length ? clip : { ...clip, id: `bench-${from + n}` };
    });
    const next = from + PAGE_ITEMS < clips ? { next: String(from + PAGE_ITEMS) } : {};
    return route.fulfill({ json: { items, ...next } });
  });
}

async function signUp(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/sign-up`);
  await page.locator('input[name="handle"]').fill('bench.feed');
  await page.locator('input[name="password"]').fill('violet-kettle-9');
  await page.locator('form button[type="submit"]').click();
  await page.waitForURL(`${url}/`);
}

/** Duration of presses on like until the next paint, as the browser measures it; the slowest. */
async function measureLikes(page: Page): Promise<number> {
  await page.evaluate(`globalThis.durations = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.interactionId) durations.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16 })`);
  const like = page.locator('[data-current="true"] ~ .clip-rail [data-icon="heart"] button');
  for (let press = 0; press < LIKES; press += 1) {
    await like.click();
    await sleep(STEP_MS);
  }
  return Number(await page.evaluate('Math.max(16, ...durations)'));
}

function watchFrames(page: Page): Promise<unknown> {
  return page.evaluate(`globalThis.frames = []; let before = performance.now();
    const tick = (now) => { frames.push(now - before); before = now; requestAnimationFrame(tick); };
    requestAnimationFrame(tick)`);
}

async function framesSeen(page: Page): Promise<{ lateParts: number; frames: number }> {
  const frames = (await page.evaluate('frames')) as readonly number[];
  // A frame that comes later than two are apart has dropped those between.
  const dropped = frames.reduce((sum, ms) => sum + Math.max(0, Math.round(ms / FRAME_MS) - 1), 0);
  return { lateParts: dropped / (frames.length + dropped), frames: frames.length };
}

async function scroll(page: Page, clips: number): Promise<{ lateParts: number; frames: number }> {
  await watchFrames(page);
  for (let step = 1; step < clips; step += 1) {
    await page.keyboard.press('j');
    await sleep(STEP_MS);
  }
  return framesSeen(page);
}

/** Resident memory of the process that draws the page: the largest, others are spare ones. */
async function memoryMb(browserPid: number): Promise<number> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  let mostKb = 0;
  for (const pid of processes) {
    // A process may end while it is looked at.
    const read = (file: string): Promise<string> =>
      readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const command = await read('cmdline');
    const status = await read('status');
    if (!command.includes('--type=renderer')) continue;
    const session = (await read('stat')).split(' ')[5];
    if (session === String(browserPid)) {
      mostKb = Math.max(mostKb, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN));
    }
  }
  return mostKb / 1_000;
}

/** What this machine drops on an empty page, in the same minute: the noise of the figure above. */
async function idleLateParts(page: Page): Promise<number> {
  await page.goto('about:blank');
  await watchFrames(page);
  await sleep(IDLE_MS);
  return (await framesSeen(page)).lateParts;
}

const { values } = parseArgs({ options: { clips: { type: 'string', default: '200' } } });
const clips = Number(values.clips);
if (!existsSync(CHROMIUM)) {
  console.error(`There is no ${CHROMIUM}, so nothing was measured. Install Debian's chromium.`);
  process.exit(1);
}
const data = await mkdtemp(join(tmpdir(), 'holdfast-bench-feed-'));
const server = await startServer(data);
const launched = await chromium.launchServer({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const browser = await chromium.connect(launched.wsEndpoint());
try {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await lengthen(page, server.url, clips);
  await signUp(page, server.url);
  await page.locator('[data-current="true"] video').waitFor();
  const likeMs = await measureLikes(page);
  const { lateParts, frames } = await scroll(page, clips);
  const reached = await page
    .locator('[data-current="true"]')
    .locator('..')
    .getAttribute('aria-posinset');
  const rendererMb = await memoryMb(launched.process().pid ?? 0);
  const idle = await idleLateParts(page);
  const measured = { likeMs, rendererMb, lateParts, idleLateParts: idle, frames };
  console.log(JSON.stringify({ clips, reached, measured, BUDGET }));
} finally {
  await browser.close();
  await launched.close();
  server.stop();
  await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
