import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { guess, signIn, signUp, useAccounts } from './accounts.fixture.ts';

const DAY_MS = 86_400_000;
const fixture = useAccounts();
const limits = { signUpBurst: 1_000, signInBurst: 1_000 };

/** Rows of a table, seen from a connection of its own. */
function rowsIn(table: 'sessions' | 'failures'): number {
  const db = new DatabaseSync(fixture.file);
  const row = db.prepare(`SELECT count(*) AS found FROM ${table}`).get();
  db.close();
  return Number(row?.['found']);
}

describe('cleaning', () => {
  test('AC33: each new session removes at most 20 that have run out', async () => {
    const accounts = fixture.open({ limits });
    for (let n = 0; n < 50; n += 1) await signUp(accounts, `person${n}`);
    fixture.nowMs += 31 * DAY_MS;
    await signUp(accounts, 'ann');
    expect(rowsIn('sessions')).toBe(50 - 20 + 1);
    await signIn(accounts, 'ann');
    await signIn(accounts, 'ann');
    expect(rowsIn('sessions')).toBe(3);
  });

  test('AC24 AC33: each failure removes at most 20 that are a day old', async () => {
    const accounts = fixture.open({ limits });
    for (let n = 0; n < 50; n += 1) await guess(accounts, `person${n}`);
    fixture.nowMs += DAY_MS;
    await guess(accounts, 'ann');
    expect(rowsIn('failures')).toBe(50 - 20 + 1);
    await guess(accounts, 'ann');
    await guess(accounts, 'ann');
    expect(rowsIn('failures')).toBe(1);
  });

  test('AC26: failures are bounded, and the fewest go first', async () => {
    const accounts = fixture.open({ limits: { ...limits, failuresMax: 3 } });
    for (let n = 0; n < 5; n += 1) await guess(accounts, 'ann');
    for (let n = 0; n < 20; n += 1) await guess(accounts, `person${n}`);
    expect(rowsIn('failures')).toBe(3);
    expect(await guess(accounts, 'ann')).toBe('rate-limited');
  });
});
