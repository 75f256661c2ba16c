// The party that is to have the cell is killed under load, in the moments of a hand-over in which
// `kill-source.test.ts` does not kill the other one.

import { casesAt, runCases } from './cases.ts';
import { kill } from './faults.ts';
import { MOMENT_NAMES } from './moments.ts';

const own = MOMENT_NAMES.filter((_, place) => place % 2 === 1);
runCases(casesAt(own, 'the new owner is killed', kill('target')));
