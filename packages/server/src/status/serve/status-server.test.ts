import { gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choice, fits, list, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { incidentsIn } from '../../gateway/routes/studio/incidents.ts';
import { modelOf } from '../page/model.ts';
import { siteOf } from '../page/site.ts';
import { openSubscribers } from '../subscribe/subscribers.ts';
import { watched } from '../watched.fixture.ts';
import type { Watched } from '../watched.fixture.ts';
import { openStatusServer } from './status-server.ts';

const EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>';

let page: Watched;
let app: FastifyInstance;

beforeEach(async () => {
  page = watched();
  const subscribers = openSubscribers({
    store: page.store,
    nowMs: page.time.nowMs,
    randomText: () => 'random',
    resolve: () => Promise.resolve(['127.0.0.1']),
    post: () => Promise.resolve({ kind: 'failed', detail: 'no' }),
    sendMail: undefined,
    url: () => 'https://status.example',
    title: 'Status',
  });
  app = await openStatusServer({
    ...page,
    subscribers,
    assets: { css: 'css', script: 'script' },
    clock: page.time,
    title: 'Status',
    url: () => 'https://status.example',
    onError: (error) => {
      throw error;
    },
  });
  await page.pass(60);
});
afterEach(async () => {
  await app.close();
  page.close();
});

const get = async (url: string): Promise<string> => (await app.inject(url)).body;
const json = async (url: string): Promise<Record<string, unknown>> =>
  JSON.parse(await get(url)) as Record<string, unknown>;

/** The public field tables of Statuspage's v2, as what each field may be. */
const string: Shape = (value) => typeof value === 'string';
const boolean: Shape = (value) => typeof value === 'boolean';
const time: Shape = (value) => typeof value === 'string' && isoTime.test(value);
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const isNull: Shape = (value) => value === null;
const orNull = (shape: Shape): Shape => union(shape, isNull);

const STATES = choice(
  ...['operational', 'degraded_performance', 'partial_outage', 'major_outage'],
  ...['under_maintenance', 'unknown'],
);
const PAGE: Shape = { id: string, name: string, url: string, time_zone: string, updated_at: time };
const STATUS: Shape = {
  indicator: choice('none', 'minor', 'major', 'critical', 'maintenance'),
  description: string,
};
const PART = {
  ...{ id: string, name: string, status: STATES, created_at: time, updated_at: time },
  ...{ position: uint, description: orNull(string), showcase: boolean, start_date: orNull(string) },
  ...{ page_id: string, only_show_if_degraded: boolean },
};
const COMPONENT: Shape = { ...PART, group: (value) => value === false, group_id: orNull(string) };
const GROUP: Shape = {
  ...{ ...PART, group: (value: unknown) => value === true, group_id: isNull },
  components: list(string),
};
const COMPONENTS = list(union(COMPONENT, GROUP));
const update = (phases: Shape): Shape => ({
  ...{ id: string, status: phases, body: string, incident_id: string },
  ...{ created_at: time, updated_at: time, display_at: time },
  affected_components: list({ code: string, name: string, old_status: STATES, new_status: STATES }),
  ...{ deliver_notifications: boolean, custom_tweet: orNull(string), tweet_id: orNull(string) },
});
const incidentOf = (phases: Shape) => ({
  ...{ id: string, name: string, status: phases, created_at: time, updated_at: time },
  ...{ monitoring_at: orNull(time), resolved_at: orNull(time), shortlink: string },
  impact: choice('none', 'minor', 'major', 'critical', 'maintenance'),
  ...{ started_at: time, page_id: string, incident_updates: list(update(phases)) },
  ...{ components: list(COMPONENT), reminder_intervals: orNull(string) },
});
const INCIDENTS = list(
  incidentOf(choice('investigating', 'identified', 'monitoring', 'resolved', 'postmortem')),
);
const PLANS = list({
  ...incidentOf(choice('scheduled', 'in_progress', 'verifying', 'completed')),
  ...{ scheduled_for: time, scheduled_until: time },
});
const DOCUMENTS: Readonly<Record<string, Shape>> = {
  summary: {
    ...{ page: PAGE, status: STATUS, components: COMPONENTS, incidents: INCIDENTS },
    scheduled_maintenances: PLANS,
  },
  status: { page: PAGE, status: STATUS },
  components: { page: PAGE, components: COMPONENTS },
  incidents: { page: PAGE, incidents: INCIDENTS },
  'incidents/unresolved': { page: PAGE, incidents: INCIDENTS },
  'scheduled-maintenances': { page: PAGE, scheduled_maintenances: PLANS },
  'scheduled-maintenances/upcoming': { page: PAGE, scheduled_maintenances: PLANS },
  'scheduled-maintenances/active': { page: PAGE, scheduled_maintenances: PLANS },
};

describe('the API', () => {
  it('ST36: has every field of Statuspage’s v2, of its type, and no field besides', async () => {
    page.platform.breakWith('lying count');
    await page.pass(30);
    page.store.giveOrder(page.time.nowMs(), 'kim', {
      ...{
        kind: 'maintenance',
        name: 'work',
        body: 'soon',
        cells: page.board.cells,
        components: ['upload'],
      },
      ...{ fromMs: page.time.nowMs() + 60_000, untilMs: page.time.nowMs() + 120_000 },
    });
    await page.pass(2);
    for (const [name, shape] of Object.entries(DOCUMENTS)) {
      expect([name, fits(shape, await json(`/api/v2/${name}.json`))]).toEqual([name, true]);
    }
    const { incidents, scheduled_maintenances: plans } = await json('/api/v2/summary.json');
    expect([incidents, plans]).toMatchObject([
      [{ impact: 'critical', components: [{ name: 'Likes right' }, { name: 'Likes right' }] }],
      [{ status: 'scheduled', impact: 'maintenance' }],
    ]);
    const [{ id = '' } = {}] = incidents as { id?: string }[];
    expect(await json(`/api/v2/evidence/${id}.json`)).toHaveProperty('page');
  });

  it('ST24: tells charts of an incident as a gap, and lifts it when what came late is counted', async () => {
    page.platform.breakWith('doubled view');
    await page.pass(30);
    const marks = async () => incidentsIn(await get('/api/v2/marks.json')) ?? [];
    expect(await marks()).toMatchObject([
      {
        title: expect.stringMatching(/^Wrong views in/) as string,
        components: ['views-right'],
        isOutage: true,
      },
    ]);
    const incident = page.board.openIncidents[0]?.id ?? '';
    const late = { metric: 'views', count: 3_112, day: '2026-11-17' } as const;
    page.store.giveOrder(page.time.nowMs(), 'kim', { kind: 'late', incident, late });
    await page.pass(2);
    const lifted = expect.stringContaining(
      '3,112 late views added to Tuesday 17 November',
    ) as string;
    expect(await marks()).toMatchObject([{ title: lifted, isOutage: false, late: [late] }]);
  });

  it('ST37: unknown is never an indicator of green', async () => {
    expect(await json('/api/v2/status.json')).toMatchObject({ status: { indicator: 'none' } });
    page.endPlaces();
    await page.pass(30);
    expect(await json('/api/v2/status.json')).toMatchObject({ status: { indicator: 'major' } });
  });

  it('ST39: publishes what is measured', async () => {
    const { figures } = (await json('/api/v2/figures.json')) as {
      figures: Record<string, unknown>;
    };
    expect(figures).toMatchObject({ wrongFound: 0, oldestMs: 0, overridesMade: 0 });
    expect(figures['likeSeen']).toMatchObject({ p50Ms: expect.any(Number) as number });
    expect(figures['interval']).toMatchObject({ p50Ms: expect.any(Number) as number });
    expect(Number(figures['recounts'])).toBeGreaterThan(0);
  });
});

describe('the page', () => {
  it('ST1, ST35: names the components in their order, under one sentence', async () => {
    const text = await get('/status/us');
    expect(text).toContain('Likes and views are right, and everything works.');
    const names = [...text.matchAll(/<h3>([^<]+)<\/h3>/g)].map(([, name]) => name);
    expect(names.slice(0, 4)).toEqual(['Likes right', 'Likes fresh', 'Views right', 'Views fresh']);
  });

  it('ST35: says that numbers are wrong, where, in plain words', async () => {
    page.platform.breakWith('doubled view');
    await page.pass(30);
    expect(await get('/status')).toContain('Some views are shown wrong right now.');
  });

  it('ST38: a text with script tags is text', async () => {
    page.platform.breakWith('playback broken');
    await page.pass(30);
    const incident = page.board.openIncidents[0]?.id ?? '';
    page.store.giveOrder(page.time.nowMs(), EVIL, {
      kind: 'words',
      incident,
      phase: undefined,
      body: EVIL,
    });
    await page.pass(2);
    for (const url of [
      '/status',
      `/status/incidents/${incident}`,
      '/status/feed.atom',
      '/status/history',
    ]) {
      const text = await get(url);
      expect(text).not.toContain('<script>alert');
      expect(text).not.toContain('<img');
    }
    expect(await get(`/status/incidents/${incident}`)).toContain('&lt;script&gt;alert');
  });

  it('ST38: allows no inline script or style, and has none', async () => {
    const { headers, body } = await app.inject('/status');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(String(headers['content-security-policy'])).not.toContain('unsafe');
    expect(body).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/);
  });

  it('ST49: is made once a second however many ask, of incidents that are read once', async () => {
    page.platform.breakWith('playback broken');
    await page.pass(30);
    page.platform.breakWith(undefined);
    await page.pass(30);
    const bodies = await Promise.all(Array.from({ length: 20 }, () => get('/status')));
    expect(new Set(bodies).size).toBe(1);
    const before = page.store.incidents(200);
    await page.pass(1);
    const later = await get('/status');
    expect(later).not.toBe(bodies[0]);
    expect(page.store.incidents(200)).toBe(before);
    page.platform.breakWith('border odd');
    await page.pass(40);
    expect(page.store.incidents(200)).not.toBe(before);
  });

  it('ST49: costs no document that nobody asked for', async () => {
    page.platform.breakWith('playback broken');
    await page.pass(30);
    const model = modelOf({
      ...page,
      nowMs: page.time.nowMs(),
      title: 'Status',
      url: 'https://status.example',
    });
    let reads = 0;
    const incidents = model.incidents.map((incident) => ({
      ...incident,
      get evidence() {
        reads += 1;
        return incident.evidence;
      },
    }));
    const site = siteOf({ ...model, incidents }, { css: 'css', script: 'script' });
    site.get('/status')?.();
    site.get('/api/v2/summary.json')?.();
    expect(reads).toBe(0);
    site.get(`/api/v2/evidence/${incidents[0]?.id}.json`)?.();
    expect(reads).toBeGreaterThan(0);
  });

  it('ST46: is sent compressed to those who take it, and as it stands to others', async () => {
    const plain = await app.inject('/status');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['vary']).toContain('accept-encoding');
    const headers = { 'accept-encoding': 'br, gzip' };
    const packed = await app.inject({ url: '/status', headers });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.rawPayload).toString('utf8')).toBe(plain.body);
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
    const refusing = { 'accept-encoding': 'gzip;q=0' };
    const refused = await app.inject({ url: '/status', headers: refusing });
    expect(refused.body).toBe(plain.body);
  });

  it('ST21: shows each override and its lifting, with who and why', async () => {
    const part = { cell: 'us', component: 'border', reason: 'we see more' } as const;
    const order = { kind: 'override', state: 'partial_outage', ...part } as never;
    page.store.giveOrder(page.time.nowMs(), 'kim', order);
    await page.pass(2);
    expect(page.state('border')).toBe('partial_outage');
    page.store.giveOrder(page.time.nowMs(), 'kim', { kind: 'lift', ...part } as never);
    await page.pass(2);
    expect(page.state('border')).toBe('operational');
    const text = await get('/status/history');
    expect(text).toContain('us/border at least partial_outage: we see more');
    expect(text).toContain('us/border lifted: we see more');
  });

  it('ST34: tells no id of a canary, in no page, document or report', async () => {
    page.platform.breakWith('lost like');
    await page.pass(30);
    const { paths } = (await json('/status/site.json')) as unknown as { paths: readonly string[] };
    for (const path of paths) expect(await get(path)).not.toContain('canary-');
    expect(JSON.stringify(page.store.rawBetween(0, page.time.nowMs() + 1, 1_000))).not.toContain(
      'canary-',
    );
  });

  it('ST42: refuses a webhook to this machine', async () => {
    const payload = `target=${encodeURIComponent('https://localhost/x')}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await app.inject({ method: 'POST', url: '/status/subscribe', payload, headers });
    expect([answer.statusCode, answer.body.includes('public internet')]).toEqual([400, true]);
  });

  it('answers every address that it names, and 404 for one that it does not', async () => {
    const { paths } = (await json('/status/site.json')) as unknown as { paths: readonly string[] };
    for (const path of paths) expect((await app.inject(path)).statusCode).toBe(200);
    expect((await app.inject('/status/nothing')).statusCode).toBe(404);
  });
});
