import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { incidentsIn, openIncidents } from './incidents.ts';

const AT = '2026-11-22T10:00:00.000Z';
const page = (incidents: unknown): string => JSON.stringify({ page: {}, incidents });
const incident = {
  name: 'Likes are late',
  started_at: AT,
  resolved_at: null,
  impact: 'major',
  shortlink: 'https://status.example/status/incidents/i-1',
};

describe('SD22: incidents of the status page', () => {
  it('are read as it tells them, and lead to this origin', () => {
    expect(incidentsIn(page([incident]))).toEqual([
      {
        atMs: Date.parse(AT),
        untilMs: undefined,
        title: 'Likes are late',
        link: '/status/incidents/i-1',
        isOutage: true,
      },
    ]);
  });

  it.each(['', 'no JSON', '[]', '{"incidents":5}', 'null'])('are not known of %j', (text) => {
    expect(incidentsIn(text)).toBeUndefined();
  });

  it('leave out what has no time or name', () => {
    const odd = [null, 5, {}, { ...incident, started_at: 'soon' }, { ...incident, name: 7 }];
    expect(incidentsIn(page(odd))).toEqual([]);
  });
});

describe('SD22: the page’s own process', () => {
  let close: () => void = () => undefined;
  afterEach(() => close());

  async function pageThat(answers: () => readonly [status: number, body: string]) {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      const [status, body] = answers();
      response.writeHead(status).end(body);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    close = () => server.close();
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { origin, asked: () => asked };
  }

  it('is asked now and then, and not for every chart', async () => {
    const { origin, asked } = await pageThat(() => [200, page([incident])]);
    let nowMs = 0;
    const incidents = openIncidents(
      () => origin,
      () => nowMs,
    );
    expect(await incidents()).toHaveLength(1);
    await incidents();
    expect(asked()).toBe(1);
    nowMs = 60_000;
    await incidents();
    expect(asked()).toBe(2);
  });

  it('that fails, is not there or is not configured leaves incidents unknown', async () => {
    const { origin } = await pageThat(() => [500, page([incident])]);
    const now = (): number => 0;
    expect(await openIncidents(() => origin, now)()).toBeUndefined();
    expect(await openIncidents(() => 'http://127.0.0.1:1', now)()).toBeUndefined();
    expect(await openIncidents(() => undefined, now)()).toBeUndefined();
    expect(await openIncidents(undefined, now)()).toBeUndefined();
  });
});
