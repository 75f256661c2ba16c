import { beforeEach, describe, expect, it } from 'vitest';
import { useAccounts } from '../accounts/accounts.fixture.ts';
import { commentTarget } from '../people/comment.ts';
import type { CommentBody } from '../people/comment.ts';
import { openPeople } from '../people/people.fixture.ts';
import type { People } from '../people/people.fixture.ts';
import { heldFor, judgeComment, settleComment } from './creator-calls.ts';

const CREATOR = 'acc_creator_of_another_home';

const fixture = useAccounts();
let people: People;

beforeEach(async () => {
  people = await openPeople(fixture);
});

const bodyOf = (change: Partial<CommentBody> = {}): CommentBody => ({
  video: 'v_1',
  parent: null,
  text: 'you spammer',
  creator: CREATOR,
  state: 'held',
  ...change,
});

function putComment(id: string, change: Partial<CommentBody> = {}): void {
  const body = bodyOf(change);
  const target = commentTarget(body);
  people.put({ kind: 'comment', account: people.ann, target, body, id, expected: null });
}

const bodyIn = (id: string): unknown => people.accounts.writings.get(id)?.body;
const settle = (how: 'release' | 'delete', comment = 'cmt_1', creator = CREATOR) =>
  settleComment(people.accounts, { creator, comment, how });
const held = (before?: string, itemsMax = 10) =>
  heldFor(people.accounts, { creator: CREATOR, before, itemsMax });

describe('judging a text', () => {
  it('CM23: holds it for a word of any part of the list of the creator, and of nobody else', () => {
    people.put(
      { kind: 'hold-list', account: people.ann, target: '0', body: { words: ['spam'] } },
      { kind: 'hold-list', account: people.ann, target: '3', body: { words: ['Überfall'] } },
    );
    const judge = (text: string, creator = people.ann) =>
      judgeComment(people.accounts, { creator, text }).held;
    expect(judge('all spam')).toBe(true);
    expect(judge('ein UBERFALL')).toBe(true);
    expect(judge('spammer')).toBe(false);
    expect(judge('all spam', people.bob)).toBe(false);
    expect(judge('all spam', CREATOR)).toBe(false);
  });
});

describe('a held comment', () => {
  it('CM19: is listed for the creator whom it waits for, with its text, newest first', () => {
    putComment('cmt_1');
    fixture.nowMs += 1;
    putComment('cmt_2', { text: 'another' });
    putComment('cmt_3', { state: 'published' });
    putComment('cmt_4', { creator: people.bob });
    const found = held();
    expect(found.items.map(({ comment, text, handle }) => [comment, text, handle])).toEqual([
      ['cmt_2', 'another', 'ann'],
      ['cmt_1', 'you spammer', 'ann'],
    ]);
    expect(found.next).toBeUndefined();
  });

  it('CM19: is listed page by page', () => {
    for (const id of ['cmt_1', 'cmt_2', 'cmt_3']) {
      putComment(id);
      fixture.nowMs += 1;
    }
    const first = held(undefined, 2);
    const second = held(first.next, 2);
    const ids = [first, second].map(({ items }) => items.map(({ comment }) => comment));
    expect(ids).toEqual([['cmt_3', 'cmt_2'], ['cmt_1']]);
    expect(second.next).toBeUndefined();
  });

  it('CM24: is public when it was released, with the time at which it was written', () => {
    putComment('cmt_1');
    const writtenAtMs = people.accounts.writings.get('cmt_1')?.createdAtMs;
    fixture.nowMs += 5_000;
    expect(publicComments()).toEqual([]);
    expect(settle('release')).toEqual({ kind: 'settled', video: 'v_1' });
    expect(publicComments()).toMatchObject([
      { comment: 'cmt_1', text: 'you spammer', account: people.ann, createdAtMs: writtenAtMs },
    ]);
    expect(held().items).toEqual([]);
    expect(settle('release').kind).toBe('settled');
  });

  it('CM14: is gone with its text when the creator deletes it, also twice', () => {
    putComment('cmt_1');
    expect(settle('delete').kind).toBe('settled');
    expect(settle('delete').kind).toBe('settled');
    expect(bodyIn('cmt_1')).toEqual(bodyOf({ state: 'deleted', text: '' }));
    expect(settle('release')).toEqual({ kind: 'unknown-comment' });
    expect(publicComments()).toEqual([]);
  });

  it.each([
    ['of another creator', 'cmt_1', 'acc_somebody'],
    ['that is not there', 'cmt_9', CREATOR],
  ])('CM14: %s cannot be released or deleted', (_what, comment, creator) => {
    putComment('cmt_1');
    expect(settle('release', comment, creator)).toEqual({ kind: 'unknown-comment' });
    expect(settle('delete', comment, creator)).toEqual({ kind: 'unknown-comment' });
    expect(bodyIn('cmt_1')).toEqual(bodyOf());
  });
});

describe('the tally of comments', () => {
  it('CM12: counts those that are public', () => {
    putComment('cmt_1');
    putComment('cmt_2', { state: 'published' });
    expect(people.accounts.writings.tally('comments/v_1')).toBe(1);
    settle('release');
    expect(people.accounts.writings.tally('comments/v_1')).toBe(2);
    settle('delete', 'cmt_2');
    expect(people.accounts.writings.tally('comments/v_1')).toBe(1);
  });

  it('CM28: falls when the account is deleted, with likes and follows, and nothing is left', () => {
    putComment('cmt_1', { state: 'published' });
    people.put(
      { kind: 'comment-like', account: people.ann, target: 'cmt_5', body: {} },
      { kind: 'comment-like', account: people.bob, target: 'cmt_5', body: {} },
      { kind: 'follow', account: people.ann, target: CREATOR, body: {} },
      { kind: 'hold-list', account: people.ann, target: '0', body: { words: ['spam'] } },
    );
    const { accounts } = people;
    accounts.delete(people.ann);
    const tallies = ['comments/v_1', 'comment-likes/cmt_5', `followers/${CREATOR}`];
    expect(tallies.map((name) => accounts.writings.tally(name))).toEqual([0, 1, 0]);
    expect(accounts.writings.get('cmt_1')).toBeUndefined();
    expect(judgeComment(accounts, { creator: people.ann, text: 'spam' }).held).toBe(false);
    expect(publicComments()).toEqual([]);
  });
});

describe('a like of a comment', () => {
  it('CM16: is one row and one in the tally, however often it is put', () => {
    const like = { kind: 'comment-like', account: people.bob, target: 'cmt_5', body: {} } as const;
    people.put(like);
    people.put(like);
    const { writings } = people.accounts;
    expect(writings.tally('comment-likes/cmt_5')).toBe(1);
    const row = writings.find(people.bob, 'comment-like', 'cmt_5');
    const removes = [{ id: row?.id ?? '', account: people.bob }];
    writings.change({ removes });
    writings.change({ removes });
    expect(writings.tally('comment-likes/cmt_5')).toBe(0);
  });
});

/** The comments that the cell publishes now. */
function publicComments(): readonly unknown[] {
  const found = people.accounts.publicAfter(0);
  const rows = found.kind === 'changes' ? found.rows : [];
  return rows.flatMap(({ record }) => (record?.type === 'comment' ? [record] : []));
}
