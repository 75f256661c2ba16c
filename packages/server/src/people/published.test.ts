import { beforeEach, describe, expect, test } from 'vitest';
import { signUp, useAccounts } from '../accounts/accounts.fixture.ts';
import { GONE_KEPT_CHANGES } from '../accounts/change-log-schema.ts';
import { emptyDraft } from './draft.ts';
import { openPeople, PROFILE_BODY, publishedDraft } from './people.fixture.ts';
import type { People } from './people.fixture.ts';
import type { PublicChanges, PublicRow } from './published.ts';

const fixture = useAccounts();
let people: People;
beforeEach(async () => {
  people = await openPeople(fixture);
});

type Changes = Extract<PublicChanges, { kind: 'changes' }>;

function after(changeNo: number): Changes {
  const found = people.accounts.publicAfter(changeNo);
  if (found.kind !== 'changes') throw new Error('the changes are to be asked for anew');
  return found;
}
const recordsOf = (rows: readonly PublicRow[]) => rows.flatMap(({ record }) => record ?? []);

describe('what is published of a cell', () => {
  test('PE20: is the profile that a person made public, without what is private in it', () => {
    const { ann } = people;
    people.put({ kind: 'profile', account: ann, target: '', body: PROFILE_BODY });
    const { timeZone: _private, ...shown } = PROFILE_BODY;
    expect(recordsOf(after(0).rows)).toEqual([
      { type: 'profile', account: ann, handle: 'ann', sinceMs: fixture.nowMs, ...shown },
    ]);
  });

  test.each([
    ['a draft', emptyDraft('v_1')],
    ['a video that is private', publishedDraft('v_1', { visibility: 'private' })],
    ['a video that waits for its time', publishedDraft('v_1', { state: 'scheduled' })],
  ])('PE20: is nothing of %s', (_what, body) => {
    people.put({ kind: 'draft', account: people.ann, target: 'v_1', body });
    expect(after(0).rows).toEqual([]);
  });

  test('PE24: is told again when it changed, and only then', () => {
    const put = { kind: 'draft', account: people.ann, target: 'v_1' } as const;
    const made = people.put({ ...put, body: publishedDraft('v_1') });
    const id = made.kind === 'written' ? made.items[0]?.id : undefined;
    const { through, rows } = after(0);
    expect(after(through).rows).toEqual([]);
    people.put({ ...put, id, body: publishedDraft('v_1', { title: 'Another' }) });
    expect(after(through).rows).toMatchObject([
      { name: rows[0]?.name, record: { title: 'Another' } },
    ]);
  });

  test('PE24: is told to be gone when it is public no more', () => {
    const put = { kind: 'draft', account: people.ann, target: 'v_1' } as const;
    const made = people.put({ ...put, body: publishedDraft('v_1') });
    const id = made.kind === 'written' ? made.items[0]?.id : undefined;
    const { through, rows } = after(0);
    people.put({ ...put, id, body: publishedDraft('v_1', { visibility: 'private' }) });
    expect(after(through).rows).toEqual([{ name: rows[0]?.name, record: null }]);
  });

  test('PE6: is told to be gone when its author is', () => {
    people.put({ kind: 'profile', account: people.ann, target: '', body: PROFILE_BODY });
    const { through, rows } = after(0);
    people.accounts.delete(people.ann);
    expect(after(through).rows).toContainEqual({ name: rows[0]?.name, record: null });
  });

  test('PE25: comes in pages that end', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `person${n}`);
    for (const name of names) {
      fixture.nowMs += 60_000;
      const { accountId } = await signUp(people.accounts, name);
      const long = 'long '.repeat(400);
      const puts = Array.from({ length: 50 }, (_, n) => ({
        kind: 'draft' as const,
        account: accountId,
        target: `v_${name}_${n}`,
        body: publishedDraft(`v_${name}_${n}`, { caption: long }),
      }));
      people.put(...puts);
    }
    const found = new Set<string>();
    let pages = 0;
    for (let cursor = 0; ; pages += 1) {
      const { through, head, rows } = after(cursor);
      for (const { name } of rows) found.add(name);
      cursor = through;
      if (through === head) break;
    }
    expect(found.size).toBe(600);
    expect(pages).toBeGreaterThan(0);
  });

  test('PE26: is to be asked for anew after a number that the cell does not have', () => {
    expect(people.accounts.publicAfter(1_000)).toEqual({ kind: 'anew' });
  });

  test('PE26: is to be asked for anew after a number that is too old', () => {
    const { log } = people.accounts;
    const head = { ...log.head(), changeNo: GONE_KEPT_CHANGES + 100 };
    const { changeNo: from } = log.head();
    log.take({ from, through: head.changeNo, head, rows: [] });
    expect(people.accounts.publicAfter(1)).toEqual({ kind: 'anew' });
    expect(people.accounts.publicAfter(0).kind).toBe('changes');
  });
});
