// A part stands still for some seconds in the middle of a hand-over, and goes on as if nothing had
// been: longer than a pause may last, and longer than a silent follower is waited for.

import { casesAt, runCases } from './cases.ts';
import { stop } from './faults.ts';

const STOPPED_MS = 3_000;

runCases([
  ...casesAt(['joint'], 'the old owner stands still', stop('source', STOPPED_MS)),
  ...casesAt(['sealed, not yet agreed'], 'the new owner stands still', stop('target', STOPPED_MS)),
  ...casesAt(
    ['sealed, agreed and not recorded'],
    'the registrar stands still',
    stop('registrar', STOPPED_MS),
  ),
  ...casesAt(
    ['ceded, recorded and not known'],
    'the gateway stands still',
    stop('gateway', STOPPED_MS),
  ),
]);
