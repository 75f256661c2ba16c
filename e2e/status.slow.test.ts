// The status page against a real copy that is broken on purpose, in real time.

import { afterAll, expect, it } from 'vitest';
import { openInstallation } from './harness/installation.ts';

const DRILL_MS_MAX = 400_000;

const place = openInstallation();
afterAll(() => place.close());

type Drills = Readonly<{ drills: readonly Readonly<{ drill: string; redMs: number | null }>[] }>;

it(
  'turns the right part red within 30 s of a lost like, a doubled view and a lying count',
  async () => {
    const drills = ['lost-like', 'doubled-view', 'lying-count'];
    const { code, out, err } = await place.holdfast('status', 'drill', ...drills, '--json');
    expect(code, `${out}${err}`).toBe(0);
    const { drills: told } = JSON.parse(out) as Drills;
    expect(told.map(({ drill }) => drill)).toEqual(drills);
  },
  DRILL_MS_MAX,
);
