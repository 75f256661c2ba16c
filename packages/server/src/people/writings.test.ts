import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { randomBytes } from 'node:crypto';
import { signUp, useAccounts } from '../accounts/accounts.fixture.ts';
import { copyKeysOf } from '../at-rest/copy-keys.ts';
import { openAccounts } from '../accounts/accounts.ts';
import { emptyDraft } from './draft.ts';
import { followersTally } from './tally-names.ts';
import { ownWritings, write } from './own-writings.ts';
import { openPeople, PROFILE_BODY, publishedDraft } from './people.fixture.ts';
import type { People } from './people.fixture.ts';
import type { Put } from './writings.ts';

const fixture = useAccounts();
let people: People;
beforeEach(async () => {
  people = await openPeople(fixture);
});

const profile = (account: string, displayName = 'Ann'): Put => ({
  kind: 'profile',
  account,
  target: '',
  body: { ...PROFILE_BODY, displayName },
});
const draft = (account: string, video: string): Put => ({
  kind: 'draft',
  account,
  target: video,
  body: emptyDraft(video),
});
const all = { itemsMax: 100 };

describe('writings', () => {
  test('PE2: are there after the file was opened again', async () => {
    people.put(profile(people.ann), draft(people.ann, 'v_1'));
    await people.accounts.close();
    const again = fixture.open();
    expect(again.writings.find(people.ann, 'profile', '')?.body).toEqual(PROFILE_BODY);
    expect(again.writings.of(people.ann, 'draft', all).map(({ target }) => target)).toEqual([
      'v_1',
    ]);
  });

  test('PE3: of which an account has one about each target take the place of the one before', () => {
    people.put(profile(people.ann, 'Ann'));
    people.put(profile(people.ann, 'Annie'));
    const found = people.accounts.writings.of(people.ann, 'profile', all);
    expect(found.map(({ body }) => body.displayName)).toEqual(['Annie']);
  });

  test('PE4: changed under another version are left as they are', () => {
    const made = people.put(draft(people.ann, 'v_1'));
    const [one] = made.kind === 'written' ? made.items : [];
    if (one?.kind !== 'draft') throw new Error('no draft');
    const { id, updatedAtMs: expected } = one;
    const titled = (title: string): Put => ({
      ...{ kind: 'draft', account: people.ann, target: 'v_1', id, expected },
      body: { ...emptyDraft('v_1'), title },
    });
    expect(people.put(titled('first')).kind).toBe('written');
    expect(people.put(titled('second'))).toEqual({ kind: 'conflict' });
    expect(people.accounts.writings.find(people.ann, 'draft', 'v_1')?.body.title).toBe('first');
  });

  test('PE4: all of a change is done or nothing', () => {
    const foreign = people.put(draft(people.bob, 'v_bob'));
    const id = foreign.kind === 'written' ? (foreign.items[0]?.id ?? '') : '';
    const stolen: Put = { ...draft(people.ann, 'v_2'), id };
    expect(people.put(draft(people.ann, 'v_1'), stolen)).toEqual({ kind: 'conflict' });
    expect(people.accounts.writings.of(people.ann, 'draft', all)).toEqual([]);
    expect(people.accounts.writings.get(id)?.account).toBe(people.bob);
  });

  test('PE4: another than the author removes nothing', () => {
    const made = people.put(draft(people.ann, 'v_1'));
    const id = made.kind === 'written' ? (made.items[0]?.id ?? '') : '';
    const change = people.accounts.writings.change({ removes: [{ id, account: people.bob }] });
    expect(change).toEqual({ kind: 'conflict' });
    expect(people.accounts.writings.get(id)).toBeDefined();
  });

  test('PE5: come newest first, page by page', () => {
    for (let n = 1; n <= 5; n += 1) {
      fixture.nowMs += 1;
      people.put(draft(people.ann, `v_${n}`));
    }
    const { writings } = people.accounts;
    const first = writings.of(people.ann, 'draft', { itemsMax: 2 });
    const before = first.at(-1);
    const second = writings.of(people.ann, 'draft', { before, itemsMax: 2 });
    const targets = [...first, ...second].map(({ target }) => target);
    expect(targets).toEqual(['v_5', 'v_4', 'v_3', 'v_2']);
  });

  test('PE7: a person reads their own and nobody else’s', () => {
    const made = people.put(draft(people.bob, 'v_bob'));
    const id = made.kind === 'written' ? (made.items[0]?.id ?? '') : '';
    const token = people.annToken;
    const byId = ownWritings(people.accounts, { token, find: { by: 'id', id } });
    expect(byId).toMatchObject({ kind: 'writings', items: [] });
    const find = { by: 'target', of: 'draft', target: 'v_bob' } as const;
    expect(ownWritings(people.accounts, { token, find })).toMatchObject({ items: [] });
    expect(ownWritings(people.accounts, { token: 'hft_nobody', find })).toEqual({ kind: 'nobody' });
  });

  test('PE7: a person removes nobody else’s', () => {
    const made = people.put(draft(people.bob, 'v_bob'));
    const id = made.kind === 'written' ? (made.items[0]?.id ?? '') : '';
    const token = people.annToken;
    expect(write(people.accounts, { token, puts: [], removes: [id] })).toEqual({
      kind: 'conflict',
    });
  });
});

