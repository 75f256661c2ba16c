// Each part is killed in each moment of a hand-over, under load.

import { casesAt, runCases } from './cases.ts';
import { kill } from './faults.ts';
import { MOMENT_NAMES } from './moments.ts';

runCases([
  ...casesAt(MOMENT_NAMES, 'the registrar is killed', kill('registrar')),
  ...casesAt(MOMENT_NAMES, 'the gateway is killed', kill('gateway')),
  ...casesAt(MOMENT_NAMES, 'the old owner is killed', kill('source')),
  ...casesAt(MOMENT_NAMES, 'the new owner is killed', kill('target')),
]);
