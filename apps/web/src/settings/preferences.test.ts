import { expect, it } from 'vitest';
import { parsePreferences } from './preferences.ts';

it('PP7: what the server keeps is taken, and what is no setting here is left', () => {
  const kept = {
    locale: 'ar',
    theme: 'dark',
    shortcuts: false,
    sound: true,
    hideCountsUnder: 1_000,
  };
  expect(parsePreferences({ ...kept, more: 1 })).toEqual(kept);
  expect(
    parsePreferences({ locale: 'system', theme: 'blue', sound: 'yes', hideCountsUnder: 5 }),
  ).toEqual({});
});
