// The public record in a real browser, over a country that has changed hands: Chromium where there is
// one; else the report says that these were skipped.

import type { Browser, Page } from 'playwright-core';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiOf, bodyOf, until } from './harness/api.ts';
import { axeFaults, CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation } from './harness/installation.ts';
import { LOAD_VIDEO } from './harness/load.ts';

const WORLD_MS_MAX = 240_000;
const TEST_MS_MAX = 120_000;
const SOON = { timeout: 60_000 };
const place = openInstallation();
let url: string;
let certificate: string;
let browser: Browser;
let page: Page;

type Trust = Readonly<{
  registrarKey: string;
  handovers: readonly Readonly<{ certificate: string | null }>[];
}>;

/** Registrar, two cells for us and one for eu, a gateway; us goes from north to south. */
async function openWorld(): Promise<void> {
  const registrar = await place.part('registrar', ['registrar', '--port', '0']);
  const address = ['--registrar', registrar.url];
  const cell = (operator: string, jurisdiction: string, ...more: readonly string[]) => {
    const who = ['--jurisdiction', jurisdiction, '--operator', operator, ...more];
    return place.part(operator, ['cell', ...who, ...address, '--port', '0']);
  };
  await cell('north', 'us');
  const south = await cell('south', 'us', '--location', 'Dallas, Texas, US');
  await cell('east', 'eu');
  url = (await place.part('gateway', ['gateway', '--port', '0', ...address])).url;
  const api = apiOf(url);
  await api.video('seen', LOAD_VIDEO);
  const grant = await api.grant('us', 'somebody');
  expect(await api.outcomes(grant, [{ n: 1, kind: 'like', video: 'seen' }])).toEqual(['counted']);
  const whose = ['--cell', 'us', '--data', join(place.scratchDir, 'north'), ...address];
  const begun = await place.holdfast('handover', 'start', '--to', south.url, ...whose);
  expect([begun.code, begun.err]).toEqual([0, '']);
  const trust = await until(
    'a certificate',
    async () => bodyOf<Trust>(await api.send('GET', '/v1/trust/us')),
    ({ handovers }) => typeof handovers[0]?.certificate === 'string',
  );
  certificate = await (await fetch(url + (trust.handovers[0]?.certificate ?? ''))).text();
}

const asFile = (text: string) => ({
  name: 'certificate.json',
  mimeType: 'application/json',
  buffer: Buffer.from(text),
});

describe.skipIf(!hasBrowser)(`the public record, in ${CHROMIUM}`, { timeout: TEST_MS_MAX }, () => {
  beforeAll(async () => {
    await openWorld();
    browser = await openBrowser();
  }, WORLD_MS_MAX);
  afterAll(async () => {
    await browser.close();
    await place.close();
  });

  const complaints: string[] = [];
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    complaints.length = 0;
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await page.close();
    if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join(', ')}`);
  });

  const textOf = (selector: string): Promise<string> => page.locator(selector).innerText();
  const shows = (text: string | RegExp): Promise<void> =>
    page.getByText(text).first().waitFor(SOON);

  it('PG5: lists every country with who keeps it, and leads to each', async () => {
    await page.goto(`${url}/trust`);
    await page.getByRole('link', { name: 'United States' }).waitFor(SOON);
    expect(await textOf('main')).toContain('kept by south');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'European Union' }).click();
    await shows('They have never changed hands.');
    await shows('there is no certificate to check');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('PG5, PG6: says who, since when, where and by which act, and follows the charter', async () => {
    await page.goto(`${url}/trust/us`);
    await shows(/^all 4 entries hold$/);
    const said = await textOf('main');
    for (const part of [
      'They have changed hands once.',
      'Handed over',
      'Dallas, Texas, US',
      'north/main gave the cell to south/main.',
      'the books balance',
    ]) {
      expect(said).toContain(part);
    }
  });

  it('PG7: checks the certificate in the page, step by step, and says what it cannot prove', async () => {
    await page.goto(`${url}/trust/us`);
    await page.getByRole('button', { name: 'Check it in my browser' }).click(SOON);
    await shows('The certificate holds.');
    expect(await textOf('.checks')).not.toContain('fails');
    expect(await textOf('.unproven')).toContain('two that lie alike look alike');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('PG7, T7: refuses a file with one byte changed, with the reason, and sends nothing', async () => {
    await page.goto(`${url}/trust/verify`);
    const input = page.locator('input[type="file"]');
    await input.setInputFiles(asFile(certificate));
    await shows('The certificate holds.');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const changed = certificate.replace(/"likes": (\d+)/, (_all, likes: string) => {
      return `"likes": ${Number(likes) + 1}`;
    });
    expect(changed).not.toBe(certificate);
    await input.setInputFiles(asFile(changed));
    await shows('The certificate does not hold.');
    expect(await textOf('.verdict')).toContain('the two sides counted differently');
    expect(asked).toEqual([]);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('PG7: refuses a certificate of another registrar than the one whose key was given', async () => {
    await page.goto(`${url}/trust/verify`);
    const key = page.getByLabel('Key of the registrar');
    await key.fill('not a key');
    await shows('This is no Ed25519 public key');
    await key.fill('MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=');
    await page.locator('input[type="file"]').setInputFiles(asFile(certificate));
    await shows('The certificate does not hold.');
    expect(await textOf('.verdict')).toContain('not the registrar whose key was given');
  });

  it('PG6: says that a charter does not hold when the server changed an entry', async () => {
    await page.route('**/v1/charter?after=0', async (route) => {
      const reply = await route.fetch();
      const body = (await reply.text()).replace('"reason":"', '"reason":"not ');
      await route.fulfill({ response: reply, body });
    });
    await page.goto(`${url}/trust/us`);
    await shows('The charter does not hold. Do not rely on this page.');
    await shows(/Entry 1: its hash does not fit its content/);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('PG8: says what it means when there is no answer, and draws no number', async () => {
    await page.route('**/v1/**', (route) => route.abort());
    await page.goto(`${url}/trust/us`);
    await shows('The record cannot be shown now.');
    expect(await textOf('main')).not.toMatch(/\d/);
    expect(await axeFaults(page)).toEqual([]);
    await page.unroute('**/v1/**');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await shows(/^all 4 entries hold$/);
  });

  it('PG8: a country that nobody knows is said to be unknown', async () => {
    await page.goto(`${url}/trust/mars`);
    await shows('The charter has no cell of this name.');
  });
});
