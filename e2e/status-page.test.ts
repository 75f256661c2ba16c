// The status page in a browser: in all its states, with and without JavaScript, as plain files, and
// in the widget that Statuspage gives to its customers.

import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openShown, SHOWN } from '@holdfast/server/status/shown.fixture.ts';
import type { Shown, ShownPage } from '@holdfast/server/status/shown.fixture.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation } from './harness/installation.ts';

const SOON = { timeout: 60_000 };
const ASSETS = fileURLToPath(new URL('../packages/server/src/status/page/', import.meta.url));
const WIDGET = fileURLToPath(import.meta.resolve('@statuspage/status-widget/dist/index.js'));

const asset = (name: string): string => readFileSync(join(ASSETS, name), 'utf8');
const assets = { css: `${asset('page.css')}\n${asset('parts.css')}`, script: asset('live.js') };

let browser: Browser;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser();
});
afterAll(() => (hasBrowser ? browser.close() : undefined));
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function opened(shown: Shown): Promise<ShownPage> {
  const page = await openShown(shown, assets);
  closing.push(page.close);
  return page;
}

async function look(url: string, options: { javaScriptEnabled?: boolean } = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, ...options });
  closing.push(() => page.close());
  await page.goto(url);
  return page;
}

const HEADLINES: Readonly<Record<Exclude<Shown, 'postmortem'>, readonly [string, string]>> = {
  good: ['Operational', 'Likes and views are right, and everything works.'],
  degraded: ['Degraded', 'New likes and views show up late right now.'],
  wrong: ['Major outage', 'Some likes are shown wrong right now.'],
  outage: ['Major outage', 'Almost nothing works right now.'],
  unknown: ['Unknown', 'Right now we cannot see whether likes and views are right.'],
  maintenance: ['Under maintenance', 'Planned work is under way in the United States.'],
  'hand-over': [
    'Under maintenance',
    'Likes and views are right while another operator takes over the United States.',
  ],
  monitoring: ['Operational', 'Likes and views are right, and everything works.'],
  new: ['Unknown', 'We cannot tell yet how things are: nothing has been looked at so far.'],
};

describe.skipIf(!hasBrowser)('the page in a browser', () => {
  it.each(Object.entries(HEADLINES) as [Shown, readonly [string, string]][])(
    'ST35: says in words how things are when they are: %s',
    async (shown, [state, sentence]) => {
      const { url, path } = await opened(shown);
      const page = await look(url + path, { javaScriptEnabled: false });
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(sentence);
      expect(await page.locator('.hero .state').textContent()).toBe(state);
    },
  );

  it.each(SHOWN)('ST38: axe finds nothing to mend on any page: %s', async (shown) => {
    const { url, path } = await opened(shown);
    const others = shown === 'monitoring' ? ['/status/us', '/status/history', '/status/rules'] : [];
    for (const address of new Set([path, '/status', ...others])) {
      const page = await look(url + address);
      expect(await axeFaults(page), address).toEqual([]);
      // Nothing is wider than a phone.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      await page.close();
    }
  });

  it('ST38: is whole without JavaScript, and every link on it leads somewhere', async () => {
    const { url } = await opened('monitoring');
    const page = await look(`${url}/status`, { javaScriptEnabled: false });
    expect(await page.locator('.component').count()).toBe(18);
    expect(await page.locator('.aged').isVisible()).toBe(false);
    const links = (await page.evaluate(
      `[...document.querySelectorAll('a[href^="/"]')].map((one) => one.getAttribute('href'))`,
    )) as readonly string[];
    for (const link of new Set(links)) {
      expect([link, (await page.request.get(url + link)).status()]).toEqual([link, 200]);
    }
  });

  it('ST38: an address is subscribed by the form alone', async () => {
    const { url } = await opened('good');
    const page = await look(`${url}/status`, { javaScriptEnabled: false });
    await page.getByLabel('E-mail address or https address of a webhook').fill('kim@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Almost done');
  });

  it('renews itself with JavaScript, and says so when nothing is new any more', async () => {
    const shown = await opened('good');
    const page = await look(`${shown.url}/status`);
    await page.evaluate(`document.querySelector('h1').textContent = 'old'`);
    await page.getByText('Likes and views are right').waitFor(SOON);
    let isThere = true;
    await page.route('**/status', async (route) => {
      if (!isThere) return route.abort();
      const response = await route.fetch();
      const made = `data-made="${Date.now() - 60_000}"`;
      const body = (await response.text()).replace(/data-made="\d+"/, made);
      return route.fulfill({ response, body });
    });
    await page.reload();
    isThere = false;
    await page.getByText('This page has had no news for a while.').waitFor(SOON);
  });

  it.each([
    ['good', 'none'],
    ['degraded', 'minor'],
    ['unknown', 'major'],
    ['wrong', 'critical'],
    ['maintenance', 'maintenance'],
  ] as const)('ST36, ST37: Statuspage’s own widget shows %s as %s', async (state, indicator) => {
    const { url } = await opened(state);
    const site = mkdtempSync(join(tmpdir(), 'holdfast-widget-'));
    closing.push(async () => rmSync(site, { recursive: true }));
    copyFileSync(WIDGET, join(site, 'widget.js'));
    const use = `<statuspage-widget src="${url}"></statuspage-widget><script src="widget.js"></script>`;
    writeFileSync(join(site, 'index.html'), `<!doctype html>${use}`);
    const page = await look(`${await hostOf(site)}/`);
    const mark = page.locator(`.status-indicator`);
    await mark.waitFor({ ...SOON, state: 'attached' });
    expect((await mark.getAttribute('class'))?.split(' ')).toContain(indicator);
    const [, sentence] = HEADLINES[state];
    expect(await page.locator('.status-text').textContent()).toBe(sentence);
  });

  it('is served as plain files by a host that knows nothing of it', async () => {
    const { url } = await opened('monitoring');
    const place = openInstallation();
    closing.push(place.close);
    const dir = join(place.scratchDir, 'site');
    const { code, err } = await place.holdfast('status', 'export', dir, '--page', url);
    expect([code, err]).toEqual([0, '']);
    const page = await look(`${await hostOf(dir)}/`);
    await page.waitForURL('**/status/');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
      HEADLINES.monitoring[1],
    );
    await page.getByRole('link', { name: 'Wrong views in' }).first().click();
    await page.getByRole('heading', { name: 'Root cause' }).waitFor(SOON);
    const summary = await page.request.get(new URL('/api/v2/summary.json', page.url()).href);
    expect(await summary.json()).toMatchObject({ status: { indicator: 'none' } });
    await page.getByRole('link', { name: 'Subscribe' }).click();
    expect(await page.locator('form').getAttribute('action')).toBe(`${url}/status/subscribe`);
  });
});

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  svg: 'image/svg+xml',
  json: 'application/json',
};

/** A host of plain files, and no more than that. */
async function hostOf(dir: string): Promise<string> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    if (!path.endsWith('/') && !path.split('/').at(-1)?.includes('.')) {
      response.writeHead(301, { location: `${path}/` }).end();
      return;
    }
    const file = path.endsWith('/') ? `${path}index.html` : path;
    const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    if (!existsSync(join(dir, file))) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': type }).end(readFileSync(join(dir, file)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  // It listens on a host and port, so this is no pipe.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
