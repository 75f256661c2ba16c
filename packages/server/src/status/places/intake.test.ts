import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Observation, Report } from '../rules/observation.ts';
import { watched } from '../watched.fixture.ts';
import type { Watched } from '../watched.fixture.ts';
import { takeReport } from './intake.ts';
import type { Intake } from './intake.ts';
import { publicText, signReport } from './place-key.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519').privateKey;

let page: Watched;
beforeEach(() => {
  page = watched({ places: [] });
  page.store.putPlace('far', publicText(privateKey), 0);
});
afterEach(() => page.close());

function report(changes: Record<string, unknown> = {}, seen: Record<string, unknown> = {}): string {
  const nowMs = page.time.nowMs();
  const observation = {
    ...{ cell: 'us', gateway: 'http://g', kind: 'border', component: 'border', verdict: 'good' },
    ...{ startedAtMs: nowMs, endedAtMs: nowMs, valueMs: null, detail: '' },
    ...{ expected: null, shown: null, video: null, ...seen },
  };
  return JSON.stringify({
    place: 'far',
    n: 1,
    sentAtMs: nowMs,
    observations: [observation],
    ...changes,
  });
}

const take = (body: string, key = privateKey): Intake =>
  takeReport(page, body, signReport(body, key));

describe('a report of a place', () => {
  it('ST30: is taken when its own key signed it, and shows', () => {
    expect(take(report())).toEqual({ kind: 'taken' });
    page.board.look();
    expect(page.state('border')).toBe('operational');
  });

  it('ST30: changes nothing with the signature of another key, or of other words', () => {
    expect(take(report(), stranger)).toMatchObject({ code: 'bad-signature' });
    const body = report();
    const changed = body.replace('"good"', '"wrong"');
    expect(takeReport(page, changed, signReport(body, privateKey))).toMatchObject({
      code: 'bad-signature',
    });
    expect(takeReport(page, body, undefined)).toMatchObject({ code: 'bad-signature' });
    expect(takeReport(page, body, 'AAAA')).toMatchObject({ code: 'bad-signature' });
    expect(page.board.components).toEqual([]);
  });

  it('ST30: changes nothing from a place that nobody named', () => {
    expect(take(report({ place: 'nowhere' }))).toMatchObject({ code: 'unknown-place' });
  });

  it.each([
    ['future', 6_000],
    ['late', -31_000],
  ])('ST31: changes nothing from the %s', (code, offMs) => {
    const endedAtMs = page.time.nowMs() + offMs;
    expect(take(report({}, { endedAtMs, startedAtMs: endedAtMs }))).toMatchObject({ code });
    expect(take(report({ sentAtMs: endedAtMs }))).toMatchObject({ code });
    expect(page.board.components).toEqual([]);
  });

  it('ST31: is taken once', () => {
    const body = report();
    take(body);
    expect(take(body)).toMatchObject({ code: 'repeated' });
    expect(take(report({ n: 2 }))).toEqual({ kind: 'taken' });
  });

  it('ST31: with a component that was renamed leaves it out, and it becomes unknown', () => {
    const body = report();
    const { observations, ...rest } = JSON.parse(body) as Report;
    const renamed = { ...(observations[0] as Observation), component: 'frontier' };
    expect(take(JSON.stringify({ ...rest, observations: [renamed] }))).toMatchObject({
      code: 'malformed',
    });
    expect(take(JSON.stringify({ ...rest, observations: [...observations, renamed] }))).toEqual({
      kind: 'taken',
    });
    page.board.look();
    expect(page.state('border')).toBe('operational');
    expect(page.state('playback')).toBe('unknown');
  });

  it.each(['', '[]', '{"place":"far"}', '{"place":"far","n":1,"sentAtMs":1,"observations":[1]}'])(
    'ST30: that is malformed changes nothing: %s',
    (body) => {
      expect(take(body)).toMatchObject({ code: 'malformed' });
    },
  );
});
