// The studio in a real browser, over viewers whose true behaviour is known: every number that it
// shows is compared with what they did, to the last digit. Chromium where there is one; else the
// report says that it was skipped.

import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf } from './harness/api.ts';
import type { Api, BulkBody, OpBody } from './harness/api.ts';
import { axeFaults, CHROMIUM, hasBrowser, openBrowser } from './harness/browser.ts';
import { openParts } from './harness/parts.ts';
import type { Parts } from './harness/parts.ts';
import { publish, signUp } from './harness/publish.ts';
import type { Person } from './harness/publish.ts';

const TEST_MS_MAX = 240_000;
/** A busy machine builds the pages meanwhile; a silent cell is believed for a while. */
const SOON = { timeout: 120_000, interval: 250 };
const TITLE = 'Last light, rolling in';

/** How far each fifth of the viewers comes, and where each fourth of them comes from. */
const REACHED = [0.1, 0.25, 0.5, 0.75, 1] as const;
const SOURCES = ['feed', 'feed', 'search', 'direct'] as const;
const VIEWERS = 40;
const VIEWERS_IN_US = 28;
const FANS = 9;
const DURATION_MS = 8_000;
const VIEW_MS = 2_000;
const PARTS = 20;

const PHONE = { width: 390, height: 844 };
/** A desk at 200 %. */
const ZOOMED = { width: 640, height: 450 };

type Viewer = Readonly<{ name: string; watchedMs: number; source: string; jurisdiction: string }>;

const viewers: readonly Viewer[] = Array.from({ length: VIEWERS }, (_, index) => ({
  name: `viewer-${index}`,
  watchedMs: (REACHED[index % REACHED.length] ?? 0) * DURATION_MS,
  source: SOURCES[index % SOURCES.length] ?? '',
  jurisdiction: index < VIEWERS_IN_US ? 'us' : 'eu',
}));
const counted = viewers.filter(({ watchedMs }) => watchedMs >= VIEW_MS);
const sumOf = (list: readonly Viewer[]): number =>
  list.reduce((sum, { watchedMs }) => sum + watchedMs, 0);

/** Minutes and whole seconds, as the page writes a length of time from a minute on. */
function durationText(ms: number): string {
  return `${Math.floor(ms / 60_000)}m ${Math.floor((ms % 60_000) / 1_000)}s`;
}

/** What they did, as their devices send it; the last line is sent twice by mistake. */
function opsOf(video: string): readonly OpBody[] {
  const views = viewers.map(({ name, watchedMs, source, jurisdiction }) => {
    return { jurisdiction, session: name, n: 1, kind: 'view', video, watchedMs, source };
  });
  const fan = (index: number, n: number, kind: string): OpBody => {
    const subject = `fan-${index}`;
    return { jurisdiction: 'us', session: subject, subject, n, kind, video };
  };
  const likes = Array.from({ length: FANS }, (_, index) => fan(index, 1, 'like'));
  return [...views, ...likes, fan(0, 2, 'unlike'), fan(1, 2, 'like'), fan(1, 2, 'like')];
}

let parts: Parts;
let api: Api;
let video: string;
let creator: Person;
let browser: Browser;

/** A browser in which somebody is signed in. */
async function signedIn({ cookie }: Person): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  const pairs = cookie.split('; ').map((pair) => pair.split('='));
  await context.addCookies(
    pairs.map(([name = '', value = '']) => ({ name, value, url: parts.url })),
  );
  return context;
}

const card = (page: Page, metric: string): Locator =>
  page.locator(`[data-metric="${metric}"] .metric-value`);

/** What the functions below see of elements, in the page. */
type Cell = Readonly<{ innerText: string }>;
type Row = Readonly<{ children: Iterable<Cell>; dataset: Readonly<Record<string, string>> }>;
type Clip = Readonly<{ currentTime: number; readyState: number }>;

/** The cells of a table's body, row by row. */
function cellsOf(table: Locator): Promise<readonly (readonly string[])[]> {
  return table
    .locator('tbody tr')
    .evaluateAll((rows: readonly Row[]) =>
      rows.map((row) => [...row.children].map((cell) => cell.innerText.trim())),
    );
}

