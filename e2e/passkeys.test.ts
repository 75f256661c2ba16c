// Passkeys in a real browser with a device in software: Chromium where there is one; else the report
// says that they were skipped.

import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation } from './harness/installation.ts';

const installation = openInstallation();
let browser: Browser;
let context: BrowserContext;
let page: Page;
let device: CDPSession;
/** Passkeys need a name, and a browser takes them at this one without HTTPS. */
let url: string;

const SOON = { timeout: 60_000 };
const PASSWORD = 'violet-kettle-9';

async function addDevice(): Promise<void> {
  device = await context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Whose account the browser is signed in to. */
async function handleNow(): Promise<string | undefined> {
  const reply = await context.request.get(`${url}/v1/me`);
  return reply.ok() ? ((await reply.json()) as { handle: string }).handle : undefined;
}

const signOut = (): Promise<unknown> =>
  page.evaluate(async () => (await fetch('/v1/sign-out', { method: 'POST' })).status);

async function addPasskey(name: string): Promise<void> {
  await page.goto(`${url}/settings`);
  await page.getByRole('button', { name: 'Add a passkey' }).click(SOON);
  await page.getByLabel('Name of the passkey').fill(name);
  await page.getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('button', { name: `Remove the passkey “${name}”` }).waitFor(SOON);
}

async function signInByPasskey(): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click(SOON);
}

describe.skipIf(!hasBrowser)(`passkeys, in ${CHROMIUM}`, () => {
  beforeAll(async () => {
    const server = await installation.start();
    url = server.url.replace('127.0.0.1', 'localhost');
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await installation.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    await addDevice();
  });

  afterEach(() => context.close());

  it('AC60 AC63: one is added in the settings, and signs in without a handle', async () => {
    await page.goto(`${url}/sign-up`);
    await page.locator('input[name="handle"]').fill('ann_passkey');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('form button[type="submit"]').click();
    await expect.poll(handleNow, SOON).toBe('ann_passkey');
    await addPasskey('This laptop');
    await signOut();
    expect(await handleNow()).toBeUndefined();
    await signInByPasskey();
    await expect.poll(handleNow, SOON).toBe('ann_passkey');
  });

  it('AC66: one that was removed signs nobody in', async () => {
    await page.goto(`${url}/sign-up`);
    await page.locator('input[name="handle"]').fill('bob_passkey');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('form button[type="submit"]').click();
    await expect.poll(handleNow, SOON).toBe('bob_passkey');
    await addPasskey('Old phone');
    await page.getByRole('button', { name: 'Remove the passkey “Old phone”' }).click();
    await page.getByText('You have no passkey yet.').waitFor(SOON);
    await signOut();
    await signInByPasskey();
    await page.getByText('No account here has this passkey').waitFor(SOON);
    expect(await handleNow()).toBeUndefined();
  });
});
