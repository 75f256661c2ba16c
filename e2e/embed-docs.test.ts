// docs/embed.md, run as it stands: its pages in Chromium, its server code in Node.

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf } from './harness/api.ts';
import { CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openInstallation, SERVICE_KEY } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';

type Integrator = Readonly<{
  addVideo: (id: string, video: unknown) => Promise<unknown>;
  grantFor: (user: string) => Promise<string>;
}>;

const DOCUMENT = readFileSync(fileURLToPath(new URL('../docs/embed.md', import.meta.url)), 'utf8');
const CLIP = readFileSync(
  fileURLToPath(new URL('../packages/server/assets/clips/rain.mp4', import.meta.url)),
);
const SOON = { timeout: 60_000 };

const installation = openInstallation();
let server: RunningServer;
let site: Server;
let browser: Browser;
let page: Page;

/** The code blocks of a language, with this Holdfast in them. */
function blocks(language: string): readonly string[] {
  const found = DOCUMENT.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'));
  return [...found].map(([, code = '']) => code.replaceAll('https://holdfast.example', server.url));
}

describe.skipIf(!hasBrowser)(`docs/embed.md, in ${CHROMIUM}`, () => {
  beforeAll(async () => {
    server = await installation.start();
    const file = join(installation.scratchDir, 'integrator.mjs');
    writeFileSync(file, `import process from 'node:process';\n${blocks('js').join('\n')}`);
    process.env['HOLDFAST_SERVICE_KEY'] = SERVICE_KEY;
    const integrator = (await import(pathToFileURL(file).href)) as Integrator;
    await integrator.addVideo('paper-rain', { durationMs: 6_000, creator: 'the-paper' });
    const [tags, module, words] = blocks('html');
    const pages = new Map([
      [
        '/',
        `<!doctype html><html lang="en"><style>${blocks('css').join('')}</style>${tags}${words}`,
      ],
      ['/module', `<!doctype html>${module}`],
    ]);
    site = createServer((request, response) => {
      const path = request.url ?? '';
      if (path === '/rain.mp4') response.setHeader('content-type', 'video/mp4').end(CLIP);
      else if (path === '/holdfast-grant' && request.method === 'POST') {
        void integrator.grantFor('user-1').then((grant) => response.end(grant));
      } else {
        response.setHeader('content-type', 'text/html; charset=utf-8').end(pages.get(path));
      }
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    browser = await openBrowser();
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    page = await browser.newPage({ baseURL: url });
  });

  afterAll(async () => {
    await browser.close();
    site.close();
    site.closeAllConnections();
    await installation.close();
  });

  it('SE3: counts a like and a view of the page with tags, in the look that its style sheet gives', async () => {
    await page.goto('/');
    const part = (name: string) => page.locator(`${name} >> [part=count]`).first().textContent();
    await expect.poll(() => part('holdfast-like'), SOON).toBe('0');
    await page.locator('holdfast-like >> button').first().click();
    await expect.poll(() => part('holdfast-like'), SOON).toBe('1');
    const colour = `getComputedStyle(
      document.querySelector('holdfast-like').shadowRoot.querySelector('[part=icon]')).color`;
    await expect.poll(() => page.evaluate(colour), SOON).toBe('rgb(220, 20, 60)');
    const german = page.locator('holdfast-like[lang=de] >> button');
    await expect.poll(() => german.getAttribute('aria-label'), SOON).toMatch(/^Gefällt mir, Likes/);
    await page.evaluate("document.querySelector('#player').play()");
    await page.waitForFunction("document.querySelector('#player').currentTime > 3", null, SOON);
    await page.goto('/module');
    await expect
      .poll(async () => (await apiOf(server.url).settled('paper-rain')).views.value, SOON)
      .toBe(1);
  });

  it('SE1: shows and likes as a module', async () => {
    await page.goto('/module');
    await expect.poll(() => page.textContent('#likes'), SOON).toBe('1');
    await page.click('#like');
    await expect
      .poll(async () => (await apiOf(server.url).settled('paper-rain')).likes.value, SOON)
      .toBe(1);
  });

  it('A84: names a file to pin, which any site may load with its integrity', async () => {
    const list = bodyOf<{ files: Record<string, { src: string; integrity: string }> }>(
      await apiOf(server.url).send('GET', '/sdk/holdfast.json'),
    );
    const { src = '', integrity = '' } = list.files['holdfast.js'] ?? {};
    await page.goto('/module');
    const loaded = await page.evaluate(
      `new Promise((resolve) => {
        const script = document.createElement('script');
        script.onload = () => resolve(true);
        script.onerror = () => resolve(false);
        Object.assign(script, { src: '${server.url}${src}', integrity: '${integrity}', crossOrigin: '' });
        document.head.append(script);
      })`,
    );
    expect(loaded).toBe(true);
  });
});
