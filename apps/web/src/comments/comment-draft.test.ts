import { expect, test } from 'vitest';
import { draftOf, DRAFTS_MAX, keepDraft, NO_DRAFT, withText } from './comment-draft.ts';
import type { DraftStorage } from './comment-draft.ts';

function storage(): DraftStorage {
  const entries = new Map<string, string>();
  return {
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => {
      entries.set(key, value);
    },
  };
}

const draft = (text: string) => ({ ...NO_DRAFT, text });

test('WB23: a draft is found again for its own video, until it is emptied', () => {
  const device = storage();
  keepDraft('a', draft('for a'), device);
  keepDraft('b', draft('for b'), device);
  expect([draftOf('a', device).text, draftOf('b', device).text]).toEqual(['for a', 'for b']);
  keepDraft('a', NO_DRAFT, device);
  expect(draftOf('a', device)).toEqual(NO_DRAFT);
  expect(draftOf('b', device).text).toBe('for b');
});

test('WB23: the newest drafts are kept', () => {
  const device = storage();
  for (let n = 0; n <= DRAFTS_MAX; n += 1) keepDraft(`v${n}`, draft(`${n}`), device);
  expect(draftOf('v0', device)).toEqual(NO_DRAFT);
  expect(draftOf('v1', device).text).toBe('1');
});

test('WB23: storage that is broken, full or forbidden loses nothing that is on the page', () => {
  const broken: DraftStorage = {
    getItem: () => '{',
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
  };
  keepDraft('a', draft('text'), broken);
  expect(draftOf('a', broken)).toEqual(NO_DRAFT);
  expect(draftOf('a', undefined)).toEqual(NO_DRAFT);
});

test('WB24: a comment keeps its name until its text changes', () => {
  const named = { ...draft('text'), key: 'k1' };
  expect(withText(named, 'text').key).toBe('k1');
  expect(withText(named, 'text!').key).toBeUndefined();
});
