// `npm run screenshots`: opens every page in Chromium, in both themes, at the size of a desk, of a
// phone, and of a desk at 200 %. The pictures are for people to look at.
//
//   npm run screenshots -- [--out FOLDER] [--only trust|studio|status|app]... [--scene NAME]...

import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { startAudience } from './demo-handover/audience.ts';
import { openInstallation } from './demo-handover/installation.ts';
import type { Installation } from './demo-handover/installation.ts';
import { appScenes } from './screenshots/app-scenes.ts';
import { openApp } from './screenshots/app-world.ts';
import { showStatus } from './screenshots/status-scenes.ts';
import { STUDIO_SCENES } from './screenshots/studio-scenes.ts';
import type { Scene } from './screenshots/studio-scenes.ts';

const CHROMIUM: string = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
  { width: 640, height: 400 },
] as const;
const THEMES = ['light', 'dark'] as const;
const PEOPLE = 6;
const VIDEOS = ['one', 'two', 'three'];
const LIKED_MS = 2_000;
const SOON = { timeout: 60_000 };
const LOOK_MS = 200;
/** In a window as low as this, what is seen at once is what matters. */
const LOW_PX = 400;

const shows = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByText(text).first().waitFor(SOON);

function scenes(certificate: string): readonly Scene[] {
  const checked = async (page: Page, text: string, word: string): Promise<void> => {
    const buffer = Buffer.from(text);
    const file = { name: 'certificate.json', mimeType: 'application/json', buffer };
    await page.locator('input[type="file"]').setInputFiles(file);
    await shows(page, word);
  };
  return [
    { name: 'trust', path: '/trust', arrive: (page) => shows(page, 'United States') },
    {
      name: 'trust-us',
      path: '/trust/us',
      arrive: async (page) => {
        await shows(page, /entries hold$/);
        await page.getByRole('button', { name: 'Check it in my browser' }).first().click();
        await shows(page, 'The certificate holds.');
      },
    },
    {
      name: 'trust-never-handed-over',
      path: '/trust/eu',
      arrive: (page) => shows(page, 'there is no certificate to check'),
    },
    {
      name: 'trust-no-answer',
      path: '/trust/us',
      arrive: async (page) => {
        await page.route('**/v1/**', (route) => route.abort());
        await page.reload();
        await shows(page, 'cannot be shown now');
      },
    },
    {
      name: 'trust-charter-broken',
      path: '/trust/us',
      arrive: async (page) => {
        await page.route('**/v1/charter?after=0', async (route) => {
          const response = await route.fetch();
          const body = (await response.text()).replace('"reason":"', '"reason":"not ');
          await route.fulfill({ response, body });
        });
        await page.reload();
        await shows(page, 'The charter does not hold.');
      },
    },
    {
      name: 'verify',
      path: '/trust/verify',
      arrive: (page) => shows(page, 'Drop the file here'),
    },
    {
      name: 'verify-holds',
      path: '/trust/verify',
      arrive: (page) => checked(page, certificate, 'The certificate holds.'),
    },
    {
      name: 'verify-refused',
      path: '/trust/verify',
      arrive: (page) =>
        checked(
          page,
          certificate.replace('"likes": ', '"likes": 1'),
          'The certificate does not hold.',
        ),
    },
    { name: 'no-such-page', path: '/trust/us/more', arrive: (page) => shows(page, 'No such page') },
  ];
}

/** Registrar, cells of two countries and a gateway; us is handed over once. */
async function openWorld(
  place: Installation,
): Promise<Readonly<{ url: string; certificate: string }>> {
  const registrar = await place.part('registrar', ['registrar']);
  const address = ['--registrar', registrar.url];
  const cell = (operator: string, jurisdiction: string, location: string) => {
    const who = ['--jurisdiction', jurisdiction, '--operator', operator, '--location', location];
    return place.part(operator, ['cell', ...who, ...address]);
  };
  await cell('north', 'us', 'Reston, Virginia, US');
  const south = await cell('south', 'us', 'Dallas, Texas, US');
  await cell('east', 'eu', 'Dublin, Ireland, EU');
  const { url } = await place.part('gateway', ['gateway', ...address]);
  const audience = await startAudience(url, PEOPLE, VIDEOS);
  await sleep(LIKED_MS);
  const whose = ['--cell', 'us', '--data', place.folderOf('north'), ...address];
  await place.holdfast('handover', 'start', '--to', south.url, ...whose);
  await audience.finish();
  return { url, certificate: await certificateAt(url) };
}

async function certificateAt(url: string): Promise<string> {
  type Trust = Readonly<{ handovers: readonly Readonly<{ certificate: string | null }>[] }>;
  for (;;) {
    const trust = (await (await fetch(`${url}/v1/trust/us`)).json()) as Trust;
    const path = trust.handovers[0]?.certificate;
    if (typeof path === 'string') return (await fetch(url + path)).text();
    await sleep(LOOK_MS);
  }
}

async function take(browser: Browser, url: string, scene: Scene, out: string): Promise<void> {
  for (const colorScheme of THEMES) {
    for (const viewport of SIZES) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        reducedMotion: 'reduce',
        locale: scene.locale ?? 'en',
        ...(scene.as !== undefined && { storageState: scene.as }),
      });
      const page = await context.newPage();
      await page.goto(url + scene.path);
      await scene.arrive(page);
      const file = `${scene.name}-${colorScheme}-${viewport.width}.png`;
      await page.screenshot({ path: join(out, file), fullPage: viewport.height > LOW_PX });
      await context.close();
      console.log(file);
    }
  }
}

const SUBJECTS = ['trust', 'studio', 'status', 'app'] as const;

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'screenshots' },
    only: { type: 'string', multiple: true, default: [...SUBJECTS] },
    scene: { type: 'string', multiple: true, default: [] },
  },
});
if (!existsSync(CHROMIUM)) {
  console.error(`There is no ${CHROMIUM}, so no picture was taken. Install Debian's chromium.`);
  process.exit(1);
}
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const place = openInstallation();
try {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const takeAll = async (url: string, all: readonly Scene[]): Promise<void> => {
    const isWanted = ({ name }: Scene): boolean => {
      return values.scene.length === 0 || values.scene.includes(name);
    };
    for (const scene of all.filter(isWanted)) await take(browser, url, scene, out);
  };
  const has = (...subjects: readonly (typeof SUBJECTS)[number][]): boolean =>
    subjects.some((subject) => values.only.includes(subject));
  if (has('trust', 'studio')) {
    const { url, certificate } = await openWorld(place);
    if (has('trust')) await takeAll(url, scenes(certificate));
    if (has('studio')) await takeAll(url, STUDIO_SCENES);
  }
  if (has('app')) {
    const world = await openApp(place, browser);
    await takeAll(world.url, appScenes(world));
  }
  if (has('status')) await showStatus((url, scene) => takeAll(url, [scene]));
  await browser.close();
} finally {
  await place.close();
}
console.log(`the pictures are in ${out}`);
