// A country that has changed hands: its public record, checked by whoever likes, and the console of
// who handed it over.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { startAudience } from '../demo-handover/audience.ts';
import { openInstallation } from '../demo-handover/installation.ts';
import type { Installation } from '../demo-handover/installation.ts';
import { SOON, shows } from './scene.ts';
import type { Person, Scene } from './scene.ts';

const PEOPLE = 6;
const VIDEOS = ['one', 'two', 'three'];
const LIKED_MS = 2_000;
const LOOK_MS = 200;

export type HandedOver = Readonly<{
  url: string;
  certificate: string;
  /** Where the operator that handed over has its console, and somebody who is in. */
  console: Readonly<{ url: string; staff: Person }>;
  close: () => Promise<void>;
}>;

/** Registrar, cells of two countries and a gateway; us is handed over once. */
export async function openHandedOver(browser: Browser): Promise<HandedOver> {
  const place = openInstallation();
  try {
    return { ...(await handedOver(browser, place)), close: place.close };
  } catch (cause) {
    await place.close();
    throw cause;
  }
}

async function handedOver(
  browser: Browser,
  place: Installation,
): Promise<Omit<HandedOver, 'close'>> {
  const registrar = await place.part('registrar', ['registrar']);
  const address = ['--registrar', registrar.url];
  const cell = (operator: string, jurisdiction: string, location: string) => {
    const who = ['--jurisdiction', jurisdiction, '--operator', operator, '--location', location];
    return place.part(operator, ['cell', ...who, ...address]);
  };
  const north = await cell('north', 'us', 'Reston, Virginia, US');
  const south = await cell('south', 'us', 'Dallas, Texas, US');
  await cell('east', 'eu', 'Dublin, Ireland, EU');
  const { url } = await place.part('gateway', ['gateway', ...address]);
  const audience = await startAudience(url, PEOPLE, VIDEOS);
  await sleep(LIKED_MS);
  const whose = ['--cell', 'us', '--data', place.folderOf('north'), ...address];
  await place.holdfast('handover', 'start', '--to', south.url, ...whose);
  await audience.finish();
  const staff = await enrolled(browser, place, north.url);
  return { url, certificate: await certificateAt(url), console: { url: north.url, staff } };
}

/** Puts somebody on the staff list of the first operator, and signs them in. */
async function enrolled(browser: Browser, place: Installation, url: string): Promise<Person> {
  const added = await place.holdfast('staff', 'add', 'alice', '--data', place.folderOf('north'));
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/console`);
  await page.getByLabel('Your name on the staff list').fill('alice');
  await page.getByLabel('Code').fill(added.trim());
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor(SOON);
  const state = await context.storageState({ indexedDB: true });
  await context.close();
  return state;
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

export function trustScenes({ certificate }: HandedOver): readonly Scene[] {
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
