// A real browser: Debian's Chromium, or the one that HOLDFAST_CHROMIUM names, where it is installed.

import { existsSync } from 'node:fs';
import process from 'node:process';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

export const CHROMIUM: string = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';
export const hasBrowser: boolean = existsSync(CHROMIUM);

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

type AxeViolation = Readonly<{ id: string; nodes: readonly Readonly<{ html: string }>[] }>;

/** What axe finds wrong with a page as it stands, in both themes; empty when all is well. */
export async function axeFaults(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  // Colours are measured at rest: what fades in has other ones on its way.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(axe.source);
    const violations = (await page.evaluate(
      'axe.run(document).then((results) => results.violations)',
    )) as readonly AxeViolation[];
    for (const { id, nodes } of violations) {
      faults.push(`${colorScheme}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    }
  }
  return faults;
}
