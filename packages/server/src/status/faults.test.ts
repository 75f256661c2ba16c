// The whole page in virtual time: every fault turns the right part red, and health stays green.

import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from './fake-platform.fixture.ts';
import { opensIncident } from './rules/incident.ts';
import { COMPONENTS } from './rules/words.ts';
import type { Component } from './rules/words.ts';
import { watched } from './watched.fixture.ts';
import type { Watched } from './watched.fixture.ts';

const RED_SECONDS_MAX = 30;
const HOUR_SECONDS = 3_600;

let page: Watched;
afterEach(() => page.close());

/** Uploads are tried once an hour, so they say nothing of the last seconds. */
const WATCHED = COMPONENTS.filter((component) => component !== 'upload');

function isAllGreen(): boolean {
  return WATCHED.every((component) =>
    ['us', 'eu'].every((cell) => page.state(component, cell) === 'operational'),
  );
}

function isRed(component: Component): boolean {
  const state = page.state(component);
  return state !== undefined && opensIncident(state);
}

const CASES: readonly (readonly [Fault, string, Component])[] = [
  ['lost like', 'like', 'likes-right'],
  ['lost unlike', 'like', 'likes-right'],
  ['doubled view', 'view', 'views-right'],
  ['lost view', 'view', 'views-right'],
  ['lying count', 'recount', 'likes-right'],
  ['rows off', 'recount', 'views-right'],
  ['like row lost', 'recount', 'likes-right'],
  ['books off', 'recount', 'views-right'],
  ['zero shown', 'like', 'likes-right'],
  ['stale gateway', 'age', 'likes-fresh'],
  ['old numbers called live', 'age', 'views-fresh'],
  ['late counts', 'like', 'likes-fresh'],
  ['dead cell', 'age', 'views-fresh'],
  ['gateway down', 'like', 'likes-fresh'],
  ['gateway hangs', 'view', 'views-fresh'],
  ['sign-in broken', 'sign-in', 'sign-in'],
  ['playback broken', 'playback', 'playback'],
  ['owner silent', 'hand-over', 'hand-over'],
  ['border odd', 'border', 'border'],
  ['certificate bad', 'certificate', 'hand-over'],
];

describe('the page and a fault', () => {
  it.each(CASES)(
    'ST7, ST9: %s is seen by the journey %s, turns %s red within 30 s, and goes again',
    async (fault, kind, component) => {
      page = watched();
      await page.pass(60, isAllGreen);
      expect(isAllGreen()).toBe(true);
      page.platform.breakWith(fault);
      await page.pass(RED_SECONDS_MAX, () => isRed(component));
      expect(page.state(component)).toSatisfy(opensIncident);
      const blamed = page.incidents.flatMap(({ evidence }) => evidence);
      expect(blamed.map(({ observation }) => observation.kind)).toContain(kind);
      page.platform.breakWith(undefined);
      await page.pass(60, isAllGreen);
      if (fault !== 'lost like' && fault !== 'lost unlike') expect(isAllGreen()).toBe(true);
    },
  );

  it('ST12: a wrong count is shown as a major outage, and an incident says how far off', async () => {
    page = watched();
    await page.pass(60, isAllGreen);
    page.platform.breakWith('lying count');
    await page.pass(RED_SECONDS_MAX, () => page.incidents.length > 0);
    const incident = page.incidents.at(-1);
    expect(incident).toMatchObject({ phase: 'investigating', impact: 'critical' });
    const wrong = incident?.evidence.find(({ observation }) => observation.verdict === 'wrong');
    const { expected, shown, video } = wrong?.observation ?? {};
    expect([Number(shown) - Number(expected), video]).toEqual([3, 'clip-1']);
  });

  it('ST2: stays green for an hour of health under load', async () => {
    page = watched();
    await page.pass(60, isAllGreen);
    let badSeconds = 0;
    for (let second = 0; second < HOUR_SECONDS; second += 1) {
      page.platform.live();
      await page.pass(1);
      if (!isAllGreen()) badSeconds += 1;
    }
    expect(badSeconds).toBe(0);
    expect(page.incidents).toEqual([]);
  }, 120_000);
});

