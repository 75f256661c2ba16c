// Registrar and gateway are killed in each moment of a hand-over, under load.

import { casesAt, runCases } from './cases.ts';
import { kill } from './faults.ts';
import { MOMENT_NAMES } from './moments.ts';

runCases([
  ...casesAt(MOMENT_NAMES, 'the registrar is killed', kill('registrar')),
  ...casesAt(MOMENT_NAMES, 'the gateway is killed', kill('gateway')),
]);
