// The party that has the cell is killed in each moment of a hand-over, under load.

import { casesAt, runCases } from './cases.ts';
import { kill } from './faults.ts';
import { MOMENT_NAMES } from './moments.ts';

runCases(casesAt(MOMENT_NAMES, 'the old owner is killed', kill('source')));
