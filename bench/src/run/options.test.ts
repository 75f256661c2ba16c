import { describe, expect, test } from 'vitest';
import { parseOptions } from './options.ts';

const WORKLOADS = ['one-op', 'hot'];

describe('parseOptions', () => {
  test('runs everything three times for ten seconds when nothing is asked for', () => {
    expect(parseOptions([], WORKLOADS)).toMatchObject({
      kind: 'run',
      options: { only: null, seconds: 10, runs: 3, quick: false },
    });
  });

  test('takes workloads, seconds and runs', () => {
    const args = ['--only', 'hot,one-op', '--seconds', '4', '--runs', '5'];
    expect(parseOptions(args, WORKLOADS)).toMatchObject({
      options: { only: ['hot', 'one-op'], seconds: 4, runs: 5 },
    });
  });

  test('--quick is one short round, unless asked otherwise', () => {
    const options = { seconds: 2, runs: 1, quick: true };
    expect(parseOptions(['--quick'], WORKLOADS)).toMatchObject({ options });
    expect(parseOptions(['--quick', '--runs', '2'], WORKLOADS)).toMatchObject({
      options: { runs: 2 },
    });
  });

  test.each([
    [['--seconds', '0'], '--seconds takes'],
    [['--seconds', '1.5'], '--seconds takes'],
    [['--runs', 'many'], '--runs takes'],
    [['--only', 'cold'], 'not "cold"'],
    [['--only', ','], '--only takes'],
    [['--fast'], '--fast'],
  ])('refuses %j and says why', (args, why) => {
    const parsed = parseOptions(args, WORKLOADS);
    expect(parsed.kind === 'wrong' ? parsed.why : '').toContain(why);
  });
});
