import { describe, expect, it } from 'vitest';
import { burning, burnRate } from './burn.ts';
import type { BurnRates } from './burn.ts';
import { dayBar } from './days.ts';
import { countSeconds, emptyTally } from './tally.ts';
import type { State } from './words.ts';

function rates(changes: Partial<BurnRates>): BurnRates {
  return { '5m': 0, '30m': 0, '1h': 0, '6h': 0, '3d': 0, ...changes };
}

describe('error budgets', () => {
  it.each([
    [{ '1h': 14.4, '5m': 14.4 }, ['fast']],
    [{ '1h': 14.4, '5m': 14.3 }, []],
    [{ '6h': 6, '30m': 6 }, ['steady']],
    [{ '6h': 6, '30m': 5.9 }, []],
    [{ '3d': 1 }, ['slow']],
  ])('ST13: %j breaks the rules %j', (changed, names) => {
    expect(burning(rates(changed)).map(({ name }) => name)).toEqual(names);
  });

  it('ST13: the slow rule turns nothing red', () => {
    expect(burning(rates({ '3d': 5 })).some(({ turnsRed }) => turnsRed)).toBe(false);
  });

  it('ST14: a bad minute at the very start weighs as one minute of the whole window', () => {
    const rate = burnRate([{ minutes: 1, share: 1 }], '1h');
    expect(rate).toBeCloseTo(1 / 60 / 0.0005);
  });
});

describe('the colour of a day', () => {
  const day = (...spans: readonly (readonly [State, number])[]): string => {
    const tally = emptyTally();
    for (const [state, seconds] of spans) countSeconds(tally, state, seconds);
    return dayBar('likes-fresh', '2026-11-22', tally).colour;
  };

  it.each([
    ['a single failure of 20 s', 'good', day(['operational', 86_380], ['partial_outage', 20])],
    ['two minutes', 'spent', day(['operational', 86_280], ['partial_outage', 120])],
    ['twenty minutes', 'bad', day(['operational', 85_200], ['major_outage', 1_200])],
    ['mostly unknown', 'unknown', day(['operational', 10_000], ['unknown', 70_000])],
    ['nothing known', 'none', day()],
  ])('ST15: with %s it is %s', (_what, wanted, colour) => {
    expect(colour).toBe(wanted);
  });

  it('ST15: confirmed wrong numbers colour it, however short they were', () => {
    const tally = emptyTally();
    countSeconds(tally, 'operational', 86_390);
    countSeconds(tally, 'major_outage', 10);
    expect(dayBar('likes-right', '2026-11-22', tally).colour).toBe('wrong');
  });
});
