// The page of a country has words for what may cross its border; the list itself is the server's.

import { RECORDS } from '@holdfast/server/border/records.ts';
import { expect, test } from 'vitest';
import { BORDER_TYPES } from '../apps/web/src/trust/words.ts';

test('PG5: the page has words for every type on the closed list of the border, and for no other', () => {
  expect([...BORDER_TYPES].toSorted()).toEqual(Object.keys(RECORDS).toSorted());
});
