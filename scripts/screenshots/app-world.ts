// A small platform for the pictures of the app: the sample clips with an audience, a creator with a
// video of their own, a viewer who likes, comments and reports, and a moderator.

import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { SERVICE_KEY } from '../demo-handover/installation.ts';
import type { Installation } from '../demo-handover/installation.ts';

const SOON = { timeout: 60_000 };
const PASSWORD = 'violet-kettle-9';
const CLIP = fileURLToPath(
  new URL('../../packages/server/assets/clips/ocean.mp4', import.meta.url),
);
const WATCHED_MS = 6_000;
/** How many saw each of the samples; a third of them likes it. */
const AUDIENCE = [4_321, 1_234, 987, 450, 76, 12, 3];
const LINES_MAX = 5_000;

/** What a browser holds of somebody who is signed in. */
export type Person = Awaited<ReturnType<BrowserContext['storageState']>>;

export type AppWorld = Readonly<{
  url: string;
  /** The creator's video. */
  video: string;
  people: Readonly<Record<'creator' | 'viewer' | 'newcomer' | 'moderator', Person>>;
}>;

/** Everything is done as people do it, through the pages; only the audience comes in bulk. */
export async function openApp(place: Installation, browser: Browser): Promise<AppWorld> {
  const { url } = await place.part('app', ['start']);
  await bringAudience(url);
  const someone = async (
    handle: string,
    act: (page: Page) => Promise<void> = async () => undefined,
  ): Promise<Person> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await signUp(page, url, handle);
    await act(page);
    const person = await context.storageState({ indexedDB: true });
    await context.close();
    return person;
  };
  let video = '';
  const creator = await someone('sea.glass', async (page) => {
    await publishProfile(page, `${url}/@sea.glass`, 'Sea Glass');
    video = await publishClip(page, url);
  });
  const viewer = await someone('slow.walker', async (page) => {
    await publishProfile(page, `${url}/@slow.walker`, 'Slow Walker');
    await likeAndComment(page, `${url}/v/hf-aurora`, 'I could look at this all night.');
    await likeAndComment(page, `${url}/v/hf-rain`, 'The sound of it!');
    await report(page, `${url}/v/${video}`);
  });
  const newcomer = await someone('just.here');
  const moderator = await someone('calm.reader');
  const role = ['--handle', 'calm.reader', '--role', 'moderator'];
  await place.holdfast('roles', 'grant', ...role, '--data', place.folderOf('app'));
  return { url, video, people: { creator, viewer, newcomer, moderator } };
}

async function bringAudience(url: string): Promise<void> {
  const feed = await (await fetch(`${url}/v1/feed?limit=${AUDIENCE.length}`)).json();
  const { items } = feed as Readonly<{ items: readonly Readonly<{ id: string }>[] }>;
  const lines = items.flatMap(({ id: video }, place) =>
    Array.from({ length: AUDIENCE[place] ?? 0 }, (_, n) => {
      const jurisdiction = n % 3 === 0 ? 'eu' : 'us';
      const who = {
        jurisdiction,
        session: `audience-${place}-${n}`,
        subject: `person-${n}`,
        video,
      };
      const view = { ...who, n: 1, kind: 'view', watchedMs: WATCHED_MS, source: 'embed' };
      return n % 3 === 0 ? [view, { ...who, n: 2, kind: 'like' }] : [view];
    }).flat(),
  );
  const headers = {
    authorization: `Bearer ${SERVICE_KEY}`,
    'content-type': 'application/x-ndjson',
  };
  for (let from = 0; from < lines.length; from += LINES_MAX) {
    const some = lines.slice(from, from + LINES_MAX).map((line) => JSON.stringify(line));
    const init = { method: 'POST', headers, body: some.join('\n') };
    const answer = await fetch(`${url}/v1/ops/bulk`, init);
    if (!answer.ok) throw new Error(`the audience was refused: ${await answer.text()}`);
  }
}

async function signUp(page: Page, url: string, handle: string): Promise<void> {
  await page.goto(`${url}/sign-up?to=/settings`);
  await page.locator('input[name="handle"]').fill(handle);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('form button[type="submit"]').click();
  await page.waitForURL(`${url}/settings`, SOON);
}

async function publishProfile(page: Page, address: string, name: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('button', { name: 'Publish my profile' }).click(SOON);
  const dialog = page.locator('dialog[open]');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name }).waitFor(SOON);
}

async function publishClip(page: Page, url: string): Promise<string> {
  await page.goto(`${url}/upload`);
  await page.locator('input[type="file"]').first().setInputFiles(CLIP);
  await page.getByText('The video is ready.').first().waitFor(SOON);
  await page.getByLabel('Title').fill('Last light, rolling in');
  await page.getByText(/^Saved/).waitFor(SOON);
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.waitForURL(/\/v\//, SOON);
  return page.url().split('/').at(-1) ?? '';
}

async function likeAndComment(page: Page, address: string, words: string): Promise<void> {
  await page.goto(address);
  await page
    .getByRole('button', { name: /^Like\./ })
    .first()
    .click(SOON);
  await page.getByLabel('Your comment').fill(words);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Your comment is published.').waitFor(SOON);
}

async function report(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('button', { name: 'Report' }).first().click(SOON);
  const dialog = page.locator('dialog[open]');
  await dialog.getByText('Spam or misleading').click();
  await dialog.getByRole('textbox').fill('The same clip was here last week.');
  await dialog.getByRole('button', { name: 'Send the report' }).click();
  await dialog.getByText('The report is received').waitFor(SOON);
}