describe('a kind of writings', () => {
  test('PE1: takes only a body of its form', () => {
    const odd = { ...draft(people.ann, 'v_1'), body: { ...emptyDraft('v_1'), extra: 1 } } as Put;
    expect(() => people.put(odd)).toThrow(/another form/);
    expect(people.accounts.writings.of(people.ann, 'draft', all)).toEqual([]);
  });

  test('PE3: of which an account may have one takes no second', () => {
    people.put(profile(people.ann));
    const second: Put = { ...profile(people.ann), target: 'another' };
    expect(people.put(second)).toMatchObject({ kind: 'too-many', of: 'profile', itemsMax: 1 });
  });
});

const follow = (account: string, target: string): Put => ({
  kind: 'follow',
  account,
  target,
  body: {},
});

describe('a tally', () => {
  const followers = (account: string): number =>
    people.accounts.writings.tally(followersTally(account));

  test('PE8: counts one for each writing, however often that is put', () => {
    people.put(follow(people.ann, people.bob));
    people.put(follow(people.ann, people.bob));
    expect(followers(people.bob)).toBe(1);
  });

  test('PE8: falls with what it counts, and no further', () => {
    const made = people.put(follow(people.ann, people.bob));
    const id = made.kind === 'written' ? (made.items[0]?.id ?? '') : '';
    const remove = { removes: [{ id, account: people.ann }] };
    people.accounts.writings.change(remove);
    people.accounts.writings.change(remove);
    expect(followers(people.bob)).toBe(0);
  });

  test('PE8: is as it was when the change that moved it was refused', () => {
    people.put(follow(people.ann, people.bob));
    const made = people.put(draft(people.bob, 'v_bob'));
    const id = made.kind === 'written' ? (made.items[0]?.id ?? '') : '';
    const stolen: Put = { ...draft(people.ann, 'v_2'), id };
    expect(people.put(follow(people.ann, people.ann), stolen).kind).toBe('conflict');
    expect(followers(people.ann)).toBe(0);
  });

  test('PE6: falls with an account that is deleted', () => {
    people.put(follow(people.ann, people.bob), follow(people.bob, people.ann));
    people.accounts.delete(people.ann);
    expect(followers(people.bob)).toBe(0);
    expect(followers(people.ann)).toBe(0);
    expect(people.accounts.writings.of(people.bob, 'follow', all)).toEqual([]);
  });
});

describe('an account that is deleted', () => {
  test('PE6: takes its writings along and leaves none of their bytes', () => {
    const marker = 'a-title-that-nobody-else-has';
    people.put({ ...draft(people.ann, marker) }, draft(people.bob, 'v_bob'));
    expect(fixture.bytesOnDisk()).toContain(marker);
    people.accounts.delete(people.ann);
    people.accounts.finishDeletion(people.ann);
    expect(people.accounts.writings.of(people.ann, 'draft', all)).toEqual([]);
    expect(fixture.bytesOnDisk()).not.toContain(marker);
    expect(fixture.bytesOnDisk()).toContain('v_bob');
  });
});

describe('a file of writings', () => {
  test('E5: has nothing of them in clear', async () => {
    const folder = fixture.folder;
    const accounts = openAccounts({
      file: `${folder}/sealed.db`,
      values: copyKeysOf('00', randomBytes(32)).accounts,
      nowMs: () => fixture.nowMs,
      randomBytes,
      hashPassword: fixture.hashes,
    });
    const { accountId } = await signUp(accounts, 'carla');
    const body = publishedDraft('v_secret_target', { title: 'a title to look for' });
    const put = { kind: 'draft', account: accountId, target: 'v_secret_target', body } as const;
    accounts.writings.change({ puts: [put] });
    expect(fixture.bytesOnDisk()).not.toContain('a title to look for');
    expect(fixture.bytesOnDisk()).not.toContain('v_secret_target');
    expect(accounts.writings.find(accountId, 'draft', 'v_secret_target')?.body).toEqual(body);
    await accounts.close();
  });

  test('AC40: from before there were writings is opened with all that it has', async () => {
    await people.accounts.close();
    const db = new DatabaseSync(fixture.file);
    const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${String(name)}`);
    db.exec('DROP TABLE writings; DROP TABLE tallies');
    db.close();
    const again = fixture.open();
    expect(again.exportOf(people.ann)).toMatchObject({ handle: 'ann' });
    const put = profile(people.ann);
    expect(again.writings.change({ puts: [put] }).kind).toBe('written');
  });
});
