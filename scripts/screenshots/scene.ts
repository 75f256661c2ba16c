// A scene is a page and what is done there before its picture is taken.

import type { BrowserContext, Page } from 'playwright-core';

/** Who is signed in: cookies and storage as a browser keeps them. */
export type Person = Awaited<ReturnType<BrowserContext['storageState']>>;

export type Scene = Readonly<{
  name: string;
  path: string;
  arrive: (page: Page) => Promise<void>;
  /** A visitor when nobody. */
  as?: Person;
  /** The reader's language; English when none. */
  locale?: 'ar';
}>;

/** Pages ask and stream, on a machine that may be busy. */
export const SOON = { timeout: 30_000 };

export const shows = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByText(text).first().waitFor(SOON);

/** What there is at a selector of styles, in whatever language. */
export const has = (page: Page, selector: string): Promise<void> =>
  page.locator(selector).first().waitFor(SOON);

export const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name }).first().click(SOON);

/** The same scene for who reads from right to left; it must not wait for words. */
export const inArabic = (scene: Scene): Scene => ({
  ...scene,
  name: `${scene.name}-ar`,
  locale: 'ar',
});
