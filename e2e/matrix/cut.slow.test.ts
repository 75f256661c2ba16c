// Each way between each pair of parts is cut in the middle of a hand-over, in the moments in which
// most is on its way; what was sent meanwhile arrives late, or never.

import type { Role } from './attempt.ts';
import { casesAt, runCases } from './cases.ts';
import { cut } from './faults.ts';
import type { MomentName } from './moments.ts';

const CUT_MS = 4_000;
const AT: readonly MomentName[] = [
  'shadow',
  'joint',
  'sealed, not yet agreed',
  'sealed, agreed and not recorded',
  'following',
];
const PAIRS = [
  ['gateway', 'source'],
  ['gateway', 'target'],
  ['gateway', 'registrar'],
  ['source', 'target'],
  ['source', 'registrar'],
  ['target', 'registrar'],
] as const satisfies readonly (readonly [Role, Role])[];

runCases(
  PAIRS.flatMap(([one, other]) => [
    ...casesAt(AT, `nothing from ${one} to ${other}`, cut(one, other, CUT_MS, 'late')),
    ...casesAt(AT, `nothing from ${other} to ${one}`, cut(other, one, CUT_MS, 'never')),
  ]),
);
