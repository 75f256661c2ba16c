import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { measure, nextSource } from './component-state.ts';
import type { Source } from './component-state.ts';
import type { Observation, Place } from './observation.ts';
import { COMPONENTS, isBad, PROBES, probesOf, VERDICTS, worstOf } from './words.ts';
import type { Component, ProbeKind, Verdict } from './words.ts';

const NOW_MS = 1_000_000;

function seen(component: Component, kind: ProbeKind, verdict: Verdict, gateway = 'g'): Observation {
  const of = { cell: 'us' as Jurisdiction, gateway, kind, component, verdict, detail: verdict };
  const none = { valueMs: null, expected: null, shown: null, video: null };
  return { ...of, ...none, startedAtMs: 0, endedAtMs: 0 };
}

const place = (name: string): Place => name as Place;

function source(observation: Observation, badInRow: number, agoMs: number, from = 'one'): Source {
  const firstBad = badInRow > 0 ? observation : undefined;
  return { place: place(from), last: observation, receivedMs: NOW_MS - agoMs, badInRow, firstBad };
}

const anySource = (component: Component): fc.Arbitrary<Source> =>
  fc
    .record({
      kind: fc.constantFrom(...probesOf(component)),
      verdict: fc.constantFrom(...VERDICTS),
      badInRow: fc.integer({ min: 1, max: 3 }),
      agoMs: fc.integer({ min: 0, max: 60_000 }),
      from: fc.constantFrom('one', 'two', 'three'),
      gateway: fc.constantFrom('g', 'h'),
    })
    .map(({ kind, verdict, badInRow, agoMs, from, gateway }) =>
      source(seen(component, kind, verdict, gateway), isBad(verdict) ? badInRow : 0, agoMs, from),
    );

const component = fc.constantFrom(...COMPONENTS);

describe('the state of a component', () => {
  it('ST4, ST5: is operational only while every journey it rests on was heard of lately', () => {
    const cases = component.chain((one) => fc.tuple(fc.constant(one), fc.array(anySource(one))));
    fc.assert(
      fc.property(cases, ([one, sources]) => {
        const { state } = measure(one, sources, NOW_MS);
        if (state !== 'operational') return;
        for (const kind of probesOf(one)) {
          const limitMs = 2 * PROBES[kind].everyMs;
          expect(
            sources.some(
              ({ last, receivedMs }) => last.kind === kind && NOW_MS - receivedMs <= limitMs,
            ),
          ).toBe(true);
        }
      }),
    );
  });

  it('ST9, ST12: a wrong number seen twice in a row is a major outage, whatever else is seen', () => {
    fc.assert(
      fc.property(fc.array(anySource('likes-right')), (others) => {
        const wrong = source(seen('likes-right', 'like', 'wrong', 'w'), 2, 1_000);
        expect(measure('likes-right', [...others, wrong], NOW_MS).state).toBe('major_outage');
      }),
    );
  });

  it('ST9: one failure of one place confirms nothing, and two places do', () => {
    const good = (['like', 'age'] as const).map((kind) =>
      source(seen('likes-fresh', kind, 'good'), 0, 1),
    );
    const one = source(seen('likes-fresh', 'like', 'failed'), 1, 1, 'two');
    const two = source(seen('likes-fresh', 'like', 'failed'), 1, 1, 'three');
    expect(measure('likes-fresh', [...good, one], NOW_MS).state).toBe('operational');
    expect(measure('likes-fresh', [...good, one, two], NOW_MS).state).toBe('major_outage');
  });

  it('ST10: a failure on some gateways is a partial outage', () => {
    const failed = source(seen('playback', 'playback', 'failed', 'g'), 2, 1);
    const good = source(seen('playback', 'playback', 'good', 'h'), 0, 1);
    expect(measure('playback', [failed, good], NOW_MS).state).toBe('partial_outage');
  });

  it('ST8: an hourly upload that fails twice turns its component red', () => {
    const failed = source(seen('upload', 'upload', 'failed'), 2, 3_600_000);
    expect(measure('upload', [failed], NOW_MS).state).toBe('major_outage');
  });

  it('ST8: a hand-over that is under way is maintenance, and not an outage', () => {
    const busy = source(seen('hand-over', 'hand-over', 'busy'), 0, 1);
    const good = source(seen('hand-over', 'certificate', 'good'), 0, 1);
    expect(measure('hand-over', [busy, good], NOW_MS).state).toBe('under_maintenance');
  });

  it('ST11: a look that could not be made confirms nothing and clears nothing', () => {
    const bad = nextSource(undefined, place('one'), seen('border', 'border', 'failed'), 1);
    const blind = nextSource(bad, place('one'), seen('border', 'border', 'blind'), 2);
    expect([blind.badInRow, blind.firstBad]).toEqual([1, bad.last]);
    expect(measure('border', [{ ...blind, receivedMs: NOW_MS }], NOW_MS).state).toBe('unknown');
  });

  it('ST1, ST3: the worst state stands for all, and none at all is unknown', () => {
    expect(COMPONENTS.slice(0, 4)).toEqual([
      'likes-right',
      'likes-fresh',
      'views-right',
      'views-fresh',
    ]);
    expect(worstOf(['operational', 'major_outage', 'unknown'])).toBe('major_outage');
    expect(worstOf(['operational', 'unknown', 'degraded_performance'])).toBe('unknown');
    expect(worstOf([])).toBe('unknown');
  });
});
