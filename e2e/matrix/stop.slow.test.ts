// Each part stands still for half a minute in the middle of a hand-over, and then goes on.

import { casesAt, runCases } from './cases.ts';
import { stop } from './faults.ts';
import type { MomentName } from './moments.ts';

const STOPPED_MS = 30_000;
const AT: readonly MomentName[] = [
  'joint',
  'sealed, not yet agreed',
  'ceded, recorded and not known',
];

runCases(
  (['source', 'target', 'registrar', 'gateway'] as const).flatMap((role) =>
    casesAt(AT, `the ${role} stands still`, stop(role, STOPPED_MS)),
  ),
);
