// The network lets nothing through from one part to another, one way only, in the middle of a
// hand-over; what was sent meanwhile arrives late, or never.

import { casesAt, runCases } from './cases.ts';
import { cut } from './faults.ts';

const CUT_MS = 3_000;

runCases([
  ...casesAt(['joint'], 'nothing from old to new', cut('source', 'target', CUT_MS, 'late')),
  ...casesAt(
    ['sealed, not yet agreed'],
    'nothing from new to old',
    cut('target', 'source', CUT_MS, 'late'),
  ),
  ...casesAt(
    ['sealed, agreed and not recorded'],
    'nothing from the registrar to the old owner',
    cut('registrar', 'source', CUT_MS, 'never'),
  ),
  ...casesAt(
    ['ceded, recorded and not known'],
    'nothing from the registrar to the new owner',
    cut('registrar', 'target', CUT_MS, 'late'),
  ),
  // A75: sessions are opened all the while, under an ownership that this gateway does not know.
  ...casesAt(
    ['arming', 'ceded, recorded and not known'],
    'nothing from the registrar to the gateway',
    cut('registrar', 'gateway', CUT_MS, 'late'),
  ),
  ...casesAt(
    ['following'],
    'nothing from new to gateway',
    cut('target', 'gateway', CUT_MS, 'never'),
  ),
]);
