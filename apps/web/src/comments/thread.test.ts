import { expect, test } from 'vitest';
import { parseCommentPage } from './comment.ts';
import type { Comment } from './comment.ts';
import { EMPTY_THREAD, withOwn, withoutComment, withPage, withPin, withReplies } from './thread.ts';
import type { Thread } from './thread.ts';

type Fields = Readonly<{ parent?: string; replies?: number; pinned?: boolean }>;

const wire = (id: string, { parent, replies = 0, pinned = false }: Fields = {}) => ({
  ...{ id, parent: parent ?? null, text: id, createdAt: '2026-11-23T02:00:00Z', pinned },
  ...{ state: 'published', author: null, likedByMe: null, replies: { count: replies } },
});
const page = (...items: readonly ReturnType<typeof wire>[]) =>
  parseCommentPage({ items, next: 'more' }) ?? expect.fail('no page');
const one = (id: string, fields?: Fields): Comment =>
  page(wire(id, fields)).items[0] ?? expect.fail('no comment');
const idsOf = ({ comments }: Thread): string => comments.map(({ id }) => id).join('');

test('WB22: each comment stands once, whatever pages overlap', () => {
  const first = withPage(EMPTY_THREAD, page(wire('a'), wire('b')));
  expect(idsOf(withPage(first, page(wire('b'), wire('c'))))).toBe('abc');
});

test('WB22: an own comment stands first, behind the pinned one, once', () => {
  const thread = withPage(EMPTY_THREAD, page(wire('p', { pinned: true }), wire('a')));
  const own = withOwn(thread, one('x'));
  expect(idsOf(own)).toBe('pxa');
  expect(idsOf(withOwn(own, one('x')))).toBe('pxa');
});

test('WB22: an own reply stands in its thread, and is counted there once', () => {
  const thread = withPage(EMPTY_THREAD, page(wire('a', { replies: 1 })));
  const own = withOwn(thread, one('r', { parent: 'a' }));
  const again = withOwn(own, one('r', { parent: 'a' }));
  expect(again.comments[0]?.repliesSize).toBe(2);
  expect(again.replies.get('a')?.items.map(({ id }) => id)).toEqual(['r']);
});

test('WB22: a deleted comment leaves its place only while replies stand below it', () => {
  const thread = withPage(EMPTY_THREAD, page(wire('a', { replies: 2 }), wire('b')));
  const gone = withoutComment(withoutComment(thread, 'a'), 'b');
  expect(gone.comments).toMatchObject([{ id: 'a', state: 'deleted', text: '' }]);
  const opened = withReplies(thread, 'a', page(wire('r', { parent: 'a' })));
  const without = withoutComment(opened, 'r');
  expect(without.replies.get('a')?.items).toEqual([]);
  expect(without.comments[0]?.repliesSize).toBe(1);
});

test('WB22: one comment is pinned at most, and stands first', () => {
  const thread = withPage(EMPTY_THREAD, page(wire('a', { pinned: true }), wire('b'), wire('c')));
  const pinned = withPin(thread, 'c', true);
  expect(idsOf(pinned)).toBe('cab');
  expect(pinned.comments.filter(({ isPinned }) => isPinned)).toHaveLength(1);
});

test('NU6: likes of a comment that are not a count are unknown', () => {
  expect(one('a').likes).toEqual({ state: 'unknown', reason: 'cell-unknown' });
});
