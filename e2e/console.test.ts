// Two persons hand a cell over at the operators' console, each in a browser of their own, while
// people go on liking. Chromium where there is one; else the report says that it was skipped.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';
import { differencesOf, goesOn, LOAD_VIDEO, startLoad } from './harness/load.ts';
import type { Load } from './harness/load.ts';

const CHROMIUM = '/usr/bin/chromium';
const hasBrowser = existsSync(CHROMIUM);
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const TEST_MS_MAX = 300_000;
/** A busy machine builds the pages, copies a cell and compares it meanwhile. */
const SOON = { timeout: 120_000, interval: 250 };
const SHORTLY = { timeout: 10_000 };
const VIDEOS = ['console-0', 'console-1'];
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };

const place = openInstallation();
let north: RunningServer;
let south: RunningServer;
let gateway: RunningServer;
let browser: Browser;
let load: Load;

/** What axe-core finds wrong with a page as it is now, in both themes and at phone size. */
async function violationsOf(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [colorScheme, viewport] of [
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
    // As a desktop at 200 % zoom.
    ['light', { width: 640, height: 450 }],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    // Outside the policy of the page, as an extension is.
    await page.evaluate(AXE);
    const result = await page.evaluate('axe.run()');
    const { violations } = result as { violations: { id: string; nodes: { html: string }[] }[] };
    for (const { id, nodes } of violations) found.push(`${id}: ${nodes[0]?.html ?? ''}`);
    const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    if (Number(wide) > 0) found.push(`${String(wide)} px too wide at ${viewport.width} px`);
  }
  await page.setViewportSize(DESKTOP);
  return found;
}

async function codeFor(name: string, ...more: readonly string[]): Promise<string> {
  const data = join(place.scratchDir, 'north');
  const added = await place.holdfast('staff', 'add', name, '--data', data, ...more);
  expect([added.code, added.out]).toEqual([0, expect.stringMatching(/^([2-9A-Z]{4}-?){4}\n$/)]);
  return added.out.trim();
}

