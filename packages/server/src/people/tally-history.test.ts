import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { useAccounts } from '../accounts/accounts.fixture.ts';
import { openPeople } from './people.fixture.ts';
import type { People } from './people.fixture.ts';
import { HISTORY_DAYS_MAX } from './tally-history.ts';
import { commentsTally, followersTally } from './tally-names.ts';
import type { Put } from './writings.ts';

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
const fixture = useAccounts();
let people: People;
beforeEach(async () => {
  people = await openPeople(fixture);
});

const follow = (account: string, target: string): Put => {
  return { kind: 'follow', account, target, body: {} };
};
const comment = (account: string, state: 'published' | 'hidden', id?: string): Put => {
  const body = { video: 'v_1', parent: null, text: 'yes', creator: null, state } as const;
  return { kind: 'comment', account, target: 'v_1', body, id };
};
const idOf = (...puts: readonly Put[]): string => {
  const made = people.put(...puts);
  return made.kind === 'written' ? (made.items[0]?.id ?? '') : '';
};
const quarterNow = (): number => Math.floor(fixture.nowMs / QUARTER_MS) * QUARTER_MS;
const historyOf = (tally: string, fromMs = 0) => people.accounts.writings.history(tally, fromMs);

describe('the history of a tally', () => {
  test('PE9: has what came and what went, by quarter-hour', () => {
    const first = quarterNow();
    const id = idOf(follow(people.ann, people.bob));
    fixture.nowMs += QUARTER_MS;
    people.accounts.writings.change({ removes: [{ id, account: people.ann }] });
    people.put(follow(people.ann, people.bob));
    expect(historyOf(followersTally(people.bob), first)).toEqual({
      sinceMs: 0,
      value: 1,
      changes: [
        { atMs: first, gained: 1, lost: 0 },
        { atMs: first + QUARTER_MS, gained: 1, lost: 1 },
      ],
    });
    expect(historyOf(followersTally(people.bob), first + QUARTER_MS).changes).toHaveLength(1);
  });

  test('PE9: has a comment that is hidden as one that went', () => {
    const id = idOf(comment(people.ann, 'published'));
    people.put(comment(people.ann, 'hidden', id));
    const at = { atMs: quarterNow(), gained: 1, lost: 1 };
    expect(historyOf(commentsTally('v_1'))).toMatchObject({ value: 0, changes: [at] });
  });

  test('PE10: has nothing twice of what is sent again, and nothing of what was refused', () => {
    people.put(follow(people.ann, people.bob));
    people.put(follow(people.ann, people.bob));
    const foreign = idOf(comment(people.bob, 'published'));
    const stolen = comment(people.ann, 'published', foreign);
    expect(people.put(follow(people.bob, people.ann), stolen)).toEqual({ kind: 'conflict' });
    expect(historyOf(followersTally(people.bob)).changes).toMatchObject([{ gained: 1, lost: 0 }]);
    expect(historyOf(followersTally(people.ann)).changes).toEqual([]);
  });

  test('PE10: adds up to the tally after the file was opened again', async () => {
    people.put(follow(people.ann, people.bob), comment(people.ann, 'published'));
    await people.accounts.close();
    const { writings } = fixture.open();
    for (const tally of [followersTally(people.bob), commentsTally('v_1')]) {
      const { value, changes } = writings.history(tally, 0);
      expect(changes.reduce((sum, { gained, lost }) => sum + gained - lost, 0)).toBe(value);
      expect(value).toBe(1);
    }
  });

  test('PE11: begins where a file from before it was first changed', async () => {
    people.put(follow(people.ann, people.bob));
    await people.accounts.close();
    const db = new DatabaseSync(fixture.file);
    const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${String(name)}`);
    db.exec("DELETE FROM tallies WHERE name LIKE 'history/%'");
    db.close();
    const { writings } = fixture.open();
    expect(writings.history(followersTally(people.bob), 0).sinceMs).toBe(fixture.nowMs);
    fixture.nowMs += 1;
    const begun = Math.ceil(fixture.nowMs / QUARTER_MS) * QUARTER_MS;
    writings.change({ puts: [comment(people.ann, 'published')] });
    fixture.nowMs += DAY_MS;
    expect(writings.history(followersTally(people.bob), 0).sinceMs).toBe(begun);
  });

  test('PE12: forgets quarter-hours beyond its limit, and says from where on it is whole', () => {
    people.put(follow(people.ann, people.bob));
    fixture.nowMs += (HISTORY_DAYS_MAX + 1) * DAY_MS;
    people.put(follow(people.bob, people.bob));
    const { value, changes, sinceMs } = historyOf(followersTally(people.bob));
    expect(value).toBe(2);
    expect(changes).toMatchObject([{ atMs: quarterNow(), gained: 1 }]);
    expect(sinceMs).toBe(fixture.nowMs - HISTORY_DAYS_MAX * DAY_MS);
  });

  test('PE12: goes with the account whose followers it is of', () => {
    people.put(follow(people.ann, people.bob));
    people.accounts.delete(people.bob);
    expect(historyOf(followersTally(people.bob)).changes).toEqual([]);
  });

  test('PE20: is no public record', () => {
    people.put(follow(people.ann, people.bob));
    const told = people.accounts.publicAfter(0);
    expect(told.kind === 'changes' ? told.rows.map(({ record }) => record) : told).toEqual([
      { type: 'tally', name: followersTally(people.bob), value: 1 },
    ]);
  });
});
