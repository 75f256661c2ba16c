import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { incidentsIn, openIncidents } from './incidents.ts';

const AT = '2026-11-22T10:00:00.000Z';
const page = (marks: unknown): string => JSON.stringify({ page: {}, marks });
const incident = {
  name: 'Likes are late',
  from: AT,
  until: null,
  impact: 'major',
  link: '/status/incidents/i-1',
  state: 'gap',
  late: [],
};

describe('SD22: incidents of the status page', () => {
  it('are read as it tells them, and lead to this origin', () => {
    expect(incidentsIn(page([incident]))).toEqual([
      {
        atMs: Date.parse(AT),
        untilMs: undefined,
        title: 'Likes are late',
        components: [],
        cells: [],
        late: [],
        link: '/status/incidents/i-1',
        isOutage: true,
      },
    ]);
  });

  it('ST24: are no gap any more once what came late is counted, and say how much that was', () => {
    const late = [{ text: '3,112 late views added to Tuesday 17 November' }];
    expect(incidentsIn(page([{ ...incident, state: 'lifted', late }]))).toMatchObject([
      {
        title: 'Likes are late. 3,112 late views added to Tuesday 17 November',
        isOutage: false,
      },
    ]);
  });

  it('lead to no other origin', () => {
    const away = { ...incident, link: 'https://elsewhere.example/status/' };
    expect(incidentsIn(page([away]))).toMatchObject([{ link: '/status' }]);
  });

  it.each(['', 'no JSON', '[]', '{"marks":5}', 'null'])('are not known of %j', (text) => {
    expect(incidentsIn(text)).toBeUndefined();
  });

  it('leave out what has no time or name', () => {
    const odd = [null, 5, {}, { ...incident, from: 'soon' }, { ...incident, name: 7 }];
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
