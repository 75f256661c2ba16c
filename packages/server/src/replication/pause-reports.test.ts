import { describe, expect, it } from 'vitest';
import { HOLD_BUCKETS_MS } from '../cell/remote/pause-wire.ts';
import type { PauseReport } from '../cell/remote/pause-wire.ts';
import { US } from '../registrar/charter.fixture.ts';
import { PauseReports, pauseRoute } from './pause-reports.ts';

const gate = (site: string) => ({ operator: 'gate', site, publicKey: site, keyId: `key-${site}` });
const named = (site: string) => ({ name: `gate/${site}`, keyId: `key-${site}` });
const holds = (ops: number): number[] => [...HOLD_BUCKETS_MS.map(() => 0), ops];
const report = (ops: number): PauseReport => {
  const counts = { held: ops, retried: 2 * ops, refused: 0, clientErrors: 0 };
  return { handover: 'us-1-a', ...counts, holds: holds(ops) };
};

describe('T15: what gateways told of a pause', () => {
  it('T15: is added up, and who is silent is named', () => {
    const reports = new PauseReports();
    reports.note(gate('a'), report(3));
    reports.note(gate('c'), report(4));
    const word = reports.wordOf('us-1-a', [named('a'), named('b')]);
    expect(word).toMatchObject({
      reported: 2,
      missing: ['gate/b'],
      ops: { held: 7, retried: 14, refused: 0, clientErrors: 0 },
    });
    expect(word.histogram?.at(-1)).toEqual({ upToMs: null, ops: 7 });
    expect(word.histogram?.[0]).toEqual({ upToMs: HOLD_BUCKETS_MS[0], ops: 0 });
  });

  it('T15: is not known, and not 0, when nobody has told anything', () => {
    const word = new PauseReports().wordOf('us-1-a', [named('a')]);
    const nothing = { ops: null, histogram: null };
    expect(word).toEqual({ reported: 0, missing: ['gate/a'], ...nothing });
  });

  it('T15: is what a gateway told first', () => {
    const reports = new PauseReports();
    reports.note(gate('a'), report(3));
    reports.note(gate('a'), report(9));
    expect(reports.wordOf('us-1-a', []).ops?.held).toBe(3);
  });

  it.each([
    ['of a stranger', 403, report(1), gate('stranger'), 'us'],
    ['for another cell', 404, report(1), gate('a'), 'eu'],
    ['with a field too many', 400, { ...report(1), who: 'x' }, gate('a'), 'us'],
    ['with a bucket too few', 400, { ...report(1), holds: [1] }, gate('a'), 'us'],
  ])('W124: a report %s is refused with %i', async (_what, status, body, sender, cell) => {
    const reports = new PauseReports();
    const route = pauseRoute(US, reports, ({ site }) => site === 'a');
    const answer = await route.handle({
      sender,
      method: 'POST',
      path: '/',
      params: { cell },
      body: Buffer.from(JSON.stringify(body)),
      sentAtMs: 0,
      signal: new AbortController().signal,
    });
    expect(answer).toMatchObject({ status });
    expect(reports.wordOf('us-1-a', []).reported).toBe(0);
  });
});