describe('the page when it cannot see', () => {
  const isAllUnknown = (): boolean =>
    WATCHED.every((component) => page.state(component) === 'unknown');

  it('ST4: without a prober everything is unknown after two intervals', async () => {
    page = watched();
    await page.pass(60, isAllGreen);
    page.endPlaces();
    expect(await page.pass(30, isAllUnknown)).toBeLessThanOrEqual(22);
    expect(isAllUnknown()).toBe(true);
    expect(page.board.overallState).toBe('unknown');
    expect(page.incidents).toEqual([]);
  });

  it('ST11: a place whose network is cut says that it is blind', async () => {
    page = watched({
      references: ['http://elsewhere'],
      askOf: (_place, ask) => (asked) =>
        page.time.monotonicMs() > 60_000
          ? Promise.resolve({ kind: 'no-answer', isOffline: false, detail: 'timeout' })
          : ask(asked),
    });
    await page.pass(59);
    expect(isAllGreen()).toBe(true);
    await page.pass(30, isAllUnknown);
    expect(isAllUnknown()).toBe(true);
    expect(page.incidents).toEqual([]);
  });

  it('ST28: a full disk makes everything unknown, until it can be written again', async () => {
    page = watched();
    await page.pass(60, isAllGreen);
    const pages = Number(page.store.db.prepare('PRAGMA page_count').get()?.['page_count']);
    page.store.db.exec(`PRAGMA max_page_count = ${pages}`);
    await page.pass(120, isAllUnknown);
    expect(isAllUnknown()).toBe(true);
    page.store.db.exec('PRAGMA max_page_count = 1000000');
    await page.pass(30, isAllGreen);
    expect(isAllGreen()).toBe(true);
  });

  it('ST29: a clock that stands still makes everything unknown', async () => {
    page = watched();
    await page.pass(60, isAllGreen);
    page.time.freezeDay();
    await page.pass(30, isAllUnknown);
    expect(isAllUnknown()).toBe(true);
  });

  it('ST47: likes are not called right while nobody has recounted their rows', async () => {
    page = watched();
    await page.pass(60, isAllGreen);
    page.platform.breakWith('rows not recounted');
    await page.pass(30, () => page.state('likes-right') === 'unknown');
    expect(page.state('likes-right')).toBe('unknown');
    expect(page.state('views-right')).toBe('operational');
  });

  it('ST6: what is not offered yet is unknown, and no total counts it', async () => {
    page = watched();
    page.platform.breakWith('no uploads');
    await page.pass(60, isAllGreen);
    expect(page.state('upload')).toBe('unknown');
    expect(page.board.overallState).toBe('operational');
    page.platform.breakWith(undefined);
    await page.pass(30, () => page.state('upload') === 'operational');
    expect(page.state('upload')).toBe('operational');
  });

  it.each<Fault>(['uploads refused', 'uploads stuck'])(
    'ST7: %s turns upload red with the next hourly try, and it goes green soon after',
    async (fault) => {
      page = watched();
      await page.pass(60, () => page.state('upload') === 'operational');
      page.platform.breakWith(fault);
      await page.pass(HOUR_SECONDS + 60, () => isRed('upload'));
      expect(page.state('upload')).toSatisfy(opensIncident);
      page.platform.breakWith(undefined);
      await page.pass(60, () => page.state('upload') === 'operational');
      expect(page.state('upload')).toBe('operational');
    },
    120_000,
  );
});

describe('places', () => {
  it('ST10: what one of three places sees alone is degraded, and not an outage', async () => {
    page = watched({
      places: ['one', 'two', 'three'],
      askOf: (place, ask) => (asked) =>
        place === 'one' && asked.url.endsWith('/clip.mp4')
          ? Promise.resolve({ kind: 'no-answer', isOffline: false, detail: 'reset' })
          : ask(asked),
    });
    await page.pass(60);
    expect(page.state('playback')).toBe('degraded_performance');
    const found = page.board.components.find(({ component }) => component === 'playback');
    expect(found?.measured.reason).toContain('seen from 1 of 3 places');
  });
});
