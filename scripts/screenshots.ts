// `npm run screenshots`: opens every page in Chromium, in both themes, at the size of a desk, of a phone
// and of a desk at 200 % zoom. The pictures are for people to look at.
//
//   npm run screenshots -- [--out FOLDER] [--only SUBJECT]... [--scene NAME]...

import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { openApp } from './screenshots/app-world.ts';
import type { AppWorld } from './screenshots/app-world.ts';
import { feedScenes } from './screenshots/feed-scenes.ts';
import { consoleScenes } from './screenshots/console-scenes.ts';
import { openHandedOver, trustScenes } from './screenshots/handed-over.ts';
import type { HandedOver } from './screenshots/handed-over.ts';
import { moderationScenes } from './screenshots/moderation-scenes.ts';
import {
  doorScenes,
  profileScenes,
  searchScenes,
  settingsScenes,
} from './screenshots/people-scenes.ts';
import type { Scene } from './screenshots/scene.ts';
import { showStatus } from './screenshots/status-scenes.ts';
import { STUDIO_SCENES } from './screenshots/studio-scenes.ts';
import { uploadScenes } from './screenshots/upload-scenes.ts';
import { watchScenes } from './screenshots/watch-scenes.ts';

const CHROMIUM: string = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
  // A desk at 200 % zoom.
  { width: 640, height: 400 },
] as const;
const THEMES = ['light', 'dark'] as const;
/** In a window as low as this, what is seen at once is what matters. */
const LOW_PX = 400;

const APP_SUBJECTS: Readonly<Record<string, (world: AppWorld) => readonly Scene[]>> = {
  feed: feedScenes,
  watch: watchScenes,
  profile: profileScenes,
  search: searchScenes,
  settings: settingsScenes,
  door: doorScenes,
  upload: uploadScenes,
  moderation: moderationScenes,
  studio: () => STUDIO_SCENES,
};
const RECORD_SUBJECTS: Readonly<Record<string, (world: HandedOver) => readonly Scene[]>> = {
  trust: trustScenes,
  console: consoleScenes,
};
const SUBJECTS = [...Object.keys(APP_SUBJECTS), ...Object.keys(RECORD_SUBJECTS), 'status'];

const HELP = `Usage: npm run screenshots -- [--out FOLDER] [--only SUBJECT]... [--scene NAME]...

Opens every page in Chromium, in both themes and three sizes, and keeps a picture of each in FOLDER
(screenshots). A scene has the name that is printed for it, without the width. Subjects:
${SUBJECTS.join(', ')}.`;

const missed: string[] = [];

async function take(browser: Browser, url: string, scene: Scene, out: string): Promise<void> {
  if (values.scenes.length > 0 && !values.scenes.includes(scene.name)) return;
  for (const viewport of SIZES) {
    const context = await browser.newContext({
      viewport,
      reducedMotion: 'reduce',
      locale: scene.locale ?? 'en',
      // It would serve from its own store what a scene makes fail.
      serviceWorkers: 'block',
      ...(scene.as && { storageState: scene.as }),
    });
    const page = await context.newPage();
    const name = `${scene.name}-${viewport.width}`;
    try {
      await page.goto(url + scene.path);
      await scene.arrive(page);
      // Beyond a window with a dialog there is only the same window, dimmed.
      const isWhole =
        viewport.height > LOW_PX && (await page.locator('dialog[open]').count()) === 0;
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        const path = join(out, `${name}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: isWhole });
      }
      console.log(name);
    } catch (cause) {
      // What the page came to is worth seeing too.
      await page.screenshot({ path: join(out, `${name}-missed.png`) });
      missed.push(name);
      console.error(`${name} was not reached: ${String(cause)}`);
    }
    await context.close();
  }
}

/** Takes all scenes of the subjects that are wanted, over one world; opens none for none. */
async function takeAll<World extends Readonly<{ close: () => Promise<void> }>>(
  subjects: Readonly<Record<string, (world: World) => readonly Scene[]>>,
  open: () => Promise<World>,
  shoot: (world: World, scene: Scene) => Promise<void>,
): Promise<void> {
  const wanted = Object.entries(subjects).filter(([subject]) => isWanted(subject));
  if (wanted.length === 0) return;
  const world = await open();
  try {
    for (const [, scenes] of wanted) {
      for (const scene of scenes(world)) await shoot(world, scene);
    }
  } finally {
    await world.close();
  }
}

function readArgs() {
  const options = {
    out: { type: 'string', default: 'screenshots' },
    only: { type: 'string', multiple: true },
    scene: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    const { only = [], scene: scenes = [], ...others } = parseArgs({ options }).values;
    return { ...others, only, scenes };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(2);
  }
}

const values = readArgs();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const isWanted = (subject: string): boolean =>
  values.only.length === 0 || values.only.includes(subject);
const unknown = values.only.filter((subject) => !SUBJECTS.includes(subject));
if (unknown.length > 0) {
  console.error(`No such subject: ${unknown.join(', ')}. There are ${SUBJECTS.join(', ')}.`);
  process.exit(2);
}
if (!existsSync(CHROMIUM)) {
  console.error(`There is no ${CHROMIUM}, so no picture was taken. Install Debian's chromium.`);
  process.exit(1);
}
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  await takeAll(
    APP_SUBJECTS,
    () => openApp(browser),
    ({ url }, scene) => take(browser, url, scene, out),
  );
  await takeAll(
    RECORD_SUBJECTS,
    () => openHandedOver(browser),
    (world, scene) =>
      take(browser, scene.path.startsWith('/console') ? world.console.url : world.url, scene, out),
  );
  if (isWanted('status')) await showStatus((url, scene) => take(browser, url, scene, out));
} finally {
  await browser.close();
}
console.log(`the pictures are in ${out}`);
if (missed.length > 0) process.exitCode = 1;
