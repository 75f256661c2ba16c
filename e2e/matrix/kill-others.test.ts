// Registrar and gateway are killed in the moments in which most depends on them, under load.

import { casesAt, runCases } from './cases.ts';
import { kill } from './faults.ts';

runCases([
  ...casesAt(['sealed, agreed and not recorded'], 'the registrar is killed', kill('registrar')),
  ...casesAt(['sealed, not yet agreed'], 'the gateway is killed', kill('gateway')),
]);
