// A report's way in a real browser: sent, looked at, decided with reasons, told to the author,
// appealed, and decided again by somebody else.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults, CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';
import { publish, signUp } from './harness/publish.ts';
import type { Person } from './harness/publish.ts';

const installation = openInstallation();
let server: RunningServer;
let browser: Browser;
const contexts: BrowserContext[] = [];

/** The page asks and streams, on a machine that may be busy. */
const SOON = { timeout: 60_000 };
/** A story is many steps, each of which may take its time. */
const STORY = { timeout: 240_000 };
const DAY_MS = 86_400_000;
const TITLE = 'Nothing but waves';
const FACTS = 'The clip shows a street sign and a house number from second 2 on.';

type Notices = Readonly<{ items: readonly { decision: { at: string; until?: string } }[] }>;

/** A browser of somebody who is signed in. */
async function pageOf({ cookie }: Person): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  contexts.push(context);
  const pairs = cookie.split('; ').map((pair) => pair.split('='));
  await context.addCookies(
    pairs.map(([name = '', value = '']) => ({ name, value, url: server.url })),
  );
  return context.newPage();
}

async function moderatorOf(handle: string): Promise<Page> {
  const person = await signUp(server.url, handle, 'us');
  const granted = await installation.holdfast(
    ...['roles', 'grant', '--handle', handle, '--role', 'moderator'],
  );
  expect(granted.code, granted.err).toBe(0);
  return pageOf(person);
}

async function openCase(page: Page, view: string): Promise<void> {
  await page.goto(`${server.url}/moderation${view}`);
  await page.locator('.case-row').first().click();
  await page.getByRole('heading', { name: 'What was reported' }).waitFor(SOON);
}

describe.skipIf(!hasBrowser)(`moderation, in ${CHROMIUM}`, STORY, () => {
  beforeAll(async () => {
    server = await installation.start({ withClips: true });
    browser = await openBrowser();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await installation.close();
  });

  it('PP9 MO8 MO11 MO22: a report travels to a decision, its reasons to the author, an appeal to another moderator', async () => {
    const creator = await signUp(server.url, 'wave.maker', 'us');
    const video = await publish(server.url, creator, 'ocean.mp4', TITLE);
    const viewer = await pageOf(await signUp(server.url, 'a.viewer', 'eu'));
    const first = await moderatorOf('first.reader');
    const second = await moderatorOf('second.reader');

    await viewer.goto(`${server.url}/v/${video}`);
    await viewer.getByRole('button', { name: 'Report' }).click();
    const dialog = viewer.locator('dialog[open]');
    await dialog.getByText('Shows private information').click();
    await dialog.getByRole('textbox').fill('My house is in it.');
    expect(await axeFaults(viewer)).toEqual([]);
    await dialog.getByRole('button', { name: 'Send the report' }).click();
    await dialog.getByText('The report is received').waitFor(SOON);

    await openCase(first, '');
    await first.getByText('My house is in it.').waitFor(SOON);
    expect(await axeFaults(first)).toEqual([]);
    await first.getByText('Hide it for a time').click();
    await first.getByLabel('For how many days').fill('1');
    await first.getByRole('button', { name: 'Decide, and tell the author' }).click();
    await first.getByText('Write the facts').waitFor(SOON);
    await first.getByLabel('The facts, for the author').fill(FACTS);
    await first.getByRole('button', { name: 'Decide, and tell the author' }).click();
    await first.getByText('Decided. The author has been told.').waitFor(SOON);

    const notices = await fetch(`${server.url}/v1/me/notices`, {
      headers: { cookie: creator.cookie },
    });
    const { items } = (await notices.json()) as Notices;
    const { at = '', until = '' } = items[0]?.decision ?? {};
    expect(Date.parse(until) - Date.parse(at)).toBe(DAY_MS);

    await viewer.goto(`${server.url}/reports`);
    await viewer.locator('.report').getByText('Hidden').waitFor(SOON);
    const author = await pageOf(creator);
    await author.goto(`${server.url}/reports`);
    await author.getByText(FACTS).waitFor(SOON);
    await author.getByText('not public any more').first().waitFor(SOON);
    expect(await author.getByText(video, { exact: true }).count()).toBe(0);
    expect(await axeFaults(author)).toEqual([]);
    await author.getByLabel('Why is it wrong?').fill('It is a painted set.');
    await author.getByRole('button', { name: 'Send the appeal' }).click();
    await author.getByText('Your appeal was received').waitFor(SOON);

    await openCase(second, '?view=appealed');
    await second.getByText('It is a painted set.').waitFor(SOON);
    await second.getByText('The decision is taken back').click();
    const form = second.locator('form', { hasText: 'Decide on the appeal' });
    await form.getByRole('textbox').fill('The sign reads Elsewhere; it is a set.');
    expect(await axeFaults(second)).toEqual([]);
    await form.locator('button[type="submit"]').click();
    await second.locator('.story').getByText('taken back').waitFor(SOON);

    await author.reload();
    await author.getByText('The decision was taken back.').waitFor(SOON);
    await viewer.goto(`${server.url}/v/${video}`);
    await viewer.getByRole('heading', { level: 1, name: TITLE }).waitFor(SOON);

    await second.goto(`${server.url}/moderation?view=audit`);
    const log = second.getByRole('table');
    await log.getByText('first.reader').first().waitFor(SOON);
    await log.getByText('second.reader').first().waitFor(SOON);
    expect(await axeFaults(second)).toEqual([]);
    await author.goto(`${server.url}/moderation`);
    await author.getByText('This page is for moderators').waitFor(SOON);
  });

  it('PP10 CM15 CM19 CM24: a creator keeps hold words, lets a comment through, and pins one', async () => {
    const creator = await signUp(server.url, 'word.keeper', 'us');
    const video = await publish(server.url, creator, 'lanterns.mp4', 'Paper lights');
    const author = await pageOf(creator);
    const viewer = await pageOf(await signUp(server.url, 'talks.much', 'eu'));
    await author.goto(`${server.url}/settings`);
    await author.getByLabel('Words that make a comment wait').fill('lemonade\n\nfree money');
    await author.getByRole('button', { name: 'Keep the list' }).click();
    await author.getByText('The list is kept.').waitFor(SOON);
    expect(await axeFaults(author)).toEqual([]);

    const say = async (text: string, state: string): Promise<void> => {
      await viewer.getByLabel('Your comment').fill(text);
      await viewer.getByRole('button', { name: 'Send', exact: true }).click();
      await viewer.getByText(state).waitFor(SOON);
    };
    const comment = (page: Page, text: string) => page.locator('.comment', { hasText: text });
    await viewer.goto(`${server.url}/v/${video}`);
    await say('So calm.', 'Your comment is published.');
    await say('LEMONADE for everybody', 'Your comment waits');

    await author.goto(`${server.url}/v/${video}`);
    const held = comment(author, 'LEMONADE for everybody');
    await held.getByText('Waiting').waitFor(SOON);
    expect(await axeFaults(author)).toEqual([]);
    await held.getByRole('button', { name: 'Let it through' }).click();
    await comment(author, 'So calm.').getByRole('button', { name: 'Pin', exact: true }).click();
    await comment(author, 'So calm.').getByText('Pinned').waitFor(SOON);

    await viewer.goto(`${server.url}/v/${video}?again`);
    await comment(viewer, 'LEMONADE for everybody').waitFor(SOON);
    const first = viewer.locator('.comment').first();
    await first.getByText('So calm.').waitFor(SOON);
    await first.getByText('Pinned').waitFor(SOON);
  });
});
