// The status page against a real copy that is broken on purpose, in real time.

import { afterAll, expect, it } from 'vitest';
import { openInstallation } from './harness/installation.ts';

const DRILL_MS_MAX = 400_000;

const place = openInstallation();
afterAll(() => place.close());

type Drills = Readonly<{
  drills: readonly Readonly<{
    drill: string;
    expected: string;
    redMs: number | null;
    red: readonly string[];
  }>[];
}>;

it(
  'ST9: turns the right part red within 30 s of each fault that a drill knows',
  async () => {
    const { code, out, err } = await place.holdfast('status', 'drill', '--json');
    expect(code, `${out}${err}`).toBe(0);
    const { drills } = JSON.parse(out) as Drills;
    expect(drills.map(({ drill }) => drill)).toEqual([
      ...['lost-like', 'doubled-view', 'lost-row'],
      ...['stale-gateway', 'dead-cell', 'lying-count'],
    ]);
    for (const { drill, expected, redMs, red } of drills) {
      expect(redMs, drill).toBeLessThanOrEqual(30_000);
      expect(red.join(' '), drill).toContain(`us/${expected}: `);
    }
  },
  DRILL_MS_MAX,
);
