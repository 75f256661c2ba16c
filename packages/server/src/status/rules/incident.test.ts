import { beforeEach, describe, expect, it } from 'vitest';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { CLEAN_WINDOW_MS, isOpen, JOIN_MS, stepIncidents } from './incident.ts';
import type { ComponentNow, Incident } from './incident.ts';
import { shownState, underMaintenance, wordsOn } from './orders.ts';
import type { Maintenance } from './orders.ts';
import { STATES } from './words.ts';
import type { Component, State } from './words.ts';

const US = 'us' as Jurisdiction;
let ids: number;
let open: readonly Incident[];
beforeEach(() => {
  ids = 0;
  open = [];
});
const newId = (): string => `i${(ids += 1)}`;

function now(component: Component, state: State): ComponentNow {
  const measured = { state, reason: state, evidence: [], offered: true };
  return { cell: US, component, state, measured };
}

/** One step; gives the incidents as they are then. */
function step(atMs: number, ...components: readonly ComponentNow[]): readonly Incident[] {
  const changed = stepIncidents(open, components, atMs, newId);
  const kept = open.map((one) => changed.find(({ id }) => id === one.id) ?? one);
  const added = changed.filter(({ id }) => !open.some((one) => one.id === id));
  open = [...kept, ...added];
  return open;
}

function say(kind: 'root-cause' | 'postmortem', body: string): void {
  open = open.map((one) => {
    const said = wordsOn(one, { kind, incident: one.id, body }, 'kim', 5, newId);
    if ('kind' in said) throw new Error(said.detail);
    return said;
  });
}

describe('incidents', () => {
  it('ST16: one opens by itself, and nothing changes while nothing changes', () => {
    expect(step(0, now('playback', 'major_outage'))).toMatchObject([
      {
        phase: 'investigating',
        impact: 'critical',
        name: 'Clips that do not play in the United States',
      },
    ]);
    const before = open[0];
    expect(step(1_000, now('playback', 'major_outage'))[0]).toBe(before);
  });

  it('ST16: not knowing opens none', () => {
    expect(step(0, now('playback', 'unknown'))).toEqual([]);
  });

  it('ST17: what fails soon after joins it, and what fails later is another', () => {
    step(0, now('playback', 'partial_outage'));
    step(JOIN_MS, now('playback', 'partial_outage'), now('sign-in', 'major_outage'));
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({
      impact: 'critical',
      name: 'Clips that do not play and sign-ins that fail in the United States',
    });
    const both = [now('playback', 'partial_outage'), now('sign-in', 'major_outage')];
    step(3 * JOIN_MS, ...both, now('border', 'major_outage'));
    expect(open).toHaveLength(2);
  });

  it('ST18: is watched once all works, and not while one part is unknown', () => {
    step(0, now('playback', 'major_outage'));
    expect(step(1_000, now('playback', 'unknown'))[0]?.phase).toBe('investigating');
    expect(step(2_000, now('playback', 'operational'))[0]?.phase).toBe('monitoring');
    expect(step(3_000, now('playback', 'major_outage'))[0]?.phase).toBe('investigating');
  });

  it('ST19: closes after a clean window and with a root cause alone', () => {
    step(0, now('playback', 'major_outage'));
    step(1_000, now('playback', 'operational'));
    step(1_000 + CLEAN_WINDOW_MS, now('playback', 'operational'));
    expect(open[0]?.phase).toBe('monitoring');
    say('root-cause', 'a cable');
    step(2_000 + CLEAN_WINDOW_MS, now('playback', 'operational'));
    expect(open[0]).toMatchObject({ phase: 'resolved', rootCause: 'a cable' });
  });

  it('ST19: a root cause alone closes nothing before the window is over', () => {
    step(0, now('playback', 'major_outage'));
    say('root-cause', 'a cable');
    step(1_000, now('playback', 'operational'));
    step(CLEAN_WINDOW_MS, now('playback', 'operational'));
    expect(open[0]?.phase).toBe('monitoring');
  });

  it('ST17: what fails after the clean window is a new incident, also without a root cause', () => {
    step(0, now('playback', 'major_outage'));
    step(1_000, now('playback', 'operational'));
    step(1_000 + CLEAN_WINDOW_MS, now('playback', 'operational'));
    step(2_000 + CLEAN_WINDOW_MS, now('playback', 'major_outage'));
    expect(open.map(({ phase }) => phase)).toEqual(['monitoring', 'investigating']);
  });

  it('ST22: a post-mortem waits for the end', () => {
    step(0, now('playback', 'major_outage'));
    expect(() => say('postmortem', 'what we learned')).toThrow('is open');
    say('root-cause', 'a cable');
    step(1_000, now('playback', 'operational'));
    step(1_000 + CLEAN_WINDOW_MS, now('playback', 'operational'));
    say('postmortem', 'what we learned');
    expect(open[0]).toMatchObject({ phase: 'postmortem', postmortem: 'what we learned' });
    expect(open.filter(isOpen)).toEqual([]);
  });

  it('ST24: late data is told with its count and day', () => {
    step(0, now('views-fresh', 'major_outage'));
    const late = { metric: 'views', count: 3_112, day: '2026-11-17' } as const;
    const [incident] = open;
    const said =
      incident && wordsOn(incident, { kind: 'late', incident: incident.id, late }, 'kim', 5, newId);
    expect(said).toMatchObject({ late: [late] });
    expect(JSON.stringify(said)).toContain('3,112 late views added to Tuesday 17 November');
  });
});

describe('what people do to a state', () => {
  it('ST20: never makes it better', () => {
    for (const measured of STATES) {
      for (const set of STATES) {
        const override = {
          cell: US,
          component: 'border',
          state: set,
          by: 'kim',
          atMs: 0,
          reason: '',
        } as const;
        const shown = shownState(measured, override);
        expect(STATES.indexOf(shown)).toBeGreaterThanOrEqual(STATES.indexOf(measured));
      }
    }
  });

  it.each([
    ['major_outage', false, 'under_maintenance'],
    ['operational', false, 'under_maintenance'],
    ['major_outage', true, 'major_outage'],
    ['unknown', false, 'unknown'],
  ] as const)(
    'ST23: announced work makes %s (wrong numbers: %s) look %s',
    (state, isWrong, shown) => {
      const plan: Maintenance = {
        ...{ id: 'm', name: 'work', body: '', by: 'kim', cells: [US], components: ['border'] },
        ...{ announcedAtMs: 0, fromMs: 10, untilMs: 20 },
      };
      const at = { cell: US, component: 'border' } as const;
      expect(underMaintenance(state, isWrong, [plan], { ...at, nowMs: 15 })).toBe(shown);
      expect(underMaintenance(state, isWrong, [plan], { ...at, nowMs: 20 })).toBe(state);
    },
  );
});