const chartOf = (page: Page, title: string): Locator =>
  page.getByRole('figure', { name: title, exact: true });

async function asTable(page: Page, title: string): Promise<readonly (readonly string[])[]> {
  const chart = chartOf(page, title);
  await chart.getByRole('button', { name: 'Table' }).click();
  return cellsOf(chart.locator('table'));
}

describe.skipIf(!hasBrowser)(`the studio, in ${CHROMIUM}`, { timeout: TEST_MS_MAX }, () => {
  let page: Page;

  beforeAll(async () => {
    parts = await openParts();
    api = apiOf(parts.url);
    creator = await signUp(parts.url, 'mira', 'eu');
    video = await publish(parts.url, creator, 'ocean.mp4', TITLE);
    bodyOf<BulkBody>(await api.bulk(opsOf(video)));
    await api.settled(video);
    browser = await openBrowser();
    page = await (await signedIn(creator)).newPage();
  }, TEST_MS_MAX);

  afterAll(async () => {
    await browser.close();
    await parts.close();
  });

  it('SP16: the cards, the table of videos and the newest bucket are what viewers did', async () => {
    await page.goto(`${parts.url}/studio?period=48h`);
    await expect.poll(() => card(page, 'views').textContent(), SOON).toBe(String(counted.length));
    const likes = FANS - 1;
    expect(await card(page, 'likes').textContent()).toBe(String(likes));
    const engaged = counted.filter(({ watchedMs }) => watchedMs >= DURATION_MS / 2);
    expect(await card(page, 'engagedViews').textContent()).toBe(String(engaged.length));
    expect(await card(page, 'watchMs').textContent()).toBe(durationText(sumOf(viewers)));
    const row = (await cellsOf(page.locator('.videos-table')))[0] ?? [];
    expect(row[0]).toContain(TITLE);
    expect(row.slice(1, 4).map(Number)).toEqual([counted.length, engaged.length, likes]);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('SP7: a chart is read by its keys, and its table says the same', async () => {
    const plot = chartOf(page, 'Views').getByRole('slider');
    await plot.focus();
    await page.keyboard.press('Home');
    expect(await plot.getAttribute('aria-valuenow')).toBe('0');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    const at = Number(await plot.getAttribute('aria-valuenow'));
    const said = (await plot.getAttribute('aria-valuetext')) ?? '';
    const rows = (await asTable(page, 'Views')).toReversed();
    const [time, value] = rows[at] ?? [];
    expect(said).toContain(`${time}: ${value}`);
    const sum = rows.reduce((total, [, each]) => total + Number(each), 0);
    expect(sum).toBe(counted.length);
  });

  it('SP12: the file has the same values as the table', async () => {
    const chart = chartOf(page, 'Views');
    const rows = (await cellsOf(chart.locator('table'))).toReversed();
    const href = await chart.getByRole('link', { name: 'CSV file' }).getAttribute('href');
    const file = await page.request.get(`${parts.url}${href}`);
    expect(file.headers()['content-disposition']).toMatch(/^attachment; filename=/);
    const [head = '', ...lines] = (await file.text()).trim().split(/\r?\n/);
    const column = head.split(',').indexOf('value');
    expect(column).toBeGreaterThan(0);
    const values = lines.map((line) => line.split(',')[column]);
    expect(values).toEqual(rows.map(([, value]) => value));
  });

  it('SP16: retention, sources and countries of a video are what viewers did', async () => {
    await page.goto(`${parts.url}/studio/videos/${video}?period=7d`);
    await chartOf(page, 'Retention').waitFor({ timeout: SOON.timeout });
    const expected = Array.from({ length: PARTS + 1 }, (_, part) => {
      const reached = viewers.filter(({ watchedMs }) => watchedMs * PARTS >= part * DURATION_MS);
      return String(reached.length);
    });
    const retention = await asTable(page, 'Retention');
    expect(retention.map((row) => row.at(-2))).toEqual(expected);
    const sources = await cellsOf(chartOf(page, 'Where viewers came from').locator('table'));
    const viewsFrom = (source: string): number =>
      counted.filter((viewer) => viewer.source === source).length;
    const shown = new Map(sources.map(([name, views]) => [name, Number(views)]));
    expect(shown.get('Feed')).toBe(viewsFrom('feed'));
    expect(shown.get('Search')).toBe(viewsFrom('search'));
    expect(shown.get('Direct link')).toBe(viewsFrom('direct'));
    expect(shown.get('Embedded elsewhere')).toBe(0);
    const countries = await cellsOf(chartOf(page, 'Countries').locator('table'));
    const inUs = counted.filter(({ jurisdiction }) => jurisdiction === 'us').length;
    expect(countries.map(([name, views]) => [name, Number(views)])).toEqual([
      ['United States', inUs],
      ['European Union', counted.length - inUs],
    ]);
  });

  it('SP10: an arrow on the curve seeks the video beside it', async () => {
    await chartOf(page, 'Retention').getByRole('button', { name: 'Table' }).click();
    const clip = page.locator('.curve-player video');
    const isThere = (): Promise<boolean> =>
      clip.evaluate((element: Clip) => element.readyState > 0);
    const positionMs = (): Promise<number> =>
      clip.evaluate((element: Clip) => Math.round(element.currentTime * 1_000));
    await expect.poll(isThere, SOON).toBe(true);
    await chartOf(page, 'Retention').getByRole('slider').focus();
    await page.keyboard.press('Home');
    for (let press = 0; press < PARTS / 2; press += 1) await page.keyboard.press('ArrowRight');
    await expect.poll(positionMs, SOON).toBe(DURATION_MS / 2);
  });

  it('SD21: what happens now is the sum of the minutes that are shown', async () => {
    await page.getByText(`${counted.length} views in the last 60 minutes`).waitFor(SOON);
  });

  it('SP11: the books have every op in one class, and say that they balance', async () => {
    await page.getByRole('button', { name: 'Why this number' }).click();
    const drawer = page.getByRole('dialog', { name: 'Why this number' });
    await drawer.getByText('The books balance').waitFor();
    const rows = await drawer
      .locator('.ledger-table tr[data-class]')
      .evaluateAll((all: readonly Row[]) =>
        all.map((row) => [
          row.dataset['class'],
          ...[...row.children].slice(1).map((cell) => Number(cell.innerText)),
        ]),
      );
    const short = VIEWERS - counted.length;
    expect(rows).toEqual([
      ['counted', counted.length, FANS, 1, counted.length + FANS + 1],
      ['unchanged', 0, 1, 0, 1],
      ['duplicate', 0, 1, 0, 1],
      ['unqualified', short, 0, 0, short],
    ]);
    const received = VIEWERS + FANS + 3;
    await drawer.getByText(`${received} received`).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('SP17: an answer that does not come is said, and comes when it is asked for again', async () => {
    const other = await (await signedIn(creator)).newPage();
    await other.route('**/v1/me/studio/**', (route) => route.abort());
    await other.goto(`${parts.url}/studio`);
    await other.getByText('The numbers did not come').first().waitFor({ timeout: SOON.timeout });
    expect(await card(other, 'views').count()).toBe(0);
    expect(await axeFaults(other)).toEqual([]);
    await other.unroute('**/v1/me/studio/**');
    await other.getByRole('button', { name: 'Ask again' }).first().click();
    await expect.poll(() => card(other, 'views').textContent(), SOON).toBe(String(counted.length));
    await other.context().close();
  });

  it('SP17: who has published nothing is told how to begin, and a visitor to sign in', async () => {
    const newcomer = await signUp(parts.url, 'noor', 'eu');
    const other = await (await signedIn(newcomer)).newPage();
    await other.goto(`${parts.url}/studio`);
    await other.getByText('Publish your first video').waitFor({ timeout: SOON.timeout });
    expect(await axeFaults(other)).toEqual([]);
    await other.context().clearCookies();
    await other.reload();
    await other.getByRole('heading', { name: 'Your studio' }).waitFor({ timeout: SOON.timeout });
    expect(await axeFaults(other)).toEqual([]);
    await other.context().close();
  });

  it('SP15: in Arabic words run from the right, and time from the left', async () => {
    const other = await (await signedIn(creator)).newPage();
    await other.addInitScript('localStorage.setItem("holdfast.locale", "ar")');
    for (const size of [PHONE, ZOOMED]) {
      await other.setViewportSize(size);
      await other.goto(`${parts.url}/studio/videos/${video}?period=7d`);
      await expect
        .poll(() => card(other, 'views').textContent(), SOON)
        .toBe(new Intl.NumberFormat('ar').format(counted.length));
      expect(await other.locator('html').getAttribute('dir')).toBe('rtl');
      expect(await other.locator('.plot').first().getAttribute('dir')).toBe('ltr');
      expect(await other.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      expect(await axeFaults(other)).toEqual([]);
    }
    await other.context().close();
  });

  it('SP19: comments and followers have what came and went, and a line that keeps it', async () => {
    const headers = ({ cookie }: Person) => ({ 'sec-fetch-site': 'same-origin', cookie });
    const follow = async (method: string, person: Person): Promise<void> => {
      const path = `/v1/people/${creator.handle}/follow`;
      bodyOf(await api.send(method, path, { headers: headers(person) }));
    };
    const [ada, ben] = [await signUp(parts.url, 'ada', 'us'), await signUp(parts.url, 'ben', 'eu')];
    for (const person of [ada, ben, ben]) await follow('PUT', person);
    await follow('DELETE', ben);
    const path = `/v1/videos/${video}/comments`;
    for (const [index, person] of [ada, ada, ben].entries()) {
      const about = { ...headers(person), 'idempotency-key': `comment-${index}` };
      bodyOf(await api.send('POST', path, { body: { text: 'So calm.' }, headers: about }), 201);
    }
    const shown = async (metric: string): Promise<string | null> => {
      await page.goto(`${parts.url}/studio?period=7d&metric=${metric}`);
      await card(page, metric).waitFor({ timeout: SOON.timeout });
      return page.locator(`[data-metric="${metric}"]`).textContent();
    };
    await expect.poll(() => shown('comments'), SOON).toContain('3 came, 0 went');
    expect(await card(page, 'comments').textContent()).toBe('3');
    await expect.poll(() => shown('followers'), SOON).toContain('2 came, 1 went');
    expect(await card(page, 'followers').textContent()).toBe('1');
    const rows = await asTable(page, 'Followers');
    expect(rows.slice(0, 2).map((row) => row[1])).toEqual(['1', '0']);
    await parts.kill('us');
    await parts.start('us');
    await expect.poll(() => shown('followers'), SOON).toMatch(/2 came, 1 went.*Live/s);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('SP9: while a country is silent its numbers keep their value, say since when, and leave a gap', async () => {
    await page.goto(`${parts.url}/studio/videos/${video}?period=48h`);
    await parts.kill('us');
    const chip = page.locator('[data-metric="views"] .chip');
    const again = async (): Promise<string | null> => {
      await page.reload();
      await chip.waitFor({ timeout: SOON.timeout });
      return chip.textContent();
    };
    await expect.poll(again, SOON).toContain('Paused since');
    expect(await card(page, 'views').textContent()).toBe(String(counted.length));
    // A minute of which nothing is known has to begin.
    const minutes = async (): Promise<readonly (readonly string[])[]> => {
      await page.reload();
      return asTable(page, 'Views by minute, last 60 minutes');
    };
    await expect.poll(async () => (await minutes())[0]?.[1], SOON).toBe('—');
    expect(await axeFaults(page)).toEqual([]);
    await parts.start('us');
    await expect.poll(again, SOON).toContain('Live');
    expect(await card(page, 'views').textContent()).toBe(String(counted.length));
  });
});