/** A browser of somebody's own, with nothing in it, enrolled and signed in. */
async function enrolled(name: string, ...more: readonly string[]): Promise<Page> {
  const code = await codeFor(name, ...more);
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${north.url}/console`);
  await page.getByLabel('Your name on the staff list').fill(name);
  await page.getByLabel('Code').fill(code);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor(SOON);
  return page;
}

const approveButton = (page: Page): Locator =>
  page.getByRole('button', { name: 'Approve the cut' });
const heading = (page: Page, name: string): Promise<boolean> =>
  page.getByRole('heading', { name }).isVisible();

/** Looks at the target first, and begins. */
async function begin(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Hand over…' }).click();
  await page.getByLabel('Address of the party').fill(south.url);
  await page.keyboard.press('Enter');
  await page.getByText('It fits. This is what will happen:').waitFor(SOON);
  await page.getByRole('button', { name: 'Begin the hand-over' }).click();
  await page.locator('dialog').waitFor({ ...SOON, state: 'detached' });
}

/** Approves once; the answer of the cell is seen by who looks at the page after it. */
async function approve(page: Page): Promise<void> {
  await approveButton(page).click(SHORTLY);
  await page.getByRole('button', { name: 'Sign the approval' }).click(SHORTLY);
  await page.locator('dialog').waitFor({ ...SHORTLY, state: 'detached' });
}

/**
 * Whether a hand-over waits for its approval, with this one's given when it is asked to. On a machine
 * that is busy a gate goes red now and then, which ends approvals, and after a while the hand-over:
 * then it is begun again, as people would.
 */
async function waits(page: Page, isApproved: boolean): Promise<boolean> {
  try {
    if (await page.getByRole('button', { name: 'Hand over…' }).isVisible()) await begin(page);
    if (!(await heading(page, 'Ready to cut to south/main'))) return false;
    if (isApproved && (await approveButton(page).isVisible())) await approve(page);
    return true;
  } catch {
    // What was to be pressed was gone, or refused: nothing is left open, and the next look tells.
    await page.reload();
    return false;
  }
}

describe.skipIf(!hasBrowser)(`the operators' console, in ${CHROMIUM}`, () => {
  beforeAll(async () => {
    const registrar = await place.part('registrar', ['registrar', '--port', '0']);
    const address = ['--registrar', registrar.url, '--port', '0'];
    const cell = (operator: string, jurisdiction: string): Promise<RunningServer> =>
      place.part(operator, [
        'cell',
        '--jurisdiction',
        jurisdiction,
        '--operator',
        operator,
        ...address,
      ]);
    north = await cell('north', 'us');
    south = await cell('south', 'us');
    await cell('east', 'eu');
    gateway = await place.part('gateway', ['gateway', ...address]);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    const { url } = gateway;
    for (const video of VIDEOS) await apiOf(url).video(video, LOAD_VIDEO);
    const senders = { devices: 2, bulkSenders: 0, pauseMs: 40 };
    load = startLoad({ seed: 20_260_122, url, videos: VIDEOS, ...senders });
  }, TEST_MS_MAX);

  afterAll(async () => {
    await browser?.close();
    await place.close();
  });

  it('CO2: says that there is no console while nobody was added', async () => {
    const page = await browser.newPage();
    const answer = await page.goto(`${north.url}/console`);
    expect(answer?.status()).toBe(404);
    expect(await page.textContent('body')).toContain('console-off');
    await page.close();
  });

  it(
    'CO20, CO21: is cut by two different persons, and by nobody alone',
    async () => {
      const alice = await enrolled('alice');
      expect(await violationsOf(alice)).toEqual([]);
      const bob = await enrolled('bob');
      const vera = await enrolled('vera', '--role', 'viewer');
      expect(await vera.getByRole('button', { name: 'Hand over…' }).count()).toBe(0);

      await begin(alice);
      await expect.poll(() => waits(alice, false), SOON).toBe(true);
      expect(await violationsOf(alice)).toEqual([]);

      const other = await enrolled('alice');
      const isAlone = async (): Promise<boolean> => {
        if (!(await waits(alice, true))) return false;
        const isCounted = await bob.getByText('1 of 2 persons have approved.').isVisible();
        const isTold = await other.getByText('Somebody else has to approve too.').isVisible();
        return isCounted && isTold && (await approveButton(other).count()) === 0;
      };
      await expect.poll(isAlone, SOON).toBe(true);
      await goesOn(load, 50);
      expect(await heading(vera, 'Handed over to south/main')).toBe(false);

      const isOver = async (): Promise<boolean> => {
        for (const page of [bob, alice]) {
          if (await heading(vera, 'Handed over to south/main')) return true;
          await waits(page, true);
        }
        return heading(vera, 'Handed over to south/main');
      };
      await expect.poll(isOver, SOON).toBe(true);
      await alice.getByRole('link', { name: 'The certificate' }).waitFor(SOON);
      expect(await violationsOf(alice)).toEqual([]);
      const audit = alice.getByRole('region', { name: 'Entries of the audit' });
      await audit.getByText('handed over', { exact: true }).waitFor(SOON);
      expect(await audit.textContent()).toMatch(/bobapprovedone/);
      expect(await audit.textContent()).toMatch(/aliceapprovedone/);
    },
    TEST_MS_MAX,
  );

  it('P1, P2: loses and doubles nothing meanwhile', async () => {
    await goesOn(load, 50);
    await load.finish();
    expect(load.faults).toEqual([]);
    expect(await differencesOf(load, gateway.url)).toEqual([]);
  });

  it(
    'CO8: lets nobody in who was revoked',
    async () => {
      const carol = await enrolled('carol');
      const data = join(place.scratchDir, 'north');
      expect((await place.holdfast('staff', 'revoke', 'carol', '--data', data)).code).toBe(0);
      await carol.getByText('You are signed out, or your access was taken away.').waitFor(SOON);
      await carol.reload();
      await carol.getByRole('button', { name: 'Sign in as carol' }).click(SOON);
      await carol.getByText('The signature is not by a key of this person').waitFor(SOON);
    },
    TEST_MS_MAX,
  );
});
