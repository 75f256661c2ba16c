import { beforeEach, describe, expect, test } from 'vitest';
import { useAccounts } from '../accounts/accounts.fixture.ts';
import { openPeople, publishedDraft } from './people.fixture.ts';
import type { People } from './people.fixture.ts';
import { scheduler } from './scheduler.ts';

const fixture = useAccounts();
let people: People;
let draft: string;
const HOUR_MS = 3_600_000;

beforeEach(async () => {
  people = await openPeople(fixture);
  const { ann: account } = people;
  const body = publishedDraft('v_1', { state: 'scheduled', publishedAtMs: null });
  const made = people.put({ kind: 'draft', account, target: 'v_1', body });
  draft = made.kind === 'written' ? (made.items[0]?.id ?? '') : '';
  const atMs = fixture.nowMs + HOUR_MS;
  people.put({ kind: 'schedule', account, target: draft, body: { atMs } });
});

const stateOf = (accounts = people.accounts) => {
  const found = accounts.writings.get(draft);
  return found?.kind === 'draft' ? found.body.state : undefined;
};

describe('a video that waits for its time', () => {
  test('UP7: is published when that has come, and not before', () => {
    const publishDue = scheduler(people.accounts, () => fixture.nowMs);
    publishDue();
    expect(stateOf()).toBe('scheduled');
    fixture.nowMs += HOUR_MS;
    publishDue();
    expect(stateOf()).toBe('published');
    expect(people.accounts.writings.all('schedule', { itemsMax: 9 })).toEqual([]);
  });

  test('UP7: is published after a restart', async () => {
    await people.accounts.close();
    fixture.nowMs += 2 * HOUR_MS;
    const again = fixture.open();
    scheduler(again, () => fixture.nowMs)();
    expect(stateOf(again)).toBe('published');
  });

  test('UP7: stays a draft when it was taken back', () => {
    const { ann: account } = people;
    const body = publishedDraft('v_1', { state: 'draft', publishedAtMs: null });
    people.put({ kind: 'draft', id: draft, account, target: 'v_1', body });
    fixture.nowMs += 2 * HOUR_MS;
    scheduler(people.accounts, () => fixture.nowMs)();
    expect(stateOf()).toBe('draft');
  });
});
