// The party that has the cell is killed under load, in every other moment of a hand-over;
// `kill-target.test.ts` has the rest, and `kill.slow.test.ts` everybody in each of them.

import { casesAt, runCases } from './cases.ts';
import { kill } from './faults.ts';
import { MOMENT_NAMES } from './moments.ts';

const own = MOMENT_NAMES.filter((_, place) => place % 2 === 0);
runCases(casesAt(own, 'the old owner is killed', kill('source')));
